"""What a document's table looks like: its header words, item numbers and labels, and which of them are unknown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from extractor.layouts import CompiledLayout, terms
from extractor.schemas.document import Document
from extractor.schemas.finding import Said, said
from extractor.schemas.layout import COLUMN_LABELS, CONTENT_COLUMNS
from extractor.text import fold, squash

_LONGEST = 20
_LEAST_COLUMNS = 3
_LEAST_TIMES = 3
_SHOWN = 6
_LOOKED_AT = 400_000
_DIGIT = re.compile(r"\d")
_SENTENCE = re.compile(r"[^,。;:]{2}[,。;:]")
_WORDY_SHARE = 0.3
_AIMS = re.compile(r"[≥≤]\s*\d|不(?:少于|低于|超过|高于|大于|小于)\s*\d|\d\s*%以上|100\s*%")
_FEW_AIMS = 2
_MONEY = re.compile(r"\d\.\d\d(?!\d)|\d\s*万?元")
_TARGET = re.compile(r"[≥≤><=]\d[\d.,]*\D{0,4}|\d+(?:\.\d+)?%?[\u4e00-\u9fff%]{1,4}|\d{4}年\d{1,2}月底?前?")
"""A cell that holds a target: a sign, a number and its unit."""
_OF_GOALS = re.compile("绩效|目标|指标|效益|产出")
_SECTIONS = "一、"
"""Numbers the sections of any text, and items in few tables only."""
_NUMBER = re.compile(
    r"(?:^|(?<=[。;]))(?:(?P<before>[(【\[<《〈『「]?[\u4e00-\u9fff]?)\d{1,3}"
    r"(?P<after>[\u4e00-\u9fff]?[^\w\s%.,;·/~-])|(?P<circled>[①-⑳])|(?P<han>[一二三四五六七八九十]{1,3}、))"
)
_LABEL = re.compile(r"(?<=[,;。])([\u4e00-\u9fff]{2,8}):")


class Shape(NamedTuple):
    """`headers` as printed, in order; `numbers` and `labels` that come again and again, most frequent first."""

    source: str
    headers: tuple[str, ...]
    numbers: tuple[str, ...]
    labels: tuple[str, ...]
    digest: str = ""
    """What tells a document without a header row from all others: it has no shape of its own."""

    @property
    def name(self) -> str:
        """Of every document of this shape the same: the header words and the usual item number decide."""
        known = "\0".join((self.source, *map(squash, self.headers), *self.numbers[:1], self.digest))
        return f"learnt-{sha256(known.encode()).hexdigest()[:8]}"


def shape_of(document: Document) -> Shape:
    """The shape of a document's table, read without any layout."""
    pieces = list(_pieces(document))
    headers = _headers(document)
    return Shape(
        "grid" if document.tables else "dump",
        headers,
        _often(_template(match) for piece in pieces for match in _NUMBER.finditer(piece)),
        _often(match[1] for piece in pieces for match in _LABEL.finditer(piece)),
        "" if headers else document.sha256,
    )


def may_hold_goals(document: Document) -> bool:
    """Whether a document heads columns under which sentences stand, as goals and indicators do.

    The tables of a budget without projects hold names and numbers, and lists that share money out also what is built
    with it. Where there are no cells, numbered items or labels
    that come again and again are the sign.
    """
    if not _headers(document) or _shares_money_out(document):
        return False
    if not document.tables:
        shape = shape_of(document)
        return bool(shape.labels or set(shape.numbers) - {_SECTIONS})
    rows = max((table.rows for table in document.tables), key=len)
    texts = [[squash(cell.content.text) for cell in row.cells] for row in rows]
    wordy = sum(any(map(_SENTENCE.search, row)) for row in texts)
    if wordy > 0 and 2 * sum(any(map(_TARGET.fullmatch, row)) for row in texts) >= len(rows) - 1:
        return True  # a row for each indicator: only the first one of a project has a sentence
    return wordy > 0 and wordy >= _WORDY_SHARE * (len(rows) - 1)


def prints_targets(document: Document) -> bool:
    """Whether a text without cells prints several targets, as indicators have them, and an amount of money."""
    if document.tables:
        return False
    text = fold(document.text[:_LOOKED_AT])
    return _MONEY.search(text) is not None and len(_AIMS.findall(text)) >= _FEW_AIMS


def _shares_money_out(document: Document) -> bool:
    """Whether a title says that the tables share money out, and nothing that they print speaks of goals."""
    titles = [*(squash(document.text[line.start : line.end]) for line in document.lines), *_lone_cells(document)]
    if not any(terms().lists_of_money.fullmatch(title) for title in titles):
        return False
    return not any(
        _OF_GOALS.search(squash(cell.content.text))
        for table in document.tables
        for row in table.rows
        for cell in row.cells
    )


def _lone_cells(document: Document) -> Iterator[str]:
    """The cells that fill a row alone, as titles inside a table do."""
    for table in document.tables:
        for row in table.rows:
            filled = [word for cell in row.cells if (word := squash(cell.content.text))]
            if len(filled) == 1:
                yield filled[0]


def explain(document: Document, layout: CompiledLayout) -> tuple[Said, ...]:
    """Which headers, item numbers and labels of a document are not understood; () where all are."""
    if layout.spec.source == "form":
        return ()  # a form has no row that heads its columns
    shape = shape_of(document)
    columns = {header: layout.terms.column(header) for header in shape.headers}
    unknown = [header for header, column in columns.items() if column is None]
    parts: list[Said] = []
    if unknown:
        parts.append(said("unknown_headers", words=_list(unknown)))
    if not shape.headers:
        parts.append(said("no_header_row"))
    elif missing := _missing(set(columns.values())):
        parts.append(said("missing_columns", words=_list(missing)))
    numbers = [number for number in shape.numbers if not layout.marker.fullmatch(squash(number.replace("N", "1")))]
    if numbers:
        parts.append(said("unknown_numbers", words=_list(numbers)))
    labels = [label for label in shape.labels if not layout.value_label.fullmatch(f"{label}:")]
    if labels:
        parts.append(said("unknown_labels", words=_list(labels)))
    return tuple(parts)


def _missing(columns: set[str | None]) -> list[str]:
    """The columns that a table of projects must have and this one does not name."""
    missing = [] if "name" in columns else [COLUMN_LABELS["name"]]
    if not columns & CONTENT_COLUMNS:
        missing.append(f"{COLUMN_LABELS['goal']}/{COLUMN_LABELS['indicators']}")
    return missing


def _list(words: Sequence[str]) -> str:
    """Words as they are shown, the first few of them."""
    return "、".join(" ".join(word.split())[:_LONGEST] for word in words[:_SHOWN]) + ("…" if words[_SHOWN:] else "")


def _headers(document: Document) -> tuple[str, ...]:
    """The row that heads the largest table: the first one with several short words and no number."""
    if document.tables:
        table = max(document.tables, key=lambda table: len(table.rows))
        rows: Iterable[list[str]] = ([cell.content.text for cell in row.cells] for row in table.rows[:12])
    else:
        lines = (document.text[line.start : line.end] for line in document.lines[:200])
        rows = (line.split() for line in lines)
    return max((_as_header(row) for row in rows), key=len, default=())


def _as_header(cells: Sequence[str]) -> tuple[str, ...]:
    filled = [cell.strip() for cell in cells if cell.strip()]
    words = tuple(dict.fromkeys(" ".join(cell.split()) for cell in filled))
    is_header = len(words) >= _LEAST_COLUMNS and all(
        2 <= len(squash(word)) <= _LONGEST and not _DIGIT.search(word) and not squash(word).endswith(("。", ";", ":"))
        for word in words
    )
    return words if is_header and not any(":" in squash(word) for word in words) else ()


def _pieces(document: Document) -> Iterator[str]:
    """Squashed cells, or lines where there are no cells, up to a limit."""
    left = _LOOKED_AT
    texts: Iterator[str] = (
        (cell.content.text for table in document.tables for row in table.rows for cell in row.cells)
        if document.tables
        else (document.text[line.start : line.end] for line in document.lines)
    )
    for text in texts:
        if left <= 0:
            return
        left -= len(text)
        yield squash(text)


def _template(match: re.Match[str]) -> str:
    """An item number with N for the number.

    >>> [_template(match) for match in _NUMBER.finditer("第1条:面积;②合格率;一、其他")]
    ['第N条:', '①', '一、']
    """
    if match["circled"]:
        return "①"
    return _SECTIONS if match["han"] else f"{match['before']}N{match['after']}"


def _often(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for word, times in Counter(words).most_common(_SHOWN) if times >= _LEAST_TIMES)
