"""The built-in second reader held against labelled documents: what it reads, disputes and notices, and how fast.

    python benchmarks/second_reader.py [--golden DIR ...] [--documents DIR] [--weights FILE ...] [--sure 0.9 ...]

The tables are Markdown. `--weights` takes weights files in place of the package's own, `--sure` thresholds in
place of the shipped one; all are reported one after the other, and side by side at the end.
Tune on golden/ and on synthetic text alone; other labelled documents are for final figures.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rules_path import copied, measure
from second.damage import DAMAGES
from second.foreign import FOREIGN
from second.judging import (
    COMPARED,
    Labelled,
    LabelledDocument,
    Marks,
    disputed,
    judge,
    labelled_documents,
)
from second.tables import share, table

from extractor.builtin import SecondReadings, read_again
from extractor.checks.project import check_project
from extractor.compare import Comparison, compare
from extractor.compare.side import Reading
from extractor.ground import ground
from extractor.layouts import CompiledLayout
from extractor.messages import worded
from extractor.pipeline import cut, finish, survey
from extractor.readers import read
from extractor.schemas.document import Block, Document, MappedText
from extractor.schemas.project import ProjectReading
from extractor.settings import Settings
from extractor.tagger import Tagger
from extractor.tagger.network import Network
from extractor.tagger.reader import SURE
from extractor.tagger.reading import TaggedDocument, TaggerReading
from extractor.tagger.weights import FILE, load, parse
from extractor.text import Squashed
from tests.mistakes import MISTAKES
from tests.second_readers import CharactersAlone

ROOT = Path(__file__).resolve().parent.parent
NOT_ITS_BUSINESS = frozenset({"shift_amounts", "wrong_amount", "lose_amount", "wrong_unit", "flip_withheld"})
"""Mistakes in what positions and arithmetic decide about."""
SEEDS = 3
RATE_SECONDS = 5.0
PROJECTS = 1_000


@dataclass(frozen=True)
class Tagged:
    """A labelled document as the tagger read it."""

    labelled: LabelledDocument
    tagged: TaggedDocument

    def read(self, document: Document, blocks: Sequence[Block], views: Sequence[Squashed]) -> TaggedDocument:
        """The reading that is at hand, to whoever asks for one."""
        return self.tagged

    @cached_property
    def readings(self) -> dict[int, Reading]:
        """The readings as the pipeline holds them against the rules'."""
        return dict(self._again.readings)

    @property
    def boundary_flags(self) -> int:
        return len(self._again.findings) + len(self._again.of_document)

    @cached_property
    def _again(self) -> SecondReadings:
        blocks = self.labelled.blocks
        views = [one.view for one in blocks]
        return read_again(self, self.labelled.document, [one.block for one in blocks], views)


def tag(tagger: Tagger, labelled: LabelledDocument) -> Tagged:
    blocks = labelled.blocks
    views = [one.view for one in blocks]
    return Tagged(labelled, tagger.read(labelled.document, [one.block for one in blocks], views))


def held_against(rules: Reading, second: Reading | None, view: Squashed, layout: CompiledLayout) -> Comparison:
    return compare(rules, second, view, layout.structure, layout.withheld)


# What it reads


def account(one: Tagged) -> Counter[str]:
    """What the tagger says of one document whose rules' reading is right."""
    counts: Counter[str] = Counter(blocks=len(one.labelled.blocks), false_starts=one.boundary_flags)
    for labelled in one.labelled.blocks:
        told = one.tagged.readings.get(labelled.block.index)
        marks = judge(labelled.label, told and told.reading, told.unsure if told else frozenset())
        counts.update(marks)
        counts["exact"] += marks.is_exact
        if told is None:
            counts["unread"] += 1
            counts["abstained"] += marks["fields"]
            continue
        second = one.readings[labelled.block.index]
        comparison = held_against(labelled.right, second, labelled.view, one.labelled.layout)
        counts["disputed"] += disputed(comparison, (labelled.label, second.reading))
        counts["abstained"] += len(comparison.abstained)
        counts["one_start"] += len(told.openings) == 1
    counts["missed"] = len(one.tagged.missed)
    return counts


def accuracy(documents: Sequence[Tagged]) -> tuple[Counter[str], list[list[str]]]:
    rows, everything = [], Counter[str]()
    for one in documents:
        counts = account(one)
        everything += counts
        rows.append([one.labelled.name, *_accuracy_row(counts)])
    return everything, [*rows, ["all", *_accuracy_row(everything)]]


def _accuracy_row(counts: Counter[str]) -> list[str]:
    fields = counts["fields"]
    return [
        str(counts["blocks"]), str(counts["exact"]), str(counts["unread"]), f"{fields:,}", f"{Marks(counts).f1:.4f}",
        f"{share(counts['disputed'], fields)} ({counts['disputed']})", share(counts["abstained"], fields),
        str(counts["one_start"]), str(counts["missed"]), str(counts["false_starts"]),
    ]  # fmt: skip


ACCURACY = (
    "document", "blocks", "exact", "unread", "fields", "F1", "correct fields disputed", "abstained",
    "one opening", "missed", "boundary flags",
)  # fmt: skip


# What it notices


def flags(
    reading: ProjectReading, second: Reading | None, labelled: Labelled, layout: CompiledLayout
) -> tuple[set[str], set[str]]:
    """What a comparison of the rules' `reading` disputes, and everything that it and the checks flag."""
    block, view = labelled.block, labelled.view
    comparison = held_against(Reading(reading, ground(reading, view, block.context)), second, view, layout)
    checks = check_project(comparison.project, block, layout, comparison.spans)
    everything = [
        (flag.code, f"{flag.code} {flag.path} {worded(flag.said)}") for flag in (*comparison.findings, *checks)
    ]
    return {text for code, text in everything if code in COMPARED}, {text for _, text in everything}


def noticed(documents: Sequence[Tagged], seeds: int) -> dict[str, Counter[str]]:
    """Injected mistakes in the rules' reading, by kind, and which of them raise a flag that the right one does not."""
    found = {kind: Counter[str]() for kind in MISTAKES if kind not in NOT_ITS_BUSINESS}
    for one in documents:
        layout = one.labelled.layout
        for labelled in one.labelled.blocks:
            right, second = labelled.label, one.readings.get(labelled.block.index)
            standing, standing_alone = (flags(right, reader, labelled, layout) for reader in (second, None))
            for kind, seed in product(found, range(seeds)):
                wrong = MISTAKES[kind](right, random.Random(f"{labelled.id} {seed}"))
                if wrong is None:
                    continue
                compared, everything = flags(wrong, second, labelled, layout)
                alone = flags(wrong, None, labelled, layout)[1]
                found[kind].update(
                    injected=1,
                    second=second is not None and not compared <= standing[0],
                    all=not everything <= standing[1],
                    without=not alone <= standing_alone[1],
                )
    return found


MISTAKEN = ("mistake", "injected", "noticed by the second reader", "by all checks together", "by all without it")


def mistake_rows(found: dict[str, Counter[str]]) -> tuple[Counter[str], list[list[str]]]:
    everything = sum(found.values(), Counter[str]())

    def row(kind: str, counts: Counter[str]) -> list[str]:
        return [
            kind,
            str(counts["injected"]),
            *(share(counts[by], counts["injected"]) for by in ("second", "all", "without")),
        ]

    return everything, [
        *(row(kind.replace("_", " "), counts) for kind, counts in found.items()),
        row("all", everything),
    ]


# What it makes of texts that nobody meant it to see


def read_alone(tagger: Tagger, text: str, block: Block) -> TaggerReading | None:
    """A text as a document of one block."""
    content = MappedText(text, range(len(text)))
    document = Document("alone.txt", "", "text", "utf-8", text, ())
    alone = Block(0, content, block.context, 0, len(text), None)
    return tagger.read(document, [alone], [Squashed(content)]).readings.get(0)


Print = Callable[[Labelled, random.Random], str | None]


def tried(
    tagger: Tagger, blocks: Iterable[Labelled], printings: dict[str, Print], seeds: int
) -> dict[str, Counter[str]]:
    """Marks of blocks printed in other ways."""
    found = {name: Counter[str]() for name in printings}
    for labelled in blocks:
        for name, printing in printings.items():
            for seed in range(seeds):
                text = printing(labelled, random.Random(f"{labelled.id} {name} {seed}"))
                if text is None:
                    continue
                told = read_alone(tagger, text, labelled.block)
                marks = judge(labelled.label, told and told.reading, told.unsure if told else frozenset())
                found[name].update(marks)
                found[name].update(blocks=1, exact=marks.is_exact, unread=told is None)
    return found


DAMAGED = ("damage", "blocks", "exact", "F1", "without a reading", "confident fields", "of them wrong")
ALIEN = ("layout", "blocks", "without a reading", "fields", "confident fields", "confident and wrong")


def damage_rows(found: dict[str, Counter[str]]) -> list[list[str]]:
    return [
        [
            name, str(counts["blocks"]), share(counts["exact"], counts["blocks"]), f"{Marks(counts).f1:.4f}",
            share(counts["unread"], counts["blocks"]), share(counts["sure"], counts["fields"]),
            share(counts["sure_wrong"], counts["sure"]),
        ]
        for name, counts in found.items()
    ]  # fmt: skip


def foreign_rows(found: dict[str, Counter[str]]) -> tuple[Counter[str], list[list[str]]]:
    everything = sum(found.values(), Counter[str]())
    return everything, [
        [
            name, str(counts["blocks"]), share(counts["unread"], counts["blocks"]), f"{counts['fields']:,}",
            share(counts["sure"], counts["fields"]), share(counts["sure_wrong"], counts["fields"]),
        ]
        for name, counts in [*found.items(), ("all", everything)]
    ]  # fmt: skip


# How fast


def speed(tagger: Tagger, documents: Sequence[LabelledDocument]) -> float:
    """Blocks per second on one core, the tagger alone."""
    views = {one.name: [labelled.view for labelled in one.blocks] for one in documents}
    blocks = 0
    started = time.process_time()
    while time.process_time() - started < RATE_SECONDS:
        for one in documents:
            tagger.read(one.document, [labelled.block for labelled in one.blocks], views[one.name])
            blocks += len(one.blocks)
    return blocks / (time.process_time() - started)


def end_to_end(tagger: Tagger, documents: Sequence[LabelledDocument]) -> float:
    """Projects per second on one core, from file to records, in this process."""
    settings = Settings.load({}, environ={})
    projects = 0
    started = time.process_time()
    while time.process_time() - started < RATE_SECONDS:
        for one in documents:
            projects += len(finish(survey(cut(read(str(one.source))), CharactersAlone(tagger)), {}, settings).records)
    return projects / (time.process_time() - started)


def run_speed(documents: Sequence[LabelledDocument]) -> float:
    """Projects per second on one core of `extractor run`, start-up and output included."""
    with tempfile.TemporaryDirectory() as scratch:
        copies = [copied(one.source, Path(scratch), one.name) for one in documents]
        cost = measure(copies, sum(len(one.blocks) for one in documents), PROJECTS, model="builtin")
    return cost["projects"] / cost["cpu"]


# The report


SUMMARY = (
    "weights", "F1", "exact blocks", "correct fields disputed", "abstained", "mistakes noticed by it",
    "by all checks", "confident and wrong on foreign layouts", "blocks/s", "projects/s end to end",
)  # fmt: skip


def report(
    name: str, tagger: Tagger, documents: Sequence[LabelledDocument], *, packaged: bool, seeds: int
) -> list[str]:
    """All tables for one set of weights; its row of the summary."""
    tagged = [tag(tagger, one) for one in documents]
    blocks = [labelled for one in documents for labelled in one.blocks]
    print(f"## {name}\n\n### Readings\n")
    counts, rows = accuracy(tagged)
    table(ACCURACY, rows)
    print("### Injected mistakes\n")
    caught, rows = mistake_rows(noticed(tagged, seeds))
    table(MISTAKEN, rows)
    print("### Damaged on purpose\n")
    damaged: dict[str, Print] = {
        kind: lambda one, rng, damage=damage: damage(one.printed, rng) for kind, damage in DAMAGES.items()
    }
    table(DAMAGED, damage_rows(tried(tagger, blocks, damaged, seeds)))
    print("### Layouts that it was not made for\n")
    foreign: dict[str, Print] = {
        kind: lambda one, rng, rendering=rendering: rendering(one.label, rng) for kind, rendering in FOREIGN.items()
    }
    alien, rows = foreign_rows(tried(tagger, blocks, foreign, 1))
    table(ALIEN, rows)
    print("### Speed on one core\n")
    fast, whole = speed(tagger, documents), end_to_end(tagger, documents)
    rates = [["blocks/s, the tagger alone", f"{fast:,.0f}"]]
    rates.append(["projects/s, file to records: rules, tagger and checks", f"{whole:,.0f}"])
    if packaged:
        rates.append([f"projects/s, `extractor run` over {PROJECTS:,} projects", f"{run_speed(documents):,.0f}"])
    table(("measure", "figure"), rates)
    fields = counts["fields"]
    return [
        name, f"{Marks(counts).f1:.4f}", f"{counts['exact']} of {counts['blocks']}",
        share(counts["disputed"], fields), share(counts["abstained"], fields),
        share(caught["second"], caught["injected"]), share(caught["all"], caught["injected"]),
        share(alien["sure_wrong"], alien["fields"]), f"{fast:,.0f}", f"{whole:,.0f}",
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--golden", type=Path, nargs="+", default=[ROOT / "golden"])
    parser.add_argument("--documents", type=Path, help="folder of the cases' documents, if not beside them")
    parser.add_argument("--weights", type=Path, nargs="*", default=[], help="default: the package's own")
    parser.add_argument("--sure", type=float, nargs="+", default=[SURE], help="a field votes from this probability on")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how often each mistake and damage is tried")
    given = parser.parse_args()
    documents = [one for golden in given.golden for one in labelled_documents(golden, given.documents)]
    summary = []
    for path in given.weights or [None]:
        started = time.perf_counter()
        network = Network.build(parse(path.read_bytes()) if path else load())
        elapsed = 1000 * (time.perf_counter() - started)
        size = (path or ROOT / "extractor" / "tagger" / FILE).stat().st_size
        name = path.name if path else FILE
        print(f"{name}: {size / 1e6:.2f} MB, ready in {elapsed:.0f} ms\n")
        summary += [
            report(
                f"{name}, sure at {sure}", Tagger(network, sure), documents, packaged=path is None, seeds=given.seeds
            )
            for sure in given.sure
        ]
    print("## Summary\n")
    table(SUMMARY, summary)


if __name__ == "__main__":
    main()
