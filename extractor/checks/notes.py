"""What a file's reader has to say about it, as findings about the document: pages that are pictures, hidden sheets …

A reader notes a kind and a datum (`Note`); the words are in messages.toml. What a person has to look at is
`unread_content`, what is only good to know `reader_note`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from extractor.messages import is_known
from extractor.readers.formats import counts_sheets
from extractor.schemas.document import Block, Document, Note
from extractor.schemas.finding import Finding, Said, Sentences, finding, said
from extractor.schemas.record import FlagCode

SILENT = frozenset({"sheet", "character_count"})
"""Kinds that are no flags: a sheet's name tells where other things are, characters have their own account."""
INFORMATION = frozenset(
    {
        *("converted", "row_joined", "nested_table", "footnotes", "endnotes", "page_header", "page_footer"),
        *("hidden_zeros", "comment", "signed_file", "seal", "undrawn_text"),
    }
)
"""Kinds of which a reader is sure: nothing was lost and nothing can be wrong."""
GUESSED = frozenset(
    {
        *(
            "ocr_page",
            "scanned_page_ocr",
            "text_over_picture",
            "no_ruling",
            "columns_by_position",
            "rules_end",
            "row_guessed",
            "crowded_page",
        ),
        *(
            "text_over_rule",
            "mixed_sizes",
            "overprinted_text",
            "stamped_cell",
            "watermark",
            "invisible_text",
            "text_outside_page",
            "unreadable_text",
            "shapeless_text",
        ),
        *("struck_annotation", "damaged_characters", "damaged_page", "missing_parts", "lost_cells", "text_box"),
    }
)
"""Kinds that say that a page's characters, or their cells, are what is likely: two readings of such a page
agree about what the file's reader made of it, not about what is printed."""
_COUNTS = frozenset(
    {
        *(
            "picture",
            "undrawn_text",
            "ocr_of_unreadable",
            "text_over_rule",
            "text_outside_page",
            "unreadable_text",
            "damaged_characters",
        ),
        *(
            "mixed_sizes",
            "overprinted_text",
            "stamped_cell",
            "attached_files",
            "hidden_zeros",
            "footnotes",
            "endnotes",
            "invisible_text",
            "struck_annotation",
        ),
        *("shapeless_text", "missing_parts", "signed_file"),
    }
)
"""Kinds whose datum is a number, which is added up over the pages."""
_SHOWN = 5


def check_notes(document: Document, blocks: Sequence[Block] = ()) -> list[Finding]:
    """One finding for each kind of note, with all the pages (sheets) that it was made on.

    What is noted of the text of a block is told on that block's record instead: see `doubts_of`.
    """
    names = {note.page: note.detail for note in document.notes if note.kind == "sheet"}
    kinds: dict[str, list[Note]] = {}
    for note in document.notes:
        if note.kind not in SILENT and not any(_is_about(note, block) for block in blocks):
            kinds.setdefault(note.kind, []).append(note)
    found = []
    for kind, notes in kinds.items():
        code = FlagCode.READER_NOTE if kind in INFORMATION else FlagCode.UNREAD_CONTENT
        known = is_known(f"{code}_{kind}")
        detail = _detail(kind, notes)
        found.append(
            finding(
                code,
                "document",
                variant=kind if known else "unknown",
                place=_place(document, notes, names),
                detail=detail if known else f"{kind} {detail}".strip(),
            )
        )
    return found


def doubts_of(document: Document, block: Block) -> list[Finding]:
    """Findings about one project: what its file's reader noted of the text that it stands in."""
    found: dict[str, list[Note]] = {}
    for note in document.notes:
        if _is_about(note, block):
            found.setdefault(note.kind, []).append(note)
    return [
        finding(
            FlagCode.UNREAD_CONTENT,
            variant=kind,
            place=_place(document, notes, {}),
            detail=_detail(kind, notes),
            spans=tuple(note.span for note in notes if note.span),
        )
        for kind, notes in found.items()
    ]


def _is_about(note: Note, block: Block) -> bool:
    return note.span is not None and note.span[0] < block.end and block.start < note.span[1]


def guessed_blocks(document: Document, blocks: Sequence[Block]) -> frozenset[int]:
    """Indices of the blocks that stand on pages read by likelihood.

    A block's pages reach to that of the next one: rows are put together over a page break, so that the note stands on
    the page where a row's rest is printed.
    """
    pages = [note.page for note in document.notes if note.kind in GUESSED]
    if not pages:
        return frozenset()
    ends = [block.page for block in blocks[1:]] + [None]
    return frozenset(
        block.index for block, end in zip(blocks, ends, strict=True) if any(_is_on(page, block, end) for page in pages)
    )


def _is_on(page: int | None, block: Block, end: int | None) -> bool:
    """Whether a note about a page, or about the whole document, means a block as well."""
    if page is None or block.page is None:
        return True
    return block.page <= page and (end is None or page <= end)


def explained(reason: Said, noted: Iterable[Finding]) -> Sentences:
    """Why a document gives no projects: what of it was not read belongs to the reason."""
    return (reason, *(found.said for found in noted if found.code == FlagCode.UNREAD_CONTENT))


def _place(document: Document, notes: Sequence[Note], names: dict[int | None, str]) -> Said:
    pages = sorted({note.page for note in notes if note.page is not None})
    if names and pages:
        return said("place_sheets", names=_some([names.get(page) or str(page) for page in pages]))
    if not pages or counts_sheets(document.format):
        return said("place_document")
    return said("place_pages", pages=ranges(pages))


def _detail(kind: str, notes: Sequence[Note]) -> str:
    if kind in _COUNTS:
        return f"{sum(int(note.detail.replace(',', '')) for note in notes):,}"
    return _some(list(dict.fromkeys(note.detail for note in notes)))


def _some(words: Sequence[str]) -> str:
    return "; ".join(words[:_SHOWN]) + (f" … ({len(words):,})" if len(words) > _SHOWN else "")


def ranges(numbers: Iterable[int]) -> str:
    """Ascending numbers, those that follow each other as a range.

    >>> ranges([2, 5, 6, 7, 9])
    '2, 5-7, 9'
    """
    runs = (
        [number for _, number in run]
        for _, run in groupby(enumerate(numbers), lambda numbered: numbered[1] - numbered[0])
    )
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
