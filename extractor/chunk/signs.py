"""Signs that a text prints projects, their goals or their indicators, whatever the table around them looks like.

They need no layout: categories of indicators that stand by themselves and not in a sentence, labels of values, a name
beside its label, the headings of a project told in prose. A document that shows them and yields no project was not
understood, and so was a stretch of text outside of the projects that shows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from extractor.chunk.amounts import NUMBER
from extractor.chunk.flattened import is_filled_form, is_template, is_titled, name_in_flat, without_instructions
from extractor.layouts import Terms, terms
from extractor.layouts.forms import form_words
from extractor.layouts.shared import TextSigns
from extractor.layouts.taxonomy import category, category_of_label, labels
from extractor.schemas.document import Document, Line, Row
from extractor.text import squash

_LONGEST_HEAD = 20
_INDICATOR_COLUMNS = frozenset(
    ("level1", "level2", "indicator_name", "cycle_value", "annual_value", "operator", "measure_unit", "weight")
)
_NEAR = 160
"""Characters behind a category in which its indicator's value is looked for."""
_HAN = re.compile("[\u4e00-\u9fff]")
_TARGET = re.compile(r"[≥≤＞＜><=±]=?\d[\d.,]*[^\d,。;]{0,12}")
_GAP = re.compile(r"[\s|]+")
_FEW, _ENOUGH = 2, 3
_LABELLED = 5
_LONGEST_PIECE = 6


def _text_words() -> TextSigns:
    return terms().shared.signs.text


@dataclass(frozen=True, slots=True)
class Signs:
    """What a stretch of text prints of projects.

    `categories` are the different categories of indicators that stand by themselves, `valued` how many of them have a
    value behind them; `told` are indicators that a sentence tells behind their category; `targets` are cells that hold
    nothing but a target (≥95%), `operators` rows with a cell that holds nothing but its sign, `levels` words that name
    a level of indicators, `numbers` numbers in cells of the rows below one that heads columns of indicators (-1: there
    is none); `name` is a project's name beside its label; `is_flat_form`: a form that somebody filled in stands there
    without its cells; `in_cells`: a name and a category stand in cells of tables.
    """

    categories: frozenset[str] = frozenset()
    valued: int = 0
    told: int = 0
    targets: int = 0
    operators: int = 0
    levels: int = 0
    numbers: int = -1
    value_labels: int = 0
    bracketed: int = 0
    headings: frozenset[str] = frozenset()
    name: str | None = None
    is_flat_form: bool = False
    in_cells: bool = False
    is_template: bool = False

    @property
    def heads(self) -> bool:
        """Whether a row heads columns of indicators."""
        return self.numbers >= 0

    @property
    def has_indicators(self) -> bool:
        """Whether indicators stand there, in cells, in lines or behind labels."""
        listed = len(self.categories) >= _ENOUGH and self.valued >= _FEW
        headed = self.heads and (self.valued > 0 or self.targets > 0 or self.numbers > 0)
        labelled = self.value_labels >= _FEW or self.bracketed >= _FEW
        return listed or headed or labelled or self.operators >= _ENOUGH

    @property
    def has_values(self) -> bool:
        """Whether a value of an indicator stands there at all."""
        return bool(self.value_labels or self.valued or self.told or self.targets or self.operators)

    @property
    def tells_projects(self) -> bool:
        """Whether headings of a project told in prose stand there."""
        return (
            len(self.headings) >= _ENOUGH
            and bool(self.headings & _text_words().opening)
            and _text_words().goal in self.headings
        )

    @property
    def are_of_projects(self) -> bool:
        named = self.name is not None and (self.valued > 0 or self.targets >= _ENOUGH or self.levels > 0)
        named = named or self.is_flat_form
        return self.has_indicators or self.tells_projects or self.told >= _ENOUGH or named

    @property
    def tells_targets(self) -> bool:
        """Whether sentences tell what was aimed at in several indicators, as a report may of the project it is on."""
        return self.told >= _ENOUGH or self.value_labels >= _ENOUGH

    @property
    def is_told(self) -> bool:
        """Whether what stands there stands in running text: no columns of indicators, no brackets."""
        return not (self.heads or self.bracketed or self.in_cells) and len(self.categories) < _ENOUGH

    @property
    def are_unfilled(self) -> bool:
        """Whether categories stand there without any value: an empty template."""
        return len(self.categories) >= _ENOUGH and not (self.valued or self.told or self.targets)

    @property
    def are_placeholders(self) -> bool:
        """Whether placeholders stand where the values would, and no value anywhere."""
        return self.is_template and not self.has_values


def signs_in(document: Document, pieces: Iterable[Line | Row], terms: Terms) -> Signs:
    """The signs in some lines and rows of a document, in print order."""
    found: set[str] = set()
    texts: list[str] = []
    loose: list[str] = []
    name: str | None = None
    categories_in_cells = named_in_cells = False
    numbers, targets, operators = -1, 0, 0
    for piece in pieces:
        cells = [cell for cell in _cells(document, piece) if cell]
        own = {term for cell in cells if (term := _category(cell))}
        found |= own
        named = _name(cells, terms)
        name = name or named
        if isinstance(piece, Row):
            categories_in_cells, named_in_cells = categories_in_cells or bool(own), named_in_cells or bool(named)
        if numbers < 0 and _heads_indicators(cells, terms):
            numbers = 0
        elif numbers >= 0 and any(_HAN.search(cell) for cell in cells if len(cell) > 1):
            numbers += sum(NUMBER.fullmatch(cell) is not None for cell in cells)
        targets += sum(_TARGET.fullmatch(cell) is not None for cell in cells)
        operators += any(map(_text_words().operator.fullmatch, cells))
        texts.append(" ".join(cells))
        if isinstance(piece, Line):
            loose.append(texts[-1])
    text = "\n".join(without_instructions(texts))
    loose = without_instructions(loose)
    flat = squash("".join(loose))
    standing = list(_standing(text))
    found.update(term for term, _ in standing)
    return Signs(
        categories=frozenset(found),
        valued=sum(_text_words().value.search(text, end, end + _NEAR) is not None for _, end in standing),
        told=sum(_text_words().value.search(match[0]) is not None for match in _told().finditer(text)),
        targets=targets,
        operators=operators,
        levels=len(_text_words().level_word.findall(text)),
        numbers=numbers,
        value_labels=len(_text_words().value_label.findall(text)),
        bracketed=len(_text_words().bracketed.findall(text)),
        headings=frozenset(match["word"] for match in _text_words().heading.finditer(text)),
        name=name,
        in_cells=categories_in_cells and named_in_cells,
        is_template=is_template(squash(text)),
        is_flat_form=name_in_flat(flat) is not None or is_filled_form(flat) or _are_a_form(loose, flat, terms),
    )


def cuts_words(text: str) -> bool:
    """Whether a text prints the word 指标 in pieces: the lines of narrow cells, whose columns stand one in another.

    >>> cuts_words("数量指\\n标\\n时效指\\n标\\n巡护次\\n数"), cuts_words("数量指标：巡护次数\\n时效指标")
    (True, False)
    """
    words = text.split()
    heads = sum(len(word) <= _LONGEST_PIECE and word.endswith("指") and len(word) > 1 for word in words)
    rests = sum(word in _text_words().rests for word in words)
    return heads >= _FEW and rests >= _FEW


@lru_cache
def _words() -> re.Pattern[str]:
    words = {word for level in ("level1", "level2") for word in labels(level) if word.endswith("指标")}
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


@lru_cache
def _told() -> re.Pattern[str]:
    """A category that opens a clause, its colon, and the clause."""
    return re.compile(rf"(?:^|(?<=[。;\n ]))(?:\d[.、]|\(\d\))?(?:{_words().pattern}):[^。;\n]{{2,80}}")


def _heads_indicators(cells: Sequence[str], terms: Terms) -> bool:
    """Whether a row heads the columns of indicators: their levels, or their name, value, sign and unit."""
    levels = sum(cell.startswith(_text_words().levels) and len(cell) <= len("一级指标内容") for cell in cells)
    known = {terms.column(cell) for cell in cells if len(cell) <= _LONGEST_HEAD}
    return levels >= _FEW or len(known & _INDICATOR_COLUMNS) >= _ENOUGH


def _standing(text: str) -> Iterator[tuple[str, int]]:
    """Categories that stand by themselves in a text without cells, and their ends: behind them goes no sentence on."""
    for match in _words().finditer(text):
        behind = text[match.end() : match.end() + 2]
        before = text[match.start() - 1 : match.start()]
        term = None if before in _text_words().led_to or _text_words().goes_on.match(behind) else _category(match[0])
        if term:
            yield term, match.end()


def _category(cell: str) -> str | None:
    if len(cell) > _NEAR:
        return None
    found = category("level2", cell) or category("level1", cell)
    found = found or category_of_label("level2", cell) or category_of_label("level1", cell)
    return found.term if found else None


def _name(cells: Sequence[str], terms: Terms) -> str | None:
    """A name beside the label 项目名称, in a cell of its own or behind a colon."""
    words = form_words(terms)
    for index, cell in enumerate(cells[:4]):
        before, colon, behind = cell.partition(":")
        inline = words.label(before) if colon and behind and len(before) <= _LONGEST_HEAD else None
        if inline is not None and inline.field == "name":
            return behind
        label = words.label(cell) if len(cell) <= 40 else None
        if label is not None and label.field == "name" and index + 1 < len(cells):
            beside = cells[index + 1]
            return beside if words.label(beside) is None and not terms.column(beside) else None
    return None


def _label_opening(line: str, terms: Terms) -> str | None:
    """The label of a form that a line begins with, its value glued to it; None where it is a sentence's word."""
    first = line.partition(" ")[0]
    known = form_words(terms)
    for length in range(min(len(first) - 1, _LONGEST_HEAD), 2, -1):
        label = known.label(first[:length])
        if label is not None:
            return label.text if first[length:].strip(":") and first[length] not in "的和及、,是为在中" else None
    return None


def _are_a_form(lines: Sequence[str], flat: str, terms: Terms) -> bool:
    """Whether lines begin with the labels of a form that is filled in, below its title, and name a project."""
    return is_titled(flat) and len({label for line in lines if (label := _label_opening(line, terms))}) >= _LABELLED


def _cells(document: Document, piece: Line | Row) -> list[str]:
    """The cells of a row, or a line's words as far as blanks or bars part them."""
    if isinstance(piece, Row):
        return [squash(cell.content.text) for cell in piece.cells]
    return list(map(squash, _GAP.split(document.text[piece.start : piece.end])))
