"""What comes of cutting a part of a document, or all of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from extractor.chunk.accounting import account
from extractor.chunk.rows import Mark
from extractor.chunk.unread import Unread, printed, unread
from extractor.layouts import terms
from extractor.schemas.document import Block, Document, Found, Header, PrintedTotal
from extractor.schemas.layout import LayoutSpec
from extractor.schemas.record import CharacterAccount
from extractor.text import squash

_ROWS = frozenset(("dump", "grid"))
_LEAST_NAME = 6
_ADDED = re.compile(r"(?:项目|经费|资金|专项)+$")


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
    told_again: tuple[Found, ...] = ()
    """Projects that prose tells and a form below tells again: the form is read."""
    reason: str | None = None
    understood: bool = True

    @property
    def layout(self) -> LayoutSpec | None:
        """The layout of the first project."""
        return next(iter(self.layouts.values()), None)


def _marks(cut: Cut, *, is_aside: bool) -> Sequence[Mark]:
    """What each stretch of a part is; what stands above a part without projects heads nothing."""
    if not is_aside:
        return cut.marks
    return [mark._replace(kind="outside") if mark.kind == "header" else mark for mark in cut.marks]


def without_told_again(cuts: Sequence[Cut]) -> tuple[list[Cut], tuple[Found, ...]]:
    """The parts without the projects that prose tells and a form of the same document tells again, and those projects.

    The department's budget explains a project in sections, and its form stands below: 绩效目标: 详见…表.
    """
    forms = {name for cut in cuts if cut.layout.source == "form" for block in cut.blocks if (name := _key(block))}
    kept: list[Cut] = []
    again: list[Found] = []
    for cut in cuts:
        is_prose = cut.layout.source == "prose"
        twice = [block for block in cut.blocks if is_prose and _is_one_of(_key(block), forms)]
        if not twice:
            kept.append(cut)
            continue
        again += [Found(_name(block), (block.start, block.end)) for block in twice]
        spans = {(block.start, block.end) for block in twice}
        blocks = [block for block in cut.blocks if block not in twice]
        kept.append(
            replace(
                cut,
                blocks=tuple(replace(block, index=index) for index, block in enumerate(blocks)),
                marks=tuple(
                    mark._replace(kind="again") if (mark.start, mark.end) in spans else mark for mark in cut.marks
                ),
            )
        )
    return kept, tuple(again)


def _is_one_of(name: str, others: Iterable[str]) -> bool:
    """Whether a name is one of others, or one of them with a place before it.

    >>> _is_one_of("青石县桥头镇停车场改造", ["桥头镇停车场改造"]), _is_one_of("停车场", ["停车场改造"])
    (True, False)
    """
    return any(
        name == other or (min(len(name), len(other)) >= _LEAST_NAME and (name.endswith(other) or other.endswith(name)))
        for other in others
    )


def _name(block: Block) -> str:
    start, end = block.cells.get("name", (0, 0))
    return " ".join(block.content.text[start:end].split())


def _key(block: Block) -> str:
    """A project's name without the words that one of two tellings adds behind it."""
    return _ADDED.sub("", squash(_name(block)))


def joined(document: Document, cuts: Sequence[Cut]) -> Chunks:
    """The parts of a document in print order, as one: blocks are numbered through, totals keep to their part."""
    cuts, again = without_told_again(cuts)
    blocks: list[Block] = []
    totals: list[PrintedTotal] = []
    for cut in cuts:
        first = len(blocks)
        blocks += [replace(block, index=first + block.index) for block in cut.blocks] if first else cut.blocks
        totals += [total._replace(rows=tuple(first + row for row in total.rows)) for total in cut.totals]
    marked = [_marks(cut, is_aside=not cut.blocks and any(one.blocks for one in cuts)) for cut in cuts]
    pieces = printed(document)
    left = (
        unread(document, pieces, marks, terms(), holds=bool(cut.blocks), in_rows=cut.layout.source in _ROWS)
        for cut, marks in zip(cuts, marked, strict=True)
    )
    return Chunks(
        header=_header(cuts),
        layouts={cut.layout.name: cut.layout for cut in cuts if cut.blocks},
        blocks=tuple(blocks),
        totals=tuple(totals),
        characters=account(document.text, [mark for marks in marked for mark in marks]),
        unread=tuple(sorted(piece for found in left for piece in found)),
        told_again=again,
    )


def _header(cuts: Sequence[Cut]) -> Header:
    """The header of the first part with projects; what the parts say differently is not the document's.

    Where that tells them in prose, the document's title and year stand above its first part.
    """
    first, *more = [cut for cut in cuts if cut.blocks] or cuts
    header = first.header
    if first.layout.source == "prose" and cuts[0] is not first:
        top = cuts[0].header
        header = replace(header, title=top.title or header.title, fiscal_year=header.fiscal_year or top.fiscal_year)
    others = [cut.header for cut in more]
    if any(_value(other.amount_unit) != _value(header.amount_unit) for other in others):
        header = replace(header, amount_unit=None)
    if any(other.fiscal_year not in {None, header.fiscal_year} for other in others):
        header = replace(header, fiscal_year=None)
    if any(_value(other.department) not in {None, _value(header.department)} for other in others):
        header = replace(header, department=None)
    return header


def _value(found: object) -> str | None:
    return getattr(found, "value", None)
