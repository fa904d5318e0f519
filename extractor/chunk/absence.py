"""Why a document holds no projects: as it should be, or because something was not understood."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.chunk.rows import Section
from extractor.chunk.titles import OF_PROJECTS, WHOLE_DEPARTMENT
from extractor.layouts import CompiledLayout
from extractor.schemas.document import Document, Line, Row
from extractor.text import squash

_SIGNSOF_PROJECTS = ("一级指标", "三级指标", "年度指标值")
_REPORT = re.compile(r".{0,60}绩效(?:自评|自评价|评价|评估)(?:情况|工作)?(?:的?报告|总结|情况|结果公开)?.{0,12}")
_SECTION = re.compile(r"\([一二三四五六七八九十]{1,3}\)")
"""Numbers the paragraphs of a report."""
_IN_SENTENCES = re.compile(r"设(?:置|定|立)?(?:了|有)?(?:\d{1,2}|[一二三四五六七八九十])[条个项](?:\w{2,8}指标)")
"""Indicators counted in a sentence: 设1条数量指标：…"""
_TITLE_LINES = 6
_SENTENCE = 20
_MOST_GAPS = 1
_STOPS = re.compile("[,。;、]")


def why_none(
    document: Document, sections: Sequence[Section], layout: CompiledLayout, templates: int
) -> tuple[str, bool]:
    """Why there are no blocks, as a key of messages.toml, and whether that is as it should be.

    `templates` counts the rows that hold nothing but the words of an empty template.
    """
    text = squash(document.text)
    values = layout.value_label.search(text) is not None
    if sections:
        rows = sum(len(section.rows) for section in sections)
        if rows and rows == templates:
            return "no_rows", True
        without_cells = layout.spec.source == "dump" and "indicator_name" in sections[0].columns
        return ("no_rows", True) if not values and not without_cells else ("rows_not_understood", False)
    if len(_IN_SENTENCES.findall(text)) > 1 and not _is_report(document):
        return "indicators_in_sentences", False
    if WHOLE_DEPARTMENT.search(text) and not OF_PROJECTS.search(text):
        return "department_level_table", True
    if "绩效" in text and "项目名称" not in text and _is_prose(document, layout):
        if _is_report(document):
            return "self_evaluation_report", True
        return ("no_table_but_goals" if "绩效目标" in text else "no_table"), True
    if "绩效目标" in text and (values or any(word in text for word in _SIGNSOF_PROJECTS)):
        return "header_not_understood", False
    return ("no_table_but_goals" if "绩效目标" in text else "no_table"), True


def _is_report(document: Document) -> bool:
    """Whether one of the first lines is the title of a report on what was reached."""
    lines = [_printed(document, line) for line in document.lines[: _TITLE_LINES * 2]]
    return any(
        _REPORT.fullmatch(line) and not line.endswith("。") for line in [one for one in lines if one][:_TITLE_LINES]
    )


def _is_prose(document: Document, layout: CompiledLayout) -> bool:
    """Whether every line that prints a sign of projects is running text: long, with stops, without gaps."""
    if any(_is_sign(_printed(document, row), layout) for table in document.tables for row in table.rows):
        return False
    for line in document.lines:
        word = _printed(document, line)
        if _is_sign(word, layout):
            gaps = len(document.text[line.start : line.end].split()) - 1
            is_item = layout.marker.match(word) and not _SECTION.match(word)
            if is_item or len(word) < _SENTENCE or not _STOPS.search(word) or gaps > _MOST_GAPS:
                return False
            if layout.value_label.search(word) and not _is_report(document):
                return False
    return True


def _is_sign(word: str, layout: CompiledLayout) -> bool:
    return layout.value_label.search(word) is not None or any(sign in word for sign in _SIGNSOF_PROJECTS)


def _printed(document: Document, piece: Line | Row) -> str:
    return squash(document.text[piece.start : piece.end])
