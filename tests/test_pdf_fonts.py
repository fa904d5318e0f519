"""PDF files that name a font and do not bring it: the same is read whatever fonts this machine has, or none."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pypdfium2.raw as pdfium
import pytest
from fontTools.ttLib import TTFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from extractor.readers import ocr
from extractor.readers.ocr import Seen, Word
from extractor.readers.pdf import document
from extractor.readers.pdf.fonts import stand_in, use_stand_in
from tests.golden_sources import GOLDEN
from tests.pdf_writer import FONT
from tests.test_pdf import drawn, kinds, lines, picture, read, texts

SENTENCE = "项目支出≥95％，≤3‰；1,100.00万元（第11个）。"
OTHERS = {"MSung-Light": "項目支出≥95％", "HeiseiMin-W3": "事業の支出は11％", "HYSMyeongJo-Medium": "사업 지출 11"}
_none = pdfium.FPDF_SYSFONTINFO(version=1)


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The library as it is on a machine without a single font, and without the one that stands in for them."""
    monkeypatch.setattr(document, "use_stand_in", lambda: None)
    pdfium.FPDF_SetSystemFontInfo(_none)
    yield
    use_stand_in.cache_clear()
    use_stand_in()


def letter_by_letter(text: str, font: str = FONT, size: float = 10) -> Callable[[Canvas], None]:
    """Each letter an object of its own, as accounting software prints them."""

    def draw(canvas: Canvas) -> None:
        pdfmetrics.registerFont(UnicodeCIDFont(font))
        canvas.setFont(font, size)
        x = 20.0
        for letter in text:
            canvas.drawString(x, 200, letter)
            x += canvas.stringWidth(letter, font, size)

    return draw


def in_latin_font(text: str, *, size: float = 10, scale: float = 1) -> bytes:
    """Letters one by one in a Latin font that the file does not bring; of each it says what letter it is."""
    codes = {letter: number for number, letter in enumerate(dict.fromkeys(text), 1)}
    known = "".join(f"<{code:04x}> <{ord(letter):04x}>\n" for letter, code in codes.items())
    page = "".join(
        f"BT /F {size / scale} Tf {scale} 0 0 {scale} {20 + size * place} 200 Tm <{codes[one]:04x}> Tj ET\n"
        for place, one in enumerate(text)
    )
    streams = [
        f"<</Length {len(data)}>>\nstream\n{data}\nendstream"
        for data in (
            page,
            "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange\n"
            f"{len(codes)} beginbfchar\n{known}endbfchar endcmap end",
        )
    ]
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 300]/Contents 4 0 R/Resources<</Font<</F 6 0 R>>>>>>",
        *streams,
        "<</Type/Font/Subtype/Type0/BaseFont/Garamond/Encoding/Identity-H/ToUnicode 5 0 R/DescendantFonts[7 0 R]>>",
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/Garamond/FontDescriptor 8 0 R"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>",
        "<</Type/FontDescriptor/FontName/Garamond/Flags 32/Ascent 880/Descent -120/FontBBox[0 -120 1000 880]>>",
    ]
    body = "".join(f"{number} 0 obj\n{one}\nendobj\n" for number, one in enumerate(objects, 1))
    return f"%PDF-1.7\n{body}trailer <</Root 1 0 R/Size {len(objects) + 1}>>\n%%EOF\n".encode()


def seen(raw: bytes) -> str:
    return "".join("".join(lines(read(raw))).split())


def test_without_any_font_the_library_itself_loses_letters(no_fonts: None) -> None:
    raw = drawn(letter_by_letter(SENTENCE))
    opened = pdfium.FPDF_LoadMemDocument64(raw, len(raw), None)
    page = pdfium.FPDF_LoadPage(opened, 0)
    text = pdfium.FPDFText_LoadPage(page)
    count = pdfium.FPDFText_CountChars(text)
    pdfium.FPDFText_ClosePage(text)
    pdfium.FPDF_ClosePage(page)
    pdfium.FPDF_CloseDocument(opened)
    assert count < len(SENTENCE)


def test_letters_of_a_font_that_is_only_named() -> None:
    parsed = read(drawn(letter_by_letter(SENTENCE)))
    assert lines(parsed) == [SENTENCE]
    assert kinds(parsed) == [("no_ruling", None)]


@pytest.mark.parametrize("font", OTHERS)
def test_letters_of_other_scripts(font: str) -> None:
    assert seen(drawn(letter_by_letter(OTHERS[font], font))) == OTHERS[font].replace(" ", "")


@pytest.mark.parametrize("step", [3.0, 4.0, 5.0])
def test_equal_letters_side_by_side_are_several(step: float) -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(4):
            canvas.drawString(20 + number * step, 200, "0")

    assert lines(read(drawn(draw))) == ["0000"]


@pytest.mark.parametrize("letter", ["8", "个"])
def test_a_letter_printed_again_to_look_bold_is_one(letter: str) -> None:
    def draw(canvas: Canvas) -> None:
        for step in (0, 0.2, 0.4):
            canvas.drawString(20 + step, 200, letter)

    assert lines(read(drawn(draw))) == [letter]


def test_nothing_is_asked_of_the_machine() -> None:
    info = use_stand_in()
    for charset in (pdfium.FXFONT_GB2312_CHARSET, pdfium.FXFONT_CHINESEBIG5_CHARSET):
        assert info.MapFont(info, 400, 0, charset, 0, None, None)
    assert not info.MapFont(info, 400, 0, pdfium.FXFONT_ANSI_CHARSET, 0, None, None)
    assert not info.EnumFonts
    assert not info.GetFont
    assert use_stand_in() is info


# Where no font has a shape for a letter


@pytest.mark.parametrize("size", [5, 7, 10, 24])
@pytest.mark.parametrize("scale", [0.05, 1, 10])
def test_letters_without_a_shape_are_read_and_told(size: float, scale: float) -> None:
    parsed = read(in_latin_font("道路养护≥95%", size=size, scale=scale))
    assert lines(parsed) == ["道路养护≥95%"]
    assert [note[:3] for note in parsed.notes if note.kind == "shapeless_text"] == [("shapeless_text", "5", 1)]


def test_blanks_and_what_is_too_small_to_be_seen_are_not_told() -> None:
    assert kinds(read(in_latin_font("a b c"))) == [("no_ruling", None)]
    assert lines(read(in_latin_font("道路养护", size=0.01))) == []


@pytest.mark.parametrize(
    "raw",
    [drawn(letter_by_letter(SENTENCE)), *((GOLDEN / name / "source.pdf").read_bytes() for name in ("pdf-a", "pdf-b"))],
)
def test_even_without_the_font_that_stands_in(raw: bytes, no_fonts: None) -> None:
    bare = read(raw)
    assert "shapeless_text" in {note.kind for note in bare.notes}
    use_stand_in.cache_clear()
    use_stand_in()
    whole = read(raw)
    assert "shapeless_text" not in {note.kind for note in whole.notes}
    assert texts(bare) == texts(whole)
    assert sorted("".join(bare.text.split())) == sorted("".join(whole.text.split()))


def test_letters_that_are_in_no_picture_of_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(canvas: Canvas) -> None:
        picture(canvas, 0, 20, 400, 280)
        canvas.drawString(20, 250, "标")
        canvas.drawString(200, 5, "第3页")

    def look(pixels: bytes, width: int, height: int, stride: int) -> Seen:
        rows = (pixels[start : start + width] for start in range(0, len(pixels), stride))
        assert min(map(min, rows)) > 150, "letters were drawn"
        dots = width / 400
        words = [(word, 20 + 20 * number) for number, word in enumerate(["标题", "甲", "乙", "丙", "丁"])]
        return Seen([Word(word, x * dots, 40 * dots, (x + 15) * dots, 52 * dots) for word, x in words], [])

    monkeypatch.setattr(ocr, "is_installed", lambda: True)
    monkeypatch.setattr(ocr, "look_at", look)
    parsed = read(drawn(draw))
    assert "".join(lines(parsed)) == "标题甲乙丙丁第3页"
    assert kinds(parsed) == [("ocr_page", 1), ("no_ruling", None)]


# The font


def test_the_font_is_one_that_other_programs_write_the_same_way() -> None:
    raw = stand_in()
    assert len(raw) < 1_000
    font = TTFont(io.BytesIO(raw), recalcBBoxes=False, recalcTimestamp=False)
    for table in ("cmap", "glyf", "loca", "hhea", "hmtx", "maxp"):
        assert font[table].compile(font) == font.reader[table], table


def test_every_letter_has_an_extent_and_blanks_have_none() -> None:
    font = TTFont(io.BytesIO(stand_in()))
    letters = font.getBestCmap()
    outlines, metrics = font["glyf"], font["hmtx"]
    assert (min(letters), max(letters)) == (0, 0x10FFFF)
    for text, advance in (("1.,%aΩ≥①", 500), ("个（。、％㎡", 1_000)):
        for letter in text:
            name = letters[ord(letter)]
            assert metrics[name][0] == advance
            assert 0.5 * advance < outlines[name].xMax - outlines[name].xMin < advance
    for blank in " \u00a0\u2003\u3000":
        assert outlines[letters[ord(blank)]].numberOfContours == 0
