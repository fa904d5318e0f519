"""Decisions that last: found again by content, only ever added, never applied where the evidence is another one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from extractor.decisions.entries import Entry, Shown, Step, read, write
from extractor.decisions.heads import Heads, decision_of, orphans
from extractor.decisions.keys import UNCHECKED, Key, Question, questions_of_document, questions_of_record
from extractor.decisions.ledger import Ledger
from extractor.decisions.schema import MIGRATIONS
from extractor.errors import OutputError, UsageError
from extractor.schemas.decision import DecisionKind
from extractor.schemas.project import Amounts, Indicator, ProjectReading
from extractor.schemas.record import (
    BlockInfo,
    DocumentInfo,
    DocumentLine,
    Flag,
    FlagCode,
    Normalized,
    Readings,
    Record,
    Status,
)
from extractor.store.folder import DECISIONS

SOURCE = "购置经费 80.00\n1、设备数量：≥77台\n2、验收率：95%"
FIRST = Indicator(number=1, name="设备数量", annual_value="≥77台")
SECOND = Indicator(number=2, name="验收率", annual_value="95%")
DIFFER = Flag(code=FlagCode.DISAGREEMENT, path="indicators[1].annual_value", message="不一致", rules="95%", model="96%")


def record(
    *flags: Flag,
    indicators: tuple[Indicator, ...] = (FIRST, SECOND),
    file: str = "甲.txt",
    sha256: str = "a" * 64,
    start: int = 100,
    status: Status = "flagged",
) -> Record:
    spans = {
        f"indicators[{index}].name": (start + SOURCE.index(one.name), start + SOURCE.index(one.name) + len(one.name))
        for index, one in enumerate(indicators)
        if one.name and one.name in SOURCE
    }
    return Record(
        id="0" * 16,
        document=DocumentInfo(file=file, sha256=sha256),
        block=BlockInfo(index=0, start=start, end=start + len(SOURCE)),
        project=ProjectReading(name="购置经费", amounts=Amounts(total="80.00"), indicators=indicators),
        normalized=Normalized(),
        status=status,
        flags=flags,
        spans=spans,
        readings=Readings(),
    )


def only(asked: Record, source: str = SOURCE) -> Question:
    (question,) = questions_of_record(asked, source)
    return question


def entry(question: Question, kind: DecisionKind | Step = DecisionKind.FIRST, **more: object) -> Entry:
    said = {"who": "王五", "when": "2026-12-01", "shown": Shown(file="甲.txt", project="购置经费"), **more}
    return Entry(key=question.key, evidence=question.evidence, kind=kind, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "same",
    [
        record(DIFFER, file="改名/乙.txt"),
        record(DIFFER, start=5_000),
        record(DIFFER.model_copy(update={"message": "The two readings differ"})),
    ],
    ids=["file renamed", "earlier text longer", "other language"],
)
def test_a_question_is_the_same_whatever_is_not_its_content(same: Record) -> None:
    assert only(same).key == only(record(DIFFER)).key
    assert only(same).evidence == only(record(DIFFER)).evidence


def test_an_indicator_is_told_by_what_it_prints_not_by_its_position() -> None:
    moved = DIFFER.model_copy(update={"path": "indicators[0].annual_value"})
    assert only(record(moved, indicators=(SECOND,))).key.id == only(record(DIFFER)).key.id
    assert only(record(moved)).key.id != only(record(DIFFER)).key.id


def test_another_reading_is_other_evidence_of_the_same_question() -> None:
    other = only(record(DIFFER.model_copy(update={"model": "97%"})))
    assert other.key == only(record(DIFFER)).key
    assert other.evidence != only(record(DIFFER)).evidence


def test_a_changed_value_of_the_record_is_other_evidence() -> None:
    changed = record(DIFFER, indicators=(FIRST, SECOND.model_copy(update={"annual_value": None})))
    assert only(changed).key == only(record(DIFFER)).key
    assert only(changed).evidence != only(record(DIFFER)).evidence


def test_flags_of_one_code_and_path_are_told_apart() -> None:
    def left(start: int, end: int) -> Flag:
        return Flag(code=FlagCode.UNCLAIMED_TEXT, message="未归入", spans=((start, end),))

    found = list(questions_of_record(record(left(100, 104), left(105, 108), left(100, 104)), SOURCE))
    assert len({question.key.id for question in found}) == 3
    assert [question.key.subject for question in found] == ["购置经费", "80.", "购置经费#2"]


def test_sums_are_asked_about_the_decided_values() -> None:
    off = Flag(code=FlagCode.PARTS_DO_NOT_SUM, path="amounts", message="不符")
    (before,) = questions_of_record(record(off), SOURCE)
    decided = ProjectReading(amounts=Amounts(total="81.00"))
    (after,) = questions_of_record(record(off), SOURCE, decided)
    assert before.key == after.key
    assert before.evidence != after.evidence


def test_information_asks_nothing_and_a_record_read_once_asks_to_be_seen() -> None:
    told = Flag(code=FlagCode.CYCLE_ANNUAL_DIFFER, path="indicators[0]", message="不同")
    assert not list(questions_of_record(record(told, status="agreed"), SOURCE))
    assert [one.code for one in questions_of_record(record(told, status="unchecked"), SOURCE)] == [UNCHECKED]


def test_a_document_asks_by_its_content_and_the_numbers_of_its_sums() -> None:
    def line(message: str, file: str = "甲.txt") -> DocumentLine:
        flag = Flag(code=FlagCode.SUM_MISMATCH, path="totals[0].amounts.total", message=message, spans=((1, 2),))
        return DocumentLine(document=DocumentInfo(file=file, sha256="a" * 64), status="read", flags=(flag,))

    (zh,) = questions_of_document(line("印为 1,986.36，其下 9 行之和为 1,986.35"))
    (en,) = questions_of_document(line("printed 1,986.36, its 9 rows add up to 1,986.35", "b.txt"))
    (other,) = questions_of_document(line("印为 1,986.36，其下 9 行之和为 1,986.34"))
    assert (zh.key, zh.evidence) == (en.key, en.evidence)
    assert other.key == zh.key
    assert other.evidence != zh.evidence


def test_rows_are_kept_in_order_and_the_same_row_is_one_row(tmp_path: Path) -> None:
    question = only(record(DIFFER))
    one, two = entry(question), entry(question, DecisionKind.VALUE, after="96%", who="李四")
    with Ledger(tmp_path) as ledger:
        assert ledger.entries() == []
        assert not (tmp_path / DECISIONS).exists()
        assert ledger.add([one, two]) == 2
        assert ledger.add([two, one]) == 0
    with Ledger(tmp_path) as again:
        assert again.entries() == [one, two]


@pytest.mark.parametrize("statement", ["DELETE FROM decisions", "UPDATE decisions SET who = 'x'"])
def test_rows_can_be_neither_changed_nor_removed(tmp_path: Path, statement: str) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.add([entry(only(record(DIFFER)))])
    connection = sqlite3.connect(tmp_path / DECISIONS)
    with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        connection.execute(statement)
    connection.close()


def test_a_file_of_the_first_step_is_taken_through_the_others_and_keeps_its_rows(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.add([entry(only(record(DIFFER)))])
    older = sqlite3.connect(tmp_path / DECISIONS)
    older.execute("DROP TRIGGER decisions_are_kept")
    older.execute("DROP TRIGGER decisions_stay")
    older.execute("DELETE FROM version WHERE number > 1")
    older.commit()
    older.close()
    with Ledger(tmp_path) as ledger:
        assert len(ledger.entries()) == 1
        assert ledger.add([entry(only(record(DIFFER)), DecisionKind.SECOND)]) == 1
    connection = sqlite3.connect(tmp_path / DECISIONS)
    assert [row for (row,) in connection.execute("SELECT number FROM version")] == [1, 2]
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'").fetchone() == (2,)
    connection.close()


def test_a_newer_file_and_one_of_another_program_are_refused_untouched(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.add([entry(only(record(DIFFER)))])
    newer = sqlite3.connect(tmp_path / DECISIONS)
    newer.execute("INSERT INTO version VALUES (?, '')", (len(MIGRATIONS) + 1,))
    newer.commit()
    newer.close()
    with Ledger(tmp_path) as ledger, pytest.raises(OutputError, match="newer version"):
        ledger.entries()
    foreign = tmp_path / "other"
    foreign.mkdir()
    connection = sqlite3.connect(foreign / DECISIONS)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    content = (foreign / DECISIONS).read_bytes()
    with Ledger(foreign) as ledger, pytest.raises(OutputError, match="another program"):
        ledger.add([entry(only(record(DIFFER)))])
    assert (foreign / DECISIONS).read_bytes() == content


def test_a_failed_addition_adds_nothing(tmp_path: Path) -> None:
    (tmp_path / DECISIONS).write_bytes(b"no database at all, but long enough to look like one" * 40)
    with Ledger(tmp_path) as ledger, pytest.raises(OutputError, match="nothing was changed"):
        ledger.add([entry(only(record(DIFFER)))])


def test_decisions_are_carried_as_lines_and_a_damaged_line_is_named(tmp_path: Path) -> None:
    question = only(record(DIFFER))
    rows = [entry(question), entry(question, DecisionKind.VALUE, after="=1+1\n@x", note="见第 3 页")]
    path = tmp_path / "decisions.jsonl"
    assert write(path, rows) == 2
    assert list(read(path)) == rows
    path.write_text(path.read_text("utf-8") + '{"key": 3}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="line 3"):
        list(read(path))


def heads(*entries: Entry) -> Heads:
    return Heads.of(entries)


def state(found: Heads, question: Question, project: str | None = "购置经费", *present: str) -> str | None:
    on = found.on(question, project, frozenset(present) if present else None)
    return None if on is None else decision_of(on, None, None, None).state


def test_a_decision_holds_where_question_and_evidence_are_the_same() -> None:
    question = only(record(DIFFER))
    other = only(record(DIFFER.model_copy(update={"model": "97%"})))
    assert state(heads(entry(question)), question) == "decided"
    assert state(heads(entry(question)), other) == "stale"
    assert state(heads(entry(question, DecisionKind.UNSURE)), question) == "unsure"
    assert state(heads(), question) is None


def test_undoing_is_a_row_and_a_second_person_confirms() -> None:
    question = only(record(DIFFER))
    first = entry(question)
    second = entry(question, Step.CONFIRM, who="李四", supersedes=first.id)
    undone = entry(question, Step.UNDO, who="李四", supersedes=first.id)
    unsaid = entry(question, Step.UNDO, who="赵六", supersedes=second.id)
    assert state(heads(first, second), question) == "confirmed"
    assert state(heads(first, undone), question) is None
    assert state(heads(first, second, unsaid), question) == "decided"


def test_the_row_that_replaces_another_counts_and_two_that_differ_hold_neither() -> None:
    question = only(record(DIFFER))
    first = entry(question)
    instead = entry(question, DecisionKind.SECOND, who="李四", supersedes=first.id)
    unknowing = entry(question, DecisionKind.SECOND, who="李四")
    agreeing = entry(question, who="李四")
    assert state(heads(first, instead), question) == "decided"
    assert heads(first, instead).by_key[question.key.id].entry == instead
    assert state(heads(first, unknowing), question) == "stale"
    assert state(heads(first, agreeing), question) == "decided"


def test_a_document_issued_anew_shows_the_old_decision_as_a_suggestion_only() -> None:
    old, new = record(DIFFER), record(DIFFER, sha256="b" * 64)
    found = heads(entry(only(old)))
    assert state(found, only(new), "购置经费", "b" * 64) == "stale"
    other_text = only(new, SOURCE + " 另加一行")
    assert state(found, other_text, "购置经费", "b" * 64) == "stale"
    assert state(found, other_text, "另一项目", "b" * 64) is None
    # While the document that was decided on is there as well, its decision is its own.
    assert state(found, only(new), "购置经费", "a" * 64, "b" * 64) is None


def test_a_decision_of_a_document_that_is_gone_is_kept_and_lies_there_again_when_it_returns() -> None:
    question = only(record(DIFFER))
    found = heads(entry(question))
    (orphan,) = orphans(found, {})
    assert orphan.entry.shown.project == "购置经费"
    assert state(found, question) == "decided"
    assert orphans(found, {orphan.entry.id: question}) == []


def test_keys_of_a_stranger_are_bounded() -> None:
    with pytest.raises(ValueError, match="at most"):
        Key(document="a" * 65, code="disagreement")
