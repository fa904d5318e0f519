"""Whether a document was read whole: text outside of its table, and copies that end in the middle."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.chunk.unread import Unread
from extractor.readers.formats import is_exported
from extractor.schemas.document import Block, Document, Found, Row, Table
from extractor.schemas.finding import Finding, finding, said
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import FlagCode
from extractor.text import ENDS_SENTENCE

_SHOWN = 40
_MOST_PIECES = 10
_MOST_SPANS = 20
_MOST_WORDS = 3
_STOPS = (*ENDS_SENTENCE, "”", "）", ")")
"""A block may also end in a quotation or in a remark."""
_LINE_ENDS = ("\n", "\r", "\f")
_MOST = 0.8
_MISTAKEN, _SOME = 2, 0.2
"""Rows that were taken for projects are never alone."""


def check_outside(text: str, unread: Sequence[Unread]) -> list[Finding]:
    """What stands outside of the projects, each piece with its own words.

    Pieces that print projects and rows of tables are for a person to look at; other lines (a page's navigation, notes
    below a table) are only told, together.
    """
    looked_at = [piece for piece in unread if piece.of_projects or piece.in_table]
    found = [
        finding(
            FlagCode.UNCLAIMED_TEXT,
            "document",
            variant="of_projects" if piece.of_projects else "",
            text=_shown(text[piece.start : piece.end]),
            spans=((piece.start, piece.end),),
        )
        for piece in looked_at[:_MOST_PIECES]
    ]
    if more := looked_at[_MOST_PIECES:]:
        found.append(_together(FlagCode.UNCLAIMED_TEXT, text, more))
    if lines := [piece for piece in unread if not (piece.of_projects or piece.in_table)]:
        found.append(_together(FlagCode.READER_NOTE, text, lines))
    return found


def check_rows(of_projects: Sequence[Sequence[Finding]]) -> list[Finding]:
    """Several projects whose name or unit is a category, a number or a sign: rows that were taken for projects."""
    mistaken = sum(any(map(_is_no_name, findings)) for findings in of_projects)
    if mistaken < _MISTAKEN or mistaken <= _SOME * len(of_projects):
        return []
    return [finding(FlagCode.BOUNDARY_UNSURE, "document", variant="rows_mistaken", count=mistaken)]


def _is_no_name(found: Finding) -> bool:
    is_name = found.code == FlagCode.IMPLAUSIBLE and found.path in {"name", "unit"}
    return is_name and found.variant in {"category", "another_cell"}


def check_told_again(told: Sequence[Found]) -> list[Finding]:
    """Projects that prose tells and a form tells again: only the form was read."""
    return [
        finding(
            FlagCode.READER_NOTE,
            "document",
            variant="told_again",
            name=found.value,
            spans=(found.span,) if found.span else (),
        )
        for found in told
    ]


def _together(code: FlagCode, text: str, pieces: Sequence[Unread]) -> Finding:
    """Several pieces in one finding; their words stand apart."""
    spans = tuple((piece.start, piece.end) for piece in pieces[:_MOST_SPANS])
    words = " … ".join(_shown(text[start:end]) for start, end in spans[:_MOST_WORDS])
    return finding(code, "document", variant="outside", count=len(pieces), text=words, spans=spans)


def _shown(text: str) -> str:
    printed = " ".join(text.split())
    return printed[:_SHOWN] + ("…" if len(printed) > _SHOWN else "")


def check_end(
    document: Document,
    blocks: Sequence[Block],
    projects: Sequence[ProjectReading],
    *,
    sums_fit: bool,
) -> list[Finding]:
    """A flag where the last project ends in the middle, as a file does that was cut off."""
    if not blocks or projects[-1].withheld:
        return []
    reason = "cut_open_row" if _ends_in_a_row(document) else None
    if reason is None and len(blocks) > 1:
        reason = _sign_of_a_cut(document, blocks, projects, sums_fit)
    if reason is None and _is_open_export(document, blocks):
        reason = "cut_no_line_end"
    if reason is None:
        return []
    return [
        finding(
            FlagCode.BOUNDARY_UNSURE,
            "document",
            variant="cut_off",
            name=projects[-1].name or "",
            what=said(reason),
            spans=((blocks[-1].start, blocks[-1].end),),
        )
    ]


def _sign_of_a_cut(
    document: Document, blocks: Sequence[Block], projects: Sequence[ProjectReading], sums_fit: bool
) -> str | None:
    text, last = document.text, projects[-1].indicators
    others = [project for project in projects[:-1] if not project.withheld]
    if not last:
        return "cut_no_indicators" if others and all(project.indicators for project in others) else None
    if last[-1].annual_value is None:
        if _ends_with_a_whole_row(document, blocks[-1]):
            return None  # the row says that there is no value
        values = [indicator.annual_value for project in others for indicator in project.indicators]
        return "cut_no_value" if None not in values else None
    if sums_fit and text.endswith(_LINE_ENDS):
        return None
    ended = [_ends_sentence(text, block) for block in blocks]
    return "cut_no_stop" if not ended[-1] and sum(ended) >= _MOST * (len(blocks) - 1) else None


def _ends_in_a_row(document: Document) -> bool:
    """Whether plain text ends in the middle of its last row.

    Such a row lacks the bar that closes every other one, or the end of its line and cells that every other one has.
    """
    text, table = document.text, document.tables[-1] if document.tables else None
    if document.encoding is None or table is None or table.rebuilt:
        return False
    *others, last = table.rows
    if not others or text[last.end :].strip():
        return False
    if not _is_closed(text, last) and all(_is_closed(text, row) for row in others):
        return True
    return not text.endswith(_LINE_ENDS) and len(last.cells) < min(len(row.cells) for row in others)


def _ends_with_a_whole_row(document: Document, block: Block) -> bool:
    """Whether a block's last row has all the cells of its table, and its end as well."""
    text = document.text
    for table in document.tables:
        for row in table.rows:
            if row.start < block.end <= row.end:
                is_ended = _is_closed(text, row) or text[row.end :].startswith(_LINE_ENDS)
                return is_ended and not table.rebuilt and len(row.cells) == _width(table)
    return False


def _width(table: Table) -> int:
    return max(len(row.cells) for row in table.rows)


def _is_closed(text: str, row: Row) -> bool:
    """Whether a bar ends a row."""
    return text[row.start : row.end].rstrip().endswith("|")


def _is_open_export(document: Document, blocks: Sequence[Block]) -> bool:
    """Whether a table that programs export lacks the end of its last line; values in cells have no full stops."""
    if not is_exported(document.format) or document.text.endswith(_LINE_ENDS):
        return False
    return not any(_ends_sentence(document.text, block) for block in blocks)


def _ends_sentence(text: str, block: Block) -> bool:
    """Whether a block's last printed words end a sentence; a row's last bar or quotation mark is no word."""
    return text[block.start : block.end].rstrip(' \n\r\t|"').endswith(_STOPS)
