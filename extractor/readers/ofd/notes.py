"""What lies over the pages or beside them: annotations, electronic seals, attachments (GB/T 33190, chapters 15 to 18).

An annotation prints what its appearance holds. A seal's picture is in the signature itself, in a form of its own, and
is not looked at: it covers text that is in the file all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from extractor.readers.ofd.content import is_drawn
from extractor.readers.ofd.package import OfdPackage, Part, numbers
from extractor.readers.printed.frame import Matrix, times
from extractor.schemas.document import Note

_STAMPS = frozenset({"Watermark", "Stamp"})
_STRUCK = frozenset({"strikeout", "strikethrough", "deleteline"})
_MOST = 10_000
_EXCERPT = 40


class Shown(NamedTuple):
    """What an annotation prints; `stamp`: over the page, as a watermark."""

    element: Element
    stamp: bool

    def way(self, page: Matrix) -> Matrix:
        """From the appearance's own coordinates to those of the page."""
        x, y = numbers(self.element.get("Boundary"), 2) or (0.0, 0.0)
        return times((1.0, 0.0, 0.0, 1.0, x, y), page)


@dataclass(slots=True)
class Annotations:
    """Those of one page; `missing` counts what cannot be read."""

    shown: list[Shown] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    missing: int = 0


class Seals(NamedTuple):
    """What the signatures of a document say of it, and the numbers of the pages on which a seal stands."""

    notes: list[Note]
    pages: frozenset[str]


def annotations_of(package: OfdPackage, document: Part) -> dict[str, Annotations]:
    """Annotations by the numbers of the pages on which they stand."""
    found: dict[str, Annotations] = {}
    for listed in document.root.iterfind("Annotations"):
        listing = package.open(listed.text, document.name)
        for page in [] if listing is None else list(listing.root.iter("Page"))[:_MOST]:
            on_page = found.setdefault(page.get("PageID", ""), Annotations())
            part = package.open(page.findtext("FileLoc"), listing.name) if listing is not None else None
            if part is None:
                on_page.missing += 1
                continue
            for one in part.root.iter("Annot"):
                _add(on_page, one)
    return found


def _add(page: Annotations, annotation: Element) -> None:
    if not is_drawn(annotation):
        return
    is_stamp = annotation.get("Type") in _STAMPS or annotation.get("Subtype") in _STAMPS
    page.shown += [Shown(appearance, is_stamp) for appearance in annotation.iterfind("Appearance")]
    if (annotation.get("Subtype") or "").lower() in _STRUCK:
        page.notes.append(("struck_annotation", "1"))
    if words := " ".join((annotation.findtext("Remark") or "").split()):
        page.notes.append(("comment", words[:_EXCERPT]))


def signatures(package: OfdPackage, listing: str | None) -> Seals:
    """Signatures are counted and not verified; seals are placed."""
    part = None if listing is None else package.open(listing)
    if part is None:
        return Seals([], frozenset())
    listed = list(part.root.iter("Signature"))[:_MOST]
    pages: set[str] = set()
    for one in listed:
        signature = package.open(one.get("BaseLoc"), part.name)
        if signature is not None:
            pages.update(stamp.get("PageRef", "") for stamp in signature.root.iter("StampAnnot"))
    return Seals([Note("signed_file", f"{len(listed)}")] if listed else [], frozenset(pages))


def attachments(package: OfdPackage, document: Part) -> list[Note]:
    """How many files are attached."""
    count = 0
    for listed in document.root.iterfind("Attachments"):
        part = package.open(listed.text, document.name)
        count += 1 if part is None else len(list(part.root.iter("Attachment")))
    return [Note("attached_files", f"{count}")] if count else []
