"""`extractor status`: a run folder at a glance, for people, for programs and for Prometheus."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from extractor.cli import printable
from extractor.cli.display import console
from extractor.store import RunStore
from extractor.store.overview import Overview

_SHOWN = 20


def print_status(directory: Path, form: str) -> None:
    """Print what the run folder holds, in one of three forms."""
    with RunStore.of(directory) as store:
        found = store.overview()
    if form == "json":
        click.echo(json.dumps(asdict(found) | {"unfinished": is_unfinished(found)}, ensure_ascii=False, default=_plain))
    elif form == "prometheus":
        click.echo(exposition(found), nl=False)
    else:
        _print_table(found)


def is_unfinished(found: Overview) -> bool:
    """Whether the last run still goes on, or was stopped."""
    return found.runs > 0 and found.ended is None


def exposition(found: Overview) -> str:
    """The counts in the text format of Prometheus; no name of a file is in it."""
    totals = found.totals
    why = Counter(one.why for one in found.unsettled)
    metrics: list[tuple[str, str, str, list[tuple[str, object]]]] = [
        ("documents", "gauge", "status", list(totals.documents.items())),
        ("documents_to_retry", "gauge", "why", sorted(why.items())),
        ("records", "gauge", "status", list(totals.records.items())),
        ("calls", "counter", "outcome", [(one.outcome, one.number) for one in found.calls]),
        ("cached_answers", "counter", "", [("", totals.cached)]),
        ("input_tokens", "counter", "", [("", totals.input_tokens)]),
        ("output_tokens", "counter", "", [("", totals.output_tokens)]),
        ("cost", "counter", "currency", [(currency, f"{cost:f}") for currency, cost in found.costs.items()]),
        ("unfinished", "gauge", "", [("", int(is_unfinished(found)))]),
    ]
    lines = []
    for name, kind, label, values in metrics:
        whole = f"extractor_{name}{'_total' if kind == 'counter' else ''}"
        lines.append(f"# TYPE {whole} {kind}")
        lines += [
            f'{whole}{{{label}="{_escaped(of)}"}} {value}' if label else f"{whole} {value}" for of, value in values
        ]
    return "\n".join(lines) + "\n"


def _labelled(label: str, of: str) -> str:
    return f'{{{label}="{_escaped(of)}"}}' if label else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _plain(value: object) -> str:
    return str(value)


def _print_table(found: Overview) -> None:
    totals = found.totals
    table = Table(title="状态 Status", show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(justify="right")
    counted = ", ".join(f"{status} {number:,}" for status, number in totals.documents.items())
    table.add_row("文件 documents", counted or "0")
    table.add_row(
        "项目 projects", ", ".join(f"{status} {number:,}" for status, number in totals.records.items()) or "0"
    )
    why = Counter(one.why for one in found.unsettled)
    table.add_row("待重试 to retry", ", ".join(f"{reason} {number:,}" for reason, number in sorted(why.items())) or "0")
    state = f"{found.read:,} of {found.planned:,} documents"
    if is_unfinished(found):
        state += ", unfinished"
    table.add_row("最近一次运行 last run", state if found.runs else "by an older version")
    if found.rate is not None:
        table.add_row("速度 rate", f"{found.rate:,.1f} documents/s")
    calls = ", ".join(f"{one.outcome} {one.number:,}" for one in found.calls)
    table.add_row("模型调用 model calls", f"{calls or 0}; {totals.cached:,} from cache")
    table.add_row("词元 tokens", f"{totals.input_tokens:,} in, {totals.output_tokens:,} out")
    if found.costs:
        costs = ", ".join(f"{cost:,.4f} {printable(currency)}" for currency, cost in found.costs.items())
        table.add_row("费用 cost", costs)
    console.print(table)
    for one in found.unsettled[:_SHOWN]:
        reason = f": {printable(one.reason)}" if one.reason else ""
        console.print(f"{one.why}: {printable(one.file)}{reason}", markup=False)
    if len(found.unsettled) > _SHOWN:
        console.print(f"… and {len(found.unsettled) - _SHOWN:,} more")
