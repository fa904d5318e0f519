"""The built-in reader of cells at work: its votes become values that were read twice, and findings.

What it disputes again and again in one column is one question: are these what they are headed?
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from extractor.builtin.beginnings import SHOWN, none_has, second_start
from extractor.compare.findings import distinct
from extractor.compare.side import Comparison
from extractor.schemas import paths
from extractor.schemas.document import Block, Document
from extractor.schemas.finding import Fact, Finding, Said, finding, said
from extractor.schemas.record import FlagCode, Span
from extractor.tagger.cells.seen import Seen
from extractor.tagger.cells.votes import Vote, votes

_MOST_SPANS = 20
_KNOWN, _FEW = 0.75, 2
"""Share of a project's values in cells that it must bear out, but for a few, before it disputes another."""
_COLUMN = 3
"""From so many like disputes on, it is the column that is disputed."""


@dataclass(frozen=True, slots=True)
class Say:
    """What the reader of cells says of one project: the paths of the values that it bears out, and its findings.

    `elsewhere` are the paths of values in cells that hold a goal and indicators in one piece: who reads characters
    reads these. `has_cells` is false where the block has none: it says nothing then.
    """

    same: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    has_cells: bool = False


def hear(seen: Seen, block: Block, compared: Comparison) -> Say:
    """Its say on what is published of a block."""
    if not seen.within(block.start, block.end):
        return Say()
    cast = votes(seen, block, compared.project, compared.spans)
    same = {vote.path for vote in cast if vote.verdict == "same"}
    begins = [at for at in seen.openings if block.start <= at < block.end]
    elsewhere = frozenset(vote.path for vote in cast if vote.verdict == "body")
    known = list(_known(cast, bool(begins)))
    names = [vote for vote in known if vote.path == "name" and vote.verdict == "other"]
    # Where it sees another name, what else it sees is another project's.
    findings = list(_disputes(names or known, compared.spans))
    if len(begins) > 1:
        further = begins[1:]
        spans = [(at, min(at + SHOWN, block.end)) for at in further]
        findings.append(second_start([seen.shown(at)[:SHOWN] for at in further], spans))
    if len(begins) != 1:
        # Where a project begins it does not see as the rules do: what belongs to it, it cannot say.
        same.discard("name")
    return Say(frozenset(same), elsewhere, tuple(findings), True)


def _known(cast: Sequence[Vote], begins: bool) -> Iterator[Vote]:
    """The votes on those parts of a project that it was made for: a table may be strange in one of them alone.

    Where the table as a whole is strange, or no project begins, less of a part must be strange to it; another name
    there tells that it takes the whole head for something else. Money is known by what stands around it.
    """
    parts: tuple[list[Vote], list[Vote], list[Vote]] = ([], [], [])
    for vote in cast:
        parts[_part(vote)].append(vote)
    few = _FEW if begins and _is_known(cast, _FEW) else _FEW - 1
    head, money, indicators = (_is_known(part, few) for part in parts)
    if not begins and any(vote.path == "name" and vote.verdict == "other" for vote in parts[0]):
        head = False
    for part, is_known in zip(parts, (head, head and money, indicators), strict=True):
        if is_known:
            yield from part


def _part(vote: Vote) -> int:
    """Whether a vote is on a project's head (0), its money (1), its indicators (2)."""
    if vote.path.startswith(paths.INDICATORS):
        return 2
    return 1 if vote.path.startswith(paths.AMOUNTS) else 0


def _is_known(part: Sequence[Vote], few: int) -> bool:
    """Whether it bears out most values of a part, or all but a few.

    Attributes are what no field takes, and a source's label has its amount's vote: they tell nothing here.
    """
    asked = [
        vote
        for vote in part
        if vote.verdict != "body" and not vote.path.startswith(paths.ATTRIBUTES) and not vote.path.endswith(".label")
    ]
    against = sum(vote.verdict != "same" for vote in asked)
    return against <= few or against <= (1 - _KNOWN) * len(asked)


def _disputes(cast: Sequence[Vote], spans: Mapping[str, Span]) -> Iterator[Finding]:
    against = [vote for vote in cast if vote.verdict == "other"]
    for key, group in groupby(sorted(against, key=_question), _question):
        like = sorted(group, key=lambda vote: vote.path)
        if len(like) >= _COLUMN and key[0]:
            yield _of_column(like, spans)
        else:
            yield from (_of_value(vote, spans) for vote in like)


def _question(vote: Vote) -> tuple[str, str, bool]:
    """Disputes that are one question: the same field of several indicators, taken for the same."""
    of = paths.indicator_of(vote.path)
    return (of.field if of is not None else "", vote.seen, vote.text is None)


def _of_value(vote: Vote, spans: Mapping[str, Span]) -> Finding:
    span = vote.span or spans.get(vote.path)
    if vote.text is not None:  # what nobody read
        whole = vote.path.endswith("]")
        facts: dict[str, Fact] = {} if whole else {"seen": _named(vote.path)}
        variant = "cell_indicator" if whole else "cell"
        return Finding(FlagCode.ONLY_MODEL, vote.path, variant, model=vote.text, spans=distinct([span]), facts=facts)
    facts = {} if vote.seen == "row" else {"seen": _role(vote.seen)}
    variant = "cell_row" if vote.seen == "row" else "cell"
    return Finding(FlagCode.DISAGREEMENT, vote.path, variant, spans=distinct([span]), facts=facts)


def _role(seen: str) -> Said:
    """What a cell is taken for, in words."""
    kind, _, of = seen.rpartition(":")
    return said("role_label", of=said(f"role_{of}")) if kind else said(f"role_{seen}")


def _of_column(like: Sequence[Vote], spans: Mapping[str, Span]) -> Finding:
    first = like[0]
    printed = [span for vote in like if (span := vote.span or spans.get(vote.path))]
    return finding(
        FlagCode.DISAGREEMENT if first.text is None else FlagCode.ONLY_MODEL,
        first.path,
        variant="cell_column",
        spans=tuple(printed[:_MOST_SPANS]),
        count=len(like),
        field=_named(first.path),
        seen=_named(first.path) if first.text is not None else _role(first.seen),
    )


def _named(path: str) -> Said:
    of = paths.indicator_of(path)
    field = of.field if of is not None else path.removeprefix(paths.AMOUNTS)
    return said(f"field_{field}")


def lost(seen: Seen, document: Document, blocks: Sequence[Block]) -> list[Finding]:
    """Projects that it alone sees begin, outside of the blocks."""
    ends = [block.end for block in blocks]
    alone = []
    for at in seen.openings:
        index = bisect_left(ends, at + 1)
        if index < len(blocks) and blocks[index].start <= at:
            continue
        # A list that shares money out begins like one of projects; these have a goal or indicators.
        until = blocks[index].start if index < len(blocks) else len(document.text)
        if seen.aims_at(at, until):
            alone.append(at)
    return none_has([seen.shown(at) for at in alone], [(at, min(at + SHOWN, len(document.text))) for at in alone])


__all__ = ["Say", "hear", "lost"]
