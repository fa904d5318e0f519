"""What one form prints, before anything is made of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractor.chunk.amounts import is_amount_column
from extractor.chunk.forms.indicators import Entry
from extractor.layouts.forms import Label
from extractor.schemas.document import Line, MappedText, PrintedUnit
from extractor.text import squash

HEAD = frozenset(("name", "department", "unit", "number"))
"""Fields that stand in the head of a form."""
_DIGIT_OR_HAN = re.compile("[0-9a-zA-Z一-鿿]")


@dataclass(frozen=True, slots=True)
class Item:
    """A value with its label.

    `at` is the column in which the value stands, `line` counts the rows. In a table `column` is the label above it and
    `table` the row of the table's header. `in_money` says that a label of money stands to its left, `is_spending` that
    the table tells what the money is spent for.
    """

    label: Label
    value: MappedText
    at: int
    line: int
    column: Label | None = None
    table: int | None = None
    in_money: bool = False
    is_spending: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What one form prints, in order. `loose` are texts that no label explains."""

    page: int | None
    top: tuple[Line, ...]
    rows: tuple[tuple[int, int], ...]
    items: tuple[Item, ...] = ()
    printed: frozenset[str] = frozenset()
    """Fields whose label stands in the form, with or without a value."""
    entries: tuple[Entry, ...] = ()
    loose: tuple[MappedText, ...] = ()
    units: tuple[PrintedUnit, ...] = ()
    blanks: tuple[Label, ...] = ()
    """Labels of the form's own whose value was left blank."""
    notes: tuple[str, ...] = ()

    def value(self, name: str) -> str | None:
        """The squashed text of a field, None where the form does not print it."""
        return next((squash(one.value.text) for one in self.items if one.label.field == name), None)

    @property
    def is_empty(self) -> bool:
        """Whether nobody filled the form in: the template may print a name, indicators and signs of values itself."""
        told = [one for one in self.items if one.label.field in {"name", "goal"} or is_money(one.label.field)]
        filled = {one.label.field for one in told if _DIGIT_OR_HAN.search(squash(one.value.text))}
        if filled - {"name"} or any(one.label.field in {"department", "unit"} for one in self.items):
            return not filled and not self.entries
        valued = sum(entry.has_value for entry in self.entries)
        return 2 * valued < len(self.entries) or not (self.entries or filled)


def is_money(name: str | None) -> bool:
    """Whether a label's field is an amount."""
    return name is not None and is_amount_column(name)


def rejoined(forms: Sequence[Form]) -> list[Form]:
    """Forms whose head was printed again on a new page put together with the form above."""
    result: list[Form] = []
    for form in forms:
        before = result[-1] if result else None
        if before is not None and _goes_on(before, form):
            result[-1] = _joined(before, form)
        else:
            result.append(form)
    return result


def _joined(before: Form, form: Form) -> Form:
    own = tuple(one for one in form.items if not _printed_in(before, one))
    return replace(
        before,
        entries=before.entries + form.entries,
        loose=before.loose + form.loose,
        rows=before.rows + form.rows,
        items=before.items + own,
        notes=(*before.notes, "row_joined"),
    )


def _goes_on(before: Form, form: Form) -> bool:
    name = form.value("name")
    if not name or name != before.value("name"):
        return False
    own = [one for one in form.items if not _printed_in(before, one)]
    parts = {one.label.field for one in form.items}
    has = {one.label.field for one in before.items}
    lacks = bool({"goal", "total"} & has) and not ({"goal", "total"} & parts)
    return lacks and not any(one.label.field in HEAD for one in own)


def _printed_in(form: Form, item: Item) -> bool:
    wanted = item.label.text, squash(item.value.text)
    return any((one.label.text, squash(one.value.text)) == wanted for one in form.items)
