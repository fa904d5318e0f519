"""What an evaluation found: scores, and every difference from the labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from functools import cached_property
from typing import Literal

from extractor.text import squash

Kind = Literal["missing", "extra", "wrong", "spacing"]
"""Why a value is wrong: not found, not printed, different, or different in white space and width only."""

_DIGITS = Decimal("0.0001")


def ratio(part: int, whole: int) -> Decimal:
    """A share with four digits, cut and not rounded: 1.0000 is said of what is perfect only.

    >>> ratio(2, 3), ratio(99_999, 100_000), ratio(0, 0)
    (Decimal('0.6666'), Decimal('0.9999'), Decimal('1.0000'))
    """
    share = Decimal(part) / Decimal(whole) if whole else Decimal(1)
    return share.quantize(_DIGITS, ROUND_DOWN)


@dataclass(frozen=True, slots=True)
class Score:
    """Printed values found (`tp`), values given but not printed so (`fp`), printed values not given so (`fn`).

    A wrong value is both `fp` and `fn`; `spacing` of those are wrong in white space and width only.

    >>> score = Score(tp=8, fp=1, fn=2)
    >>> score.precision, score.recall, score.f1
    (Decimal('0.8888'), Decimal('0.8000'), Decimal('0.8421'))
    """

    tp: int = 0
    fp: int = 0
    fn: int = 0
    spacing: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn, self.spacing + other.spacing)

    @classmethod
    def total(cls, scores: Iterable[Score]) -> Score:
        """All of them together (micro average)."""
        return sum(scores, start=cls())

    @property
    def precision(self) -> Decimal:
        return ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> Decimal:
        return ratio(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> Decimal:
        return ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def loose_f1(self) -> Decimal:
        """F1 where white space and width do not count."""
        return Score(self.tp + self.spacing, self.fp - self.spacing, self.fn - self.spacing).f1

    @property
    def labelled(self) -> int:
        """Number of printed values that the labels ask for."""
        return self.tp + self.fn

    @property
    def is_perfect(self) -> bool:
        return self.fp == 0 and self.fn == 0


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as labelled.

    `project` is the number of the labelled project (of the extracted one where the label has none),
    None for the document's own fields; `path` is as in a record: `indicators[2].annual_value`.
    """

    project: int | None
    name: str | None
    path: str
    expected: str | None
    got: str | None

    @property
    def kind(self) -> Kind:
        if self.got is None:
            return "missing"
        if self.expected is None:
            return "extra"
        return "spacing" if squash(self.expected) == squash(self.got) else "wrong"


@dataclass(frozen=True)
class CaseResult:
    """One case: its scores per field, its differences in order, and why it failed where it did."""

    name: str
    projects: int
    indicators: int
    fields: Mapping[str, Score]
    differences: tuple[Difference, ...] = ()
    failure: str | None = None

    @cached_property
    def score(self) -> Score:
        return Score.total(self.fields.values())


@dataclass(frozen=True)
class Evaluation:
    """An extraction held against its labels; `corpus` is the hash of the documents and labels.

    `left_out` are the cases that need what this machine has not got: nothing of them was read, their `failure` says
    what they need. They are counted, and no score holds them.
    """

    corpus: str
    cases: tuple[CaseResult, ...] = field(default=())
    left_out: tuple[CaseResult, ...] = field(default=())

    @cached_property
    def fields(self) -> dict[str, Score]:
        """Scores per field over all cases."""
        fields: dict[str, Score] = {}
        for case in self.cases:
            for name, score in case.fields.items():
                fields[name] = fields.get(name, Score()) + score
        return fields

    @cached_property
    def score(self) -> Score:
        return Score.total(case.score for case in self.cases)

    @property
    def counts(self) -> dict[str, int]:
        """How much was labelled: cases, projects, indicators, and printed values compared."""
        cases = (*self.cases, *self.left_out)
        return {
            "cases": len(cases),
            "projects": sum(case.projects for case in cases),
            "indicators": sum(case.indicators for case in cases),
            "fields": sum(case.score.labelled for case in cases),
        }
