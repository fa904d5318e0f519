"""What asking only about doubtful blocks costs, and what it notices, against asking about all of them.

    python benchmarks/cascade.py [--golden DIR] [--documents DIR] [--seeds 3]

An endpoint on loopback replays the hand-made labels over HTTP. The documents are read as they are; then with
mistakes put into the rules' reading, one in each block, of every kind. The tables are Markdown. Exit status 1
if a mistake in what the built-in reader reads as well stays unnoticed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from second.tables import share, table

from extractor.builtin import Builtin
from extractor.golden import discover
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import Flag, Record
from tests.misreading import (
    Run,
    changes,
    is_built_in_business,
    labels_by_text,
    misreading,
    noticing,
    read_by_rules,
    replaying,
    run_cases,
    states_wrong_values,
    suggests,
)
from tests.mistakes import MISTAKES
from tests.servers import endpoint

Ask = Callable[[str | None], Run]
"""Reads all documents with this asking."""

ROOT = Path(__file__).resolve().parent.parent
ASKING = ("doubtful", "sample:0.05", "all")
SEEDS = 3


# The documents as they are


READ = (
    "--ask", "blocks", "asked", "share", "because", "tokens in", "tokens out", "estimate for all", "true cost of all",
    "flags", "agreed records",
)  # fmt: skip


def read_rows(runs: dict[str | None, Run]) -> Iterator[list[str]]:
    everything = runs["all"].bill
    for ask, one in runs.items():
        spent, records = one.bill, one.records
        reasons = ", ".join(f"{reason} {count}" for reason, count in spent.reasons.items())
        yield [
            ask or "(no model)", str(len(records)), str(spent.asked), share(spent.asked, len(records)), reasons or "—",
            f"{spent.input_tokens:,}", f"{spent.output_tokens:,}",
            in_and_out(spent.input_tokens_of_all, spent.output_tokens_of_all),
            in_and_out(everything.input_tokens, everything.output_tokens),
            str(sum(not flag.is_information for record in records for flag in record.flags)),
            str(sum(record.status == "agreed" for record in records)),
        ]  # fmt: skip


def in_and_out(into: int | None, out: int | None) -> str:
    return "—" if into is None or out is None else f"{into:,} in, {out:,} out"


# The rules mistaken


MISREAD = (
    "mistake", "injected", "noticed without asking", "asked", "noticed in the end", "at its very place",
    "right value suggested", "wrong value suggested", "published right", "published wrong",
    "noticed when all are asked", "blocks asked",
)  # fmt: skip
SHARES = (
    "alone", "asked", "noticed", "at_its_place", "suggested", "misled", "right", "wrong", "noticed_of_all",
)  # fmt: skip


@dataclass
class Kind:
    """What became of the mistakes of one kind; `own`: they are in what the built-in reader reads as well."""

    counts: Counter[str] = field(default_factory=Counter)
    unnoticed: list[str] = field(default_factory=list)
    own: bool = True


def misread(read: Ask, seeds: int, right: dict[str | None, Run]) -> dict[str, Kind]:
    """Every kind of mistake in every block where it applies, one at a time."""
    kinds = {name: Kind() for name in MISTAKES}
    for (name, kind), seed in product(kinds.items(), range(seeds)):
        with misreading(MISTAKES[name], seed):
            runs = {ask: read(ask) for ask in (None, "doubtful", "all")}
        kind.counts.update(blocks=len(runs[None].records), blocks_asked=runs["doubtful"].bill.asked)
        for at, before in enumerate(right[None].records):
            truth, record = read_by_rules(before), runs["doubtful"].records[at]
            if not changes(truth, read_by_rules(record)):
                continue
            flags = {ask: noticing(one.records[at], truth, right[ask].records[at].flags) for ask, one in runs.items()}
            kind.own &= is_built_in_business(truth, read_by_rules(record))
            kind.counts.update(judge(record, truth, flags))
            if not flags["doubtful"]:
                kind.unnoticed.append(f"{name}, seed {seed}: {told(record, truth)}")
    return kinds


def judge(record: Record, truth: ProjectReading, flags: dict[str | None, list[Flag]]) -> Counter[str]:
    """Marks of one mistake; `flags` tell of it, for each way of asking."""
    suggested = [suggests(flag, truth) for flag in flags["doubtful"]]
    return Counter(
        injected=1,
        alone=bool(flags[None]),
        asked=bool(record.asked),
        noticed=bool(flags["doubtful"]),
        at_its_place=any(flag.path for flag in flags["doubtful"]),
        suggested=True in suggested and False not in suggested,
        misled=False in suggested,
        right=not changes(truth, record.project),
        wrong=states_wrong_values(record.project, truth),
        noticed_of_all=bool(flags["all"]),
    )


def told(record: Record, truth: ProjectReading) -> str:
    """One mistake for a person to look into."""
    paths = ", ".join(sorted(changes(truth, read_by_rules(record)))[:5])
    flags = ", ".join(f"{flag.code} {flag.path}" for flag in record.flags) or "nothing"
    return (
        f"{record.document.file} block {record.block.index}, {record.status}: {paths}; "
        f"flagged {flags}; asked because {', '.join(record.asked) or '— (not asked)'}"
    )


def misread_rows(kinds: dict[str, Kind]) -> Iterator[list[str]]:
    everything = sum((kind.counts for kind in kinds.values()), Counter[str]())
    for name, counts in [*((name, kind.counts) for name, kind in kinds.items()), ("all", everything)]:
        yield [
            name.replace("_", " "), str(counts["injected"]),
            *(share(counts[mark], counts["injected"]) for mark in SHARES),
            share(counts["blocks_asked"], counts["blocks"]),
        ]  # fmt: skip


# The report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--golden", type=Path, default=ROOT / "golden")
    parser.add_argument("--documents", type=Path, help="folder of the cases' documents, if not beside them")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how often each mistake is tried")
    options = parser.parse_args()
    cases = discover(options.golden, options.documents)
    with endpoint(replaying(labels_by_text(cases))) as server:
        read = partial(run_cases, cases, Builtin(), server.base_url)
        right = {ask: read(ask) for ask in (None, *ASKING)}
        print("## The documents as they are\n")
        table(READ, read_rows(right))
        kinds = misread(read, options.seeds, right)
    own = {name: kind for name, kind in kinds.items() if kind.own}
    others = {name: kind for name, kind in kinds.items() if not kind.own}
    print("## The rules mistaken in what the built-in reader reads as well, asked about doubtful blocks\n")
    table(MISREAD, misread_rows(own))
    print("## The rules mistaken in what it does not read\n")
    table(MISREAD, misread_rows(others))
    print("\n".join(line for kind in kinds.values() for line in kind.unnoticed) or "every mistake was noticed")
    return 1 if any(kind.unnoticed for kind in own.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
