"""Why a document holds no projects: as it should be, which its own signs prove, or because it was not understood."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from extractor.chunk.chunks import Cut
from extractor.chunk.signs import Signs, cuts_words, signs_in
from extractor.chunk.titles import OF_PROJECTS, WHOLE_DEPARTMENT
from extractor.layouts import CompiledLayout, terms
from extractor.layouts.forms import form_words
from extractor.layouts.shared import AbsenceSigns
from extractor.schemas.document import Document, Line, Row
from extractor.text import is_implausible, squash

_TITLE_LINES = 6
_SENTENCE = re.compile("[,。;]")
_NOT_WHOLE = frozenset(("unreadable_text", "shapeless_text", "damaged_characters", "text_outside_page", "lost_table"))
"""Kinds of notes that say that some of a text was not read as it is printed: its signs may be among that."""
_SWALLOWED = re.compile(r"[\u4e00-\u9fff]\?[a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜ]{1,6}\)")
"""A character that a converter swallowed, with its reading left behind: 目?biāo)."""
_FEW = 3
_LOST = re.compile(r"(?<=[\u4e00-\u9fff。,，)）])\?\?(?=[\u4e00-\u9fff])")
"""Characters that a program could not write, inside of a sentence: what they said may be a goal."""
_LONGEST_HEADING = 40
_SHORTEST_GOAL = 8


def _words() -> AbsenceSigns:
    return terms().shared.signs.absence


class Absence(NamedTuple):
    """Why there are no blocks, as a key of messages.toml, and whether that is proven to be as it should be."""

    reason: str
    is_proven: bool


def why_none(document: Document, cuts: Sequence[Cut], layout: CompiledLayout) -> Absence:
    """Why nothing was found in a document that was cut into no block.

    Absence is proven by what a document is: a table that nobody filled in, one on a whole department, a report or any
    text without signs of projects. What shows such signs all the same was not understood.
    """
    text = squash(document.text)
    if is_implausible(document.text):
        return Absence("text_not_plausible", False)
    if len(_words().in_sentences.findall(text)) > 1 and not _is_report(document):
        return Absence("indicators_in_sentences", False)
    signs = signs_of(document, layout)
    rows, templates = sum(cut.rows for cut in cuts), sum(cut.templates for cut in cuts)
    is_form = any(cut.layout.source == "form" for cut in cuts)
    if rows and rows == templates:
        return Absence("empty_forms" if is_form else "no_rows", True)
    if not OF_PROJECTS.search(text) and _is_of_department(document):
        return Absence("department_level_table", True)
    heads = any(cut.heads for cut in cuts)
    if (rows or heads) and (signs.are_of_projects or signs.has_values):
        return Absence("rows_not_understood", False)
    if signs.are_placeholders:
        return Absence("empty_forms", True)
    if signs.are_of_projects and not (_is_report(document) and _is_only_told(document, signs, layout)):
        return Absence(_not_understood(document, signs), False)
    if signs.name is not None and _labels_a_goal(document, layout):
        return Absence(_not_understood(document, signs), False)
    if not document.tables and _tells_a_goal(document, layout.terms.shared.prose.patterns):
        return Absence("report_not_understood", False)
    if heads or signs.are_unfilled:
        return Absence("empty_forms" if is_form else "no_rows", True)
    is_damaged = "绩效目标" in text and any(sign.search(document.text) for sign in (_SWALLOWED, _LOST))
    if (
        is_damaged
        or cuts_words(document.text)
        or (_is_not_whole(document) and ("绩效" in text or signs.targets >= _FEW))
    ):
        return Absence("text_not_understood", False)
    if _is_report(document):
        return Absence("self_evaluation_report", True)
    return Absence("no_table_but_goals" if "绩效目标" in text else "no_table", True)


def signs_of(document: Document, layout: CompiledLayout) -> Signs:
    """The signs of projects in a whole document."""
    pieces: list[Line | Row] = [*document.lines, *(row for table in document.tables for row in table.rows)]
    return signs_in(document, sorted(pieces, key=lambda piece: piece.start), layout.terms)


def _is_only_told(document: Document, signs: Signs, layout: CompiledLayout) -> bool:
    """Whether nothing but running text shows the signs, and no more than what was achieved."""
    rows = [row for table in document.tables for row in table.rows]
    in_tables = signs_in(document, rows, layout.terms)
    return signs.is_told and not signs.tells_targets and not in_tables.are_of_projects


def _is_of_department(document: Document) -> bool:
    """Whether a heading, not a sentence, says that a table is a whole department's."""
    pieces: list[Line | Row] = [*document.lines, *(row for table in document.tables for row in table.rows)]
    words = (squash(document.text[piece.start : piece.end]) for piece in pieces)
    return any(WHOLE_DEPARTMENT.search(word) and not _SENTENCE.search(word) for word in words)


def _labels_a_goal(document: Document, layout: CompiledLayout) -> bool:
    """Whether a line prints a goal behind its label, parted by a blank: a form's row without its cells."""
    words = form_words(layout.terms)
    for line in document.lines:
        first, _, rest = document.text[line.start : line.end].strip().partition(" ")
        label = words.label(first) if len(squash(rest)) >= _SHORTEST_GOAL and len(first) <= _LONGEST_HEADING else None
        if label is not None and label.field == "goal" and words.label(rest.split()[0]) is None:
            return True
    return False


def _is_not_whole(document: Document) -> bool:
    return any(note.kind in _NOT_WHOLE for note in document.notes)


def _not_understood(document: Document, signs: Signs) -> str:
    """What a person is told: where no header can be added, another copy of the document helps."""
    if signs.tells_projects:
        return "prose_not_understood"
    if signs.heads and signs.name is None and "项目名称" not in squash(document.text):
        return "indicators_without_name"
    return "header_not_understood" if document.tables else "text_not_understood"


def _tells_a_goal(document: Document, patterns: Mapping[str, re.Pattern[str]]) -> bool:
    """Whether a report in prose names its project under a label, or tells of a goal, and nothing of it was read."""
    lines = [squash(document.text[line.start : line.end]) for line in document.lines]
    text = "\n".join(line for line in lines if line)
    sections = sum(
        patterns["report_section"].search(line) is not None for line in lines if len(line) <= _LONGEST_HEADING
    )
    if not sections and not _is_report(document):
        return False
    sets = [match for match in _words().numbered.finditer(text) if patterns["report_goal"].fullmatch(match["words"])]
    if len(sets) > 1 or (sets and _words().names.search(text)):
        return True
    told = patterns["goal_sentence"], patterns["goal_missing"], patterns["report_name"]
    return any(pattern.search(text) for pattern in told)


def _is_report(document: Document) -> bool:
    """Whether one of the first lines is the title of a report on what was reached."""
    lines = [squash(document.text[line.start : line.end]) for line in document.lines[: _TITLE_LINES * 2]]
    return any(
        _words().report.fullmatch(line) and not line.endswith("。")
        for line in [one for one in lines if one][:_TITLE_LINES]
    )
