"""The report of a large run: CPU seconds, MB of the file, bytes that a project takes in it, peak memory.

    python benchmarks/report.py [--projects 1000 10000] [--keep DIR]

The projects are invented by the synthesis of the built-in reader, each document in words and a layout of its own, so
that no text comes twice. CPU seconds are those of `extractor report`, start-up included. `--keep` names a folder in
which runs and reports are left.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from random import Random

from extractor.normalize import normalize
from extractor.schemas.document import PrintedUnit
from extractor.schemas.project import Amounts, Indicator, ProjectReading, plain_amount
from extractor.schemas.record import BlockInfo, Counts, DocumentInfo, DocumentLine, Readings, Record, Span
from extractor.store import RunStore
from extractor.tagger.synthesis.page import Writer
from extractor.tagger.synthesis.words import Dice

PER_DOCUMENT = 40


def fill(store: RunStore, wanted: int) -> int:
    """Store about `wanted` projects; returns the characters of their source texts."""
    characters = 0
    for number in range(wanted // PER_DOCUMENT):
        file = f"documents/{number:05}.txt"
        writer = Writer(Dice(Random(number)), 0.3)
        info = DocumentInfo(
            file=file,
            sha256=sha256(file.encode()).hexdigest(),
            title="项目支出绩效目标表",
            department=writer.author.organisation(),
            fiscal_year=2020 + number % 7,
            amount_unit="万元",
        )
        unit = writer.author.organisation()
        records, sources = [], []
        for index in range(PER_DOCUMENT):
            record, source = invented(writer, info, unit, index)
            records.append(record)
            sources.append(source)
            characters += len(source)
        counts = Counts(blocks=len(records), records=len(records))
        store.save(DocumentLine(document=info, status="read", counts=counts), records, sources, "benchmark")
    return characters


def invented(writer: Writer, info: DocumentInfo, unit: str, index: int) -> tuple[Record, str]:
    """One project and its printed text."""
    made = writer.author.project(writer.habits, withheld=writer.dice.whether(0.05))
    source = writer.block(made).text
    amounts = [plain_amount(amount) for amount in made.amounts]
    columns = dict(zip(("total", "fiscal", "special_account", "other"), amounts, strict=False))
    project = ProjectReading(
        department=info.department,
        unit=unit,
        name=made.name,
        amounts=Amounts(**columns),
        goal="".join(made.goal.split()) or None,
        withheld=made.withheld,
        indicators=tuple(
            Indicator(
                number=number,
                level1=one.level1 or None,
                level2=one.level2 or None,
                name=one.name or None,
                cycle_value=one.cycle or None,
                annual_value=one.annual or None,
            )
            for number, one in enumerate(made.indicators, 1)
        ),
    )
    spans: dict[str, Span] = {}
    named = {"name": project.name, "amounts.total": project.amounts.total}
    for number, one in enumerate(project.indicators):
        named |= {f"indicators[{number}].name": one.name, f"indicators[{number}].annual_value": one.annual_value}
    for path, value in named.items():
        if value and (at := source.find(value)) >= 0:
            spans[path] = (at, at + len(value))
    record = Record(
        id=sha256(f"{info.file} {index}".encode()).hexdigest()[:16],
        document=info,
        block=BlockInfo(index=index, start=0, end=len(source)),
        project=project,
        normalized=normalize(project, PrintedUnit("万元"), info),
        status="unchecked",
        spans=spans,
        readings=Readings(rules=project),
    )
    return record, source


def measure(folder: Path, wanted: int) -> None:
    with RunStore(folder / "run.sqlite") as store:
        characters = fill(store, wanted)
    process = subprocess.Popen([sys.executable, "-m", "extractor", "report", str(folder)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the report ended with status {process.returncode}")
    size = (folder / "report.html").stat().st_size
    print(
        f"{wanted:>8,} projects of {characters / wanted:,.0f} characters: {usage.ru_utime + usage.ru_stime:.1f} s CPU, "
        f"{size / 1e6:.1f} MB ({size / wanted:,.0f} bytes a project), peak memory {usage.ru_maxrss / 1024:,.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--projects", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for wanted in options.projects:
            folder = (options.keep or Path(scratch)) / str(wanted)
            folder.mkdir(parents=True, exist_ok=True)
            measure(folder, wanted)


if __name__ == "__main__":
    main()
