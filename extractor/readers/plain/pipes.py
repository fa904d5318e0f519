"""Pipe rows of scraped pages: no bar at their beginning and no rule below the header, but a bar behind each cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractor.schemas.document import Line
from extractor.text import squash

_BAR = re.compile(r"(?<!\\)\|")
_FEWEST = 4
_MOST_APART = 1
"""Lines without a bar between two rows: a wrapped cell, a title."""
_SHARE = 0.8


def bare_rows(text: str, lines: Sequence[Line]) -> set[int]:
    """Lines that are rows of such tables.

    >>> from extractor.readers.plain.lines import split_lines
    >>> text = "首页 | 新闻\\n项目 | 保洁 |\\n部门 | 水利局 | 单位 | 水管站 |\\n目标 | 保洁 |\\n数量 | 长度 | 6公里 |"
    >>> sorted(bare_rows(text, split_lines(text)))
    [1, 2, 3, 4]
    """
    if "|" not in text:
        return set()
    rows: set[int] = set()
    for run in _runs(text, lines):
        several = [index for index in run if len(_BAR.findall(text, lines[index].start, lines[index].end)) > 1]
        if len(run) >= _FEWEST and len(several) >= _FEWEST - 1 and len(several) > (1 - _SHARE) * len(run):
            rows |= {index for index in run if not _is_heading(text, lines[index])}
    return rows


def _is_heading(text: str, line: Line) -> bool:
    """Whether a line with one bar is the title of what stands below it, or the year in brackets."""
    word = squash(text[line.start : line.end])
    return word.count("|") == 1 and (word.endswith("表|") or word.startswith("("))


def _runs(text: str, lines: Sequence[Line]) -> Iterator[list[int]]:
    """Lines that end with a bar, as far as no more than one other line parts them."""
    run: list[int] = []
    apart = 0
    for index, line in enumerate(lines):
        printed = text[line.start : line.end].strip()
        if printed.endswith("|") and not printed.endswith("\\|"):
            run.append(index)
            apart = 0
        elif printed:
            apart += 1
            if apart > _MOST_APART and run:
                yield run
                run = []
    if run:
        yield run
