"""What one form prints, before anything is made of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from extractor.chunk.amounts import is_amount_column
from extractor.chunk.forms.table import Entry
from extractor.layouts.forms import Label
from extractor.schemas.document import Line, MappedText, PrintedUnit
from extractor.text import squash

HEAD = frozenset(("name", "department", "unit", "number"))
"""Fields that stand in the head of a form."""
_DIGIT_OR_HAN = re.compile("[0-9a-zA-Z一-鿿]")


@dataclass(frozen=True, slots=True)
class Item:
    """A value with its label, and the label above its column where it has one too."""

    label: Label
    value: MappedText
    at: int
    column: Label | None = None
    in_money: bool = False


@dataclass(slots=True)
class Form:
    """What one form prints, in order. `loose` are texts that no label explains."""

    page: int | None
    top: list[Line] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    printed: set[str] = field(default_factory=set)
    """Fields whose label stands in the form, with or without a value."""
    head: frozenset[str] = frozenset()
    """Labels that stand above the indicators."""
    entries: list[Entry] = field(default_factory=list)
    loose: list[MappedText] = field(default_factory=list)
    units: list[PrintedUnit] = field(default_factory=list)
    rows: list[tuple[int, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def value(self, name: str) -> str | None:
        """The squashed text of a field, None where the form does not print it."""
        return next((squash(one.value.text) for one in self.items if one.label.field == name), None)

    @property
    def is_empty(self) -> bool:
        """Whether nobody filled the form in."""
        told = (one for one in self.items if one.label.field in {"name", "goal"} or is_money(one.label.field))
        return not self.entries and not any(_DIGIT_OR_HAN.search(squash(one.value.text)) for one in told)


def is_money(name: str | None) -> bool:
    """Whether a label's field is an amount."""
    return name is not None and is_amount_column(name)


def rejoined(forms: Sequence[Form]) -> list[Form]:
    """Forms whose head was printed again on a new page put together with the form above."""
    result: list[Form] = []
    for form in forms:
        before = result[-1] if result else None
        if before is not None and _goes_on(before, form):
            before.entries += form.entries
            before.loose += form.loose
            before.rows += form.rows
            before.items += [one for one in form.items if not _printed_in(before, one)]
            before.notes.append("row_joined")
        else:
            result.append(form)
    return result


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
