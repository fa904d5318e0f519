"""What hangs on the cells of a .xlsx sheet or lies over them: comments, text boxes, pictures, other files."""

from __future__ import annotations

import posixpath
import re

from extractor.readers.excel.sheets import at, column_number
from extractor.readers.ooxml import Package

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")


def comments(package: Package, sheet: str) -> list[str]:
    """What hangs on cells and is seen when a person points at them."""
    found = []
    for part in package.related(sheet).get("comments", []):
        for comment in package.xml(part).iter(f"{MAIN}comment"):
            ends = _REFERENCE.fullmatch(comment.get("ref", ""))
            text = "".join(piece.text or "" for piece in comment.iter(f"{MAIN}t"))
            if ends and text.strip():
                found.append(at(int(ends[2]), column_number(ends[1]), text))
    return found


def drawn(package: Package, sheet: str) -> list[tuple[str, str]]:
    """Text boxes, pictures, charts and other files that lie over a sheet: their text is in no cell."""
    related = package.related(sheet)
    embedded = [name for kind in ("oleObject", "package") for name in related.get(kind, [])]
    notes = [("embedded_object", posixpath.basename(name)) for name in embedded]
    pictures = 0
    for drawing in related.get("drawing", []):
        root = package.xml(drawing)
        for box in root.iter():
            kind = box.tag.rpartition("}")[2]
            if kind == "sp":
                text = "".join(part.text or "" for part in box.iter() if part.tag.endswith("}t"))
                if text.strip():
                    notes.append(("text_box", text.strip()))
            elif kind in {"pic", "graphicFrame"}:
                pictures += 1
    return [*notes, ("picture", f"{pictures}")] if pictures else notes
