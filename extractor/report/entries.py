"""The projects as the page's list needs them: a short row for each, and everything else in packed pieces.

Packed means gzip and base64: the browser unpacks it by itself, and no character of a document can end the element
that holds it.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import IO, Any

from extractor.export.labels import Labels
from extractor.export.paths import field_name
from extractor.messages import where, where_is
from extractor.normalize.standing import STANDINGS
from extractor.report.counting import Place
from extractor.report.money import wan
from extractor.report.targets import KINDS
from extractor.report.words import Words
from extractor.schemas.layout import AMOUNT_COLUMNS, column_label
from extractor.schemas.record import Record

PIECE = 400
"""Projects of one packed piece: small enough to be unpacked between two frames."""

Entry = list[Any]

_MARKS = {
    "name": 1,
    "amounts": 2,
    "goal": 3,
    "indicators.name": 4,
    "indicators.annual_value": 5,
    "indicators.cycle_value": 5,
}
_OTHER = 6
_RUNS = re.compile(rb"(.)\1*", re.DOTALL)
# Control characters, surrogates, and the marks that turn the direction of text: one sign each, so that places stay.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def visible(text: str) -> str:
    """Text in which nothing hides: a sign stands for each control character.

    >>> visible("a\\x00\\u202eb\\n")
    'a��b\\n'
    """
    return text if text.isprintable() else _UNSEEN.sub("�", text)


def packed(value: object) -> str:
    """JSON, compressed, as base64; equal values give equal text."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode()


class Entries:
    """Takes the projects one after the other; their texts go to `pieces`, a line for each piece."""

    def __init__(self, pieces: IO[str], words: Words, labels: Labels) -> None:
        self.rows: list[Entry] = []
        self.codes: list[str] = []
        """Flag codes, in the order of their numbers in the rows."""
        self._pieces = pieces
        self._words = words
        self._labels = labels
        self._piece: list[Entry] = []

    def add(self, record: Record, source: str, place: Place) -> None:
        self.rows.append(self._row(record, place))
        self._piece.append(self._details(record, source, place))
        if len(self._piece) == PIECE:
            self._flush()

    def close(self) -> None:
        if self._piece:
            self._flush()

    def _flush(self) -> None:
        self._pieces.write(packed(self._piece) + "\n")
        self._piece = []

    def _row(self, record: Record, place: Place) -> Entry:
        project = record.project
        return [
            record.id,
            visible(project.name or ""),
            place.unit,
            place.document,
            visible(where_is(record, self._words.language)),
            str(place.yuan) if place.yuan is not None else None,
            shown_amount(record, place.yuan, self._words),
            STANDINGS.index(place.standing),
            int(project.withheld),
            record.status,
            [self._code(code) for code in dict.fromkeys(flag.code.value for flag in record.flags)],
            sum(not flag.is_information for flag in record.flags),
            len(project.indicators),
            record.block.index + 1,
        ]

    def _details(self, record: Record, source: str, place: Place) -> Entry:
        project = record.project
        return [
            visible(project.goal or ""),
            list(self._amounts(record)),
            list(self._indicators(record, place)),
            [
                [
                    self._code(flag.code.value),
                    field_name(visible(flag.path), self._labels),
                    visible(flag.message),
                    visible(where(flag.places, self._words.language)),
                ]
                for flag in record.flags
            ],
            [[visible(key), visible(value)] for key, value in project.attributes.items()],
            visible(source),
            marks(record, source),
        ]

    def _amounts(self, record: Record) -> Iterator[Entry]:
        amounts, yuan = record.project.amounts, record.normalized.amounts
        for column in AMOUNT_COLUMNS:
            if (value := getattr(amounts, column)) is not None:
                yield [column_label(column), value, yuan.get(column)]
        for index, value in enumerate(amounts.unplaced):
            yield [self._words.text["unplaced"], value, yuan.get(f"unplaced[{index}]")]
        lines = record.normalized.funding
        for index, line in enumerate(amounts.breakdown):
            known = lines[index].yuan if index < len(lines) else yuan.get(f"breakdown.{line.label}")
            yield [visible(line.label), line.amount, known]

    def _indicators(self, record: Record, place: Place) -> Iterator[Entry]:
        for index, one in enumerate(record.project.indicators):
            kind = KINDS.index(place.kinds[index]) if place.kinds else None
            texts = (one.level1, one.level2, one.name, one.annual_value, one.cycle_value)
            cells = (f"{label}: {value}" for label, value in one.attributes.items())
            more = " ".join(filter(None, (one.operator, one.measure_unit, *cells)))
            yield [one.number, *(visible(text) if text else None for text in texts), visible(more), kind]

    def _code(self, code: str) -> int:
        if code not in self.codes:
            self.codes.append(code)
        return self.codes.index(code)


def shown_amount(record: Record, yuan: Decimal | None, words: Words) -> str:
    """The total for the list: in 万元, or as printed where its unit is not known."""
    if yuan is not None:
        return wan(yuan)
    printed = record.project.amounts.total
    unit = record.document.amount_unit
    return f"{printed}（{visible(unit) if unit else words.text['unknown_unit_short']}）" if printed else ""


def marks(record: Record, source: str) -> list[int]:
    """Which characters of the source belong to what: length and kind, by turns; [] where nothing is marked."""
    kinds = bytearray(len(source))
    offset = record.block.start
    # Long fields first, so that what stands inside one (a name around its amounts) keeps its own mark.
    for path, (start, end) in sorted(record.spans.items(), key=lambda item: item[1][0] - item[1][1]):
        if offset <= start < end <= offset + len(source):
            kinds[start - offset : end - offset] = bytes([_mark_of(path)]) * (end - start)
    runs = [number for run in _RUNS.finditer(kinds) for number in (len(run[0]), run[1][0])]
    return runs if any(kinds) else []


@lru_cache(maxsize=4096)
def _mark_of(path: str) -> int:
    field = path.partition(".")[0].partition("[")[0]
    key = f"{field}.{path.rpartition('.')[2]}" if field == "indicators" else field
    return _MARKS.get(key, _OTHER)
