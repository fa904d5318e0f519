"""Wherever a table's text is wrapped, whatever stands between its lines: the same reading."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.pipeline import cut, finish, survey
from extractor.readers import read
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import Record
from extractor.settings import Settings
from extractor.text import squash
from tests.render import Style, delimited, dump, markdown
from tests.strategies import projects

pytestmark = pytest.mark.large  # hundreds of documents for each test

SETTINGS = Settings(model=None, cache=False)

styles = st.builds(
    Style,
    name_width=st.integers(4, 14),
    goal_width=st.integers(18, 40),
    item_width=st.integers(18, 60),
    indent=st.sampled_from((2, 4)),
    blank_lines=st.sampled_from((0.0, 0.3, 0.6)),
    colon=st.sampled_from(":："),
)
shuffles = st.integers(0, 9_999).map(random.Random)


def extract(text: str, folder: object) -> list[Record]:
    path = folder / "source.txt"  # type: ignore[operator]
    path.write_bytes(text.encode())
    return finish(survey(cut(read(path))), {}, SETTINGS).records


def canonical(reading: ProjectReading) -> dict[str, object]:
    """The reading with white space squashed, without what the rendering adds."""
    data = reading.model_dump(exclude={"unit", "department"})
    data["name"], data["goal"] = squash(reading.name or ""), squash(reading.goal or "")
    data["indicators"] = [
        {key: squash(value) if isinstance(value, str) else value for key, value in indicator.model_dump().items()}
        for indicator in reading.indicators
    ]
    return data


def check(records: Sequence[Record], printed: Sequence[ProjectReading]) -> None:
    assert [canonical(record.project) for record in records] == [canonical(project) for project in printed]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> object:
    return tmp_path_factory.mktemp("wrapping")


@given(st.lists(projects(), min_size=2, max_size=4), styles, shuffles)
def test_coded_dump(folder: object, printed: list[ProjectReading], style: Style, random_: random.Random) -> None:
    check(extract(dump(printed, style, random_), folder), printed)


@given(st.lists(projects(coded=False, cycle=False), min_size=2, max_size=4), styles, shuffles)
def test_plain_dump(folder: object, printed: list[ProjectReading], style: Style, random_: random.Random) -> None:
    style = replace(style, coded=False, cycle=False)
    check(extract(dump(printed, style, random_), folder), printed)


@given(st.lists(projects(), min_size=2, max_size=4), styles, shuffles)
def test_dump_without_indent(
    folder: object, printed: list[ProjectReading], style: Style, random_: random.Random
) -> None:
    check(extract(dump(printed, replace(style, indent=0), random_), folder), printed)


@settings(max_examples=40)
@given(st.lists(projects(), min_size=2, max_size=4), st.sampled_from(("{}、", "{}.", "（{}）")), shuffles)
def test_other_markers(folder: object, printed: list[ProjectReading], marker: str, random_: random.Random) -> None:
    check(extract(dump(printed, Style(marker=marker), random_), folder), printed)


@settings(max_examples=40)
@given(st.lists(projects(), min_size=2, max_size=5), st.sampled_from(("md", "\t", ",")))
def test_same_records_from_every_format(folder: object, printed: list[ProjectReading], form: str) -> None:
    style = Style()
    text = markdown(printed, style) if form == "md" else delimited(printed, style, form)
    check(extract(text, folder), printed)


@given(st.lists(projects(), min_size=2, max_size=3), styles, shuffles)
def test_wide_punctuation_makes_no_difference(
    folder: object, printed: list[ProjectReading], style: Style, random_: random.Random
) -> None:
    text = dump(printed, style, random_)
    head, _, body = text.partition("合计 ")
    wide = head + "合计 " + body.translate(str.maketrans(":；,0123456789%", "：;，０１２３４５６７８９％"))
    check(extract(wide, folder), printed)
