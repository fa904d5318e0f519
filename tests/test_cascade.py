"""Whole runs with three readers: which blocks are asked about, what is compared, what is told about it."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extractor.cli import main
from extractor.schemas.document import Block
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import DocumentLine, Record
from extractor.settings import ENVIRONMENT
from extractor.store import RunStore
from extractor.tagger.reading import TaggerReading
from tests.second_readers import StubReader, agreeing, right_answers, tagged
from tests.servers import Server, answering, block_of, endpoint, error

CASES = ("text-plain-b", "text-coded-a", "markdown-coded-a")

Install = Callable[[StubReader], StubReader]


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT.values():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def sources(golden_dir: Path) -> list[str]:
    return [str(next((golden_dir / case).glob("source.*"))) for case in CASES]


@pytest.fixture(scope="module")
def right(sources: list[str]) -> dict[str, ProjectReading]:
    return right_answers(sources)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a reader in the place of the built-in one."""

    def put(reader: StubReader) -> StubReader:
        monkeypatch.setattr("extractor.builtin.load", lambda settings: reader)
        return reader

    return put


def run(server: Server | None, sources: list[str], *options: str, out: str = "out") -> Result:
    model = ["--model", "m", "--base-url", server.base_url] if server else []
    arguments = ["run", *sources, "--out", out, *model, *options]
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def records(out: str = "out") -> dict[str, Record]:
    """The records by their ids, in order."""
    with RunStore.of(Path(out)) as store:
        return {record.id: record for record in store.records()}


def documents(out: str = "out") -> list[DocumentLine]:
    return [
        DocumentLine.model_validate_json(line) for line in Path(out, "documents.jsonl").read_text("utf-8").splitlines()
    ]


def asked(server: Server) -> set[str]:
    return {block_of(request) for request in server.requests}


def exceptions(right: Mapping[str, ProjectReading]) -> dict[str, TaggerReading | None]:
    """One block that the built-in reader reads otherwise, one it is unsure of, one it cannot read."""
    other, unsure, unread = list(right)[:3]
    return {
        other: tagged(right[other].model_copy(update={"goal": "别的目标"})),
        unsure: tagged(right[unsure], unsure=("name",)),
        unread: None,
    }


def needs_a_person(found: Record) -> bool:
    return any(not flag.is_information for flag in found.flags)


# Which blocks


def test_only_the_doubtful_blocks_are_asked_about(
    install: Install, sources: list[str], right: dict[str, ProjectReading]
) -> None:
    install(agreeing(right, exceptions(right)))
    assert run(None, sources, out="without").exit_code == 0
    doubtful = [record.id for record in records("without").values() if record.status != "agreed"]
    with endpoint(answering(right)) as server:
        assert run(server, sources, "--ask", "doubtful").exit_code == 0
        assert len(server.requests) == len(doubtful) < len(right)
        assert set(list(right)[:3]) <= asked(server)
    found = records()
    assert [record.id for record in found.values() if record.asked] == doubtful
    first = [record.asked for record in found.values() if record.document.file == sources[0]]
    assert first == [("disagreement",), ("abstained",), ("no_second_reading",), (), ()]
    for record in found.values():
        assert record.model is not None
        assert record.model.name == ("m" if record.asked else "builtin")
        assert (record.readings.builtin is not None) <= bool(record.asked)
        assert record.status == ("flagged" if needs_a_person(record) else "agreed")


def test_every_block_is_asked_about_unless_told_otherwise(
    install: Install, sources: list[str], right: dict[str, ProjectReading]
) -> None:
    install(agreeing(right))
    with endpoint(answering(right)) as server:
        result = run(server, sources)
        assert asked(server) == set(right)
    assert {record.asked for record in records().values()} == {("all",)}
    assert all(record.readings.builtin is not None for record in records().values())
    assert "would have" not in result.output
    assert all(line.asking is not None and line.asking.blocks == line.counts.blocks for line in documents())


def test_a_sample_of_the_others_is_always_the_same(
    install: Install, sources: list[str], right: dict[str, ProjectReading]
) -> None:
    install(agreeing(right, exceptions(right)))
    seen = []
    for attempt in range(2):
        with endpoint(answering(right)) as server:
            run(server, sources, "--ask", "sample:0.4", "--no-cache", out=f"out{attempt}")
            seen.append(asked(server))
    assert seen[0] == seen[1]
    found = records("out0").values()
    sampled = [record for record in found if record.asked == ("sample",)]
    assert 0 < len(sampled) < len([record for record in found if not needs_a_person(record)])
    assert all(record.asked or record.status == "agreed" for record in found)


def test_nothing_is_asked_where_nothing_is_doubtful(
    install: Install, sources: list[str], right: dict[str, ProjectReading]
) -> None:
    install(agreeing(right))
    with endpoint(lambda request: error(500)) as server:
        result = run(server, sources[:1], "--ask", "doubtful")
        assert (result.exit_code, server.requests) == (0, [])
    assert {record.status for record in records().values()} == {"agreed"}
    assert "0 of 5 projects" in result.output
    assert "asking about all would have taken 5 requests instead of 0" in result.output


# Three readings


def test_two_against_one_is_flagged_with_what_the_two_read(
    install: Install, sources: list[str], right: dict[str, ProjectReading]
) -> None:
    text = next(iter(right))
    goal = right[text].goal
    assert goal is not None
    wrong = right[text].model_copy(update={"goal": goal[:-6]})
    install(agreeing(right, {text: tagged(wrong)}))
    with endpoint(answering(right)) as server:
        run(server, sources[:1], "--ask", "doubtful", out="against-builtin")
    (disputed,) = [record for record in records("against-builtin").values() if record.asked]
    (flag,) = [flag for flag in disputed.flags if flag.path == "goal"]
    assert disputed.status == "flagged"
    assert (flag.code, flag.builtin, flag.suggestion) == ("disagreement", wrong.goal, goal)
    assert disputed.project.goal == goal
    assert disputed.readings.builtin is not None
    assert disputed.readings.builtin.goal == wrong.goal

    install(agreeing(right))
    with endpoint(answering(right | {text: wrong})) as server:
        run(server, sources[:1], out="against-model")
    (disputed,) = [record for record in records("against-model").values() if needs_a_person(record)]
    (flag,) = [flag for flag in disputed.flags if flag.path == "goal"]
    assert (flag.model, flag.suggestion) == (wrong.goal, goal)
    shown = CliRunner().invoke(main, ["show", disputed.id, "--out", "against-model"]).output
    assert all(name in shown for name in ("rules", "model", "builtin", "published"))
    assert "suggestion: " in shown
    assert "language model asked because: all" in shown


def test_tables_show_the_third_reading_and_the_suggestion(
    install: Install, sources: list[str], right: dict[str, ProjectReading]
) -> None:
    import openpyxl

    text = next(iter(right))
    wrong = right[text].model_copy(update={"name": "另一个名称"})
    install(agreeing(right, {text: tagged(wrong)}))
    with endpoint(answering(right)) as server:
        run(server, sources[:1])
    sheet = openpyxl.load_workbook("out/projects.xlsx")["待核对"]
    head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert head[-2:] == ["内置读取器读出的值", "建议值"]
    (row,) = [dict(zip(head, row, strict=True)) for row in rows if row[head.index("检查代码")] == "disagreement"]
    assert (row["内置读取器读出的值"], row["建议值"]) == ("另一个名称", right[text].name)
    with sqlite3.connect("out/run.sqlite") as connection:
        kept = connection.execute("SELECT builtin, suggestion FROM flags WHERE code = 'disagreement'").fetchall()
        reasons = connection.execute("SELECT DISTINCT asked FROM records").fetchall()
    assert kept == [("另一个名称", right[text].name)]
    assert reasons == [("all",)]


# Money


def test_nothing_is_asked_twice(install: Install, sources: list[str], right: dict[str, ProjectReading]) -> None:
    install(agreeing(right, exceptions(right)))
    with endpoint(answering(right)) as server:
        first = run(server, sources, "--ask", "doubtful")
        bought = len(server.requests)
        again = run(server, sources, "--ask", "doubtful")
        elsewhere = run(server, sources, "--ask", "doubtful", out="elsewhere")
        assert len(server.requests) == bought
        assert run(server, sources, "--ask", "all").exit_code == 0
        assert len(server.requests) == len(right)
    assert (first.exit_code, again.exit_code, elsewhere.exit_code) == (0, 0, 0)
    assert f"({len(sources)} done before)" in again.output
    assert Path("elsewhere/projects.jsonl").read_bytes() != Path("out/projects.jsonl").read_bytes()


def test_a_resumed_run_tells_the_same(install: Install, sources: list[str], right: dict[str, ProjectReading]) -> None:
    install(agreeing(right, exceptions(right)))
    with endpoint(answering(right)) as server:
        run(server, sources[:1], "--ask", "doubtful")
        whole = run(server, sources, "--ask", "doubtful")
        again = run(server, sources, "--ask", "doubtful")
        fresh = run(server, sources, "--ask", "doubtful", out="fresh")
    told = [
        re.findall(r"asked of the model.*|asked because.*|asking about all.*", result.output)
        for result in (whole, again, fresh)
    ]
    assert len(told[0]) == 3
    assert told[0] == told[1] == told[2]
    for name in ("projects.jsonl", "documents.jsonl"):
        assert Path("out", name).read_bytes() == Path("fresh", name).read_bytes()


def test_what_asking_all_would_have_cost(
    install: Install, sources: list[str], right: dict[str, ProjectReading]
) -> None:
    install(agreeing(right, exceptions(right)))
    with endpoint(answering(right)) as server:  # 100 tokens in, 20 out, whatever is asked
        result = run(server, sources[:1], "--ask", "doubtful")
    (line,) = documents()
    assert line.asking is not None
    assert (line.asking.blocks, line.asking.input_tokens, line.asking.output_tokens) == (3, 300, 60)
    assert line.asking.reasons == {"abstained": 1, "disagreement": 1, "no_second_reading": 1}
    found = re.search(r"taken 5 requests instead of 3, and about ([\d,]+) tokens in, ([\d,]+) out", result.output)
    assert found is not None
    assert 400 < int(found[1]) < 620
    assert "asked because: abstained 1, disagreement 1, no_second_reading 1" in result.output
    assert "3 of 5 projects" in result.output


def test_other_questions_are_other_settings(
    install: Install, sources: list[str], right: dict[str, ProjectReading]
) -> None:
    install(agreeing(right))
    with endpoint(answering(right)) as server:
        run(server, sources[:1], "--ask", "doubtful")
        assert "done before" not in run(server, sources[:1], "--ask", "sample:0.5").output
        assert "done before" in run(server, sources[:1], "--ask", "sample:0.50").output


# What goes wrong


def test_a_model_that_fails_leaves_the_other_two(
    install: Install, sources: list[str], right: dict[str, ProjectReading]
) -> None:
    install(agreeing(right, exceptions(right)))
    with endpoint(lambda request: error(401, "bad key")) as server:
        result = run(server, sources[:1], "--ask", "doubtful", "--concurrency", "1")
        assert (result.exit_code, len(server.requests)) == (1, 1)
    assert "model not usable, the run went on without it" in result.output
    found = list(records().values())
    assert [record.status for record in found] == ["flagged"] * 3 + ["agreed"] * 2
    first = found[0]
    assert "model_failed" in {flag.code for flag in first.flags}
    assert first.readings.model is not None
    assert first.model is not None
    assert first.model.name == "builtin"
    with endpoint(answering(right)) as server:
        assert run(server, sources[:1], "--ask", "doubtful").exit_code == 0
        assert len(server.requests) == 3


def test_documents_without_a_second_reading_are_named(
    install: Install, sources: list[str], right: dict[str, ProjectReading]
) -> None:
    own = set(right_answers(sources[:1]))
    install(StubReader(lambda block: None if block.content.text in own else tagged(right[block.content.text])))
    result = run(None, sources)
    (named,) = [line for line in result.output.splitlines() if line.startswith("no second reading: ")]
    assert named.endswith("text-plain-b/source.txt: layout not readable for the built-in reader (5 of 5 projects)")
    assert "没有第二次读取 no second reading" in result.output
    assert not any(
        flag.code in {"disagreement", "only_rules"} for record in records().values() for flag in record.flags
    )
    with sqlite3.connect("out/run.sqlite") as connection:
        counts = connection.execute("SELECT no_second_reading FROM documents ORDER BY file").fetchall()
    assert sorted(counts) == [(0,), (0,), (5,)]


def test_a_fault_of_the_built_in_reader_is_told(install: Install, sources: list[str]) -> None:
    def fault(block: Block) -> TaggerReading:
        raise ZeroDivisionError

    install(StubReader(fault))
    result = run(None, sources[:1])
    assert "text-plain-b/source.txt: a fault in the built-in reader (5 of 5 projects)" in result.output
    assert [flag.code for flag in documents()[0].flags] == ["model_failed"]


def test_fields_are_counted(install: Install, sources: list[str], right: dict[str, ProjectReading]) -> None:
    install(agreeing(right, {next(iter(right)): tagged(next(iter(right.values())), unsure=("goal",))}))
    result = run(None, sources)
    counts = [line.counts for line in documents()]
    twice, others, unsure, fields = (
        sum(getattr(count, name) for count in counts)
        for name in ("fields_read_twice", "fields_not_read", "fields_abstained", "fields")
    )
    assert (twice + others + unsure, unsure) == (fields, 1)
    table = {
        line.split("│")[1].strip(): line.split("│")[2].strip()
        for line in result.output.splitlines()
        if line.startswith("│")
    }
    assert table["双读字段 fields read twice"] == f"{twice:,} / {fields:,}"
    assert [value for name, value in table.items() if "not its business" in name] == [f"{others:,}"]
    assert [value for name, value in table.items() if "not sure" in name] == ["1"]
    assert json.loads(Path("out/documents.jsonl").read_text("utf-8").splitlines()[0])["asking"] is None


def test_to_ask_without_a_language_model_is_wrong_use(sources: list[str]) -> None:
    result = run(None, sources, "--ask", "doubtful")
    assert result.exit_code == 2
    assert "there is no language model to ask; name one with --model" in result.output
    assert not Path("out").exists()
