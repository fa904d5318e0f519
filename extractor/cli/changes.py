"""`extractor compare`: what changed between two runs, or two years."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from rich.table import Table

from extractor import jobs
from extractor.changes import Bridge, Change, Comparison, Held, Kind, compare, hold
from extractor.changes.table import share, what, word, write
from extractor.cli import printable
from extractor.cli.display import console
from extractor.names import Aliases
from extractor.store import RunStore

_LONGEST = 60


def print_changes(old: Path, new: Path, aliases: Aliases, out: Path, top: int, language: str) -> Comparison:
    """Write changes.csv, and show the counts, the bridge of the sums and the first changes of each kind."""
    before, after = (_held(directory, aliases, run) for run, directory in enumerate((old, new)))
    comparison = compare(before, after)
    write(out, comparison, language)
    _print_counts(comparison, len(before), len(after), language)
    _print_bridge(comparison.bridge, language)
    for kind in Kind:
        changes = [change for change in comparison.changes if change.kind == kind]
        if kind in {Kind.ADDED, Kind.GONE, Kind.AMOUNT}:
            changes.sort(key=lambda change: abs(change.difference or Decimal(0)), reverse=True)
        if changes:
            _print_some(kind, changes, top, language)
    console.print(
        "项目是否为同一项目由名称、单位推定，请看配对得分与理由。"
        "Which projects are one is a proposal: see the score and the reason."
    )
    console.print(f"file: {out}", markup=False)
    return comparison


def _held(directory: Path, aliases: Aliases, run: int) -> list[Held]:
    with RunStore(directory / jobs.DATABASE, create=False) as store:
        return hold(store.records(), aliases, run)


def _print_counts(comparison: Comparison, before: int, after: int, language: str) -> None:
    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("项目 projects", f"{before:,} → {after:,}")
    table.add_row("配对 pairs", f"{len(comparison.pairs):,}")
    table.add_row("　没有变化 unchanged", f"{comparison.unchanged:,}")
    for kind, count in sorted(comparison.counts.items(), key=lambda item: list(Kind).index(item[0])):
        table.add_row(f"　{word('kinds', kind, language)}", f"{count:,}")
    console.print(table)
    if comparison.unread_old or comparison.unread_new:
        console.print(
            f"未能读取、未参与比较 blocks that could not be read, not compared: "
            f"{comparison.unread_old:,} → {comparison.unread_new:,}"
        )


def _print_bridge(bridge: Bridge, language: str) -> None:
    table = Table(title="总计（元） sum of 总计 in yuan", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for key in ("old", "gone", "added", "more", "less", "new"):
        amount: Decimal = getattr(bridge, key)
        sign = "−" if key in {"gone", "less"} and amount else ""
        table.add_row(word("bridge", key, language), f"{sign}{amount:,f}")
    console.print(table)
    if bridge.missing_old or bridge.missing_new:
        console.print(
            f"没有总计或单位不明的项目未计入 projects without a known total, counted as nothing: "
            f"{bridge.missing_old:,} → {bridge.missing_new:,}"
        )


def _print_some(kind: Kind, changes: list[Change], top: int, language: str) -> None:
    table = Table(title=f"{word('kinds', kind, language)} ({len(changes):,})", title_justify="left")
    for key in ("unit", "name", "what", "before", "after", "difference"):
        table.add_column(word("columns", key, language), overflow="fold")
    for change in changes[:top]:
        side = change.new or change.old
        known = side.known if side else None
        cells = (
            (known.unit or known.department if known else "") or "",
            (known.name if known else "") or "",
            what(change, language),
            _short(change.before),
            _short(change.after),
            _difference(change),
        )
        table.add_row(*(printable(cell) for cell in cells))
    console.print(table)
    if len(changes) > top:
        console.print(f"… {len(changes) - top:,} more", markup=False)


def _difference(change: Change) -> str:
    if change.difference is None:
        return ""
    percent = share(change)
    return f"{change.difference:+,f} {change.unit or ''}".strip() + (f" ({percent:+}%)" if percent is not None else "")


def _short(text: str | None) -> str:
    text = " ".join((text or "").split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
