"""follow.csv: one row for each proposal, with its score and its reasons in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from extractor.export.csv import write_table
from extractor.export.wording import trimmed
from extractor.follow.known import Known
from extractor.follow.pairing import Pair
from extractor.follow.score import Reason
from extractor.follow.series import Following
from extractor.messages import words_of
from extractor.names.divisions import name_of

FILE = "follow.csv"
_SIDE = ("year", "place", "unit", "name", "total", "file", "run", "id")


def word(section: str, key: str, language: str = "zh") -> str:
    """A word of words.toml.

    >>> word("kinds", "years", "en")
    'over years'
    """
    return words_of("extractor.follow", language)[section][key]


def reason(why: Sequence[Reason], language: str = "zh") -> str:
    """Reasons in words.

    >>> reason((Reason("alike_name", 0.875), Reason("same_unit")))
    '项目名称相似 88%；单位相同'
    """
    parts = [
        word("why", one.code, language).format(share=_percent(one.value or 0), years=f"{one.value or 0:.0f}")
        for one in why
    ]
    return ("; " if language == "en" else "；").join(parts)


def _percent(share: float) -> str:
    percent = round(100 * share)
    if percent == 0 < share:
        return "<1%"
    return f"{percent if share == 1 else min(percent, 99)}%"


def shown(score: float) -> str:
    """A score with two decimals; 1.00 is only what is exactly that.

    >>> shown(0.9967), shown(1.0)
    ('0.99', '1.00')
    """
    return f"{score if score == 1 else min(score, 0.99):.2f}"


def headings(language: str = "zh") -> list[str]:
    """The columns of follow.csv."""
    own = [word("columns", key, language) for key in ("kind", "series", "score", "why", "difference")]
    sides = [word("sides", side, language) + word("columns", key, language) for side in ("old", "new") for key in _SIDE]
    return [*own, *sides]


def rows(following: Following, runs: Sequence[str], language: str = "zh") -> Iterator[list[str]]:
    """The rows of follow.csv: over the years first, then other districts; `runs` are the run folders."""
    group = 0
    for kind, series in (("years", following.years), ("districts", following.districts)):
        for pairs in series:
            group += 1
            for one in pairs:
                yield [
                    word("kinds", kind, language),
                    str(group),
                    shown(one.score),
                    reason(one.why, language),
                    trimmed(gap) if (gap := difference(one)) is not None else "",
                    *_side(one.old, runs),
                    *_side(one.new, runs),
                ]


def difference(one: Pair) -> Decimal | None:
    """How much more, or less, is printed in the second place, in yuan; None where one of them is not known."""
    return None if one.old.total is None or one.new.total is None else one.new.total - one.old.total


def write(path: Path, following: Following, runs: Sequence[str], language: str = "zh") -> None:
    """Write follow.csv in one step; OutputError where that is not possible."""
    write_table(path, headings(language), rows(following, runs, language))


def _side(known: Known, runs: Sequence[str]) -> list[str]:
    return [
        str(known.year or ""),
        name_of(known.division) if known.division else "",
        known.unit or known.department or "",
        known.name or "",
        trimmed(known.total) if known.total is not None else "",
        known.file,
        runs[known.run],
        known.id,
    ]
