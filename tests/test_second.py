"""The built-in reader in the pipeline: whose readings count, where projects begin, what a fault costs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extractor.builtin import NOT_READ
from extractor.errors import WeightsError
from extractor.pipeline import DocumentResult, cut, finish, survey
from extractor.readers import read
from extractor.schemas.document import Block, Note
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import Flag, FlagCode
from extractor.settings import Settings
from extractor.tagger.reading import TaggerReading
from tests.second_readers import StubReader, agreeing, right_answers, tagged

SETTINGS = Settings(cache=False)


@pytest.fixture(scope="module")
def source(golden_dir: Path) -> str:
    return str(golden_dir / "text-plain-b" / "source.txt")


@pytest.fixture(scope="module")
def right(source: str) -> dict[str, ProjectReading]:
    return right_answers([source])


def extract(source: str, reader: StubReader | None, settings: Settings = SETTINGS) -> DocumentResult:
    return finish(survey(cut(read(source)), reader), {}, settings)


def with_one(right: dict[str, ProjectReading], index: int, **changes: Any) -> StubReader:
    """Everything is read right; the tagger's reading of one block is made with `changes`."""
    text = list(right)[index]
    return agreeing(right, {text: tagged(changes.pop("reading", right[text]), **changes)})


def boundaries(flags: tuple[Flag, ...]) -> list[Flag]:
    return [flag for flag in flags if flag.code == FlagCode.BOUNDARY_UNSURE]


# Statuses and counts


def test_a_page_that_was_read_by_likelihood_is_not_agreed_upon(source: str, right: dict[str, ProjectReading]) -> None:
    stamped = replace(read(source), notes=(Note("text_over_rule", "3"),))
    result = finish(survey(cut(stamped), agreeing(right)), {}, SETTINGS)
    assert [(record.status, record.flags) for record in result.records] == [("unchecked", ())] * len(right)
    assert FlagCode.UNREAD_CONTENT in [flag.code for flag in result.document.flags]
    converted = replace(read(source), notes=(Note("converted", ""),))
    result = finish(survey(cut(converted), agreeing(right)), {}, SETTINGS)
    assert {record.status for record in result.records} == {"agreed"}


def test_two_readings_that_agree(source: str, right: dict[str, ProjectReading]) -> None:
    result = extract(source, agreeing(right))
    assert [record.status for record in result.records] == ["agreed"] * len(right)
    counts = result.document.counts
    assert counts.no_second_reading == counts.fields_abstained == 0
    assert counts.fields_read_twice > 0
    assert counts.fields == counts.fields_read_twice + counts.fields_not_read
    for record in result.records:
        assert record.model is not None
        assert (record.model.name, len(record.model.prompt), record.model.not_read) == ("builtin", 16, NOT_READ)
        assert record.readings.model is not None
        assert record.readings.builtin is None
        assert record.asked == ()
    assert result.document.asking is None


def test_what_is_not_its_business() -> None:
    assert NOT_READ == (
        "department", "unit", "amounts", "withheld", "attributes",
        "indicators.operator", "indicators.measure_unit", "indicators.weight", "indicators.attributes",
    )  # fmt: skip


def test_rules_alone_are_as_before(source: str) -> None:
    result = extract(source, None, Settings(model=None, cache=False))
    assert {record.status for record in result.records} == {"unchecked"}
    assert all(record.model is None and record.readings.model is None for record in result.records)
    counts = result.document.counts
    assert (counts.fields_read_twice, counts.fields_not_read, counts.no_second_reading) == (0, 0, 0)


def test_where_it_is_not_sure_nothing_is_agreed_upon(source: str, right: dict[str, ProjectReading]) -> None:
    result = extract(source, with_one(right, 1, unsure=("goal",)))
    assert [record.status for record in result.records].count("unchecked") == 1
    unsure = result.records[1]
    assert (unsure.status, unsure.flags) == ("unchecked", ())
    assert unsure.model is not None
    assert unsure.model.abstained == ("goal",)
    counts = result.document.counts
    assert counts.fields_abstained == 1
    assert counts.fields == counts.fields_read_twice + counts.fields_not_read + 1


def test_a_block_that_it_cannot_read_has_no_second_reading(source: str, right: dict[str, ProjectReading]) -> None:
    result = extract(source, agreeing(right, {next(iter(right)): None}))
    first = result.records[0]
    assert (first.status, first.flags, first.model, first.readings.model) == ("unchecked", (), None, None)
    assert result.document.counts.no_second_reading == 1
    blind = extract(source, StubReader())
    assert {(record.status, record.flags) for record in blind.records} == {("unchecked", ())}
    assert blind.document.counts.no_second_reading == len(right)


def test_a_different_reading_is_flagged(source: str, right: dict[str, ProjectReading]) -> None:
    other = list(right.values())[2].model_copy(update={"goal": "别的目标"})
    record = extract(source, with_one(right, 2, reading=other)).records[2]
    assert record.status == "flagged"
    assert "goal" in {flag.path for flag in record.flags}


# Faults


class Broken:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def read(self, *_: object) -> Any:
        raise self.error


@pytest.mark.parametrize(("language", "says"), [("zh", "没有第二次读取"), ("en", "no second reading")])
def test_a_fault_costs_the_second_reading_and_is_seen(source: str, language: str, says: str) -> None:
    settings = Settings(cache=False, language=language)
    opened = cut(read(source))
    result = finish(survey(opened, Broken(IndexError("secret text"))), {}, settings)
    assert {record.status for record in result.records} == {"unchecked"}
    assert result.document.counts.no_second_reading == len(result.records)
    (failed,) = [flag for flag in result.document.flags if flag.code == FlagCode.MODEL_FAILED]
    assert says in failed.message
    assert "IndexError" in failed.message
    assert "secret" not in failed.message


def test_damaged_weights_end_the_run(source: str) -> None:
    with pytest.raises(WeightsError):
        survey(cut(read(source)), Broken(WeightsError("weights.npz", "is damaged")))


# Where projects begin


def test_a_further_project_inside_a_block(source: str, right: dict[str, ProjectReading]) -> None:
    result = extract(source, with_one(right, 1, openings=(0, 30)))
    (found,) = boundaries(result.records[1].flags)
    assert result.records[1].status == "flagged"
    text = read(source).text
    ((start, end),) = found.spans
    assert "".join(text[start:end].split()) in "".join(list(right)[1].split())
    assert "".join(text[start:end].split())[:10] in "".join(found.message.split())
    assert [boundaries(record.flags) for record in result.records].count([]) == len(right) - 1


def test_a_block_in_which_no_project_begins(source: str, right: dict[str, ProjectReading]) -> None:
    result = extract(source, with_one(right, 2, openings=()))
    (found,) = boundaries(result.records[2].flags)
    assert (found.path, result.records[2].status) == ("name", "flagged")


def test_cells_show_where_a_project_begins(golden_dir: Path) -> None:
    source = str(golden_dir / "tab-labelled-a" / "source.tsv")
    result = extract(source, with_one(right_answers([source]), 2, openings=()))
    assert [boundaries(record.flags) for record in result.records] == [[]] * len(result.records)


@pytest.mark.parametrize(
    "changes",
    [{"unsure": ("name",)}, {"doubt": ((0, 4),)}],
    ids=["name not sure", "beginning in doubt"],
)
def test_to_see_no_beginning_counts_only_where_it_is_sure(
    source: str, right: dict[str, ProjectReading], changes: dict[str, Any]
) -> None:
    result = extract(source, with_one(right, 2, openings=(), **changes))
    assert boundaries(result.records[2].flags) == []


def test_a_reader_that_sees_few_beginnings_says_nothing_by_seeing_none(
    source: str, right: dict[str, ProjectReading]
) -> None:
    sees = set(list(right)[:2])
    assert len(sees) * 2 < len(right)

    def read_block(block: Block) -> TaggerReading:
        text = block.content.text
        return tagged(right[text], openings=(0,) if text in sees else ())

    result = extract(source, StubReader(read_block))
    assert all(boundaries(record.flags) == [] for record in result.records)


@pytest.mark.parametrize(("language", "says"), [("zh", "不在任何项目内"), ("en", "outside of all projects, 2 in all")])
def test_projects_that_the_rules_did_not_find(
    source: str, right: dict[str, ProjectReading], language: str, says: str
) -> None:
    reader = agreeing(right)
    reader.missed = ((0, 8), (10, 60))
    result = extract(source, reader, Settings(cache=False, language=language))
    (found,) = boundaries(result.document.flags)
    assert (found.path, found.spans) == ("document", reader.missed)
    assert says in found.message
    assert "".join(read(source).text[:8].split())[:4] in found.message
    assert {record.status for record in result.records} == {"agreed"}
