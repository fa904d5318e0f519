"""Forms in dumps that keep the columns of a page side by side, by position alone, as `pdftotext -layout` writes them.

The header of the indicators tells where their columns stand. A row is a line that prints a value; a text that was
wrapped belongs to the nearest of them, and a category, which stands in the middle of its rows, to as many of them as
make it so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Literal, NamedTuple

from extractor.layouts import terms
from extractor.layouts.fit import levels_of
from extractor.layouts.forms import FormWords, form_words
from extractor.layouts.taxonomy import category_of_label
from extractor.readers.plain.columns import Piece, pieces_of
from extractor.readers.plain.formhead import head_rows
from extractor.readers.plain.formwords import with_whole_labels
from extractor.readers.plain.lines import INDICATOR, prints
from extractor.readers.plain.pieces import blank, stacked
from extractor.readers.plain.segments import Token, piece_of
from extractor.schemas.document import Line, Row, Table
from extractor.text import squash, without_brackets

_INDICATORS = frozenset(("level1", "level2", "indicator_name", "cycle_value", "annual_value"))
_VALUES = frozenset(("annual_value", "cycle_value"))
_FEWEST, _FEWEST_ROWS = 4, 2
_TALL = 4
_MOST_ABOVE = 80
_MOST_BLANK = 6
_WIDE = re.compile(r"\S[ \u3000]{2,}\S")
_BLANK_COST = 50.0
_STRANGE = 2.0


class _Cells(NamedTuple):
    """The pieces of a line below the header, by their columns."""

    line: int
    pieces: dict[int, Piece]


def read_layout_form(text: str, lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Table, ...]]:
    """Lines outside of such forms, and their tables; none where no header stands over columns."""
    likely = [at for at, line in enumerate(lines) if prints(text, line, INDICATOR) and _is_wide(text, line)]
    words = form_words(terms())
    headers = [at for at in likely if _is_header(text, pieces_of(text, lines[at], is_wide=False), words)]
    for is_wide in (False, True) if headers else ():
        found = _forms(text, lines, headers, words, is_wide=is_wide)
        if found is not None:
            return found
    return lines, ()


def _forms(
    text: str, lines: tuple[Line, ...], headers: Sequence[int], words: FormWords, *, is_wide: bool
) -> tuple[tuple[Line, ...], tuple[Table, ...]] | None:
    pieces = [pieces_of(text, line, is_wide=is_wide) for line in lines]
    tables: list[Table] = []
    taken: set[int] = set()
    after = 0
    for index, at in enumerate(headers):
        end = headers[index + 1] if index + 1 < len(headers) else len(lines)
        begin = _begin(text, pieces, after, at, words)
        found = _table(text, pieces, at, end, words) if begin is not None else None
        if found is None or begin is None:
            return None
        rows, last = found
        tables.append(Table((*_head(text, pieces[begin:at], words), *rows), lines[begin].page, rebuilt=True))
        taken |= set(range(begin, last))
        after = last
    return tuple(line for at, line in enumerate(lines) if at not in taken), tuple(tables)


def _is_wide(text: str, line: Line) -> bool:
    return _WIDE.search(text, line.start, line.end) is not None


def _is_header(text: str, pieces: Sequence[Piece], words: FormWords) -> bool:
    found = {words.column(text[piece.start : piece.end]) for piece in pieces}
    return len(_INDICATORS & found) >= _FEWEST - 1 and bool(_VALUES & found) and "name" not in found


def _begin(text: str, lines: Sequence[Sequence[Piece]], after: int, header: int, words: FormWords) -> int | None:
    """The line of the form's name: the nearest above the header that prints its label, a value behind it."""
    for at in range(header - 1, max(after, header - _MOST_ABOVE) - 1, -1):
        labels = [words.label(text[piece.start : piece.end]) for piece in lines[at][:-1]]
        if any(label is not None and label.field == "name" for label in labels):
            return at
    return None


def _head(text: str, lines: Sequence[Sequence[Piece]], words: FormWords) -> list[Row]:
    """The rows above the header: labels and values as wide gaps part them; a tall label beside a text is one."""
    tokens = [[_token(text, one) for one in line] for line in lines]
    rows: list[Row] = []
    waiting: list[list[Token]] = []
    at = 0
    while at < len(tokens):
        stop = _tall(tokens, at, words)
        if stop is None:
            waiting.append(tokens[at])
            at += 1
            continue
        rows += head_rows(text, with_whole_labels(waiting, words), words)
        waiting = []
        held = [line for line in tokens[at:stop] if line]
        labels = [line[0] for line in held if len(squash(line[0].text)) <= _TALL]
        values = [token for line in held for token in line if token not in labels]
        rows.append(_row(text, [labels, values]))
        at = stop
    return [*rows, *head_rows(text, with_whole_labels(waiting, words), words)]


def _tall(tokens: Sequence[Sequence[Token]], begin: int, words: FormWords) -> int | None:
    """Behind the lines that a tall label of a goal takes, the first of which is at `begin`; None where none begins."""
    joint, pieces, at = "", 0, begin
    while at < len(tokens):
        if not tokens[at]:
            at += 1
            continue
        first = squash(tokens[at][0].text)
        if len(first) > _TALL or not first.isalpha():
            if not pieces:
                return None
            at += 1
            continue
        joint, pieces = joint + first, pieces + 1
        label = words.label(joint)
        if pieces > 1 and label is not None and label.field == "goal":
            following = squash(tokens[at + 1][0].text) if at + 1 < len(tokens) and tokens[at + 1] else ""
            if not following or len(following) > _TALL or words.label(joint + following) is None:
                return at + 1
        if len(joint) > 3 * _TALL:
            return None
        at += 1
    return None


def _table(
    text: str, lines: Sequence[Sequence[Piece]], header: int, end: int, words: FormWords
) -> tuple[list[Row], int] | None:
    """The rows of the indicators, their header first, and the line behind them."""
    heads = lines[header]
    lead = [piece for piece in heads if words.column(text[piece.start : piece.end]) is None][:1]
    columns = heads[len(lead) :] if lead and lead[0] == heads[0] else heads
    fields = [words.column(text[piece.start : piece.end]) for piece in columns]
    body = _body(text, lines, header, end, columns, words)
    if body is None:
        return None
    held, last = body
    value = next(at for at, field in enumerate(fields) if field in _VALUES)
    anchors = [cells.line for cells in held if value in cells.pieces]
    if len(anchors) < _FEWEST_ROWS:
        return None
    rows: list[dict[int, list[Token]]] = [{} for _ in anchors]
    for cells in held:
        for column, piece in cells.pieces.items():
            if fields[column] not in {"level1", "level2"}:
                nearest = min(range(len(anchors)), key=lambda at: (abs(anchors[at] - cells.line), at))
                rows[nearest].setdefault(column, []).append(_token(text, piece))
    inner: list[str] = [""] * len(anchors)
    for field in ("level2", "level1"):
        if field not in fields:
            continue
        column = fields.index(field)
        labels = list(_categories(text, held, column))
        codes = [_code(field, label[1]) for label in labels]
        starts = _groups([label[0] for label in labels], codes, anchors, inner)
        for label, start in zip(labels, starts, strict=True):
            if start is not None:
                rows[start].setdefault(column, []).extend(label[1])
        if field == "level2":
            inner = _carried([_code(field, row.get(column, [])) for row in rows])
    if not _is_consistent(rows, fields):
        return None
    made = [_row(text, [[_token(text, piece)] for piece in columns])]
    made += [_row(text, [row.get(at, []) for at in range(len(fields))]) for row in rows]
    return made, last


def _body(
    text: str, lines: Sequence[Sequence[Piece]], header: int, end: int, columns: Sequence[Piece], words: FormWords
) -> tuple[list[_Cells], int] | None:
    """The pieces below a header, each under the column that it stands in; None where two stand in one.

    What stands left of the columns is the tall label of all of them.
    """
    edges = [(above.right + below.left) / 2 for above, below in pairwise(columns)]
    held: list[_Cells] = []
    last, blanks = header + 1, 0
    for at in range(header + 1, end):
        pieces = lines[at]
        if not pieces:
            blanks += 1
            if blanks > _MOST_BLANK:
                break
            continue
        blanks = 0
        first = text[pieces[0].start : pieces[0].end]
        is_tall = len(squash(first)) <= _TALL // 2 and pieces[0].right <= columns[0].left
        own = pieces[1:] if is_tall else pieces
        label = words.label(first)
        if not is_tall and not levels_of(squash(first)) and label is not None and len(pieces) < _FEWEST:
            break
        if own and own[0].right <= columns[0].left - 1 and len(squash(first)) > _TALL:
            break
        cells = {sum(edge <= (piece.left + piece.right) / 2 for edge in edges): piece for piece in own}
        if len(cells) < len(own):
            return None
        held.append(_Cells(at, cells))
        last = at + 1
    return held, last


def _categories(text: str, held: Sequence[_Cells], column: int) -> Iterator[tuple[float, list[Token]]]:
    """The categories of a column: where the middle of each stands, and its pieces."""
    part: list[tuple[int, Token]] = []
    for cells in held:
        piece = cells.pieces.get(column)
        if piece is None:
            continue
        token = _token(text, piece)
        joint = squash("".join(one.text for _, one in part) + token.text)
        if part and levels_of(squash("".join(one.text for _, one in part))) and not levels_of(joint):
            yield (part[0][0] + part[-1][0]) / 2, [one for _, one in part]
            part = []
        part.append((cells.line, token))
    if part:
        yield (part[0][0] + part[-1][0]) / 2, [one for _, one in part]


def _code(field: Literal["level1", "level2"], tokens: Sequence[Token]) -> str:
    """The code of a category, as far as it is known."""
    word = without_brackets(squash("".join(token.text for token in tokens)))
    found = category_of_label(field, word) if word else None
    return found.code if found else ""


def _carried(codes: Sequence[str]) -> list[str]:
    """Codes that hold on downwards."""
    carried: list[str] = []
    for code in codes:
        carried.append(code or (carried[-1] if carried else ""))
    return carried


def _groups(
    centres: Sequence[float], codes: Sequence[str], anchors: Sequence[int], inner: Sequence[str]
) -> list[int | None]:
    """The first row of each category: of all ways to share the rows out in order, the one that centres them best.

    `inner` are the codes of the categories inside: those of another one cost.
    """

    @cache
    def best(label: int, begin: int) -> tuple[float, tuple[int, ...]]:
        left = len(centres) - label
        if left == 0:
            return (0.0 if begin == len(anchors) else _BLANK_COST * (len(anchors) - begin)), ()
        found = (_BLANK_COST * len(anchors) * left, (-1,) * left)
        for end in range(begin + 1, len(anchors) - left + 2):
            cost = abs(centres[label] - (anchors[begin] + anchors[end - 1]) / 2)
            own = codes[label][:1]
            cost += _STRANGE * sum(bool(own and code) and code[:1] != own for code in inner[begin:end])
            rest, starts = best(label + 1, end)
            found = min(found, (cost + rest, (begin, *starts)))
        return found

    return [start if start >= 0 else None for start in best(0, 0)[1]]


def _is_consistent(rows: Sequence[dict[int, list[Token]]], fields: Sequence[str | None]) -> bool:
    """Whether each second category belongs to the first that is open above it, as far as the taxonomy knows both."""
    if not {"level1", "level2"} <= set(fields):
        return True
    outer = _carried([_code("level1", row.get(fields.index("level1"), [])) for row in rows])
    inner = [_code("level2", row.get(fields.index("level2"), [])) for row in rows]
    return not any(one and other and one[0] != other[0] for one, other in zip(outer, inner, strict=True))


def _token(text: str, piece: Piece) -> Token:
    return Token(text[piece.start : piece.end], piece.start, piece.end)


def _row(text: str, cells: Sequence[Sequence[Token]]) -> Row:
    tokens = [token for cell in cells for token in cell]
    start, end = min(token.start for token in tokens), max(token.end for token in tokens)
    made = (stacked(text, [piece_of(text, one) for one in cell], start) if cell else blank(start) for cell in cells)
    return Row(tuple(made), start, end)
