"""The built-in reader of cells held against documents with tables: what it bears out, disputes and notices; how fast.

    python benchmarks/cell_reader.py [DOCUMENT …] [--weights FILE ...]

Without documents, those of golden/, whose readings their labels vouch for. The tables are Markdown.
Mistakes are put into the rules' reading with the cell that they would be read from (tests/cell_mistakes.py); one counts
as noticed where a finding comes up that the right reading does not raise.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from second.tables import share, table

from extractor.builtin import hear
from extractor.checks.places import check_places
from extractor.checks.plausible import check_plausible
from extractor.checks.project import check_project
from extractor.compare import Comparison
from extractor.errors import ExtractorError
from extractor.ground.paths import leaves
from extractor.pipeline import cut, finish, survey
from extractor.readers import read
from extractor.schemas import paths
from extractor.schemas.document import Block, Document
from extractor.schemas.finding import Finding
from extractor.schemas.record import Record
from extractor.settings import Settings
from extractor.tagger.cells import reader
from extractor.tagger.cells.network import Network
from extractor.tagger.cells.seen import Seen
from extractor.tagger.cells.weights import FILE, load
from extractor.tagger.weights import parse
from tests.cell_mistakes import MISTAKES, Sheet, sheet_of
from tests.conftest import ROOT

_EACH = 3
"""How often each mistake is put into a project."""


class Case(NamedTuple):
    """A document with tables as the rules read it."""

    name: str
    document: Document
    blocks: Sequence[Block]
    records: Sequence[Record]
    layouts: Sequence[object]


def cases(files: Sequence[Path]) -> Iterator[Case]:
    for file in files:
        try:
            document = read(str(file))
            opened = cut(document)
            result = finish(survey(opened), {}, Settings(model="none"))
        except ExtractorError:
            continue
        cells = [opened.layout_of(block).spec.source in ("form", "grid") for block in opened.chunks.blocks]
        if document.tables and any(cells):
            name = file.parent.name if file.stem == "source" else file.name
            blocks = [block for block, known in zip(opened.chunks.blocks, cells, strict=True) if known]
            records = [record for record, known in zip(result.records, cells, strict=True) if known]
            yield Case(name, document, blocks, records, [opened.layout_of(block) for block in blocks])


def _compared(sheet: Sheet) -> Comparison:
    fields = sum(1 for _ in leaves(sheet.project))
    return Comparison(sheet.project, dict(sheet.spans), (), frozenset(), fields)


def _keys(findings: Sequence[Finding]) -> set[tuple[str, str, str]]:
    return {(found.code, found.path, found.variant) for found in findings if not found.is_information}


def judged(found: Sequence[Case]) -> dict[str, Counter[str]]:
    """Counts by document."""
    rows: dict[str, Counter[str]] = {}
    for case in found:
        counts = rows.setdefault(case.name, Counter())
        seen = reader.see(case.document)
        for block, record in zip(case.blocks, case.records, strict=True):
            say = hear(seen, block, Comparison(record.project, record.spans, (), frozenset(), 0))
            if not say.has_cells:
                continue
            fields = [path for path, _ in leaves(record.project)]
            counts.update(
                projects=1,
                fields=len(fields),
                elsewhere=len(say.elsewhere),
                twice=len(say.same.intersection(fields)),
                disputed=sum(
                    int(one.facts.get("count", 1)) for one in say.findings if not one.code.startswith("boundary")
                ),
                flags=len(say.findings),
            )
    return rows


def noticed(found: Sequence[Case]) -> dict[str, Counter[str]]:
    """Mistakes of each kind: how many were put in, how many were noticed by this reader alone and by all checks."""
    rows: dict[str, Counter[str]] = {}
    rng = random.Random(1)
    for case in found:
        seen = reader.see(case.document)
        for block, record, layout in zip(case.blocks, case.records, case.layouts, strict=True):
            right = sheet_of(case.document, block, record.project, record.spans)
            if not right.cells:
                continue
            # What stands in one piece with other values is the reader of characters' business.
            elsewhere = hear(seen, block, _compared(right)).elsewhere
            before = _findings(seen, case.document, block, right, layout)
            for make in MISTAKES:
                for _ in range(_EACH):
                    made = make(right, rng)
                    if made is None or _is_of(made[0], elsewhere):
                        continue
                    after = _findings(seen, case.document, block, made[1], layout)
                    by_it = bool(_keys(after[0]) - _keys(before[0]))
                    by_all = by_it or bool(_keys(after[1]) - _keys(before[1]))
                    rows.setdefault(make.__name__, Counter()).update(injected=1, alone=by_it, all=by_all)
    return rows


def _is_of(path: str, elsewhere: frozenset[str]) -> bool:
    """Whether a value, or the indicators as a whole, stand in one piece with others."""
    return path in elsewhere or (path.endswith("]") and any(one.startswith(paths.INDICATORS) for one in elsewhere))


def _findings(
    seen: Seen, document: Document, block: Block, sheet: Sheet, layout: object
) -> tuple[list[Finding], list[Finding]]:
    """This reader's findings, and those of the checks of a project."""
    own = list(hear(seen, block, _compared(sheet)).findings)
    spans = dict(sheet.spans)
    checks = check_project(sheet.project, block, layout, spans)  # type: ignore[arg-type]
    checks += check_plausible(sheet.project, block, layout.terms, spans)  # type: ignore[attr-defined]
    checks += check_places(sheet.project, block, document, spans)
    return own, list(checks)


def _speed(found: Sequence[Case]) -> str:
    started = time.process_time()
    cells = sum(len(one.grid.cells) for case in found for one in reader.see(case.document).grids)
    seconds = time.process_time() - started
    projects = sum(len(case.blocks) for case in found)
    return f"{cells / seconds:,.0f} cells/s, {projects / seconds:,.0f} projects/s, the reader of cells alone"


def report(found: Sequence[Case]) -> None:
    rows = judged(found)
    total: Counter[str] = sum(rows.values(), Counter())
    shown = [
        (
            name,
            str(one["projects"]),
            str(one["fields"]),
            share(one["twice"], one["fields"] - one["elsewhere"]),
            str(one["disputed"]),
            str(one["flags"]),
        )
        for name, one in (*sorted(rows.items()), ("all", total))
        if one["projects"]
    ]
    kinds = noticed(found)
    everything: Counter[str] = sum(kinds.values(), Counter())
    mistakes = [
        (name, str(one["injected"]), share(one["alone"], one["injected"]), share(one["all"], one["injected"]))
        for name, one in (*kinds.items(), ("all", everything))
    ]
    table(("document", "projects", "fields", "read twice", "disputed", "flags"), shown)
    print(f"disputed: {share(total['disputed'], total['fields'])} of the fields\n")
    table(("mistake", "injected", "noticed by it alone", "by all checks"), mistakes)
    print(_speed(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", nargs="*", type=Path)
    parser.add_argument("--weights", nargs="*", type=Path, default=[])
    given = parser.parse_args()
    files = given.documents or sorted((ROOT / "golden").glob("*/source.*"))
    found = list(cases(files))
    for weights in given.weights or [None]:
        arrays = load() if weights is None else parse(weights.read_bytes())
        network = Network.build(arrays)
        reader.network = lambda network=network: network  # type: ignore[assignment]
        print(f"# {weights.name if weights else FILE}\n")
        report(found)


if __name__ == "__main__":
    main()
