"""The words of words.toml, ready for look-up: operators, units, periods, words in which a numeral counts nothing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

from extractor.schemas.target import Operator
from extractor.text import fold

CHINESE_DIGITS = "零〇一二两三四五六七八九十百千万亿"
_DENIED: tuple[Operator, Operator] = ("≥", "≤")


def grouped(patterns: Iterable[str]) -> str:
    """Alternatives of plain words, the longest first, gathered by first character so that few are tried.

    >>> grouped(["至少", "至多", "约"])
    '约|至(?:多|少)'
    """
    by_first: dict[str, list[str]] = {}
    for word in sorted(set(patterns), key=lambda word: (-len(word), word)):
        by_first.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(
        re.escape(first) + (rest[0] if len(rest) == 1 else f"(?:{'|'.join(rest)})")
        for first, rest in sorted(by_first.items(), key=lambda item: (len(item[1]), item[0]))
    )


class Words:
    """Look-up over words.toml."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.before: dict[str, Operator] = {word: sign for sign, words in data["before"].items() for word in words}
        for sign in _DENIED:
            self.before |= {by + word: sign for word in data["denied"][sign] for by in data["denied"]["by"]}
        self.adverbs = frozenset(data["adverbs"]["words"])
        self.not_after: dict[str, str] = data["adverbs"]["not_after"]
        self.behind = re.compile("|".join(f"(?P<{_NAMES[sign]}>{'|'.join(data['behind'][sign])})" for sign in _NAMES))
        self.including = re.compile(data["behind"]["including"])
        self.excluding = re.compile(data["behind"]["excluding"])
        doubts = data["doubts"]
        self.turned = re.compile(doubts["turned"])
        self.bounding = re.compile(doubts["bounding"])
        self.shared = re.compile(doubts["shared"])
        self.doubtful = re.compile(doubts["behind"])
        self.named = re.compile(doubts["named"])
        self.ratings = frozenset(doubts["ratings"])
        self.sizes = frozenset(doubts["sizes"])
        self.sized = re.compile(doubts["sized"])
        self.bare = re.compile(doubts["bare"])
        self.relative: str = doubts["relative"]
        self.irregular = re.compile(doubts["irregular"])
        self.denials = "|".join(data["denials"]["verbs"])
        self.subject = re.compile("|".join(data["denials"]["subject"]))
        self.vague_before = frozenset(data["numerals"]["vague_before"])
        self.counted_before = frozenset(data["numerals"]["counted"])
        self.vague_behind = frozenset(data["numerals"]["vague_behind"])
        self.zero = re.compile("|".join(data["numerals"]["zero"]))
        self.scales = {word: Decimal(scale) for word, scale in data["scales"].items()}
        self.scale = re.compile(grouped(self.scales))
        units = data["units"]
        self.counted = frozenset(units["counted"]) | frozenset(f"个{word}" for word in units["with_counter"])
        # None: no unit, though it begins like one.
        self.units: dict[str, str | None] = {word: word for word in (*units["counted"], *units["other"])}
        self.units |= {f"个{word}": word for word in units["with_counter"]}
        times = [f"{word}次" for word in units["with_times"]]
        self.units |= dict(zip(times, times, strict=True))
        self.units |= dict.fromkeys(units["percent"], "%")
        self.units |= dict.fromkeys(units["not_units"])
        self.longest_unit = max(map(len, self.units))
        self.compound = re.compile(units["compound"])
        self.split = re.compile(units["splits"])
        self.splits = frozenset((*units["man_days"], *times, *(word for word in self.units if word.endswith("次"))))
        self.conditions = frozenset(units["conditions"])
        self.money = frozenset(units["money"])
        self.counted_by_times = frozenset(units["times"])
        self.either = tuple(frozenset(group) for group in units["either"])
        self.same = {word: group[0] for group in units["same"] for word in group}
        self.periods = {word: period for period, words in data["periods"].items() for word in words}
        self.per = {word: word for word in (*data["per"]["words"], *(unit for unit in self.units.values() if unit))}
        self.counter: str = data["per"]["counter"]
        self.before_nouns = frozenset(data["per"]["before_nouns"])
        self.nouns = re.compile(grouped(data["per"]["words"]))
        self.means = data["averages"]
        self.once: str = data["by"]["once"]
        self.man_days = frozenset(units["man_days"])
        self.by = grouped(data["by"]["words"])
        self.blocks = frozenset(self.before) - frozenset(data["adverbs"]["harmless"]) - self.adverbs
        self.totals = re.compile(data["by"]["totals"])
        self.frequency = frozenset(data["frequency"]["units"])
        self.stop_words = tuple(map(fold, data["stops"]["words"]))
        self.stops = "|".join((*data["stops"]["patterns"], grouped(self.stop_words)))
        self.starts = "".join({*data["stops"]["starts"], *data["denials"]["starts"], *CHINESE_DIGITS, "每", "均", "按"})
        self.starts += doubts["irregular_starts"]
        self.starts += "".join({word[0] for word in (*self.stop_words, *self.before)})
        self.words: dict[str, Any] = data["words"]
        fillers = grouped(self.words["fillers"])
        self.filler = re.compile(f"(?:{fillers})")
        self.last_filler = re.compile(f"(?:{fillers})$")
        self.between = re.compile(f"{self.words['between']}+")
        self.before_dates = frozenset(self.words["before_dates"])
        self.not_fillers_before = frozenset(self.words["not_fillers_before"])
        self.not_fillers_behind = {word: frozenset(before) for word, before in self.words["not_fillers_behind"].items()}
        self.done = re.compile(self.words["done"])
        self.dated = re.compile(f"{self.words['dated']}$")
        self.not_this_year: tuple[str, ...] = tuple(self.words["not_this_year"])
        self.this_year = re.compile(f"(?:{'|'.join(self.words['this_year'])})$")
        self.withheld = re.compile(data["withheld"]["pattern"])
        self.wholes: tuple[str, ...] = tuple(data["quantities"]["wholes"])
        self.quantity = re.compile(f"(?:{'|'.join(data['quantities']['ends'])})$")
        self.no_formula = re.compile(data["quantities"]["names"])
        self.ratio = re.compile(f"(?:{'|'.join(data['quantities']['ratios'])})$")
        columns = data["columns"]
        self.column_qualitative = frozenset(columns["qualitative"])
        self.column_operators: dict[str, Operator] = {
            word: sign for sign, words in columns.items() if sign in _NAMES or sign in "><=" for word in words
        }
        self.no_unit = frozenset(columns["no_unit"])
        self.graded = re.compile(columns["graded"])

    def unit_at(self, text: str, start: int) -> tuple[str | None, int]:
        """Unit that begins at `start` and where it ends; (None, start) where there is none, -1 where it is no unit.

        >>> words().unit_at("3人日常巡查", 1), words().unit_at("3人日", 1), words().unit_at("5000吨级泊位", 4)
        (('人', 2), ('人日', 3), (None, -1))
        """
        for end in range(min(len(text), start + self.longest_unit), start, -1):
            word = text[start:end]
            if word in self.units:
                unit = self.units[word]
                if unit is None:
                    return None, -1
                if word in self.splits and self.split.match(text, end - 1):
                    continue
                if self.compound.match(text, end):
                    return None, -1
                follows = text[end : end + 1]
                if not (word[-1].isascii() and word[-1].isalpha() and follows.isascii() and follows.isalnum()):
                    return unit, end
        return None, start


_NAMES: dict[Operator, str] = {"≥": "at_least", "≤": "at_most", "≈": "about"}


@lru_cache
def words() -> Words:
    """The shared words."""
    return Words(tomllib.loads(files("extractor.targets").joinpath("words.toml").read_text(encoding="utf-8")))


def sign_of(match: re.Match[str]) -> Operator:
    """Operator of a match of `Words.behind`."""
    return next(sign for sign, name in _NAMES.items() if match.lastgroup == name)
