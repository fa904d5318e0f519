"""The file: the documents in it, their pages one after the other, and the text that they make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree.ElementTree import Element

from extractor.errors import UnsupportedFile
from extractor.readers.ofd.content import Content, Placed
from extractor.readers.ofd.notes import Annotations, annotations_of, attachments, signatures
from extractor.readers.ofd.package import OfdPackage, Part, numbers
from extractor.readers.ofd.page import POINTS, read_page
from extractor.readers.ooxml import DamagedPart
from extractor.readers.parsed import Parsed
from extractor.readers.printed.frame import Box, Matrix
from extractor.readers.printed.page import Page
from extractor.readers.printed.writing import write_pages
from extractor.schemas.document import Note

MAX_PAGES = 5_000
_MAIN, _ENCRYPTED = "OFD.xml", "Encryptions.xml"
_A4 = (0.0, 0.0, 210.0, 297.0)
_AREAS = ("PhysicalBox", "ApplicationBox")
_KEPT_TEMPLATES = 16


def read_ofd(raw: bytes, file: str) -> Parsed:
    """Lines and tables of an OFD file; raises UnsupportedFile where it is protected, damaged or no OFD at all.

    Its notes are those of PDF files (see `extractor.readers.pdf.read_pdf`), and `signed_file`, `seal`,
    `missing_parts`.
    """
    package = OfdPackage(raw, file)
    if package.find(_ENCRYPTED):
        raise UnsupportedFile(
            file, "is encrypted; open it in its OFD reader, and save it without protection, then run again"
        )
    main = package.open(_MAIN)
    if main is None:
        raise UnsupportedFile(file, f"is damaged: its {_MAIN} cannot be read; {package.advice}")
    pages: list[Page] = []
    notes: list[Note] = []
    for body in main.root.iter("DocBody"):
        document = _Document(package, _root(package, body, main))
        found = list(document.pages(len(pages)))
        seals = signatures(package, package.find(body.findtext("Signatures"), main.name))
        for page, number in zip(found, document.numbers, strict=True):
            if number in seals.pages:
                page.notes.append(("seal", ""))
        pages += found
        notes += seals.notes + attachments(package, document.main)
    if not pages:
        raise UnsupportedFile(file, f"is an OFD document without pages; {package.advice}")
    if all(("damaged_page", "") in page.notes for page in pages):
        raise UnsupportedFile(file, f"is damaged: none of its pages can be read; {package.advice}")
    return write_pages(pages, notes, file)


def _root(package: OfdPackage, body: Element, main: Part) -> Part:
    """The root of one document: that of the version that is in use, where the file keeps several."""
    for version in body.iter("Version"):
        if version.get("Current") == "true" and (found := package.open(version.get("BaseLoc"), main.name)):
            root = package.open(found.root.findtext("DocRoot"), found.name)
            if root is not None:
                return root
    location = body.findtext("DocRoot") or body.get("DocRoot")
    root = package.open(location, main.name)
    if root is None:
        raise UnsupportedFile(
            package.file,
            f"is damaged: its part {(location or 'Document.xml').strip()} cannot be read; {package.advice}",
        )
    return root


@dataclass(slots=True)
class _Resources:
    """What pages refer to by number: composite units, and the files of pictures."""

    units: dict[str, Element] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)

    def add(self, package: OfdPackage, location: str | None, base: str) -> None:
        part = package.open(location, base)
        if part is None:
            return
        folder = part.root.get("BaseLoc", "")
        for unit in part.root.iter("CompositeGraphicUnit"):
            self.units[unit.get("ID", "")] = unit
        for medium in part.root.iter("MultiMedia"):
            path = (medium.findtext("MediaFile") or "").strip()
            name = package.find(f"{folder}/{path}" if folder else path, part.name) or package.find(path, part.name)
            if name is not None:
                self.pictures[medium.get("ID", "")] = name


class _Document:
    """One of the documents of a file."""

    def __init__(self, package: OfdPackage, main: Part) -> None:
        self.package, self.main = package, main
        common = main.root.find("CommonData")
        self._common = common if common is not None else main.root
        self._area = self._common.find("PageArea")
        self._resources = _Resources()
        for kind in ("PublicRes", "DocumentRes"):
            for listed in self._common.iter(kind):
                self._resources.add(package, listed.text, main.name)
        self._templates = {one.get("ID", ""): one for one in self._common.iter("TemplatePage")}
        self._template = lru_cache(maxsize=_KEPT_TEMPLATES)(self._open_template)
        self._listed = list(main.root.iterfind("Pages/Page"))
        self._annotations: dict[str, Annotations] = annotations_of(package, main)

    @property
    def numbers(self) -> list[str]:
        """How the file calls its pages."""
        return [page.get("ID", "") for page in self._listed]

    def pages(self, before: int) -> Iterator[Page]:
        """The pages; so many stand before them in the file."""
        if before + len(self._listed) > MAX_PAGES:
            raise UnsupportedFile(
                self.package.file,
                f"has more than {MAX_PAGES:,} pages, which are not read; split it into one file per department",
            )
        for number, listed in enumerate(self._listed, before + 1):
            yield self._page(number, listed)

    def _page(self, number: int, listed: Element) -> Page:
        part = self.package.open(listed.get("BaseLoc"), self.main.name)
        if part is None:
            return Page(number, notes=[("damaged_page", "")])
        resources = self._resources
        if (own := part.root.findtext("PageRes")) is not None:
            resources = _Resources(dict(resources.units), dict(resources.pictures))
            resources.add(self.package, own, part.name)
        visible = _visible(part.root.find("Area"), self._area)
        way: Matrix = (POINTS, 0.0, 0.0, -POINTS, 0.0, 0.0)
        content = Content()
        templates = [(one, one.get("TemplateID", "")) for one in part.root.iterfind("Template")]
        over = [name for one, name in templates if self._is_over(one, name)]
        under = [name for _, name in templates if name not in over]
        for name in under:
            self._add_template(content, name, way, resources)
        begin = len(content.texts)
        content.add(part.root.iterfind("Content"), way, resources.units)
        end = len(content.texts)
        for name in over:
            self._add_template(content, name, way, resources)
        content.layered = begin < end and end - begin < len(content.texts)
        notes = self._annotations.get(listed.get("ID", ""), Annotations())
        for shown in notes.shown:
            content.add([shown.element], shown.way(way), resources.units, stamp=shown.stamp)
        content.missing += notes.missing

        def picture(placed: Placed) -> bytes | None:
            name = resources.pictures.get(placed.element.get("ResourceID", ""))
            try:
                return None if name is None else self.package.part(name)
            except DamagedPart:
                return None

        page = read_page(number, content, visible, picture, self.package.file)
        page.notes += notes.notes
        return page

    def _is_over(self, used: Element, name: str) -> bool:
        listed = self._templates.get(name)
        order = used.get("ZOrder") or (listed.get("ZOrder") if listed is not None else None)
        return order == "Foreground"

    def _open_template(self, name: str) -> Element | None:
        listed = self._templates.get(name)
        part = None if listed is None else self.package.open(listed.get("BaseLoc"), self.main.name)
        return None if part is None else part.root

    def _add_template(self, content: Content, name: str, way: Matrix, resources: _Resources) -> None:
        root = self._template(name)
        if root is None:
            content.missing += 1
        else:
            content.add(root.iterfind("Content"), way, resources.units)


def _visible(own: Element | None, common: Element | None) -> Box:
    """The page's area in points, y upwards: what is printed outside of the area of the text is on the page still."""
    for area in (own, common):
        boxes = [
            found for kind in _AREAS if area is not None and (found := numbers(area.findtext(kind), 4)) is not None
        ]
        if boxes and all(wide > 0 and high > 0 for _, _, wide, high in boxes):
            break
    else:
        boxes = [_A4]
    right, below = (max(box[edge] + box[edge + 2] for box in boxes) for edge in (0, 1))
    left, above = (min(0.0, *(box[edge] for box in boxes)) for edge in (0, 1))
    return Box(left * POINTS, -below * POINTS, right * POINTS, -above * POINTS)
