"""follow.csv: one row for each proposal, with its score and its reasons in words."""

from __future__ import annotations

import csv
import os
import tomllib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from extractor.errors import OutputError
from extractor.export.cells import guarded, printable
from extractor.follow.known import Known
from extractor.follow.pairing import Pair
from extractor.follow.score import Reason
from extractor.follow.series import Following
from extractor.names.divisions import name_of

FILE = "follow.csv"
_SIDE = ("year", "place", "unit", "name", "total", "file", "run", "id")


@lru_cache
def _words() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(files("extractor.follow").joinpath("words.toml").read_text(encoding="utf-8"))


def word(section: str, key: str, language: str = "zh") -> str:
    """A word of words.toml.

    >>> word("kinds", "years", "en")
    'over years'
    """
    return _words()[section][key][language]


def reason(why: Sequence[Reason], language: str = "zh") -> str:
    """Reasons in words.

    >>> reason((Reason("alike_name", 0.875), Reason("same_unit")))
    '项目名称相似 88%；单位相同'
    """
    parts = [
        word("why", one.code, language).format(share=f"{one.value or 0:.0%}", years=f"{one.value or 0:.0f}")
        for one in why
    ]
    return ("; " if language == "en" else "；").join(parts)


def headings(language: str = "zh") -> list[str]:
    """The columns of follow.csv."""
    own = [word("columns", key, language) for key in ("kind", "series", "score", "why", "change")]
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
                    f"{one.score:.2f}",
                    reason(one.why, language),
                    change(one),
                    *_side(one.old, runs),
                    *_side(one.new, runs),
                ]


def change(one: Pair) -> str:
    """How much more, or less, is printed in the second place, in yuan."""
    if one.old.total is None or one.new.total is None:
        return ""
    return _plain(one.new.total - one.old.total)


def write(path: Path, following: Following, runs: Sequence[str], language: str = "zh") -> None:
    """Write follow.csv in one step; OutputError where that is not possible."""
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(headings(language))
            for row in rows(following, runs, language):
                writer.writerow([_cell(text) for text in row])
        os.replace(part, path)
    except OSError as error:
        raise OutputError(f"{path}: the file cannot be written ({error.strerror})") from None


def _cell(text: str) -> str:
    # A negative number is a number to a spreadsheet program, and no formula.
    return text if text.removeprefix("-").replace(".", "", 1).isdigit() else guarded(printable(text))


def _side(known: Known, runs: Sequence[str]) -> list[str]:
    return [
        str(known.year or ""),
        name_of(known.division) if known.division else "",
        known.unit or known.department or "",
        known.name or "",
        _plain(known.total) if known.total is not None else "",
        known.file,
        runs[known.run],
        known.id,
    ]


def _plain(amount: Decimal) -> str:
    return f"{amount:f}"
