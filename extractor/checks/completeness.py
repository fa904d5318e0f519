"""Whether a document was read whole: text outside of its table, and copies that end in the middle."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.chunk.unread import Unread
from extractor.readers.formats import is_exported
from extractor.schemas.document import Block, Document, Found
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
    reason = _sign_of_a_cut(document.text, blocks, projects, sums_fit) if len(blocks) > 1 else None
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
    text: str, blocks: Sequence[Block], projects: Sequence[ProjectReading], sums_fit: bool
) -> str | None:
    last = projects[-1].indicators
    others = [project for project in projects[:-1] if not project.withheld]
    if not last:
        return "cut_no_indicators" if others and all(project.indicators for project in others) else None
    if last[-1].annual_value is None:
        values = [indicator.annual_value for project in others for indicator in project.indicators]
        return "cut_no_value" if None not in values else None
    if sums_fit and text.endswith(_LINE_ENDS):
        return None
    ended = [_ends_sentence(text, block) for block in blocks]
    return "cut_no_stop" if not ended[-1] and sum(ended) >= _MOST * (len(blocks) - 1) else None


def _is_open_export(document: Document, blocks: Sequence[Block]) -> bool:
    """Whether a table that programs export lacks the end of its last line; values in cells have no full stops."""
    if not is_exported(document.format) or document.text.endswith(_LINE_ENDS):
        return False
    return not any(_ends_sentence(document.text, block) for block in blocks)


def _ends_sentence(text: str, block: Block) -> bool:
    """Whether a block's last printed words end a sentence; a row's last bar or quotation mark is no word."""
    return text[block.start : block.end].rstrip(' \n\r\t|"').endswith(_STOPS)
