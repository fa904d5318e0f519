"""Headings of sections in running text, and the runs that they make: one run of known headings is one project.

A heading has a number (一、 (一) 1. (1) 1) ①) or none, a few words, and something that closes it: a colon, a full
stop, the end of its line. It may stand on a line of its own or run on behind the section before. Its words tell by
their shape what the section is about; one whose words say nothing is a heading where it has the next number.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from extractor.chunk.prose.flow import Flow
from extractor.layouts import Terms

HAN = "一二三四五六七八九十"
UNNUMBERED = "none"
_MARKER = re.compile(
    rf"""
    [*\#_>]{{0,6}}                                # emphasis of a converter
    (?: (?P<han>[{HAN}]{{1,3}})[、.]              # 一、
      | \((?P<inner>[{HAN}]{{1,3}})\)[、.]?       # (一)
      | (?<![\d./-])(?<!\d:)(?P<dot>\d{{1,2}})[.、](?!\d)  # 1.
      | \((?P<bracket>\d{{1,2}})\)[、.]?          # (1)
      | (?<![\d.(])(?P<half>\d{{1,2}})\)          # 1)
      | (?P<circle>[①-⑳])[、.]?                   # ①
    )
    [*_]{{0,4}}
    """,
    re.VERBOSE,
)
_DECORATION = "*#_>【[\"'"
_OPENS = re.compile(f"[{re.escape(_DECORATION)}]*")
_STOP = re.compile(r"""[:。,;!?]""")
_CLOSES = re.compile(r"""(?P<words>[^:。,;!?]*?)[】\]"'*_]*$""")
_LONGEST = 18
_LONGEST_UNKNOWN = 12
_MOST_DECORATION = 8
_FARTHEST = _MOST_DECORATION + _LONGEST
_MOST_KNOWN = 10_000
_MOST = 0.5
"""With text below more than this share of its headings a run tells."""
_SENTENCE = "。;!?:"
_FORM = re.compile("[一二三]级指标")
_BREAKS = re.compile(f"[{_SENTENCE}]")
_BRACKETS = re.compile(r"\([^()]*\)")
_ANYWHERE = frozenset({"inner", "bracket", "circle"})
"""Numbers in brackets stand for nothing else, so they may follow any character."""


class Heading(NamedTuple):
    """A number in the text with the words behind it; `kind` is None where these are no known heading's.

    [start, end) is its place, number and closing mark included. `closer` is the colon, the full stop, a blank, the
    line end (a newline), or nothing where no heading closes.
    """

    style: str
    number: int
    label: str
    kind: str | None
    start: int
    end: int
    closer: str


class Words:
    """What the words of a heading tell (`kinds`), and the other patterns of prose, by their name."""

    def __init__(self, kinds: Mapping[str, re.Pattern[str]], patterns: Mapping[str, re.Pattern[str]]) -> None:
        self._kinds = list(kinds.items())
        self._known: dict[str, str | None] = {}
        self.patterns = patterns

    def kind(self, label: str) -> str | None:
        """What a section with this heading is about.

        >>> from extractor.layouts import terms
        >>> [words(terms()).kind(label) for label in ("2025年预算安排情况", "绩效目标和指标", "政府采购预算情况")]
        ['money', 'goal', None]
        """
        if label not in self._known:
            word = _BRACKETS.sub("", label)
            found = next((kind for kind, pattern in self._kinds if pattern.fullmatch(word)), None)
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[label] = found
        return self._known[label]


@lru_cache(maxsize=64)
def words(terms: Terms) -> Words:
    return Words(terms.shared.prose.kinds, terms.shared.prose.patterns)


def numeral(printed: str) -> int:
    """The number that is printed.

    >>> numeral("十二"), numeral("③"), numeral("7")
    (12, 3, 7)
    """
    if printed.isdecimal():
        return int(printed)
    if "①" <= printed <= "⑳":
        return ord(printed) - ord("①") + 1
    tens, ten, ones = printed.rpartition("十")
    value = HAN.index(ones) + 1 if ones in HAN and ones else 0
    return value + (10 * (HAN.index(tens[0]) + 1 if tens else 1) if ten else 0)


def headings(flow: Flow, known: Words) -> list[Heading]:
    """Every number that may begin a heading, and every known heading without a number, in print order."""
    found = list(_numbered(flow, known))
    taken = {one.end - len(one.label) for one in found} | {one.start for one in found}
    ends = frozenset(one.end for one in found if one.kind)
    found += [one for one in _unnumbered(flow, known, ends) if one.start not in taken]
    return sorted(found, key=_start)


def _numbered(flow: Flow, known: Words) -> Iterator[Heading]:
    text = flow.text
    for match in _MARKER.finditer(text):
        style = match.lastgroup or ""
        # Emphasis may end the line above.
        start = max(match.start(), flow.starts[flow.line_of(match.start(style))])
        if not (style in _ANYWHERE or _may_begin(flow, start)):
            continue
        label, kind, end, closer = _label(flow, match.end(), known)
        yield Heading(style, numeral(match[style]), label, kind, start, end, closer)


def _unnumbered(flow: Flow, known: Words, behind: frozenset[int]) -> Iterator[Heading]:
    """Known headings that open a line or a sentence and end in a colon, stand in 【】, or alone on their line.

    Alone on their line stand the labels of a form as well, whose cells are lines.
    """
    text = flow.text
    is_form = _FORM.search(text) is not None
    begins = {*flow.starts, *(match.end() for match in _BREAKS.finditer(text))} - behind
    begins |= {match.start() for match in re.finditer("【", text)} | set(flow.gaps)
    for start in sorted(begins):
        if start >= len(text):
            continue
        may_be_bare = not is_form and flow.begins_line(start)
        if not may_be_bare and text[start] != "【" and not _is_closed(text, start, known):
            continue
        label, kind, end, closer = _label(flow, start, known)
        if kind and (closer == ":" or (closer in "\n " and may_be_bare) or (text[start] == "【" and closer)):
            yield Heading(UNNUMBERED, 0, label, kind, start, end, closer)


def _is_closed(text: str, start: int, known: Words) -> bool:
    """Whether a colon may close a known heading that begins here: the next stop is one, behind words that are known."""
    stop = _STOP.search(text, start, start + _FARTHEST)
    if stop is None or stop[0] != ":":
        return False
    return known.kind(_bare(text[start : stop.start()].lstrip(_DECORATION))) is not None


def _may_begin(flow: Flow, at: int) -> bool:
    return flow.begins_line(at) or flow.is_apart(at) or flow.text[at - 1] in _SENTENCE + '")'


def _label(flow: Flow, begin: int, known: Words) -> tuple[str, str | None, int, str]:
    """The words behind a number, what they are about, where the heading ends, and what closes it."""
    text = flow.text
    opens = _OPENS.match(text, begin, begin + _MOST_DECORATION)
    at = opens.end() if opens else begin
    if at > begin and text[at - 1] == "【":
        close = text.find("】", at, at + _LONGEST)
        if close > at and (kind := known.kind(text[at:close])):
            return text[at:close], kind, close + 1, "】"
    stop = _STOP.search(text, at, at + _LONGEST)
    line = flow.line_end(begin)
    unknown: tuple[str, str | None, int, str] = ("", None, begin, "")
    if at < line <= at + _LONGEST and not _STOP.search(text, at, line):
        unknown = _bare(text[at:line]), None, line, "\n"
    if stop is not None and stop[0] in ":。":
        label = _bare(text[at : stop.start()])
        if kind := known.kind(label):
            return label, kind, _behind(text, stop.end()), stop[0]
        if 1 < len(label) <= _LONGEST_UNKNOWN and stop.start() < line:
            unknown = label, None, _behind(text, stop.end()), stop[0]
    # A heading may break over two lines.
    for end in (line, flow.line_end(line)) if line < len(text) else (line,):
        if not at < end <= at + _LONGEST:
            break
        label = _bare(text[at:end])
        if kind := known.kind(label):
            return label, kind, end, "\n"
    gap = flow.gap_behind(at + 2)
    if gap < min(at + _LONGEST, line) and (kind := known.kind(_bare(text[at:gap]))):
        return _bare(text[at:gap]), kind, gap, " "
    return unknown


def _bare(label: str) -> str:
    match = _CLOSES.match(label)
    return match["words"] if match else label


def _behind(text: str, at: int) -> int:
    """Behind the emphasis that ends with a heading."""
    while at < len(text) and text[at] in "*_":
        at += 1
    return at


@dataclass(slots=True)
class Run:
    """The headings of one project, in order."""

    style: str
    headings: list[Heading] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.headings[0].start

    @property
    def last(self) -> Heading:
        return self.headings[-1]

    @property
    def kinds(self) -> set[str]:
        return {one.kind for one in self.headings if one.kind}

    @property
    def order(self) -> tuple[str | None, ...]:
        return tuple(one.kind for one in self.headings)


def runs(found: list[Heading]) -> list[Run]:
    """Known headings with rising numbers, and those between and behind them that have the next number.

    Numbers that begin again at 1 behind words of no known heading are a list inside of a section, or the first
    section of a project: the next number tells.
    """
    made: list[Run] = []
    current: dict[str, Run] = {}
    first: dict[str, Heading] = {}
    nested: dict[str, int] = {}
    for one in found:
        run = current.get(one.style)
        if one.kind is not None:
            if run is None or _begins(one, run):
                run = current[one.style] = Run(one.style)
                made.append(run)
                opening = first.get(one.style)
                if opening is not None and one.number == 2 and nested[one.style] == 1:
                    run.headings.append(opening)
            run.headings.append(one)
            nested[one.style] = 0
            first.pop(one.style, None)
        elif one.number == 1:
            nested[one.style] = 1
            if one.closer:
                first[one.style] = one
        elif nested.get(one.style, 0) == one.number - 1 > 0:
            nested[one.style] = one.number
        elif run and one.number == run.last.number + 1 and one.closer in {each.closer for each in run.headings}:
            run.headings.append(one)
    return made


def _begins(one: Heading, run: Run) -> bool:
    """Whether a known heading opens another project."""
    labels = {each.label for each in run.headings}
    if one.style == UNNUMBERED:
        return one.label in labels or one.kind == "name" or (one.kind == "opening" and "opening" in run.kinds)
    return one.number == 1 or one.label in labels or one.number < run.last.number


def _is_told(kinds: set[str]) -> bool:
    """Whether sections tell a project: what it is or why, what it aims at, and something else.

    One of a list may tell no grounds, but then what is done, for how much, to which end, and by whom or when.
    """
    known = kinds - {"name"}
    aims = bool(known & {"goal", "indicators"})
    whole = {"opening", "basis", "money"} <= known and bool(known & {"unit", "plan", "period"})
    listed = {"plan", "money", "goal"} <= known and bool(known & {"unit", "period"})
    return listed or (len(known) >= 3 and bool(known & {"opening", "basis"}) and (aims or whole))


def told_runs(flow: Flow, found: list[Heading], known: Words) -> list[Run]:
    """The runs that tell projects: enough known headings, with text below them that tells and does not instruct.

    One with the headings of such a run tells a project too, though the text of its sections stands elsewhere.
    """
    telling = [(run, _tells(flow, run, known)) for run in runs(found) if _is_told(run.kinds)]
    like = {run.order for run, part in telling if part > _MOST}
    good = [run for run, part in telling if part > _MOST or (part and run.order in like)]
    good.sort(key=lambda run: (-len(run.kinds), run.start))
    kept: list[Run] = []
    for run in good:
        at = bisect_left(kept, run.start, key=lambda one: one.start)
        if (at and kept[at - 1].last.start >= run.start) or (at < len(kept) and kept[at].start <= run.last.start):
            continue
        kept.insert(at, run)
    return kept


def between(found: Sequence[Heading], start: int, end: int) -> Sequence[Heading]:
    """The headings that begin in [start, end)."""
    return found[bisect_left(found, start, key=_start) : bisect_left(found, end, key=_start)]


def _start(one: Heading) -> int:
    return one.start


def _tells(flow: Flow, run: Run, known: Words) -> float:
    """The share of a run's headings with text below them; 0 where they instruct, or but one of them has any."""
    filled = guided = 0
    ends = [*(one.start for one in run.headings[1:]), min(run.last.end + 200, len(flow.text))]
    for one, end in zip(run.headings, ends, strict=True):
        text = flow.text[one.end : end]
        filled += len(text) > 1 and not text.isdecimal()
        guided += known.patterns["guide"].search(text[:60]) is not None
        if one.kind == "goal" and known.patterns["counted"].search(text[:200]):
            return 0.0
    is_told = filled > 1 and 2 * guided < len(run.headings)
    return filled / len(run.headings) if is_told else 0.0
