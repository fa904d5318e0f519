"""Words of budgets (`words.toml`) and made-up ones, drawn at random."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from random import Random
from typing import TypeVar

T = TypeVar("T")


@lru_cache(maxsize=1)
def words() -> Mapping[str, tuple[str, ...]]:
    """Lists of words by name; those of a table are known as `table.name`."""
    with files(__package__).joinpath("words.toml").open("rb") as file:
        tables = tomllib.load(file)
    lists: dict[str, tuple[str, ...]] = {}
    for name, value in tables.items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        for key, text in inner:
            full = f"{name}.{key}" if key else name
            lists[full] = tuple("" if word == "-" else word.replace("_", " ") for word in text.split())
    return lists


@lru_cache(maxsize=1)
def ideographs() -> str:
    """The 3755 characters of GB 2312, level 1, by the codec.

    >>> len(ideographs()), ideographs()[:4]
    (3755, '啊阿埃挨')
    """
    rows = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return b"".join(code for code in rows if code < b"\xd7\xfa").decode("gb2312")


class Dice:
    """Random draws, made cheap: a million words are wanted every few seconds."""

    __slots__ = ("chance", "random")

    def __init__(self, random: Random) -> None:
        self.random = random
        self.chance = random.random

    def whether(self, probability: float) -> bool:
        return self.chance() < probability

    def number(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        return low + int(self.chance() * (high - low + 1))

    def one(self, items: Sequence[T]) -> T:
        return items[int(self.chance() * len(items))]

    def weighted(self, items: Mapping[T, float]) -> T:
        """A key, as often as its weight says; the weights need not add up to one."""
        left = self.chance() * sum(items.values())
        for item, weight in items.items():
            left -= weight
            if left < 0:
                return item
        return item

    def ideographs(self, low: int, high: int) -> str:
        """A word that means nothing."""
        known = ideographs()
        return "".join(self.random.choices(known, k=self.number(low, high)))


class Lexicon:
    """Words for one sample: from the lists or, as often as `strange` says, made up."""

    __slots__ = ("_lists", "dice", "strange")

    def __init__(self, dice: Dice, strange: float) -> None:
        self.dice = dice
        self.strange = strange
        self._lists = words()

    def word(self, name: str) -> str:
        dice = self.dice
        if self.strange and dice.chance() < self.strange:
            return dice.ideographs(2, 5)
        known = self._lists[name]
        return known[int(dice.chance() * len(known))]

    def known(self, name: str) -> str:
        """A word of the list, whatever the share of made-up ones."""
        known = self._lists[name]
        return known[int(self.dice.chance() * len(known))]


__all__ = ["Dice", "Lexicon", "ideographs", "words"]
