"""Ruled tables as OFD documents (GB/T 33190), laid out as `tests.pdf_writer` lays them out.

    write_ofd(PdfTable(widths=(90, 60), rows=[["项目名称", "总计"], ["道路养护", "80.00"]]), title=["绩效目标表"])

The same input gives the same bytes. `Package` writes any other document, part by part.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import groupby
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from tests.pdf_writer import PdfStyle, PdfTable, Sheet, put

NAMESPACE = "http://www.ofdspec.org/2016"
POINTS = 72 / 25.4
"""In a millimetre."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_FONT = 3


@dataclass(frozen=True)
class OfdStyle:
    """How programs write what is the same page.

    `letters`: a text object for a whole line, or one for each letter, scaled by a CTM. `template`: what stands in the
    first column and every rule is in a page template, as in forms that are filled in.
    """

    letters: Literal["lines", "single"] = "lines"
    template: bool = False


def element(name: str, inner: str = "", **attributes: object) -> str:
    """
    >>> element("TextCode", "甲", X=0, DeltaX="g 2 4")
    '<ofd:TextCode X="0" DeltaX="g 2 4">甲</ofd:TextCode>'
    """
    given = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items() if value is not None)
    return f"<ofd:{name}{given}>{inner}</ofd:{name}>"


def root(name: str, inner: str, **attributes: object) -> str:
    """A whole part."""
    return '<?xml version="1.0" encoding="UTF-8"?>' + element(name, inner, **{"xmlns:ofd": NAMESPACE}, **attributes)


def text(x: float, y: float, words: str, size: float, **attributes: object) -> str:
    """A line from (x, y), the corner of its box, on, in millimetres; letters as wide as their script has them."""
    steps = [size if character >= "\u2000" else size / 2 for character in words[:-1]]
    deltas = []
    for step, run in groupby(steps):
        count = len(list(run))
        deltas.append(f"g {count} {step:.4f}" if count > 1 else f"{step:.4f}")
    code = element("TextCode", escape(words), X=0, Y=f"{0.88 * size:.4f}", DeltaX=" ".join(deltas) or None)
    box = f"{x:.4f} {y:.4f} {size * len(words):.4f} {1.2 * size:.4f}"
    return element("TextObject", code, **{"Boundary": box, "Font": _FONT, "Size": f"{size:.4f}"} | attributes)


def letter(x: float, y: float, character: str, size: float) -> str:
    """One letter, of size 1 and made larger by its matrix, as programs write it that convert from other formats."""
    code = element("TextCode", escape(character), X=0, Y=0.88)
    matrix = f"{size:.4f} 0 0 {size:.4f} 0 0"
    return element(
        "TextObject", code, Boundary=f"{x:.4f} {y:.4f} {size:.4f} {size:.4f}", Font=_FONT, Size=1, CTM=matrix
    )


def line(x0: float, y0: float, x1: float, y1: float) -> str:
    """A stroke."""
    box = f"{x0:.4f} {y0:.4f} {max(x1 - x0, 0.1):.4f} {max(y1 - y0, 0.1):.4f}"
    data = element("AbbreviatedData", f"M 0 0 L {x1 - x0:.4f} {y1 - y0:.4f}")
    return element("PathObject", data, Boundary=box, LineWidth=0.18)


def filled(x0: float, y0: float, x1: float, y1: float) -> str:
    """A filled rectangle."""
    wide, high = f"{x1 - x0:.4f}", f"{y1 - y0:.4f}"
    data = element("AbbreviatedData", f"M 0 0 L {wide} 0 L {wide} {high} L 0 {high} C")
    return element("PathObject", data, Boundary=f"{x0:.4f} {y0:.4f} {wide} {high}", Stroke="false", Fill="true")


def page(objects: Iterable[str], *, area: str | None = None, template: int | None = None) -> str:
    """A page's part."""
    size = element("Area", element("PhysicalBox", area)) if area else ""
    behind = element("Template", TemplateID=template, ZOrder="Background") if template is not None else ""
    return root("Page", size + behind + element("Content", element("Layer", "".join(objects), ID=9, Type="Body")))


@dataclass
class Package:
    """An OFD file: its pages' parts, its templates' parts by number, and any other parts by name.

    `common` goes into the CommonData of the document, `document` behind its pages, `body` into its DocBody.
    """

    pages: Sequence[str]
    templates: Mapping[int, str] = field(default_factory=dict)
    parts: Mapping[str, str | bytes] = field(default_factory=dict)
    area: str = "0 0 210 297"
    common: str = ""
    document: str = ""
    body: str = ""

    def parts_by_name(self) -> dict[str, str | bytes]:
        templates = "".join(
            element("TemplatePage", ID=number, BaseLoc=f"Tpls/Tpl_{number}/Content.xml") for number in self.templates
        )
        area = element("PageArea", element("PhysicalBox", self.area))
        fonts = element("Fonts", element("Font", ID=_FONT, FontName="宋体"))
        common = area + element("PublicRes", "PublicRes.xml") + templates + self.common
        listed = "".join(
            element("Page", ID=100 + index, BaseLoc=f"Pages/Page_{index}/Content.xml")
            for index in range(len(self.pages))
        )
        document = element("CommonData", common) + element("Pages", listed) + self.document
        body = element("DocInfo", element("DocID", "0" * 32)) + element("DocRoot", "Doc_0/Document.xml") + self.body
        return {
            "OFD.xml": root("OFD", element("DocBody", body), Version="1.0", DocType="OFD"),
            "Doc_0/Document.xml": root("Document", document),
            "Doc_0/PublicRes.xml": root("Res", fonts, BaseLoc="Res"),
            **{f"Doc_0/Tpls/Tpl_{number}/Content.xml": part for number, part in self.templates.items()},
            **{f"Doc_0/Pages/Page_{index}/Content.xml": part for index, part in enumerate(self.pages)},
            **self.parts,
        }

    def write(self) -> bytes:
        return pack(self.parts_by_name())


def pack(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP file of these parts."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            data = part.encode() if isinstance(part, str) else part
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


class _Pages(Sheet):
    """The pages of an OFD file, in points as those of a PDF file."""

    def __init__(self, style: PdfStyle, footer: str, how: OfdStyle) -> None:
        super().__init__(style, footer)
        self.how = how
        self.pages: list[str] = []
        self.templates: dict[int, str] = {}
        self.begin()

    @property
    def area(self) -> str:
        return f"0 0 {self.width / POINTS:.4f} {self.height / POINTS:.4f}"

    def begin(self) -> None:
        self.own: list[str] = []
        self.behind: list[str] = []

    def finish(self) -> None:
        if self.footer:
            words = self.footer.format(page=self.number)
            self.text(self.width / 2 - len(words) * self.style.size / 4, self.height - self.style.margin / 2, words)
        template = 20 + len(self.pages) if self.how.template else None
        if template is not None:
            self.templates[template] = page(self.behind)
        self.pages.append(page(self.own if self.how.template else self.behind + self.own, template=template))

    def text(self, x: float, y: float, text: str) -> None:
        size = self.style.size / POINTS
        left, top = x / POINTS, (y - 0.88 * self.style.size) / POINTS
        first = self.how.template and x <= self.style.margin + self.style.padding
        (self.behind if first else self.own).extend(self._objects(left, top, text, size))

    def _objects(self, left: float, top: float, words: str, size: float) -> list[str]:
        if self.how.letters == "lines":
            return [text(left, top, words, size)]
        found = []
        for character in words:
            found.append(letter(left, top, character, size))
            left += size if character >= "\u2000" else size / 2
        return found

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        if self.style.rules == "filled":
            edges = (x0 - 0.25, y0 - 0.25, x1 + 0.25, y1 + 0.25)
            self.behind.append(filled(*(edge / POINTS for edge in edges)))
        elif self.style.rules == "lines":
            self.behind.append(line(*(edge / POINTS for edge in (x0, y0, x1, y1))))

    def box(self, x0: float, y0: float, x1: float, y1: float) -> None:
        left, top, wide, high = (edge / POINTS for edge in (x0, y0, x1 - x0, y1 - y0))
        data = f"M 0 0 L {wide:.4f} 0 L {wide:.4f} {high:.4f} L 0 {high:.4f} C"
        box = f"{left:.4f} {top:.4f} {wide:.4f} {high:.4f}"
        self.behind.append(element("PathObject", element("AbbreviatedData", data), Boundary=box, LineWidth=0.18))


def write_ofd(
    table: PdfTable,
    *,
    title: Sequence[str] = (),
    footer: str = "",
    style: PdfStyle | None = None,
    how: OfdStyle | None = None,
) -> bytes:
    """A table under its title lines; `footer` may hold {page}."""
    return package([(title, table)], footer=footer, style=style, how=how).write()


def package(
    tables: Sequence[tuple[Sequence[str], PdfTable]],
    *,
    footer: str = "",
    style: PdfStyle | None = None,
    how: OfdStyle | None = None,
) -> Package:
    """Tables below each other, as a package that more can be put into."""
    pages = _Pages(style or PdfStyle(), footer, how or OfdStyle())
    put(tables, pages)
    return Package(pages.pages, pages.templates, area=pages.area)


def write_lines(lines: Sequence[str], *, size: float = 12, leading: float = 20, how: OfdStyle | None = None) -> bytes:
    """Prose: lines one below the other, each as long as the page is wide at most."""
    style = PdfStyle(size=size, leading=leading)
    pages = _Pages(style, "", how or OfdStyle())
    for words in lines:
        if pages.y + leading > pages.bottom:
            pages.next()
        pages.y += leading
        pages.text(style.margin, pages.y, words)
    pages.close()
    return Package(pages.pages, pages.templates, area=pages.area).write()
