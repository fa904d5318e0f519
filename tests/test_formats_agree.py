"""One table in every file format gives the same records: a format is only another way to print it."""

from __future__ import annotations

import random
import re
from collections import Counter
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from extractor import extract
from extractor.pipeline import DocumentResult
from extractor.readers import RawFile, parse
from extractor.schemas.project import Amounts, ProjectReading
from extractor.schemas.record import Record
from tests import formats, render
from tests.formats import Printed, Row
from tests.pdf_writer import A4_LANDSCAPE, PdfStyle, Span
from tests.render import Style
from tests.strategies import projects

TITLE = ("项目支出绩效目标表", "单位：万元")
WIDTHS = (100, 55, 55, 55, 55, 160, 260)
PAGE = PdfStyle(page=A4_LANDSCAPE, margin=30, size=8, leading=11)


def result(content: str | bytes, suffix: str) -> DocumentResult:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{suffix}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return extract(path, model="none")


def read(content: str | bytes, suffix: str) -> list[Record]:
    return result(content, suffix).records


def values(records: list[Record]) -> list[ProjectReading]:
    """What is published, without where it stands."""
    return [record.project for record in records]


@st.composite
def funded(draw: st.DrawFn) -> ProjectReading:
    """A project whose money stands in any one column, the others blank."""
    project = draw(projects())
    column = draw(st.sampled_from(("fiscal", "special_account", "other")))
    return project.model_copy(
        update={"amounts": Amounts(total=project.amounts.total, **{column: project.amounts.total})}
    )


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(funded(), min_size=1, max_size=5, unique_by=lambda project: project.name))
def test_every_format_gives_the_same_records(wanted: list[ProjectReading]) -> None:
    style = Style()
    printed = Printed(TITLE, render.rows(wanted, style), WIDTHS, pdf=PAGE)
    expected = values(read(render.delimited(wanted, style, "\t"), "tsv"))
    assert [(one.name, one.amounts, one.goal, one.indicators) for one in expected] == [
        (one.name, one.amounts, one.goal, one.indicators) for one in wanted
    ]
    assert values(read(render.markdown(wanted, style), "md")) == expected
    assert values(read(formats.web(printed), "html")) == expected
    assert values(read(formats.excel(printed), "xlsx")) == expected
    assert values(read(formats.old_excel(printed), "xls")) == expected
    assert values(read(formats.word(printed), "docx")) == expected
    assert values(read(formats.pdf(printed), "pdf")) == expected


def ink(text: str) -> str:
    """The characters of a page or a PDF file's text, without its markup."""
    return "".join(re.sub(r"<[^>]*>", "", text).split())


def by_indicator(wanted: list[ProjectReading]) -> list[Row]:
    """A row for each indicator: the project's cells merged downwards, and its categories."""
    rows: list[Row] = [
        ("项目名称", "预算金额", "绩效目标", "一级指标", "二级指标", "三级指标", "实施周期指标值", "年度指标值")
    ]
    for project in wanted:
        own: list[str | Span] = [
            Span(text or "", rows=len(project.indicators))
            for text in (project.name, project.amounts.total, project.goal)
        ]
        for level1, alike in groupby(project.indicators, key=lambda one: one.level1):
            category = list(alike)
            own.append(Span(level1 or "", rows=len(category)))
            for level2, same in groupby(category, key=lambda one: one.level2):
                group = list(same)
                own.append(Span(level2 or "", rows=len(group)))
                for one in group:
                    rows.append([*own, one.name or "", one.cycle_value or "", one.annual_value or ""])
                    own = []
    return rows


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    st.lists(projects(), min_size=1, max_size=4, unique_by=lambda project: project.name),
    st.sampled_from(("lines", "filled", "boxes")),
    st.sampled_from(("open", "closed", "whole")),
    st.booleans(),
    st.sampled_from((300.0, 420.0, 595.0)),
)
def test_merged_cells_mean_the_same_in_every_format(
    wanted: list[ProjectReading], rules: str, breaks: str, repeat: bool, height: float
) -> None:
    style = PdfStyle(
        page=(842.0, height),
        margin=30,
        size=8,
        leading=11,
        rules=rules,
        breaks=breaks,
        repeat_header=repeat,  # type: ignore[arg-type]
    )
    printed = Printed(TITLE, by_indicator(wanted), (110, 55, 160, 60, 80, 120, 100, 100), pdf=style)
    page = read(formats.web(printed), "html")
    expected = values(page)
    bare = {"number": None, "level1_code": None, "level2_code": None}
    assert [(one.name, one.amounts.total, one.goal, one.indicators) for one in expected] == [
        (
            *(one.name, one.amounts.total, one.goal),
            tuple(indicator.model_copy(update=bare) for indicator in one.indicators),
        )
        for one in wanted
    ]
    assert values(read(formats.excel(printed), "xlsx")) == expected
    assert values(read(formats.old_excel(printed), "xls")) == expected
    assert values(read(formats.word(printed), "docx")) == expected
    content = formats.pdf(printed)
    # A merged cell whose text does not fit into its two halves loses a line on paper already.
    assume(Counter(ink(parse(RawFile("a.pdf", content, "")).text)) >= Counter(ink(formats.web(printed).decode())))
    found = read(content, "pdf")
    assert breaks != "open" or rules == "boxes" or values(found) == expected
    for ours, theirs in zip(found, page, strict=True):
        assert ours.project == theirs.project or ours.status == "flagged", (ours.project, theirs.project)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(projects(), min_size=1, max_size=4, unique_by=lambda project: project.name), st.integers(0, 99_999))
def test_a_text_dump_gives_the_same_as_far_as_it_can_tell(wanted: list[ProjectReading], seed: int) -> None:
    """A dump has lost its cells: what differs from the table must be flagged.

    Of two equal numbers the second counts as 财政拨款 where no total tells otherwise (golden/README.md),
    so all the money is.
    """
    style = Style(blank_lines=0.3)
    table = read(formats.web(Printed(TITLE, render.rows(wanted, style), WIDTHS)), "html")
    dump = read(render.dump(wanted, style, random.Random(seed)), "txt")
    assert len(dump) == len(table)
    for ours, theirs in zip(dump, table, strict=True):
        same = ours.project.model_copy(update={"department": None, "unit": None}) == theirs.project.model_copy(
            update={"department": None, "unit": None}
        )
        assert same or ours.status == "flagged", (ours.project, theirs.project)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    st.lists(funded(), min_size=2, max_size=6, unique_by=lambda project: project.name),
    st.sampled_from(("lines", "filled", "boxes")),
    st.sampled_from(("open", "closed", "whole")),
    st.booleans(),
    st.sampled_from((300.0, 420.0)),
)
def test_page_breaks_change_nothing_unsaid(
    wanted: list[ProjectReading], rules: str, breaks: str, repeat: bool, height: float
) -> None:
    """A row cut in two by a page break with a rule is put together by what it says; then a flag says so."""
    style = PdfStyle(
        page=(842.0, height), margin=30, size=8, leading=11, rules=rules, breaks=breaks, repeat_header=repeat  # type: ignore[arg-type]
    )  # fmt: skip
    printed = Printed(TITLE, render.rows(wanted, Style()), WIDTHS, pdf=style)
    try:
        content = formats.pdf(printed)
    except ValueError:  # a row that is longer than a page
        return
    expected = values(read(formats.web(printed), "html"))
    found = result(content, "pdf")
    if breaks == "whole" or (breaks == "open" and rules != "boxes"):
        assert values(found.records) == expected
    elif values(found.records) != expected:
        flags = [*found.document.flags, *(flag for record in found.records for flag in record.flags)]
        assert any(not flag.is_information for flag in flags)


@pytest.mark.parametrize("write", [formats.pdf, formats.word, formats.excel, formats.old_excel, formats.web])
def test_the_same_table_gives_the_same_bytes(write: object) -> None:
    printed = Printed(TITLE, [["项目名称", "总计"], ["道路养护", "80.00"]], (60, 40))
    assert write(printed) == write(printed)  # type: ignore[operator]
