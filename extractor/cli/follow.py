"""`extractor follow`: projects over years and districts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.table import Table

from extractor import jobs
from extractor.cli import printable
from extractor.cli.display import console
from extractor.follow import Known, Pair, dated, follow, known_of
from extractor.follow.table import change, reason, word, write
from extractor.names import Aliases
from extractor.names.divisions import name_of
from extractor.store import RunStore


def print_following(
    directories: Sequence[Path], aliases: Aliases, out: Path, min_score: float, top: int, language: str
) -> None:
    """Write follow.csv and show its first proposals."""
    following = follow(
        (one for run, directory in enumerate(directories) for one in _known(directory, aliases, run)),
        min_score=min_score,
    )
    write(out, following, [str(directory) for directory in directories], language)
    first = 1
    for kind, title, series in (
        ("years", "跨年度的项目 Over the years", following.years),
        ("districts", "其他地区的同名项目 In other districts", following.districts),
    ):
        # The least sure come first: they are the ones to look at.
        pairs = [(group, one) for group, steps in enumerate(series, first) for one in steps]
        pairs.sort(key=lambda entry: (entry[1].score, entry[0]))
        first += len(series)
        if pairs:
            _print(f"{title} ({len(pairs):,})", pairs[:top], language)
            if len(pairs) > top:
                console.print(f"… {len(pairs) - top:,} more ({word('kinds', kind, language)})", markup=False)
    years = sum(len(steps) for steps in following.years)
    console.print(
        f"项目 projects {following.projects:,}; 跨年度配对 pairs over years {years:,} "
        f"({len(following.years):,} 组 groups); 未配对 alone {following.alone:,}; "
        f"其他地区 in other districts {sum(len(steps) for steps in following.districts):,}",
        markup=False,
    )
    if following.repeated:
        console.print(f"重复印出、只计一次 in several run folders, counted once {following.repeated:,}", markup=False)
    console.print("以上均为建议，未作合并。All of these are proposals; nothing is merged.")
    console.print(f"file: {out}", markup=False)


def _known(directory: Path, aliases: Aliases, run: int) -> Iterator[Known]:
    known, titles = [], []
    with RunStore(directory / jobs.DATABASE, create=False) as store:
        for record in store.records():
            known.append(known_of(record, aliases, run))
            titles.append(record.document.title)
    yield from dated(known, titles, directory.resolve().name)


def _print(title: str, pairs: Sequence[tuple[int, Pair]], language: str) -> None:
    table = Table(title=title, title_justify="left")
    for heading in ("组 group", "得分 score", "项目 project", "前 from", "后 to", "增减（元） change", "理由 why"):
        table.add_column(heading, overflow="fold")
    for group, one in pairs:
        names = list(dict.fromkeys(known.name or "" for known in (one.old, one.new)))
        amount = change(one)
        cells = (str(group), f"{one.score:.2f}", "\n".join(names), _where(one.old), _where(one.new), amount)
        table.add_row(*(printable(cell, keep_lines=True) for cell in (*cells, reason(one.why, language))))
    console.print(table)


def _where(known: Known) -> str:
    place = name_of(known.division) if known.division else ""
    return " ".join(part for part in (str(known.year or ""), place, known.unit or known.department) if part)
