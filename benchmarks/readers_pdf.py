"""Reading ruled PDF pages: CPU per page against the bare text of the same library, in the same process.

    python benchmarks/readers_pdf.py [--pages 40] [--rounds 5] [--pdf FILE ...]

The pages are those of a table of projects with seven columns and rows that go on over page breaks. `embedded`: the
file brings its font, as published files nearly always do. `by name`: it names one that it does not
bring, so that the library has to look every character up in another, for the bare text as well.
Of several rounds the fastest counts: other work on the machine only ever adds to the others.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

sys.path.insert(0, str(Path(__file__).parents[1]))

NAMES = ["项目名称（资金使用单位）", "总计", "财政拨款", "财政专户拨款", "其他资金", "绩效目标", "绩效指标"]
GOAL = "组织重点优抚对象分批到市属疗养院开展为期一周的短期疗养，提供健康体检、心理疏导和康复理疗服务。"
ITEMS = (
    "1、1-产出指标；11-数量指标；疗养批次；实施周期指标值:12批；年度指标值:12批。"
    "2、3-满意度指标；31-服务对象满意度；优抚对象满意度；实施周期指标值:≥95%；年度指标值:≥95%。"
)
WIDTHS = (80, 50, 50, 50, 50, 120, 120)


def document(pages: int, *, embedded: bool) -> bytes:
    """About as many pages as asked for."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    from tests.pdf_writer import FONT, PdfStyle, PdfTable, write_pdf

    if embedded:
        with NamedTemporaryFile(suffix=".ttf") as file:
            file.write(_font("".join([*NAMES, GOAL, ITEMS])))
            file.flush()
            pdfmetrics.registerFont(TTFont("Boxes", file.name))
    row = ["优抚对象短期疗养", "1,268.75", "1,268.75", "", "", GOAL, ITEMS]
    rows = [NAMES, *([row] * (5 * pages))]
    return write_pdf(PdfTable(WIDTHS, rows), style=PdfStyle(margin=36, font="Boxes" if embedded else FONT))


def _font(characters: str) -> bytes:
    """A TrueType font that draws every character as a frame with a bar: nobody's letters, but shapes to measure."""
    import io

    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    used = sorted(set(characters) | {chr(code) for code in range(32, 127)})
    names = [".notdef", *(f"c{ord(one):04x}" for one in used)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(one): f"c{ord(one):04x}" for one in used})
    glyphs, metrics = {}, {}
    for name, one in zip(names, [" ", *used], strict=True):
        width = 1000 if ord(one) > 0x2000 else 500
        pen = TTGlyphPen(None)
        if not one.isspace():
            for left, low, right, high in ((60, -60, width - 60, 0), (60, 40, width - 60, 400 + ord(one) % 400)):
                pen.moveTo((left, low))
                for point in ((left, high), (right, high), (right, low)):
                    pen.lineTo(point)
                pen.closePath()
        glyphs[name], metrics[name] = pen.glyph(), (width, 60)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(metrics)
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Boxes", "styleName": "Regular", "psName": "Boxes"})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=880, usWinDescent=120)
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def bare(raw: bytes) -> int:
    """Characters that the library gives when it is only asked for the text."""
    import pypdfium2

    document = pypdfium2.PdfDocument(raw)
    return sum(len(page.get_textpage().get_text_range()) for page in document)


def fastest(work: Callable[[], object], rounds: int) -> float:
    """CPU seconds of the fastest round; the first, which loads what is loaded once, does not count."""
    work()
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pdf", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    from extractor.readers.pdf import read_pdf

    files = {
        "embedded": document(options.pages, embedded=True),
        "by name": document(options.pages, embedded=False),
        **{path.name: path.read_bytes() for path in options.pdf},
    }
    print(f"{'font':<12}{'pages':>6}{'characters':>12}{'text only':>14}{'read_pdf':>14}  a page")
    for name, raw in files.items():
        parsed = read_pdf(raw, name)
        pages = parsed.text.count("\f") + 1
        characters = len("".join(parsed.text.split())) / pages
        text = fastest(lambda raw=raw: bare(raw), options.rounds) / pages  # type: ignore[misc]
        cells = fastest(lambda raw=raw: read_pdf(raw, "x"), options.rounds) / pages  # type: ignore[misc]
        print(f"{name:<12}{pages:>6}{characters:>12,.0f}{text * 1e3:>11.2f} ms{cells * 1e3:>11.2f} ms")


if __name__ == "__main__":
    main()
