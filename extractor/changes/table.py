"""changes.csv: one row for each change, with what it is in words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from extractor.changes import Change, Kind, RunComparison
from extractor.export.csv import write_table
from extractor.export.labels import labels
from extractor.export.paths import field_name
from extractor.export.wording import trimmed
from extractor.follow.table import reason
from extractor.follow.table import shown as score
from extractor.messages import words_of

FILE = "changes.csv"
COLUMNS = (
    "kind", "department", "unit", "name", "what", "before", "after", "difference", "difference_unit", "share",
    "score", "why", "old_file", "new_file", "old_id", "new_id",
)  # fmt: skip


def word(section: str, key: str, language: str = "zh") -> str:
    """A word of words.toml.

    >>> word("kinds", "amount_changed", "en")
    'amount changed'
    """
    return words_of("extractor.changes", language)[section][key]


def rows(comparison: RunComparison, language: str = "zh") -> Iterator[list[str]]:
    """The rows of changes.csv under `COLUMNS`; numbers are plain digits."""
    for change in comparison.changes:
        cells = cells_of(change, language)
        yield [cells[column] for column in COLUMNS]


def write(path: Path, comparison: RunComparison, language: str = "zh") -> None:
    """Write changes.csv in one step; OutputError where that is not possible."""
    write_table(path, [word("columns", column, language) for column in COLUMNS], rows(comparison, language))


def what(change: Change, language: str = "zh") -> str:
    """What has changed, in words: the column of an amount, the name of an indicator."""
    if not change.field:
        return ""
    named = field_name(change.field, labels(language))
    return f"{named}: {change.what}" if change.what and change.field.startswith("indicators") else named


def share(change: Change) -> Decimal | None:
    """Difference in per cent of what was printed before, for amounts; None where that was nothing.

    Rounded to one place.
    """
    if change.kind != Kind.AMOUNT or change.difference is None or change.old is None:
        return None
    before = change.old.amounts[change.field.removeprefix("amounts.")].yuan
    return round(100 * change.difference / before, 1) if before else None


def cells_of(change: Change, language: str = "zh") -> dict[str, str]:
    """The cells of one change under `COLUMNS`."""
    known = [side.known for side in (change.new, change.old) if side is not None]
    old, new = change.old.known if change.old else None, change.new.known if change.new else None
    percent = share(change)
    return {
        "kind": word("kinds", change.kind, language),
        "department": known[0].department or "",
        "unit": known[0].unit or "",
        "name": known[0].name or "",
        "what": what(change, language),
        "before": _shown(change, change.before, language),
        "after": _shown(change, change.after, language),
        "difference": trimmed(change.difference) if change.difference is not None else "",
        "difference_unit": change.unit or "",
        "share": str(percent) if percent is not None else "",
        "score": score(change.pair.score) if change.pair else "",
        "why": reason(change.pair.why, language) if change.pair else "",
        "old_file": old.file if old else "",
        "new_file": new.file if new else "",
        "old_id": old.id if old else "",
        "new_id": new.id if new else "",
    }


def _shown(change: Change, value: str | None, language: str) -> str:
    if change.kind == Kind.WITHHELD and value is not None:
        return word("withheld", value, language)
    return value or ""
