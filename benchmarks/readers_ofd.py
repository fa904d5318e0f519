"""Reading OFD documents beside PDF files: CPU per page of the same table, in the same process.

    python benchmarks/readers_ofd.py [--pages 40] [--rounds 5] [--ofd FILE ...]

The table is that of readers_pdf.py. `lines`: a text object for each line; `letters`: one for each letter, as programs
write that convert from other formats; `template`: rules and first column in page templates. `XML only` is parsing the
parts of the package and nothing else. Of several rounds the fastest counts.
"""

from __future__ import annotations

import argparse
import sys
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.readers_pdf import GOAL, ITEMS, NAMES, WIDTHS, document, fastest


def package(pages: int, how: str) -> bytes:
    """About as many pages as asked for."""
    from tests.ofd_writer import OfdStyle, write_ofd
    from tests.pdf_writer import PdfStyle, PdfTable

    row = ["优抚对象短期疗养", "1,268.75", "1,268.75", "", "", GOAL, ITEMS]
    styles = {"lines": OfdStyle(), "letters": OfdStyle(letters="single"), "template": OfdStyle(template=True)}
    return write_ofd(PdfTable(WIDTHS, [NAMES, *([row] * (5 * pages))]), style=PdfStyle(margin=36), how=styles[how])


def parsed_alone(raw: bytes) -> int:
    """Elements in all of a package's parts."""
    with ZipFile(BytesIO(raw)) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.endswith(".xml")]
    return sum(sum(1 for _ in ElementTree.fromstring(part).iter()) for part in parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ofd", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    from extractor.readers.ofd import read_ofd
    from extractor.readers.pdf import read_pdf

    files = {
        **{how: package(options.pages, how) for how in ("lines", "letters", "template")},
        **{path.name: path.read_bytes() for path in options.ofd},
    }
    print(f"{'written as':<14}{'pages':>6}{'characters':>12}{'XML only':>14}{'read_ofd':>14}{'pages/s':>10}")
    for name, raw in files.items():
        found = read_ofd(raw, name)
        pages = found.text.count("\f") + 1
        characters = len("".join(found.text.split())) / pages
        bare = fastest(lambda raw=raw: parsed_alone(raw), options.rounds) / pages  # type: ignore[misc]
        cost = fastest(lambda raw=raw: read_ofd(raw, "x"), options.rounds) / pages  # type: ignore[misc]
        print(f"{name:<14}{pages:>6}{characters:>12,.0f}{bare * 1e3:>11.2f} ms{cost * 1e3:>11.2f} ms{1 / cost:>10,.0f}")
    raw = document(options.pages, embedded=True)
    pages = read_pdf(raw, "a.pdf").text.count("\f") + 1
    cost = fastest(lambda: read_pdf(raw, "x"), options.rounds) / pages
    print(f"{'PDF, embedded':<14}{pages:>6}{'':>12}{'':>14}{cost * 1e3:>11.2f} ms{1 / cost:>10,.0f}")


if __name__ == "__main__":
    main()
