"""Is every value of a reading printed in its source, and is all of the source in the reading?

`ground` finds the place of every value (proof that nothing was made up), `unclaimed` the text that no
value accounts for (proof that nothing was lost), `overlaps` the values that claim the same text (two
fields cannot both be what is printed once). A reader that knows where its values stand hands the
places in as hints; a hint is checked against the text, never believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from extractor.ground.paths import CUT, LABEL_FIELDS, Leaf, key, leaves
from extractor.ground.search import Places, Search
from extractor.ground.tokens import Span, interrupted, is_whole, numerals
from extractor.schemas import paths
from extractor.schemas.document import SYNTHETIC, BlockContext
from extractor.schemas.project import ProjectReading, plain_amount
from extractor.text import IGNORED, Squashed, squash

__all__ = ["Grounding", "Places", "Span", "ground", "overlaps", "unclaimed"]

_WORD = re.compile(
    rf"""
    [^{re.escape(IGNORED)}]+
    (?: (?<=\d) [.,] (?=\d) [^{re.escape(IGNORED)}]+ )*    # 7.00 and 1,234.50 are one word each
    """,
    re.VERBOSE,
)
_COUNTED = re.compile(r"(?:\(\d{1,4}\))+$")
"""Tells apart values of one printed label: 备注(2) is the second of a project."""
_MOST_OVERLAPS = 200
_CONTEXT_FIELDS = frozenset(("department", "unit"))


@dataclass(frozen=True, slots=True)
class Grounding:
    """Where the values of one reading stand.

    `places` are squashed positions in the block, `source` spans in `Document.text` (of values that
    only the context prints as well). `pieces` are the parts of a place whose text is interrupted or
    printed more than once. `fields` counts all values.
    """

    places: Places
    source: dict[str, Span]
    ungrounded: tuple[str, ...]
    pieces: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    fields: int = 0

    def claims(self) -> list[Span]:
        """All text of the block that the values account for."""
        if not self.pieces:
            return list(self.places.values())
        spans = [span for path, span in self.places.items() if path not in self.pieces]
        return spans + [piece for pieces in self.pieces.values() for piece in pieces]


def ground(reading: ProjectReading, view: Squashed, context: BlockContext, hints: Places | None = None) -> Grounding:
    """Places of all values of a reading in the block's text, or in its context.

    `hints` are places that the reader knows. With hints, a department or unit that has none is taken
    to stand in the context, if that prints it. A hint key that ends in "+" claims text where the same
    value is printed once more (`indicators[0].name+`).

    >>> from extractor.schemas.document import MappedText
    >>> from extractor.schemas.project import Amounts
    >>> context = BlockContext("", None, None, None, None, (), Amounts())
    >>> view = Squashed(MappedText("购置\\n经费 1,200.00 目标：好", range(100, 118)))
    >>> found = ground(ProjectReading(name="购置经费", amounts=Amounts(total="1200.00"), goal="很好"), view, context)
    >>> found.places, found.source, found.ungrounded
    ({'name': (0, 4), 'amounts.total': (4, 12)}, {'name': (100, 105), 'amounts.total': (106, 114)}, ('goal',))
    """
    places: Places = {}
    pieces: dict[str, tuple[Span, ...]] = {}
    wanted: dict[str, Leaf] = {}
    fields = elsewhere = 0
    if hints:
        for path, value in leaves(reading):
            fields += 1
            hint = hints.get(path)
            if hint is not None and _stands(view, path, value, *hint):
                places[path] = hint
            elif hint is None and path in _CONTEXT_FIELDS and _is_context(path, value, context):
                elsewhere += 1
            else:
                wanted[path] = value
    else:
        wanted = dict(leaves(reading))
        fields = len(wanted)
    if wanted:
        if hints and "name" in wanted and "name" in hints:
            parts = interrupted(view, key(str(wanted["name"])), *hints["name"])
            if parts:
                pieces["name"], places["name"] = parts, (parts[0][0], parts[1][1])
                del wanted["name"]
        if wanted:
            search = Search(reading, view, context, places)
            search.run(wanted)
            pieces |= search.pieces
    if hints and len(hints) > len(places):
        _printed_again(view, reading, hints, places, pieces)
    has_labels = any(True for _ in reading.labelled())
    if has_labels:
        _claim_labels(reading, view, places, pieces)
    source = _source(view, places)
    if len(places) < fields:
        _add_context(reading, context, places, source)
    ungrounded: tuple[str, ...] = ()
    if len(places) + elsewhere < fields or has_labels:
        ungrounded = tuple(
            path for path, value in leaves(reading) if not _is_grounded(path, value, view, context, places)
        )
    return Grounding(places, source, ungrounded, pieces, fields)


def _stands(view: Squashed, path: str, value: Leaf, start: int, end: int) -> bool:
    """True where `value` is what [start, end) prints."""
    text, positions = view.text, view.positions
    if not 0 <= start < end <= len(text):
        return False
    if isinstance(value, int):
        return text[start:end] in numerals(value) and is_whole(view, start, end, strict=False)
    if text[start] in CUT and not key(value):
        return False
    raw = view.source.text[positions[start] : positions[end - 1] + 1]
    # Most values are the source's own text, perhaps wrapped; folding it again would cost ten times as much.
    if (
        raw != value
        and "".join(raw.split()) != "".join(value.split())
        and not (path.startswith(paths.AMOUNTS) and plain_amount(text[start:end]) == value)
        and (squash(value) != text[start:end] and (not key(value) or key(value) != text[start:end].rstrip(CUT)))
    ):
        return False
    if raw[0].isdecimal() or raw[-1].isdecimal():
        return is_whole(view, start, end, strict=False)
    return True


def _source(view: Squashed, places: Places) -> dict[str, Span]:
    """Spans in `Document.text`."""
    positions, offsets = view.positions, view.source.offsets
    source: dict[str, Span] = {}
    for path, (start, end) in places.items():
        first, last = offsets[positions[start]], offsets[positions[end - 1]]
        if first != SYNTHETIC and last != SYNTHETIC:
            source[path] = (first, last + 1) if first <= last else (last, first + 1)
        else:
            span = view.source_span(start, end)
            if span is not None:
                source[path] = span
    return source


def _is_context(path: str, value: Leaf, context: BlockContext) -> bool:
    """True where the context prints this department or unit."""
    found = context.department if path == "department" else context.unit
    if found is None or not isinstance(value, str):
        return False
    return (found.value == value or key(found.value) == key(value)) and bool(key(value))


def _add_context(reading: ProjectReading, context: BlockContext, places: Places, source: dict[str, Span]) -> None:
    """Spans of a department or unit that stands outside of the block."""
    for path, value, found in (
        ("department", reading.department, context.department),
        ("unit", reading.unit, context.unit),
    ):
        known = value is not None and path not in places and _is_context(path, value, context)
        if known and found is not None and found.span is not None:
            source[path] = found.span


def _is_grounded(path: str, value: Leaf, view: Squashed, context: BlockContext, places: Places) -> bool:
    label = paths.label_of(path)
    if label is not None and not _label_is_printed(label, view, context):
        return False
    if path in places or (path in _CONTEXT_FIELDS and _is_context(path, value, context)):
        return True
    return paths.is_funding_label(path) and _label_is_printed(str(value), view, context)


def _label_is_printed(label: str, view: Squashed, context: BlockContext) -> bool:
    wanted = _COUNTED.sub("", squash(label)).rstrip(":")
    if not wanted:
        return False
    columns = (*context.columns, *(line.label for line in context.amounts.breakdown))
    return wanted in view.text or any(wanted in squash(column) for column in columns)


def _printed_again(
    view: Squashed, reading: ProjectReading, hints: Places, places: Places, pieces: dict[str, tuple[Span, ...]]
) -> None:
    values = dict(leaves(reading))
    for hint, span in hints.items():
        path = paths.printed_first(hint)
        if path is not None and path in places and _stands(view, path, values[path], *span):
            pieces[path] = (*pieces.get(path, (places[path],)), span)


def _claim_labels(reading: ProjectReading, view: Squashed, places: Places, pieces: dict[str, tuple[Span, ...]]) -> None:
    """A label is text that the reading accounts for, like its value."""
    for path, label in _labels(reading):
        printed = _COUNTED.sub("", squash(label)).rstrip(":")
        if path in places and printed:
            at = view.text.rfind(printed, 0, places[path][0])
            if at >= 0:
                pieces[path] = (*pieces.get(path, (places[path],)), (at, at + len(printed)))


def _labels(reading: ProjectReading) -> Iterator[tuple[str, str]]:
    """Path and printed label of every value that stands under one."""
    yield from ((paths.attribute(label), label) for label in reading.attributes)
    for index, indicator in enumerate(reading.indicators):
        yield from ((paths.indicator_attribute(index, label), label) for label in indicator.attributes)


def unclaimed(view: Squashed, places: Mapping[str, Span] | Iterable[Span], structure: re.Pattern[str]) -> list[Span]:
    """Stretches of the squashed text that no place covers and that say something.

    `structure` matches what a layout prints around values: labels, item markers, column headers.
    Punctuation says nothing; nor do characters that were put in while the block was cut.

    >>> from extractor.schemas.document import MappedText
    >>> view = Squashed(MappedText("1、数量；年度指标值:95%。备注甲", range(19)))
    >>> unclaimed(view, {"name": (2, 4), "value": (11, 13)}, re.compile("[0-9]、|年度指标值"))
    [(13, 18)]
    """
    text = view.text
    offsets, positions = view.source.offsets, view.positions
    spans = sorted(places.values() if isinstance(places, Mapping) else places)
    spans.append((len(text), len(text)))
    found: list[Span] = []
    covered = 0
    for start, end in spans:
        if start > covered:
            stretch = text[covered:start]
            inner = stretch.strip(IGNORED)
            put_in = inner and offsets[positions[covered]] == SYNTHETIC and _is_synthetic(view, covered, start)
            if inner and not put_in and structure.fullmatch(inner) is None and structure.fullmatch(stretch) is None:
                found.extend(_unexplained(view, covered, start, structure))
        if end > covered:
            covered = end
    return found


def _unexplained(view: Squashed, start: int, end: int, structure: re.Pattern[str]) -> list[Span]:
    """What of [start, end) is neither structure nor punctuation; at most one stretch between two structures."""
    text = view.text
    found: list[Span] = []
    joined = False
    at = word_end = start
    while at < end:
        match = structure.match(text, at, end)
        glued = _glued(view, at, match.end()) if match else None
        if match and match.end() > at and glued is None and _ends_word(text, match.end(), end, structure):
            at, joined = match.end(), False
            continue
        if at >= word_end or text[at] in IGNORED:  # else it goes on with the word before, to the same end
            word = _WORD.match(text, at, end)
            if word is None:
                at += 1
                continue
            word_end = word.end()
        stop = min(glued or end, _end_of_number(view, at, word_end))
        if structure.fullmatch(text, at, stop) is None and not _is_synthetic(view, at, stop):
            span = _trimmed(view, at, stop, structure)
            if joined:
                found[-1] = (found[-1][0], span[1])
            else:
                found.append(span)
            joined = span[1] == word_end
        at = stop
    return found


def _end_of_number(view: Squashed, start: int, end: int) -> int:
    """Where a word ends that holds a decimal: at the next white space, behind which another number stands."""
    point = max(view.text.find(mark, start, end) for mark in ".,")
    gaps = (at for at in range(point + 1, end) if view.positions[at] != view.positions[at - 1] + 1)
    return next(gaps, end) if point >= 0 else end


def _glued(view: Squashed, start: int, end: int) -> int | None:
    """Where white space parts two digits in [start, end): "10" above "1." is not the item number 101."""
    positions, text = view.positions, view.text
    return next(
        (
            at
            for at in range(start + 1, end)
            if positions[at] != positions[at - 1] + 1 and text[at].isdecimal() and text[at - 1].isdecimal()
        ),
        None,
    )


def _ends_word(text: str, at: int, end: int, structure: re.Pattern[str]) -> bool:
    """True where a match that ends here leaves no half of a word behind."""
    while at < end and text[at] not in IGNORED and text[at - 1] not in IGNORED:
        match = structure.match(text, at, end)
        if match is None or match.end() == at:
            return False
        at = match.end()
    return True


def _trimmed(view: Squashed, start: int, end: int, structure: re.Pattern[str]) -> Span:
    """[start, end) without structure at its ends that only white space parts from the rest."""
    positions = view.positions
    breaks = [at for at in range(start + 1, end) if positions[at] != positions[at - 1] + 1]
    while breaks and structure.fullmatch(view.text, start, breaks[0]):
        start = breaks.pop(0)
    while breaks and structure.fullmatch(view.text, breaks[-1], end):
        end = breaks.pop()
    return start, end


def _is_synthetic(view: Squashed, start: int, end: int) -> bool:
    offsets = view.source.offsets
    return all(offsets[position] == SYNTHETIC for position in view.positions[start:end])


def overlaps(places: Places, pieces: Mapping[str, tuple[Span, ...]] | None = None) -> list[tuple[str, str]]:
    """Pairs of values that claim the same text although each is printed for itself.

    One printed label may stand for several indicators (merged cells), and a goal may be an attribute
    as well (中期目标); all else that overlaps is a doubt. At most 200 pairs are told.

    >>> overlaps({"name": (0, 4), "goal": (3, 9), "indicators[0].level1": (9, 13), "indicators[1].level1": (9, 13)})
    [('name', 'goal')]
    """
    pieces = pieces or {}
    labels: dict[tuple[Span, str], str] = {}
    spans = sorted((span, path) for path, place in places.items() for span in pieces.get(path, (place,)))
    found: list[tuple[str, str]] = []
    open_spans: list[tuple[Span, str]] = []
    for span, path in spans:
        field_name = paths.field_of(path)
        if field_name in LABEL_FIELDS and labels.setdefault((span, field_name), path) != path:
            continue  # a merged label, compared once
        open_spans = [other for other in open_spans if other[0][1] > span[0]]
        for other, other_path in open_spans:
            if other_path != path and not (other == span and _may_share(other_path, path)):
                found.append((other_path, path))
                if len(found) == _MOST_OVERLAPS:
                    return found
        open_spans.append((span, path))
    return found


def _may_share(left: str, right: str) -> bool:
    return "goal" in (left, right) and any(one.startswith(paths.ATTRIBUTES) for one in (left, right))
