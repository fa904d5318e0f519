"""`extractor follow`: projects over years and districts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from extractor.cli import printable
from extractor.cli.display import console
from extractor.cli.runs import opened
from extractor.export.wording import trimmed
from extractor.follow import Known, Pair, dated, follow, known_of
from extractor.follow.table import difference, reason, shown, write
from extractor.names import Aliases
from extractor.names.divisions import name_of
from extractor.normalize.standing import ASIDE, Standing, Standings


def print_following(
    directories: Sequence[Path], aliases: Aliases, out: Path, min_score: float, top: int, language: str
) -> None:
    """Write follow.csv and show its first proposals."""
    standings = Standings()
    aside: Counter[Standing] = Counter()
    known: list[Known] = []
    for run, directory in enumerate(directories):
        known += _known(directory, aliases, run, standings, aside)
    following = follow(known, min_score=min_score)
    write(out, following, [str(directory) for directory in directories], language)
    first = 1
    for title, series in (
        ("跨年度的项目 Over the years", following.years),
        ("其他地区的同名项目 In other districts", following.districts),
    ):
        # The least sure come first: they are the ones to look at.
        pairs = [(group, one) for group, steps in enumerate(series, first) for one in steps]
        pairs.sort(key=lambda entry: (entry[1].score, entry[0]))
        first += len(series)
        if pairs:
            _print(f"{title} ({len(pairs):,})", pairs[:top], language)
            if len(pairs) > top:
                console.print(printable(f"… 另有 more: {len(pairs) - top:,}; 全部见 all in {out}"), markup=False)
    years = sum(len(steps) for steps in following.years)
    console.print(
        f"项目 projects {following.projects:,}; 跨年度配对 pairs over years {years:,} "
        f"({len(following.years):,} 组 groups); 未配对 alone {following.alone:,}; "
        f"其他地区 in other districts {sum(len(steps) for steps in following.districts):,}",
        markup=False,
    )
    if again := following.repeated + aside["repeated"] + aside["same_file"]:
        console.print(f"重复印出、只计一次 printed again, counted once: {again:,}", markup=False)
    if aside["failed"]:
        console.print(f"未能读取、未参与配对 could not be read: {aside['failed']:,}", markup=False)
    console.print("以上均为建议，未作合并。All of these are proposals; nothing is merged.")
    console.print(printable(f"file: {out}"), markup=False)


def _known(directory: Path, aliases: Aliases, run: int, standings: Standings, aside: Counter[Standing]) -> list[Known]:
    """The projects of a run; those that stand aside are counted only."""
    known, titles = [], []
    with opened(directory) as store:
        for record in store.records():
            standing = standings.of(record)
            if standing in ASIDE:
                aside[standing] += 1
                continue
            known.append(known_of(record, aliases, run))
            titles.append(record.document.title)
    return dated(known, titles, directory.resolve().name)


def _print(title: str, pairs: Sequence[tuple[int, Pair]], language: str) -> None:
    table = Table(title=title, title_justify="left")
    for heading in (
        "组 group",
        "得分 score",
        "项目 project",
        "前 from",
        "后 to",
        "金额差（元） difference",
        "理由 why",
    ):
        table.add_column(heading, overflow="fold")
    for group, one in pairs:
        names = list(dict.fromkeys(known.name or "" for known in (one.old, one.new)))
        gap = difference(one)
        money = "" if gap is None else ("+" if gap > 0 else "") + trimmed(gap, grouped=True)
        cells = (str(group), shown(one.score), "\n".join(names), _where(one.old), _where(one.new), money)
        table.add_row(*(printable(cell, keep_lines=True) for cell in (*cells, reason(one.why, language))))
    console.print(table)


def _where(known: Known) -> str:
    place = name_of(known.division) if known.division else ""
    return " ".join(part for part in (str(known.year or ""), place, known.unit or known.department) if part)
