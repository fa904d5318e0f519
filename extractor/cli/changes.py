"""`extractor compare`: what changed between two runs, or two years."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from rich.table import Table

from extractor.changes import Bridge, Change, Held, Kind, RunComparison, compare, hold
from extractor.changes.table import cells_of, share, word, write
from extractor.cli import printable
from extractor.cli.display import console
from extractor.cli.runs import opened
from extractor.export.wording import trimmed
from extractor.names import Aliases

_LONGEST = 60
_SHOWN = ("unit", "name", "what", "before", "after", "difference", "score", "why")
_LEFT_OUT = {
    # What has changed stands in `before` and `after` already.
    Kind.RENAMED: {"name", "what"},
    Kind.MOVED: {"unit", "what"},
}


def print_changes(old: Path, new: Path, aliases: Aliases, out: Path, top: int, language: str) -> RunComparison:
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
        if kind in {Kind.RENAMED, Kind.MOVED}:
            # The least sure come first: they are the ones to look at.
            changes.sort(key=lambda change: change.pair.score if change.pair else 0.0)
        if changes:
            _print_some(kind, changes, top, out, language)
    console.print(
        "项目是否为同一项目由名称、单位推定，请看配对得分与理由。"
        "Which projects are one is a proposal: see the score and the reason."
    )
    console.print(printable(f"file: {out}"), markup=False)
    return comparison


def _held(directory: Path, aliases: Aliases, run: int) -> list[Held]:
    with opened(directory) as store:
        return hold(store.records(), aliases, run)


def _print_counts(comparison: RunComparison, before: int, after: int, language: str) -> None:
    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("项目 projects", f"{before:,} → {after:,}")
    table.add_row("配对 pairs", f"{len(comparison.pairs):,}")
    table.add_row("　没有变化 unchanged", f"{comparison.unchanged:,}")
    for kind in Kind:
        changes = [change for change in comparison.changes if change.kind == kind]
        projects = len({(id(change.old), id(change.new)) for change in changes})
        of = "" if projects == len(changes) else f" ({projects:,} 个项目 projects)"
        if changes:
            table.add_row(f"　{word('kinds', kind, language)}", f"{len(changes):,}{of}")
    console.print(table)
    for what, one, other in (
        ("未能读取、未参与比较 blocks that could not be read, not compared", "unread_old", "unread_new"),
        ("重复印出、未参与比较 projects printed again, not compared", "again_old", "again_new"),
        (
            "未解析、只按文字比较的指标值（由较早版本读取，可重新运行） "
            "values compared as text only, as an older version read them; run again",
            "unanalysed_old",
            "unanalysed_new",
        ),
    ):
        numbers = getattr(comparison, one), getattr(comparison, other)
        if any(numbers):
            console.print(f"{what}: {numbers[0]:,} → {numbers[1]:,}", markup=False)


def _print_bridge(bridge: Bridge, language: str) -> None:
    table = Table(title="总计（元） sum of 总计 in yuan", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for key in ("old", "gone", "added", "more", "less", "new"):
        amount: Decimal = getattr(bridge, key)
        sign = "−" if key in {"gone", "less"} and amount else ""
        table.add_row(word("bridge", key, language), sign + trimmed(amount, grouped=True))
    console.print(table)
    if bridge.missing_old or bridge.missing_new:
        console.print(
            f"没有总计或单位不明的项目未计入 projects without a known total, counted as nothing: "
            f"{bridge.missing_old:,} → {bridge.missing_new:,}"
        )


def _print_some(kind: Kind, changes: list[Change], top: int, out: Path, language: str) -> None:
    """The first changes of a kind, under the columns in which any of them has something to say."""
    shown = [_cells(change, language) for change in changes[:top]]
    table = Table(title=f"{word('kinds', kind, language)} ({len(changes):,})", title_justify="left")
    keys = [key for key in _SHOWN if key not in _LEFT_OUT.get(kind, ()) and any(row[key] for row in shown)]
    if kind not in _LEFT_OUT:
        keys = [key for key in keys if key != "why"]
    for key in keys:
        table.add_column(word("columns", key, language), overflow="fold", no_wrap=key == "difference")
    for row in shown:
        table.add_row(*(printable(row[key], keep_lines=True) for key in keys))
    console.print(table)
    if len(changes) > top:
        console.print(printable(f"… 另有 more: {len(changes) - top:,}; 全部见 all in {out}"), markup=False)


def _cells(change: Change, language: str) -> dict[str, str]:
    """The cells of changes.csv, short and with numbers for the eye."""
    cells = {key: cell if key == "why" else _short(cell) for key, cell in cells_of(change, language).items()}
    known = next(side.known for side in (change.new, change.old) if side is not None)
    cells["unit"] = _short(known.unit or known.department)
    cells["difference"] = _difference(change)
    return cells


def _difference(change: Change) -> str:
    if change.difference is None:
        return ""
    percent = share(change)
    sign = "+" if change.difference > 0 else ""
    shown = f"{sign}{trimmed(change.difference, grouped=True)} {change.unit or ''}".strip()
    return shown + (f"\n({percent:+}%)" if percent is not None else "")


def _short(text: str | None) -> str:
    text = " ".join((text or "").split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
