"""What a browser prints above and below each page: date and title, address and page number. It is no text of it.

A line is taken for that only where the foot of every page is an address and a count that goes on from page to page;
what is printed again on every page without a count may be a table's title or unit, and stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.readers.printed.page import Page

_FOOT = re.compile(r"(?:[a-z]{2,8}:/|about:)\S*\s+(?P<page>\d+)\s*/\s*(?P<pages>\d+)")
_HEAD = re.compile(
    r"""
    \d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}  # a date in any country's order
    ,?\s*(?:上午|下午)?\s*\d{1,2}:\d{2}(?:\s*[AP]M)?  # the time
    \s+.+  # the title
    """,
    re.VERBOSE,
)


def take_furniture(pages: Sequence[Page]) -> None:
    """Takes such lines out of the pages, to their stamps."""
    feet = [_foot(page) for page in pages]
    if not pages or [number for number, _ in feet] != list(range(1, len(pages) + 1)):
        return
    heads = [_head(page) for page in pages]
    for page, (_, foot), head in zip(pages, feet, heads, strict=True):
        taken = [foot, *([head] if head and all(heads) else [])]
        for line in taken:
            at = next(index for index, item in enumerate(page.items) if item is line)
            del page.items[at]
            page.stamps.append(line)


def _foot(page: Page) -> tuple[int, str]:
    last = page.items[-1] if page.items else None
    found = _FOOT.fullmatch(last) if isinstance(last, str) else None
    return (int(found["page"]), last) if found and isinstance(last, str) else (0, "")


def _head(page: Page) -> str:
    """It stands first on the page, or behind its text where the lines are in the file's order."""
    ends = [*page.items[:1], *page.items[-2:-1]]
    return next((item for item in ends if isinstance(item, str) and _HEAD.fullmatch(item)), "")
