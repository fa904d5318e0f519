"""What comes of cutting a part of a document, or all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from extractor.chunk.accounting import account
from extractor.chunk.rows import Mark
from extractor.chunk.unread import Unread, unread
from extractor.layouts import terms
from extractor.schemas.document import Block, Document, Header, PrintedTotal
from extractor.schemas.layout import LayoutSpec
from extractor.schemas.record import CharacterAccount


@dataclass(frozen=True, slots=True)
class Cut:
    """One part of a document, cut by one layout; `marks` tell what each stretch of its text is.

    `templates` counts the rows and forms that nobody filled in, `rows` all rows that were told apart.
    """

    header: Header
    layout: LayoutSpec
    blocks: tuple[Block, ...] = ()
    totals: tuple[PrintedTotal, ...] = ()
    marks: tuple[Mark, ...] = ()
    rows: int = 0
    templates: int = 0
    heads: bool = False
    """Whether a header row of a table of projects was found."""


@dataclass(frozen=True, slots=True)
class Chunks:
    """How a document was cut; `unread` are the pieces of text that belong to no project and to no table of them.

    `layouts` are those that its blocks name, in print order. `reason` says why there are no blocks, where there are
    none, as a key of messages.toml; `understood` is False where there should be some, since the document prints
    signs of projects.
    """

    header: Header
    layouts: Mapping[str, LayoutSpec]
    blocks: tuple[Block, ...] = ()
    totals: tuple[PrintedTotal, ...] = ()
    characters: CharacterAccount = field(default_factory=CharacterAccount)
    unread: tuple[Unread, ...] = ()
    reason: str | None = None
    understood: bool = True

    @property
    def layout(self) -> LayoutSpec | None:
        """The layout of the first project."""
        return next(iter(self.layouts.values()), None)


def joined(document: Document, cuts: Sequence[Cut]) -> Chunks:
    """The parts of a document in print order, as one: blocks are numbered through, totals keep to their part."""
    blocks: list[Block] = []
    totals: list[PrintedTotal] = []
    for cut in cuts:
        first = len(blocks)
        blocks += [replace(block, index=first + block.index) for block in cut.blocks] if first else cut.blocks
        totals += [total._replace(rows=tuple(first + row for row in total.rows)) for total in cut.totals]
    some = any(cut.blocks for cut in cuts)
    marks = [
        # What stands above a part without projects heads nothing.
        mark._replace(kind="outside") if mark.kind == "header" and some and not cut.blocks else mark
        for cut in cuts
        for mark in cut.marks
    ]
    return Chunks(
        header=_header([cut for cut in cuts if cut.blocks] or cuts),
        layouts={cut.layout.name: cut.layout for cut in cuts if cut.blocks},
        blocks=tuple(blocks),
        totals=tuple(totals),
        characters=account(document.text, marks),
        unread=unread(document, marks, terms()),
    )


def _header(cuts: Sequence[Cut]) -> Header:
    """The header of the first part; what the parts say differently is not the document's."""
    header = cuts[0].header
    others = [cut.header for cut in cuts[1:]]
    if any(_value(other.amount_unit) != _value(header.amount_unit) for other in others):
        header = replace(header, amount_unit=None)
    if any(other.fiscal_year not in {None, header.fiscal_year} for other in others):
        header = replace(header, fiscal_year=None)
    if any(_value(other.department) not in {None, _value(header.department)} for other in others):
        header = replace(header, department=None)
    return header


def _value(found: object) -> str | None:
    return getattr(found, "value", None)
