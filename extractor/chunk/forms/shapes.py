"""What a cell looks like, whatever it says: a label, a number, a text."""

from __future__ import annotations

import re

from extractor.layouts.forms import FormWords
from extractor.text import squash

_NUMBER = re.compile(r"-?[\d,]+(?:\.\d+)?(?:[万亿]?元?|%|分)?")
_NOTHING = frozenset(("", "-", "--", "/", "\\"))
_SENTENCE = re.compile(r"[,。;!?]|\d")
_LONGEST_WORD = 16


def is_number(printed: str) -> bool:
    """Whether a cell holds a number, with its unit or without, and nothing else.

    >>> is_number("1,200.00"), is_number("186万"), is_number("97.5%"), is_number("12场")
    (True, True, True, False)
    """
    return _NUMBER.fullmatch(squash(printed)) is not None


def is_nothing(printed: str) -> bool:
    """Whether a cell says that there is nothing to say: blank, a dash, a slash."""
    return squash(printed) in _NOTHING


def is_text(printed: str) -> bool:
    """Whether a cell holds what labels do not: stops, digits, or more than a label has room for.

    >>> is_text("修12栋。"), is_text("年初设定目标"), is_text("保障校园食品安全持续向好并且稳定可控")
    (True, False, True)
    """
    word = squash(printed)
    return len(word) > _LONGEST_WORD or _SENTENCE.search(word) is not None


def is_labellike(printed: str, words: FormWords) -> bool:
    """Whether a cell may be a label: a known one, or a short text without stops and numbers.

    >>> from extractor.layouts.forms import form_words, terms
    >>> words = form_words(terms())
    >>> [is_labellike(text, words) for text in ("全年实际完成情况", "完成维修，保障安全。", "12.00")]
    [True, False, False]
    """
    return words.label(printed) is not None or words.unknown(printed) is not None
