"""The text that a reader sees of a block: labelled pieces, and where in it each field stands."""

from __future__ import annotations

from collections.abc import Iterable

from extractor.schemas.cells import counted
from extractor.schemas.document import SYNTHETIC, MappedText
from extractor.text import concat


class Content:
    """Labelled pieces put one below the other; `cells` tells where each field stands."""

    def __init__(self) -> None:
        self.cells: dict[str, tuple[int, int]] = {}
        self._pieces: list[MappedText] = []
        self._places: dict[int, int] = {}
        self._length = 0

    @property
    def text(self) -> MappedText:
        return concat(self._pieces)

    def put(self, key: str | None, label: str, text: MappedText, start: int = 0, end: int | None = None) -> None:
        """A text under its label, once; the field is characters [start, end) of it."""
        if id(text) not in self._places:
            lead = ("\n" if self._pieces else "") + (f"【{label}】" if label else "")
            self._pieces += [MappedText(lead, [SYNTHETIC] * len(lead)), text]
            self._places[id(text)] = self._length + len(lead)
            self._length += len(lead) + len(text.text)
        if key is not None:
            base = self._places[id(text)]
            self.cells[key] = (base + start, base + (len(text.text) if end is None else end))

    def relabel(self, text: MappedText, spans: Iterable[tuple[int, int]]) -> None:
        """Words of a text that was put in are its labels, which are no field's: printed words like any other label."""
        at = next(index for index, piece in enumerate(self._pieces) if piece is text)
        offsets = list(text.offsets)
        for start, end in spans:
            offsets[start:end] = [SYNTHETIC] * (end - start)
        self._pieces[at] = MappedText(text.text, offsets)

    def free(self, key: str) -> str:
        """The key, or the key with a count where it is taken."""
        return counted(key, self.cells)
