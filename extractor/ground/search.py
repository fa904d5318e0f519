"""Where in a block the values of a reading stand, when nobody says where.

Values repeat ("100%" ten times in one block), so a plain search proves little. Indicators are looked
for in their order: the name is the anchor, number and labels stand before it, values after it and
before the next indicator's name. What is not found there may stand anywhere, at best where no other
value claims the text. Numbers are found as whole numbers only. Every search tries a bounded number
of places, so that a hostile text costs time in proportion to its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractor.ground.paths import COLUMNS, INDICATOR_FIELDS, Leaf, key, same_amount
from extractor.ground.tokens import Span, interrupted, is_whole, numerals
from extractor.schemas import paths
from extractor.schemas.document import BlockContext, Found
from extractor.schemas.project import ProjectReading, plain_amount
from extractor.text import Squashed, squash

Places = dict[str, Span]

_TRIES = 64
_NUMBER = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|-?[0-9]+(?:\.[0-9]+)?")
_AFTER_NUMBER = frozenset("、.)]")
_AFTER_LABEL = frozenset(":】")
_BETWEEN = "-、.,:;|/()[]"


def _shortened(printed: str, value: str) -> bool:
    return printed.startswith(value) and same_amount(printed, value)


class Search:
    """One search for the values of one reading; `places` may hold what is known already."""

    def __init__(self, reading: ProjectReading, view: Squashed, context: BlockContext, places: Places) -> None:
        self.reading, self.view, self.context = reading, view, context
        self.text = view.text
        self.places = places
        self.pieces: dict[str, tuple[Span, ...]] = {}
        self.taken = bytearray(len(self.text))
        for start, end in places.values():
            self._take(start, end)

    def run(self, wanted: dict[str, Leaf]) -> None:
        """Find what of `wanted` can be found; `places` and `pieces` hold the outcome."""
        self.wanted = wanted
        self._context_columns()
        for label in self.reading.attributes:
            self._attribute_at_label(label)
        self._name()
        self._amounts()
        self._goal()
        self._indicators()
        for path, value in wanted.items():
            if path not in self.places and paths.is_attribute(path):
                self._anywhere(path, key(str(value)))
        for path, found in (("department", self.context.department), ("unit", self.context.unit)):
            if path in wanted and path not in self.places:
                wanted_key = key(str(wanted[path]))
                known = found is not None and key(found.value) == wanted_key
                # Equal to the context's value already; text of the block is claimed only where it is free.
                self._put(path, self._free(wanted_key) or (None if known else self._find(wanted_key)))

    def _take(self, start: int, end: int) -> None:
        self.taken[start:end] = b"\x01" * (end - start)

    def _put(self, path: str, span: Span | None) -> bool:
        if span is None:
            return False
        self.places[path] = span
        self._take(*span)
        return True

    def _occurrences(self, value: str, start: int, end: int) -> Iterator[Span]:
        if not value:
            return
        check = value[0].isdecimal() or value[-1].isdecimal()
        tries = 0
        at = self.text.find(value, start, end)
        while at >= 0 and tries < _TRIES:
            if not check or is_whole(self.view, at, at + len(value)):
                yield at, at + len(value)
            tries += 1
            at = self.text.find(value, at + 1, end)

    def _find(self, value: str, start: int = 0, end: int | None = None) -> Span | None:
        return next(self._occurrences(value, start, len(self.text) if end is None else end), None)

    def _free(self, value: str, start: int = 0, end: int | None = None) -> Span | None:
        taken = self.taken
        stop = len(self.text) if end is None else end
        return next((span for span in self._occurrences(value, start, stop) if taken.find(1, *span) < 0), None)

    def _last(self, value: str, start: int, end: int) -> Span | None:
        check = bool(value) and (value[0].isdecimal() or value[-1].isdecimal())
        for _ in range(_TRIES if value else 0):
            at = self.text.rfind(value, start, end)
            if at < 0:
                return None
            if not check or is_whole(self.view, at, at + len(value)):
                return at, at + len(value)
            end = at + len(value) - 1
        return None

    def _anywhere(self, path: str, value: str, start: int = 0) -> bool:
        return self._put(path, self._free(value, start) or self._free(value) or self._find(value))

    def _context_columns(self) -> None:
        """Department and unit that the block itself prints, at the very place the context names."""
        for path, found in (("department", self.context.department), ("unit", self.context.unit)):
            if path in self.wanted and found is not None and found.span is not None:
                self._put(path, self._at_source(key(str(self.wanted[path])), found))

    def _at_source(self, value: str, found: Found) -> Span | None:
        spans = (span for span in self._occurrences(value, 0, len(self.text)))
        return next((span for span in spans if self.view.source_span(*span) == found.span), None)

    def _attribute_at_label(self, label: str) -> None:
        path = paths.attribute(label)
        if path not in self.wanted:
            return
        self._put(path, self._at_label(label, key(str(self.wanted[path])), 0, len(self.text)))

    def _at_label(self, label: str, value: str, start: int, end: int) -> Span | None:
        """The value right behind its printed label; the label is taken with it."""
        printed = squash(label).rstrip(":")
        if not value or not printed:
            return None
        for first, last in self._occurrences(printed, start, end):
            at = last + 1 if self.text[last : last + 1] in _AFTER_LABEL else last
            if self.text.startswith(value, at) and is_whole(self.view, at, at + len(value)):
                self._take(first, last)
                return at, at + len(value)
        return None

    def _name(self) -> None:
        if "name" not in self.wanted:
            return
        value = key(str(self.wanted["name"]))
        if not self._anywhere("name", value):
            pieces = interrupted(self.view, value)
            if pieces:
                self.places["name"] = (pieces[0][0], pieces[1][1])
                self.pieces["name"] = pieces
                for piece in pieces:
                    self._take(*piece)

    def _amounts(self) -> None:
        """Every printed number can stand in one column only, so each serves one amount."""
        wanted = list(filter(paths.is_amount, self.wanted))
        if not wanted:
            return
        numbers = list(self._numbers())
        numbers.sort(key=lambda number: self.taken.find(1, *number[1]) >= 0)  # free ones first, in reading order
        used = {self.places.get(paths.amount(column)) for column in COLUMNS}
        used |= {span for path, span in self.places.items() if path.startswith(paths.AMOUNTS)}
        for path in wanted:
            value = plain_amount(str(self.wanted[path]))
            span = (
                next((span for number, span in numbers if span not in used and number == value), None)
                # A model may drop zeros (1141.2), but what is not printed cannot have been read (1.00 for "1、").
                or next((span for number, span in numbers if span not in used and _shortened(number, value)), None)
                or self._wrapped_number(value, used)
            )
            if self._put(path, span):
                used.add(span)

    def _numbers(self) -> Iterator[tuple[str, Span]]:
        """Printed numbers that are no item numbers; white space ends one, though not in the squashed text."""
        positions, start = self.view.positions, 0
        for end in range(1, len(self.text) + 1):
            if end == len(self.text) or positions[end] != positions[end - 1] + 1:
                for match in _NUMBER.finditer(self.text, start, end):
                    if is_whole(self.view, *match.span()) and not self.text.startswith("、", match.end()):
                        yield match.group().replace(",", ""), match.span()
                start = end

    def _wrapped_number(self, value: str, used: set[Span | None]) -> Span | None:
        if not value or len(value) > 40:
            return None
        pattern = re.compile(",?".join(map(re.escape, value)))
        for tries, match in enumerate(pattern.finditer(self.text)):
            if tries == _TRIES:
                break
            if match.span() not in used and is_whole(self.view, *match.span()):
                return match.span()
        return None

    def _goal(self) -> None:
        if "goal" in self.wanted:
            whole, value = squash(str(self.wanted["goal"])), key(str(self.wanted["goal"]))
            start = self.places["name"][1] if "name" in self.places else 0
            span = self._free(whole, start) if value else None
            if not self._put("goal", span):
                self._anywhere("goal", value, start)

    def _indicators(self) -> None:
        indicators = self.reading.indicators
        names = [key(indicator.name) if indicator.name else "" for indicator in indicators]
        cursor = self.places["goal"][1] if "goal" in self.places else 0
        later: list[tuple[str, str]] = []
        for index, name in enumerate(names):
            prefix = paths.indicator_prefix(index)
            if any(prefix + field in self.wanted for field in INDICATOR_FIELDS):
                following = next((other for other in names[index + 1 : index + 3] if other and other in self.text), "")
                cursor = self._indicator(index, name, following, cursor, later)
            else:
                known = (self.places.get(prefix + field) for field in ("name", "cycle_value", "annual_value"))
                cursor = max((span[1] for span in known if span), default=cursor)
        for path, value in later:
            self._anywhere(path, value)

    def _indicator(self, index: int, name: str, following: str, cursor: int, later: list[tuple[str, str]]) -> int:
        prefix = paths.indicator_prefix(index)
        anchor = self.places.get(prefix + "name")
        if anchor is None and name:
            anchor = self._free(name, cursor) or self._free(name) or self._find(name, cursor) or self._find(name)
            self._put(prefix + "name", anchor)
        low = cursor if anchor is None or cursor <= anchor[0] else 0
        if anchor is not None:
            head = self._labels(prefix, low, anchor[0], anchor[1])
            cursor = anchor[1]
        else:
            limit = self._next(following, cursor)
            head = self._labels(prefix, low, limit, limit)
            ends = [self.places[prefix + f][1] for f in ("level1", "level2") if prefix + f in self.places]
            cursor = max([cursor, *(end for end in ends if low <= end <= limit)])
        self._number(prefix, low, head)
        self._attributes_of(index, following, cursor)
        return self._values(prefix, following, cursor, later)

    def _attributes_of(self, index: int, following: str, cursor: int) -> None:
        """Labelled cells of an indicator's row, each right behind its label; before values, which have none."""
        limit = self._next(following, cursor)
        for label, printed in self.reading.indicators[index].attributes.items():
            path = paths.indicator_attribute(index, label)
            if path in self.wanted:
                self._put(path, self._at_label(label, key(printed), cursor, limit))

    def _next(self, following: str, cursor: int) -> int:
        at = self.text.find(following, cursor) if following else -1
        return len(self.text) if at < 0 else at

    def _labels(self, prefix: str, low: int, high: int, after: int) -> int:
        """Place the category labels and their codes; the start of what stands before the name."""
        head = high
        for level in ("level2", "level1"):
            path, code = prefix + level, prefix + level + "_code"
            if path in self.wanted:
                value = key(str(self.wanted[path]))
                # A merged label is printed once, before all that it covers.
                self._put(path, self._last(value, low, head) or self._last(value, 0, head) or self._find(value, after))
            label = self.places.get(path)
            if label is not None and low <= label[0] < head:
                head = label[0]
            if code in self.wanted:
                self._put(code, self._code(str(self.wanted[code]), label, low, head))
            if code in self.places and low <= self.places[code][0] < head:
                head = self.places[code][0]
        return head

    def _code(self, code: str, label: Span | None, low: int, high: int) -> Span | None:
        value = key(code)
        if label is not None:
            end = label[0]
            while end > 0 and label[0] - end < 2 and self.text[end - 1] in _BETWEEN:
                end -= 1
            if value and self.text.endswith(value, 0, end) and is_whole(self.view, end - len(value), end):
                return end - len(value), end
            printed = self.text[slice(*label)]
            for start, _ in self._occurrences(printed, 0, len(self.text)):
                end = start - 1 if start and self.text[start - 1] in _BETWEEN else start
                if value and self.text.endswith(value, 0, end) and is_whole(self.view, end - len(value), end):
                    return end - len(value), end
        # In a column of its own the code stands alone, between separators or white space.
        for start, end in self._occurrences(value, low, high):
            if self.taken.find(1, start, end) < 0 and self._stands_alone(start, end):
                return start, end
        return None

    def _stands_alone(self, start: int, end: int) -> bool:
        text, positions = self.view.text, self.view.positions
        left = start == 0 or text[start - 1] in "|;:。" or positions[start] != positions[start - 1] + 1
        return left and (end == len(text) or text[end] in "|;:" or positions[end] != positions[end - 1] + 1)

    def _number(self, prefix: str, low: int, head: int) -> None:
        path = prefix + "number"
        number = self.wanted.get(path)
        if not isinstance(number, int) or number < 0:
            return
        fallback: Span | None = None
        for form in numerals(number):
            for start, end in ((low, head + 1), (0, len(self.text))):
                spans = [span for span in self._occurrences(form, start, end) if self.taken.find(1, *span) < 0]
                marked = [span for span in spans if self._is_marker(*span)]
                if marked and self._put(path, marked[-1 if end == head + 1 else 0]):
                    return
                if spans and end == head + 1:
                    fallback = fallback or next((span for span in reversed(spans) if self._stands_alone(*span)), None)
        self._put(path, fallback)

    def _is_marker(self, start: int, end: int) -> bool:
        """True for "2、", "2.", "(2)" and "②", which needs no stop."""
        printed = self.view.source.text[self.view.positions[start]]
        return self.text[end : end + 1] in _AFTER_NUMBER or "①" <= printed <= "⑳"

    def _values(self, prefix: str, following: str, cursor: int, later: list[tuple[str, str]]) -> int:
        begin = cursor
        for field in ("cycle_value", "annual_value", "operator", "measure_unit", "weight"):
            path = prefix + field
            if path in self.places:
                cursor = max(cursor, self.places[path][1]) if field != "operator" else cursor
                continue
            if path not in self.wanted:
                continue
            value, limit = key(str(self.wanted[path])), self._next(following, cursor)
            start = begin if field == "operator" else cursor  # an operator stands before its value
            span = self._free(value, start) or self._free(value, begin)
            if span is not None and span[0] <= limit:
                self._put(path, span)
                cursor = max(cursor, span[1]) if field != "operator" else cursor
            else:
                later.append((path, value))
        return cursor
