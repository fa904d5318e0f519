"""Lists in bracket notation with one cell a line: a code, a name, an amount, then 【总体目标】 and the indicators.

Amounts and codes stand in lines of their own, so the lines between them are names, and what begins with a bracket is
the project's text. Rows of bodies and categories have an amount and no text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractor.layouts import terms
from extractor.layouts.fit import levels_of
from extractor.layouts.forms import form_words
from extractor.readers.plain.pieces import blank, stacked
from extractor.readers.plain.segments import Token, piece_of
from extractor.schemas.document import Line, Row, Table
from extractor.schemas.layout import AMOUNT_COLUMNS
from extractor.text import squash

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_CODE = re.compile(r"0\d{3,}")
_HEADING = re.compile(r"[【\[](?P<text>[^【】\[\]]{2,30})[】\]]")
_PARTS = re.compile(r"[-:/]")
_ENDS = re.compile(r"[)】。;]$")
_FEWEST, _FEWEST_LABELS, _MOST_LABELS = 3, 3, 8
_LONGEST = 60
_AHEAD = 12


def read_bracket_list(text: str, lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Table, ...]]:
    """Lines outside of such a list, and its table; none where any of its rows cannot be told from the others."""
    if sum(_is_category(match["text"]) for match in _HEADING.finditer(text)) < _FEWEST:
        return lines, ()
    tokens = list(_tokens(text, lines))
    begin = next((at for at, token in enumerate(tokens) if _NUMBER.fullmatch(token.text)), len(tokens))
    labels = _labels(tokens[:begin])
    if not labels:
        return lines, ()
    fields = [_column(squash(token.text)) for token in labels]
    first = next(at for at, token in enumerate(tokens) if token.start == labels[-1].end or token.start > labels[-1].end)
    rows = _rows(tokens[first:], has_codes="name" in fields[1:])
    if not rows or not {"goal", "name"} <= set(fields) or not set(fields) & {*AMOUNT_COLUMNS}:
        return lines, ()
    made = [
        Row(tuple(stacked(text, [piece_of(text, one)], one.start) for one in labels), labels[0].start, labels[-1].end)
    ]
    made += [_row(text, row, fields) for row in rows]
    table = Table(tuple(made), lines[0].page if lines else None, rebuilt=True)
    start, end = made[0].start, made[-1].end
    return tuple(line for line in lines if not start <= line.start < end), (table,)


def _tokens(text: str, lines: Sequence[Line]) -> Iterator[Token]:
    for line in lines:
        printed = text[line.start : line.end]
        if body := printed.strip():
            start = line.start + printed.index(body)
            yield Token(body, start, start + len(body))


def _is_category(heading: str) -> bool:
    return any(levels_of(part) for part in _PARTS.split(squash(heading)))


def _labels(tokens: Sequence[Token]) -> list[Token]:
    """The labels of the header: a run of lines up to the last that names a column, one in brackets over several."""
    joined: list[Token] = []
    for token in tokens[-2 * _AHEAD :]:
        above = joined[-1] if joined else None
        if above is not None and squash(above.text).count("(") > squash(above.text).count(")"):
            joined[-1] = Token(f"{above.text}\n{token.text}", above.start, token.end)
        else:
            joined.append(token)
    known = [at for at, token in enumerate(joined) if _column(squash(token.text)) is not None]
    goal = next((at for at in reversed(known) if _column(squash(joined[at].text)) == "goal"), None)
    if goal is None:
        return []
    begin = goal
    while begin and goal - begin < _MOST_LABELS and _is_label(squash(joined[begin - 1].text)):
        begin -= 1
    begin = next((at for at in range(begin, goal) if _is_column_of_list(squash(joined[at].text))), begin)
    return joined[begin : goal + 1] if goal + 1 - begin >= _FEWEST_LABELS else []


def _column(word: str) -> str | None:
    if terms().names_projects(word):
        return "name"
    return terms().column(word) or terms().column_by_shape(word, ())


def _is_label(word: str) -> bool:
    return len(word) <= _LONGEST // 2 and not re.search(r"[\d,。;]", word)


def _is_column_of_list(word: str) -> bool:
    """Whether a label may begin the header: it names a column, or codes."""
    return _column(word) is not None or form_words(terms()).label(word) is not None or word.endswith(("编码", "代码"))


def _rows(tokens: Sequence[Token], *, has_codes: bool) -> list[tuple[Token | None, list[Token], Token, list[Token]]]:
    """Code, lines of the name, amount and text of each row; none where one cannot be told."""
    numbers = [at for at, token in enumerate(tokens) if _NUMBER.fullmatch(squash(token.text))]
    codes = {at for at in numbers if _CODE.fullmatch(tokens[at].text)} if has_codes else set()
    amounts = [at for at in numbers if at not in codes]
    found: list[tuple[Token | None, list[Token], Token, list[Token]]] = []
    starts: list[int] = []
    after = 0
    for at in amounts:
        code = next((one for one in range(at - 1, after - 1, -1) if one in codes), None)
        begin = code + 1 if code is not None else at - 1
        names = list(tokens[begin:at])
        above = tokens[begin - 1] if code is None and begin > after else None
        is_open = above is not None and not _ENDS.search(squash(above.text)) and above.text != names[0].text
        if not names or any(map(_is_text, names)) or is_open or sum(map(len, (one.text for one in names))) > _LONGEST:
            return []
        starts.append(code if code is not None else begin)
        found.append((tokens[code] if code is not None else None, names, tokens[at], []))
        after = at + 1
    for index, at in enumerate(amounts):
        end = starts[index + 1] if index + 1 < len(starts) else _end(tokens, at + 1)
        own = list(tokens[at + 1 : end])
        if own and not _HEADING.match(squash(own[0].text)):
            return []
        found[index][3].extend(own)
    return found if any(text for *_, text in found) else []


def _end(tokens: Sequence[Token], begin: int) -> int:
    """Behind the last line that is an item of the notation, or goes on with a heading in brackets."""
    last = begin
    for at in range(begin, len(tokens)):
        if _is_text(tokens[at]) or (at == last and at > begin and _HEADING.match(squash(tokens[at - 1].text))):
            last = at + 1
    return last


def _is_text(token: Token) -> bool:
    word = squash(token.text)
    return _HEADING.match(word) is not None or re.match(r"(?:指标)?\d{1,2}[:、.]", word) is not None


def _row(text: str, row: tuple[Token | None, list[Token], Token, list[Token]], fields: Sequence[str | None]) -> Row:
    """A row under its columns: what stands above the goal's heading is under the label before that of the goal."""
    code, names, amount, own = row
    goal = fields.index("goal")
    cut = next((at for at, token in enumerate(own) if _opens_goal(token)), 0)
    under: dict[int, list[Token]] = {fields.index("name"): names, goal: own[cut:]}
    money = next(at for at, field in enumerate(fields) if field in AMOUNT_COLUMNS)
    under[money] = [amount]
    if code is not None and fields.index("name") > 0:
        under[0] = [code]
    if cut:
        before = goal - 1 if fields[goal - 1] is None else goal
        under[before] = own[:cut] + (under[before] if before == goal else [])
    start = code.start if code is not None else names[0].start
    cells = (
        stacked(text, [piece_of(text, token) for token in under[at]], start) if under.get(at) else blank(start)
        for at in range(len(fields))
    )
    last = own[-1] if own else amount
    return Row(tuple(cells), start, last.end)


def _opens_goal(token: Token) -> bool:
    heading = _HEADING.match(squash(token.text))
    return heading is not None and heading["text"].endswith("目标")
