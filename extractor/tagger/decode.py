"""From tags to values: the grammar of a project, and the repairs that a reader would make.

    block      = head [goal] indicator*
    head       = (name | amount | other)*            the name may go on behind its amounts
    goal       = one value, once
    indicator  = number | category, then (name | cycle value | annual value)+, each at most once
    category   = level1_code level1 level2_code level2, what is printed of it

The next indicator begins with what the last one has already, or with a number or a category behind its values.

Amounts may stand anywhere. A value may be interrupted by other text (a page's furniture) and go on
behind it. The most likely tag of every character is taken where that obeys the grammar; else the most
likely sequence of tags that does (Viterbi). Then a hole inside a value is filled, unless it is lines of
its own, and a bracket that a value opened takes in its closing one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from extractor.tagger.labels import FIELDS, OUTSIDE, UNREADABLE, begin, inside

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Probabilities = NDArray[np.float32]
    Tags = NDArray[np.uint8]

HEAD, GOAL, INDICATORS = range(3)
_OF_INDICATOR = FIELDS[3:]
_BEFORE_VALUES = frozenset(("number", "level1_code", "level1", "level2_code", "level2"))
_OWN = frozenset(("indicator", "cycle", "annual"))
_CLOSING = {"(": ")", "（": "）", "【": "】", "《": "》", "“": "”", "[": "]", "〔": "〕", "「": "」"}
_IMPOSSIBLE = -1e9


class Piece(NamedTuple):
    """Uninterrupted part [start, end) of a value."""

    start: int
    end: int


@dataclass(slots=True)
class Value:
    """One value of a field: its parts, in order."""

    field: str
    pieces: list[Piece]

    @property
    def start(self) -> int:
        return self.pieces[0].start


@dataclass(slots=True)
class Decoded:
    """The values of one block; `indicators` maps each indicator's fields to their values."""

    tags: Tags
    name: Value | None = None
    goal: Value | None = None
    amounts: list[Value] = field(default_factory=list)
    indicators: list[dict[str, Value]] = field(default_factory=list)


def decode(text: str, probabilities: Probabilities) -> Decoded:
    """The most likely reading of one block; `probabilities` has shape (len(text), TAGS)."""
    # What is unreadable belongs to no field either; whether the block can be read at all is not asked here.
    outside = probabilities.copy()
    outside[:, OUTSIDE] += outside[:, UNREADABLE]
    outside[:, UNREADABLE] = 0.0
    tags = outside.argmax(axis=1).astype("uint8")
    if not _is_grammatical(tags):
        tags = _viterbi(outside)
    decoded = Decoded(tags)
    _assemble(_values(text, tags), decoded)
    for value in _all_values(decoded):
        _close_bracket(text, value, decoded.tags)
    return decoded


def _all_values(decoded: Decoded) -> list[Value]:
    own = [value for value in (decoded.name, decoded.goal) if value is not None]
    return own + [value for indicator in decoded.indicators for value in indicator.values()]


class _State(NamedTuple):
    """`field` is the last one seen (None: none yet in this phase), which a value may go on from."""

    phase: int
    field: str | None
    tag: int


class _Grammar(NamedTuple):
    """`tags` (s,) of the states, `allowed` (s, s) the steps between them, `first` (s,) the openings."""

    tags: NDArray[np.intp]
    allowed: NDArray[np.bool_]
    first: NDArray[np.bool_]


@lru_cache
def _grammar() -> _Grammar:
    import numpy as np

    fields_of = {HEAD: ("name", "amount"), GOAL: ("goal", "amount"), INDICATORS: ("amount", *_OF_INDICATOR)}
    states = [
        _State(phase, name, tag)
        for phase, fields in fields_of.items()
        for name in fields
        for tag in (begin(name), inside(name), OUTSIDE)
    ]
    start = _State(HEAD, None, OUTSIDE)
    states.append(start)
    allowed = np.array([[_may_follow(one, other) for other in states] for one in states])
    first = np.array([_may_follow(start, state) for state in states])
    return _Grammar(np.array([state.tag for state in states]), allowed, first)


def _may_follow(one: _State, other: _State) -> bool:
    if other.tag == OUTSIDE:
        return (one.phase, one.field) == (other.phase, other.field)
    assert other.field is not None
    if other.tag == inside(other.field):
        return one.phase == other.phase and _goes_on(one, other.field)
    if other.field == "goal":
        return one.phase == HEAD  # one goal
    if one.phase == other.phase:
        return True
    # Into the indicators only by the beginning of one of their fields; into the goal see above.
    return other.phase == INDICATORS > one.phase and other.field in _OF_INDICATOR


def _goes_on(one: _State, name: str) -> bool:
    """A value goes on behind its own text or an interruption; a name and a goal also behind amounts."""
    if name == "amount":
        return one.field == "amount" and one.tag != OUTSIDE
    return one.field == name or (name in ("name", "goal") and one.field in ("amount", None))


def _is_grammatical(tags: Tags) -> bool:
    """True where some path through the grammar has exactly these tags."""
    phase, held, last = HEAD, "", OUTSIDE
    for tag in _changes(tags):
        if tag == OUTSIDE:
            last = OUTSIDE
            continue
        name = FIELDS[(tag - 1) // 2]
        if tag == inside(name):
            goes_on = held == name and (name != "amount" or last != OUTSIDE)
            if not goes_on and not (name in ("name", "goal") and held in ("amount", "")):
                return False
            if (name == "name" and phase != HEAD) or (name == "goal" and phase != GOAL):
                return False
        elif name == "goal":
            if phase != HEAD:
                return False
            phase = GOAL
        elif name == "name":
            if phase != HEAD:
                return False
        elif name != "amount":
            phase = INDICATORS
        held, last = name, tag
    return True


def _changes(tags: Tags) -> list[int]:
    """The tags without repetitions of what may be repeated."""
    import numpy as np

    if not len(tags):
        return []
    changes = np.concatenate([[True], (tags[1:] != tags[:-1]) | (tags[1:] % 2 == 1)])
    return tags[changes].tolist()  # type: ignore[no-any-return]


def _viterbi(probabilities: Probabilities) -> Tags:
    """The most likely tags among those that the grammar allows."""
    import numpy as np

    grammar = _grammar()
    scores = np.log(probabilities + 1e-12)[:, grammar.tags]
    steps = np.where(grammar.allowed, 0.0, _IMPOSSIBLE).astype(np.float32).T.copy()
    best = scores[0] + np.where(grammar.first, 0.0, _IMPOSSIBLE)
    came = np.empty(scores.shape, dtype=np.int16)
    states = np.arange(len(best))
    for at in range(1, len(scores)):
        paths = steps + best
        came[at] = paths.argmax(axis=1)
        best = paths[states, came[at]] + scores[at]
    state = int(best.argmax())
    tags = np.empty(len(scores), dtype=np.uint8)
    for at in range(len(scores) - 1, -1, -1):
        tags[at] = grammar.tags[state]
        state = int(came[at, state])
    return tags


def _values(text: str, tags: Tags) -> list[Value]:
    """Runs of one field; a run that does not begin a value goes on with the last one of its field."""
    import numpy as np

    fields = np.where(tags == OUTSIDE, -1, (tags.astype(np.int16) - 1) // 2)
    begins = (tags % 2 == 1) & (fields >= 0)
    borders = np.flatnonzero((np.diff(fields) != 0) | begins[1:]) + 1
    edges = [0, *borders.tolist(), len(tags)]
    values: list[Value] = []
    latest: dict[str, Value] = {}
    for start, end in pairwise(edges):
        if start == end or fields[start] < 0:
            continue
        name = FIELDS[int(fields[start])]
        held = latest.get(name)
        if not begins[start] and held is not None and _may_go_on(name, held, values):
            last = held.pieces[-1]
            if (fields[last.end : start] >= 0).any() or _is_furniture(text, last.end, start):
                held.pieces.append(Piece(start, end))
            else:
                held.pieces[-1] = Piece(last.start, end)
            continue
        value = Value(name, [Piece(start, end)])
        values.append(value)
        latest[name] = value
    return values


def _may_go_on(name: str, held: Value, values: list[Value]) -> bool:
    """A name goes on behind amounts, any other value only where no other stands between."""
    for value in reversed(values):
        if value is held:
            return True
        if not (name in ("name", "goal") and value.field == "amount"):
            return False
    return False


def _is_furniture(text: str, start: int, end: int) -> bool:
    """True where what [start, end) prints are lines of its own."""
    hole = text[start:end]
    ink = hole.strip()
    if not ink:
        return False
    before = text[:start] + hole[: hole.index(ink[0])]
    behind = hole[hole.rindex(ink[-1]) + 1 :] + text[end : end + 1]
    return before.rstrip(" \t\u3000").endswith(("\n", "\f")) and behind.lstrip(" \t\u3000").startswith(("\n", "\f"))


def _assemble(values: list[Value], decoded: Decoded) -> None:
    for value in values:
        if value.field == "name":
            decoded.name = decoded.name or value
        elif value.field == "goal":
            decoded.goal = decoded.goal or value
        elif value.field == "amount":
            decoded.amounts.append(value)
        else:
            if not decoded.indicators or _opens(value.field, decoded.indicators[-1]):
                decoded.indicators.append({})
            decoded.indicators[-1][value.field] = value


def _opens(name: str, indicator: Mapping[str, Value]) -> bool:
    """Whether a value of this field begins another indicator."""
    if name in indicator:
        return True
    return name in _BEFORE_VALUES and not indicator.keys().isdisjoint(_OWN)


def _close_bracket(text: str, value: Value, tags: Tags) -> None:
    """A bracket that the value opens and that closes right behind it belongs to it."""
    last = value.pieces[-1]
    if last.end < len(text) and tags[last.end] == OUTSIDE:
        inner = "".join(text[piece.start : piece.end] for piece in value.pieces)
        closing = text[last.end]
        opening = next((one for one, other in _CLOSING.items() if other == closing), None)
        if opening is not None and inner.count(opening) == inner.count(closing) + 1:
            value.pieces[-1] = Piece(last.start, last.end + 1)


__all__ = ["Decoded", "Piece", "Value", "decode"]
