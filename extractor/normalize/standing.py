"""What becomes of each project when money is added up: it is counted, or there is a reason why not.

One rule for the report, the exports, comparing and following, so that their sums are the same.
"""

from __future__ import annotations

from typing import Literal, get_args

from extractor.schemas.project import Amounts
from extractor.schemas.record import DocumentInfo, FlagCode, Record

Standing = Literal["counted", "no_total", "unknown_unit", "no_amount", "repeated", "same_file", "failed"]
"""A project has exactly one; the first of failed, same_file, repeated that applies.

counted       its total is known in yuan and is added up
no_total      amounts are printed, but no total that could be added up
unknown_unit  amounts are printed, but whether in 元 or in 万元 is not known
no_amount     no amount is printed
repeated      the same project was printed before in the same document, word for word
same_file     its file has the same content as a file before
failed        it was found and could not be read
"""
STANDINGS: tuple[Standing, ...] = get_args(Standing)
ASIDE: frozenset[Standing] = frozenset(("repeated", "same_file", "failed"))
"""Projects that would count something twice, or were not read."""


class Standings:
    """The standing of each record of a run; files have to come in one order, since the first of equal ones counts."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}

    def same_as(self, document: DocumentInfo) -> str | None:
        """The file before this one that has the same content."""
        first = self._files.setdefault(document.sha256, document.file)
        return first if first != document.file else None

    def of(self, record: Record) -> Standing:
        """What becomes of the record's project."""
        if record.status == "failed":
            return "failed"
        if self.same_as(record.document) is not None:
            return "same_file"
        if any(flag.code is FlagCode.REPEATED_PROJECT for flag in record.flags):
            return "repeated"
        if "total" in record.normalized.amounts:
            return "counted"
        if record.normalized.amounts:
            return "no_total"
        return "unknown_unit" if _prints_amounts(record.project.amounts) else "no_amount"


def _prints_amounts(amounts: Amounts) -> bool:
    return any(value for value in amounts.model_dump().values())
