"""Scoring of extractions on small cases, the pinned floors, and the gate that holds the readers to them."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from extractor.cli import main
from extractor.errors import UnsupportedFile, UsageError
from extractor.golden import (
    Baseline,
    Case,
    Evaluation,
    Score,
    check,
    corpus_hash,
    difference_lines,
    discover,
    evaluate,
    pin,
    render,
    to_json,
)
from extractor.golden.pairing import pair
from extractor.readers import load, parse
from extractor.run.one import extract_file
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import BlockInfo, Counts, DocumentInfo, DocumentLine, Normalized, Readings, Record, Total
from extractor.settings import ENVIRONMENT, Settings

AMOUNTS: dict[str, Any] = {"total": None, "fiscal": None, "special_account": None, "other": None, "unplaced": []}
CATEGORIES = {"level1_code": "1", "level1": "产出指标", "level2_code": "11", "level2": "数量指标"}


def indicator(number: int, name: str, value: str) -> dict[str, Any]:
    return {"number": number, **CATEGORIES, "name": name, "cycle_value": value, "annual_value": value}


def project(name: str, total: str, *indicators: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "unit": "青禾区教育局",
        "department": None,
        "amounts": AMOUNTS | {"total": total},
        "goal": f"完成{name}。",
        "withheld": False,
        "indicators": list(indicators),
    }


def label(*projects: dict[str, Any]) -> dict[str, Any]:
    totals = [{"kind": "grand_total", "name": "合计", "amounts": AMOUNTS | {"total": "60.00"}}]
    document = {"title": "绩效目标表", "department": None, "fiscal_year": 2026, "amount_unit": "万元", "totals": totals}
    return {"document": document, "projects": list(projects)}


def example() -> dict[str, Any]:
    return label(
        project("校舍维修", "10.00", indicator(1, "维修面积", "500平方米"), indicator(2, "验收率", "100%")),
        project("河道清淤", "20.00", indicator(1, "清淤长度", "3公里"), indicator(2, "完工时限", "2026年11月30日")),
        project("路灯更换", "30.00", indicator(1, "更换数量", "90盏"), indicator(2, "亮灯率", "≥98%")),
    )


def write_case(golden: Path, content: dict[str, Any] | str, name: str = "one") -> Path:
    folder = golden / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "source.txt").write_text(f"原文 {name}", encoding="utf-8")
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    (folder / "expected.json").write_text(text, encoding="utf-8")
    return folder


def record(content: dict[str, Any], info: DocumentInfo, **changes: Any) -> Record:
    values: dict[str, Any] = {
        "id": "0",
        "document": info,
        "block": BlockInfo(index=0, start=0, end=1),
        "project": ProjectReading.model_validate(content),
        "normalized": Normalized(),
        "status": "unchecked",
        "readings": Readings(),
    }
    return Record(**(values | changes))


def extraction(content: dict[str, Any], **changes: Any) -> tuple[DocumentLine, list[Record]]:
    """What a reader gives that reads exactly `content`."""
    head = {key: value for key, value in content["document"].items() if key != "totals"}
    info = DocumentInfo(file="source.txt", sha256="0", **head)
    records = [record(item, info) for item in content["projects"]]
    counts = Counts(
        blocks=len(records), records=len(records), indicators=sum(len(item.project.indicators) for item in records)
    )
    totals = tuple(Total.model_validate(total) for total in content["document"]["totals"])
    values: dict[str, Any] = {"document": info, "status": "read", "counts": counts, "totals": totals}
    return DocumentLine(**(values | changes)), records


@pytest.fixture
def judge(tmp_path: Path) -> Callable[..., Evaluation]:
    """Evaluates `got` against a case labelled `expected`; an exception as `got` is raised by the reader."""

    def run(got: dict[str, Any] | Exception, expected: dict[str, Any] | None = None, **changes: Any) -> Evaluation:
        write_case(tmp_path / "golden", expected or example())

        def read(case: Case) -> tuple[DocumentLine, Sequence[Record]]:
            if isinstance(got, Exception):
                raise got
            return extraction(got, **changes)

        return evaluate(discover(tmp_path / "golden"), read)

    return run


def wrong(evaluation: Evaluation) -> set[str]:
    return {name for name, score in evaluation.fields.items() if not score.is_perfect}


def paths(evaluation: Evaluation) -> list[tuple[int | None, str, str]]:
    return [(item.project, item.path, item.kind) for case in evaluation.cases for item in case.differences]


# Scoring


def test_what_is_equal_is_perfect(judge: Callable[..., Evaluation]) -> None:
    evaluation = judge(example())
    assert evaluation.score.f1 == 1
    assert all(score.is_perfect for score in evaluation.fields.values())
    assert evaluation.fields["project"] == Score(tp=3)
    assert evaluation.fields["indicator.annual_value"] == Score(tp=6)
    assert evaluation.fields["totals.amounts.total"] == Score(tp=1)
    assert evaluation.fields["counts.records"] == Score(tp=1)
    assert evaluation.fields["project.withheld"] == evaluation.fields["document.department"] == Score()
    assert {name: evaluation.counts[name] for name in ("cases", "projects", "indicators")} == {
        "cases": 1, "projects": 3, "indicators": 6,
    }  # fmt: skip
    assert difference_lines(evaluation) == []


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_lost_project_costs_one_project(judge: Callable[..., Evaluation], lost: int) -> None:
    got = example()
    del got["projects"][lost]
    evaluation = judge(got)
    assert evaluation.fields["project"] == Score(tp=2, fn=1)
    assert evaluation.fields["project.name"] == Score(tp=2, fn=1)
    assert evaluation.fields["indicator.annual_value"] == Score(tp=4, fn=2)
    assert evaluation.score.fp == 3  # the three counts
    assert [item for item in paths(evaluation) if item[0]] == [(lost + 1, "", "missing")]


def test_an_invented_project_costs_its_own_values(judge: Callable[..., Evaluation]) -> None:
    got = example()
    got["projects"].insert(1, project("合计行", "99.00", indicator(1, "无", "无")))
    evaluation = judge(got)
    assert evaluation.fields["project"] == Score(tp=3, fp=1)
    assert evaluation.fields["project.amounts.total"] == Score(tp=3, fp=1)
    assert evaluation.fields["indicator.name"] == Score(tp=6, fp=1)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_invented_indicator_shifts_nothing(judge: Callable[..., Evaluation], at: int) -> None:
    got = example()
    got["projects"][1]["indicators"].insert(at, indicator(9, "群众满意度", "≥90%"))
    evaluation = judge(got)
    assert evaluation.fields["indicator"] == Score(tp=6, fp=1)
    assert evaluation.fields["indicator.name"] == Score(tp=6, fp=1)
    assert paths(evaluation) == [(None, "counts.indicators", "wrong"), (2, f"indicators[{at}]", "extra")]


def test_shifted_indicators_cost_the_lost_one(judge: Callable[..., Evaluation]) -> None:
    got = example()
    del got["projects"][0]["indicators"][0]
    evaluation = judge(got)
    assert evaluation.fields["indicator"] == evaluation.fields["indicator.name"] == Score(tp=5, fn=1)


def test_changed_order_is_seen(judge: Callable[..., Evaluation]) -> None:
    got = example()
    got["projects"][0]["indicators"].reverse()
    assert judge(got).fields["indicator"] == Score(tp=5, fp=1, fn=1)


@pytest.mark.parametrize(
    ("change", "field", "score", "kind"),
    [
        ({"name": "校舍维修费"}, "project.name", Score(tp=2, fp=1, fn=1), "wrong"),
        ({"name": None}, "project.name", Score(tp=2, fn=1), "missing"),
        ({"department": "教育局"}, "project.department", Score(fp=1), "extra"),
        ({"goal": "完成 校舍维修。"}, "project.goal", Score(tp=2, fp=1, fn=1, spacing=1), "spacing"),
        ({"goal": "完成校舍维修｡"}, "project.goal", Score(tp=2, fp=1, fn=1, spacing=1), "spacing"),
        ({"goal": "完成校舍维修"}, "project.goal", Score(tp=2, fp=1, fn=1), "wrong"),
        ({"withheld": True}, "project.withheld", Score(fp=1), "extra"),
        ({"amounts": AMOUNTS | {"total": "10.0"}}, "project.amounts.total", Score(tp=2, fp=1, fn=1), "wrong"),
    ],
)
def test_one_wrong_field(
    judge: Callable[..., Evaluation], change: dict[str, Any], field: str, score: Score, kind: str
) -> None:
    got = example()
    got["projects"][0] |= change
    evaluation = judge(got)
    assert wrong(evaluation) == {field}
    assert evaluation.fields[field] == score
    assert paths(evaluation) == [(1, field.removeprefix("project."), kind)]


def test_every_labelled_value_is_compared(judge: Callable[..., Evaluation]) -> None:
    def changed(part: Any) -> list[Any]:
        """All variants of a label in which one value is changed."""
        if isinstance(part, dict):
            return [part | {key: other} for key, value in part.items() for other in changed(value)]
        if isinstance(part, list):
            return [[*part[:at], other, *part[at + 1 :]] for at, value in enumerate(part) for other in changed(value)]
        if isinstance(part, bool):
            return [not part]
        return {"grand_total": ["unit"], None: []}.get(part, [part + 1 if isinstance(part, int) else f"{part}0"])

    variants = changed(example())
    assert len(variants) == 6 + 3 * (5 + 2 * 8)
    for got in variants:
        evaluation = judge(got)
        assert len(wrong(evaluation)) == 1, difference_lines(evaluation)


def test_unplaced_numbers_count_as_one_value(judge: Callable[..., Evaluation]) -> None:
    expected, got = example(), example()
    expected["projects"][0]["amounts"] = AMOUNTS | {"total": "10.00", "unplaced": ["2.50"]}
    got["projects"][0]["amounts"] = AMOUNTS | {"total": "10.00", "other": "2.50"}
    evaluation = judge(got, expected)
    assert wrong(evaluation) == {"project.amounts.unplaced", "project.amounts.other"}


def test_wrong_document_fields_and_totals(judge: Callable[..., Evaluation]) -> None:
    got = example()
    got["document"]["fiscal_year"] = None
    got["document"]["totals"].append({"kind": "unit", "name": "教育局", "amounts": AMOUNTS})
    evaluation = judge(got)
    assert evaluation.fields["document.fiscal_year"] == Score(fn=1)
    assert evaluation.fields["totals"] == evaluation.fields["totals.name"] == Score(tp=1, fp=1)


def test_wrong_counts_are_seen(judge: Callable[..., Evaluation]) -> None:
    assert wrong(judge(example(), counts=Counts(blocks=4, records=3, failed=1, indicators=6))) == {"counts.blocks"}


def test_what_a_label_leaves_out_is_not_compared(judge: Callable[..., Evaluation]) -> None:
    expected = example()
    for item in expected["projects"]:
        del item["goal"], item["amounts"]["total"]
        del item["indicators"][0]["cycle_value"]
    expected["projects"][1].pop("indicators")
    evaluation = judge(example(), expected)
    assert evaluation.score.f1 == 1
    assert not {"project.goal", "project.amounts.total", "counts.indicators"} & evaluation.fields.keys()
    assert evaluation.fields["indicator.cycle_value"] == Score(tp=2)


def test_labels_may_have_attributes_and_further_funding(judge: Callable[..., Evaluation]) -> None:
    expected, got = example(), example()
    expected["projects"][0]["attributes"] = {"项目编码": "QH-1", "负责人": "某某"}
    expected["projects"][0]["amounts"] = AMOUNTS | {"breakdown": [{"label": "上年结转", "amount": "3.25"}]}
    got["projects"][0]["attributes"] = {"项目编码": "QH-2", "项目类别": "经常性"}
    got["projects"][0]["amounts"] = AMOUNTS | {"breakdown": [{"label": "上年结转", "amount": "3.20"}]}
    evaluation = judge(got, expected)
    assert evaluation.fields["project.attributes"] == Score(fp=2, fn=2)
    assert evaluation.fields["project.amounts.breakdown"] == Score(fp=1, fn=1)


@pytest.mark.parametrize("error", [ZeroDivisionError("oops"), UnsupportedFile("source.txt", "is empty")])
def test_a_crash_is_a_full_miss(judge: Callable[..., Evaluation], error: Exception) -> None:
    perfect = judge(example())
    (case,) = judge(error).cases
    assert case.score == Score(fn=perfect.score.tp)
    assert case.score.f1 == 0
    assert case.failure is not None
    assert str(error) in case.failure


def test_a_failed_document_is_a_full_miss(judge: Callable[..., Evaluation]) -> None:
    evaluation = judge(example(), status="failed", reason="undecodable")
    assert evaluation.score.tp == evaluation.score.fp == 0
    assert difference_lines(evaluation) == ["one: FAILED, everything in it counts as missed: undecodable"]


def test_a_document_without_projects_can_fail_too(judge: Callable[..., Evaluation]) -> None:
    assert judge(label(), label()).score.f1 == 1
    assert judge(ValueError(), label()).score.f1 == 0
    assert wrong(judge(example(), label())) >= {"project", "indicator", "counts.blocks"}


def test_a_failed_record_is_a_lost_project(tmp_path: Path) -> None:
    write_case(tmp_path / "golden", example())
    line, records = extraction(example())
    records[1] = records[1].model_copy(update={"status": "failed", "project": ProjectReading()})
    evaluation = evaluate(discover(tmp_path / "golden"), lambda case: (line, records))
    assert evaluation.fields["project"] == Score(tp=2, fn=1)


def test_wrong_settings_stop_the_evaluation(judge: Callable[..., Evaluation]) -> None:
    with pytest.raises(UsageError, match="no key"):
        judge(UsageError("no key"))


NAMES = st.lists(st.sampled_from(["校舍维修", "校舍维修费", "河道清淤", "路灯更换", "巡查"]), max_size=8)


@given(NAMES, NAMES)
def test_pairs_hold_every_row_once_and_in_order(left: list[str], right: list[str]) -> None:
    pairs = pair([{"name": name} for name in left], [{"name": name} for name in right])
    assert [one for one, _ in pairs if one is not None] == list(range(len(left)))
    assert [other for _, other in pairs if other is not None] == list(range(len(right)))
    assert (None, None) not in pairs
    if left == right:
        assert all(one == other for one, other in pairs)


# Cases


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "the file: Invalid JSON"),
        ("[]", "the file: Input should be an object"),
        ('{"document": {}}', "projects: Field required"),
        ('{"document": {"fiscal_year": "2026"}, "projects": []}', "document.fiscal_year: Input should be a valid int"),
        ('{"document": {}, "projects": [{"title": null}]}', r"projects\[0\].title: Extra inputs"),
        (
            '{"document": {}, "projects": [{"amounts": {"total": "十元"}}]}',
            r"projects\[0\].amounts.total: .*not a printed",
        ),
        (
            '{"document": {}, "projects": [{"indicators": [{"number": "1"}]}]}',
            r"indicators\[0\].number: Input should be",
        ),
    ],
)
def test_a_malformed_label_is_named(tmp_path: Path, content: str, message: str) -> None:
    folder = write_case(tmp_path, content)
    with pytest.raises(UsageError, match=message) as caught:
        discover(tmp_path)
    assert str(caught.value).startswith(f"{folder / 'expected.json'}: not a valid label: ")


def test_many_problems_are_cut_short(tmp_path: Path) -> None:
    write_case(tmp_path, json.dumps({"document": {}, "projects": [{"total": "1"}] * 9}))
    with pytest.raises(UsageError, match=r"and 4 more$"):
        discover(tmp_path)


def test_folders_without_cases(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="absent: no such folder"):
        discover(tmp_path / "absent")
    with pytest.raises(UsageError, match="holds no golden cases"):
        discover(tmp_path)
    folder = write_case(tmp_path, example())
    with pytest.raises(UsageError, match="absent: no such folder"):
        discover(tmp_path, tmp_path / "absent")
    with pytest.raises(UsageError, match="a single case"):
        discover(folder)
    (folder / "source.md").touch()
    with pytest.raises(UsageError, match=r"more than one source: source\.md, source\.txt"):
        discover(tmp_path)
    (folder / "expected.json").unlink()
    with pytest.raises(UsageError, match=r"has no expected\.json"):
        discover(tmp_path)


def test_documents_may_stand_elsewhere(tmp_path: Path) -> None:
    source = write_case(tmp_path / "golden", example()) / "source.txt"
    source.unlink()
    with pytest.raises(UsageError, match=r"no one\.\* in"):
        discover(tmp_path / "golden")
    beside, given_folder = tmp_path / "documents", tmp_path / "elsewhere"
    for folder in (beside, given_folder):
        folder.mkdir()
        (folder / "one.txt").touch()
        (folder / "one-more.txt").touch()
    assert [case.source for case in discover(tmp_path / "golden")] == [beside / "one.txt"]
    assert [case.source for case in discover(tmp_path / "golden", given_folder)] == [given_folder / "one.txt"]


def test_the_hash_knows_names_and_contents(tmp_path: Path) -> None:
    first = write_case(tmp_path, example(), "first")
    second = write_case(tmp_path, example(), "second")
    hashes = [corpus_hash(discover(tmp_path))]
    (first / "source.txt").write_text("other", encoding="utf-8")
    hashes.append(corpus_hash(discover(tmp_path)))
    (second / "expected.json").write_text(json.dumps(label()), encoding="utf-8")
    hashes.append(corpus_hash(discover(tmp_path)))
    second.rename(tmp_path / "renamed")
    hashes.append(corpus_hash(discover(tmp_path)))
    assert len(set(hashes)) == 4
    cases = discover(tmp_path)
    assert corpus_hash(cases) == corpus_hash(cases[::-1]) == hashes[-1]


# Baseline


def test_pinned_floors_hold(judge: Callable[..., Evaluation], tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    with pytest.raises(UsageError, match="nothing is pinned yet"):
        Baseline.load(path)
    evaluation = judge(example())
    pinned = pin(evaluation, path)
    assert Baseline.load(path) == pinned
    assert check(evaluation, pinned) == []
    assert pin(evaluation, path) == pinned
    assert sorted(tmp_path.iterdir()) == [path, tmp_path / "golden"]


def test_floors_are_not_lowered_unasked(judge: Callable[..., Evaluation], tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    pinned = pin(judge(example()), path)
    got = example()
    got["projects"][0]["name"] = "别的"
    worse = judge(got)
    violations = check(worse, pinned)
    assert [line.partition(": F1 ")[0] for line in violations] == ["overall", "field project.name", "case one"]
    with pytest.raises(UsageError) as caught:
        pin(worse, path)
    assert all(line in str(caught.value) for line in violations)
    assert Baseline.load(path) == pinned
    assert pin(worse, path, allow_lower=True).floors.fields["project.name"] == Decimal("0.6666")
    assert check(worse, Baseline.load(path)) == []
    assert pin(judge(example()), path) == pinned


def test_a_smaller_or_changed_corpus_is_a_violation(judge: Callable[..., Evaluation], tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    pinned = pin(judge(example()), path)
    smaller = example()
    del smaller["projects"][2]
    violations = check(judge(smaller, smaller), pinned)
    assert violations[0].startswith("corpus: ")
    assert "re-pin" in violations[0]
    assert violations[1:3] == ["projects: 2, pinned are 3", "indicators: 4, pinned are 6"]
    with pytest.raises(UsageError, match="projects: 2, pinned are 3"):
        pin(judge(smaller, smaller), path)


def test_missing_and_unknown_cases_are_violations(judge: Callable[..., Evaluation], tmp_path: Path) -> None:
    pinned = pin(judge(example()), tmp_path / "baseline.json")
    (tmp_path / "golden" / "one").rename(tmp_path / "golden" / "two")
    moved = evaluate(discover(tmp_path / "golden"), lambda case: extraction(example()))
    violations = check(moved, pinned)
    assert violations[1:] == [
        "case one: pinned at 1.0000, but not evaluated",
        "case two: is not pinned; re-pin with --pin",
    ]


# Archives


def write_archive(golden: Path, files: dict[str, dict[str, Any] | None], *more: str) -> Path:
    """A case of an archive that holds these files, and `more` that the labels do not name."""
    folder = golden / "many"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "source.zip", "w") as archive:
        for name in (*files, *more):
            archive.writestr(name, f"原文 {name}")
    (folder / "expected.json").write_text(json.dumps({"members": files}), encoding="utf-8")
    return folder


def test_each_document_of_an_archive_is_a_case(tmp_path: Path) -> None:
    write_archive(tmp_path, {"教育局/甲.txt": example(), "乙.txt": label(), "封面.jpg": None})
    texts = []

    def read(case: Case) -> tuple[DocumentLine, Sequence[Record]]:
        texts.append(parse(load(case.source, member=case.member)).text)
        return extraction(example())

    cases = discover(tmp_path)
    evaluation = evaluate(cases, read)
    assert texts == ["原文 教育局/甲.txt", "原文 乙.txt"]
    assert [(case.name, case.score.is_perfect) for case in evaluation.cases] == [
        ("many/教育局/甲.txt", True),
        ("many/乙.txt", False),
    ]
    assert evaluation.counts["cases"] == 2
    before = corpus_hash(cases)
    with zipfile.ZipFile(tmp_path / "many" / "source.zip", "a") as archive:
        archive.comment = b"changed"
    assert corpus_hash(cases) != before


@pytest.mark.parametrize(
    ("files", "more", "message"),
    [
        ({"甲.txt": example()}, ["乙.txt"], "乙.txt: .*source.zip holds it, expected.json does not name it"),
        ({"甲.txt": example()}, ["封面.jpg"], "封面.jpg: .*does not name it"),
    ],
)
def test_what_the_labels_of_an_archive_leave_out_is_named(
    tmp_path: Path, files: dict[str, dict[str, Any] | None], more: list[str], message: str
) -> None:
    write_archive(tmp_path, files, *more)
    with pytest.raises(UsageError, match=message):
        discover(tmp_path)


def test_a_labelled_file_that_the_archive_lacks_is_named(tmp_path: Path) -> None:
    folder = write_archive(tmp_path, {"甲.txt": example()})
    labels = {"members": {"甲.txt": example(), "丙.txt": example()}}
    (folder / "expected.json").write_text(json.dumps(labels), encoding="utf-8")
    with pytest.raises(UsageError, match=r"丙\.txt: .*source\.zip holds no such file"):
        discover(tmp_path)
    (folder / "source.zip").write_bytes(b"PK\x03\x04")
    with pytest.raises(UsageError, match=r"source\.zip"):
        discover(tmp_path)


# Cases that need another program


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without LibreOffice."""
    monkeypatch.setattr("extractor.golden.cases.IS_HERE", {"libreoffice": lambda: False, "ocr": lambda: True})


def two_cases(folder: Path) -> list[Case]:
    write_case(folder / "golden", example())
    write_case(folder / "golden", example() | {"needs": "libreoffice"}, "old")
    return discover(folder / "golden")


@pytest.mark.usefixtures("bare")
def test_a_case_that_cannot_be_read_here_is_left_out_and_named(tmp_path: Path) -> None:
    def read(case: Case) -> tuple[DocumentLine, Sequence[Record]]:
        assert case.name == "one"
        return extraction(example())

    evaluation = evaluate(two_cases(tmp_path), read)
    assert [(case.name, case.failure) for case in evaluation.left_out] == [
        ("old", "needs libreoffice, which is not installed here")
    ]
    assert [case.name for case in evaluation.cases] == ["one"]
    assert evaluation.score.f1 == 1
    output = StringIO()
    Console(file=output, width=160).print(render(evaluation))
    assert "old: not evaluated: needs libreoffice" in output.getvalue()
    assert json.loads(to_json(evaluation))["not_evaluated"] == {"old": "needs libreoffice, which is not installed here"}


def test_a_case_counts_whether_it_is_left_out_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for is_here in (True, False):
        monkeypatch.setattr("extractor.golden.cases.IS_HERE", {"libreoffice": lambda here=is_here: here})
        found.append(evaluate(two_cases(tmp_path), lambda case: extraction(example())))
    assert found[0].counts == found[1].counts
    pinned = pin(found[0], tmp_path / "baseline.json")
    assert check(found[1], pinned) == []
    assert check(found[0], pinned, complete=True) == []
    assert check(found[1], pinned, complete=True) == [
        "case old: not evaluated: needs libreoffice, which is not installed here"
    ]
    assert pin(found[1], tmp_path / "baseline.json") == pinned, "its floor stays"
    assert pin(found[1], tmp_path / "baseline.json", allow_lower=True) == pinned


@pytest.mark.usefixtures("bare")
def test_no_floor_is_pinned_of_what_was_not_evaluated(tmp_path: Path) -> None:
    evaluation = evaluate(two_cases(tmp_path), lambda case: extraction(example()))
    with pytest.raises(UsageError, match="case old has no floor yet, and needs libreoffice"):
        pin(evaluation, tmp_path / "baseline.json")
    assert not (tmp_path / "baseline.json").exists()


@pytest.mark.usefixtures("bare")
def test_a_worse_reading_is_seen_beside_a_case_that_is_left_out(tmp_path: Path) -> None:
    pinned = pin(evaluate(two_cases(tmp_path)[1:], lambda case: extraction(example())), tmp_path / "baseline.json")
    got = example()
    got["projects"][0]["name"] = "别的"
    worse = check(evaluate(two_cases(tmp_path), lambda case: extraction(got)), pinned)
    assert [line.partition(": F1 ")[0] for line in worse if ": F1 " in line] == [
        "overall",
        "field project.name",
        "case one",
    ]


@pytest.mark.parametrize(
    "content", ["{", "{}", '{"corpus": 1}', '{"corpus": "", "counts": {}, "floors": {"overall": 2}}']
)
def test_a_malformed_baseline_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=r"baseline\.json: not a valid baseline: "):
        Baseline.load(path)


# Reports


def test_the_diff_shows_what_differs(judge: Callable[..., Evaluation]) -> None:
    got = example()
    got["document"]["title"] = None
    got["projects"][0]["goal"] = "完成 校舍维修。"
    got["projects"][1]["indicators"][1]["annual_value"] = "2026年12月30日"
    del got["projects"][2]
    evaluation = judge(got)
    assert difference_lines(evaluation) == [
        "one: 7 differences",
        "    - document.title missing: 绩效目标表",
        "    ≠ counts.blocks wrong",
        "        expected ⟦3⟧",
        "        got      ⟦2⟧",
        "    ≠ counts.records wrong",
        "        expected ⟦3⟧",
        "        got      ⟦2⟧",
        "    ≠ counts.indicators wrong",
        "        expected ⟦6⟧",
        "        got      ⟦4⟧",
        "  project 1 校舍维修",
        "    ␣ goal spacing",
        "        expected 完成⟦⟧校舍维修。",
        "        got      完成⟦␣⟧校舍维修。",
        "  project 2 河道清淤",
        "    ≠ indicators[1].annual_value wrong",
        "        expected 2026年1⟦1⟧月30日",
        "        got      2026年1⟦2⟧月30日",
        "  project 3 路灯更换",
        "    - project missing: 路灯更换 30.00",
    ]
    assert difference_lines(evaluation, limit=1)[-1] == "  … and 6 more"


def test_tables_and_json(judge: Callable[..., Evaluation]) -> None:
    got = example()
    got["projects"][0]["goal"] = "[red]完成 校舍维修。"
    evaluation = judge(got)
    output = StringIO()
    Console(file=output, width=160).print(render(evaluation))
    assert "project.goal" in output.getvalue()
    assert "0.6666" in output.getvalue()
    assert "⟦[red]完成␣⟧" in output.getvalue()
    content = json.loads(to_json(evaluation))
    assert content["overall"]["f1"] == float(evaluation.score.f1) < 1
    assert content["cases"]["one"]["differences"] == [
        {
            "project": 1,
            "name": "校舍维修",
            "path": "goal",
            "kind": "wrong",
            "expected": "完成校舍维修。",
            "got": "[red]完成 校舍维修。",
        }
    ]


# The gate


def read_with_rules(case: Case) -> tuple[DocumentLine, Sequence[Record]]:
    settings = Settings.load({"model": "none", "cache": False}, environ={})
    result = extract_file(str(case.source), settings, member=case.member)
    return result.document, result.records


@pytest.mark.golden
@pytest.mark.parametrize("options", [(), ("--model", "none")], ids=["with the built-in reader", "without"])
def test_golden_cases_reach_their_floors(
    golden_dir: Path, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate, as a user meets it; nothing else in a run of the tests evaluates the golden cases."""
    for name in ENVIRONMENT.values():
        monkeypatch.delenv(name, raising=False)
    result = CliRunner().invoke(main, ["evaluate", str(golden_dir), *options])
    assert result.exit_code == 0, result.output
    assert "every floor of baseline.json is reached" in " ".join(result.output.split())
    assert "below the floor" not in result.output


def test_a_reading_below_a_floor_ends_the_command_with_a_failure(golden_dir: Path, tmp_path: Path) -> None:
    for name in ("text-plain-a", "negative"):
        shutil.copytree(golden_dir / name, tmp_path / name)
    command = ["evaluate", str(tmp_path), "--model", "none"]
    assert "baseline.json does not exist" in " ".join(CliRunner().invoke(main, command).output.split())
    assert CliRunner().invoke(main, [*command, "--pin"]).exit_code == 0
    assert CliRunner().invoke(main, command).exit_code == 0
    source = tmp_path / "text-plain-a" / "source.txt"
    source.write_text(source.read_text("utf-8").replace("年度指标值", "年度指标"), "utf-8")
    worse = CliRunner().invoke(main, command)
    assert worse.exit_code == 1
    assert "below the floor: overall: F1 " in " ".join(worse.output.split())


def test_real_documents_are_read_without_a_mistake(shared: Path) -> None:
    evaluation = evaluate(discover(shared / "golden"), read_with_rules)
    assert wrong(evaluation) == set(), "\n".join(difference_lines(evaluation))
    assert evaluation.score.f1 == 1
