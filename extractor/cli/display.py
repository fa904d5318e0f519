"""What a run prints: its progress and its summary."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.table import Table

from extractor.cli import printable
from extractor.errors import UsageError
from extractor.model.asking import Bill, bill
from extractor.run.batch import Event, Outcome
from extractor.run.reckoning import Reckoning
from extractor.schemas.record import FlagCode, Learning
from extractor.settings import Settings

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from extractor.store import Copies, RunStore, RunTotals

_EVERY_SECONDS = 2.0
_SHOWN_DOCUMENTS = 50


console = Console(highlight=False, soft_wrap=True, emoji=False)
errors = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


class Progress:
    """A bar with counts and ETA on a terminal, plain lines otherwise."""

    def __init__(self, total: int, *, quiet: bool = False) -> None:
        self.total = total
        self.quiet = quiet
        self.projects = self.flagged = 0
        self.last = time.monotonic()
        self.bar: RichProgress | None = None
        if errors.is_terminal and not quiet:
            # Nothing else needs them, and a short run would wait for them.
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
            from rich.progress import Progress as RichProgress

            self.bar = RichProgress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[counts]}"),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=errors,
                transient=True,
            )
            self.task = self.bar.add_task("documents", total=total, counts="")

    def __enter__(self) -> Self:
        if self.bar is not None:
            self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.stop()

    def advance(self, event: Event) -> None:
        """One document is finished."""
        self.flagged += event.flagged
        self.projects += event.line.counts.blocks if event.line else 0
        counts = f"{self.projects:,} projects, {self.flagged:,} flagged"
        if self.bar is not None:
            self.bar.update(self.task, completed=event.done, counts=counts)
        elif not self.quiet:
            self._line(event, counts)

    def _line(self, event: Event, counts: str) -> None:
        if self.total > _SHOWN_DOCUMENTS:
            if time.monotonic() - self.last < _EVERY_SECONDS and event.done < self.total:
                return
            self.last = time.monotonic()
            errors.print(f"[{event.done}/{self.total}] {counts}", markup=False)
            return
        line = event.line
        if line is None:
            what = "done before"
        elif line.status == "read":
            what = f"{line.counts.blocks} projects, {event.flagged} flagged"
            what += f", {len(line.flags)} document flags" if line.flags else ""
        else:
            what = f"{line.status.replace('_', ' ')}: {line.reason}"
        errors.print(f"[{event.done}/{self.total}] {printable(event.name)}: {what}", markup=False)


@dataclass(slots=True)
class Summary:
    """Counts of a whole run folder."""

    totals: RunTotals
    fields: int = 0
    fields_read_twice: int = 0
    fields_by_cells: int = 0
    fields_abstained: int = 0
    fields_not_read: int = 0
    no_second_reading: int = 0
    document_flags: int = 0
    no_projects: list[tuple[str, str]] = field(default_factory=list)
    half_read: list[tuple[str, str]] = field(default_factory=list)
    learnt: dict[str, int] = field(default_factory=dict)
    not_learnt: list[tuple[str, str]] = field(default_factory=list)
    read_once: list[tuple[str, str]] = field(default_factory=list)
    bill: Bill | None = None
    copies: Sequence[Copies] = ()

    @property
    def is_flagged(self) -> bool:
        return bool(self.totals.records.get("flagged") or self.totals.records.get("failed") or self.document_flags)


def summarize(store: RunStore, language: str | None = None) -> Summary:
    """Counts of everything that the run folder holds."""
    summary = Summary(store.totals(), copies=store.copies())
    asked = []
    for line in store.documents(language):
        counts = line.counts
        summary.fields += counts.fields
        summary.fields_read_twice += counts.fields_read_twice
        summary.fields_by_cells += counts.fields_by_cells
        summary.fields_abstained += counts.fields_abstained
        summary.fields_not_read += counts.fields_not_read
        summary.no_second_reading += counts.no_second_reading
        if 2 * counts.no_second_reading > counts.blocks:
            is_fault = any(flag.code == FlagCode.MODEL_FAILED for flag in line.flags)
            why = "a fault in the built-in reader" if is_fault else "layout not readable for the built-in reader"
            how_many = f"{counts.no_second_reading:,} of {counts.blocks:,} projects"
            summary.read_once.append((line.document.file, f"{why} ({how_many})"))
        if line.asking is not None:
            asked.append(line.asking)
        summary.document_flags += sum(not flag.is_information for flag in line.flags)
        if line.status == "read" and line.reason:
            summary.half_read.append((line.document.file, line.reason))
        if line.learning is not None:
            _add_learning(summary, line.document.file, line.learning)
        if line.status == "no_projects":
            summary.no_projects.append((line.document.file, line.reason or ""))
    if asked:
        summary.bill = bill(asked)
    return summary


def _add_learning(summary: Summary, file: str, learning: Learning) -> None:
    """A learnt layout with the number of documents that it reads, or why there is none for a document."""
    if learning.outcome in {"learnt", "reused"}:
        summary.learnt[learning.layout] = summary.learnt.get(learning.layout, 0) + 1
    else:
        summary.not_learnt.append((file, f"{learning.outcome}: {learning.reason}"))


def print_summary(summary: Summary, outcome: Outcome, settings: Settings, files: Sequence[Path], ignored: int) -> None:
    """The table at the end of a run, what went wrong, and where the files are."""
    totals = summary.totals
    records = totals.records
    table = Table(title="运行结果 Run", show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(justify="right")
    resumed = f"  ({outcome.resumed:,} done before)" if outcome.resumed else ""
    table.add_row("文件 documents", f"{sum(totals.documents.values()):,}{resumed}")
    table.add_row("项目 projects", f"{totals.blocks:,}")
    table.add_row("块 = 记录 + 失败 blocks = records + failed", _balance(totals))
    table.add_row("指标 indicators", f"{totals.indicators:,}")
    table.add_row("一致 agreed", f"{records.get('agreed', 0):,}")
    table.add_row("待核对 flagged", f"{records.get('flagged', 0):,}", style="yellow" if records.get("flagged") else "")
    table.add_row("单方读取 unchecked", f"{records.get('unchecked', 0):,}")
    table.add_row("失败 failed", _failed_cell(summary), style="red" if outcome.failed or totals.failed else "")
    table.add_row("文件级待核对 document flags", f"{summary.document_flags:,}")
    table.add_row("双读字段 fields read twice", f"{summary.fields_read_twice:,} / {summary.fields:,}")
    if settings.reads_twice:
        if summary.fields_by_cells:
            table.add_row("　其中按单元格核实 of these by their cells", f"{summary.fields_by_cells:,}")
        table.add_row("　不由第二读者读取 not its business", f"{summary.fields_not_read:,}")
        table.add_row("　第二读者没有把握 not sure, no vote", f"{summary.fields_abstained:,}")
        table.add_row("没有第二次读取 no second reading", f"{summary.no_second_reading:,} projects")
    if summary.bill is not None:
        table.add_row("询问模型 asked of the model", f"{summary.bill.asked:,} of {totals.blocks:,} projects")
    if settings.language_model is not None:
        table.add_row("模型调用 model calls", f"{outcome.calls:,} paid, {outcome.cached:,} from cache")
        table.add_row("词元 tokens", f"{outcome.input_tokens:,} in, {outcome.output_tokens:,} out")
    table.add_row("用时 time", f"{outcome.seconds:,.1f} s")
    console.print(table)
    if totals.flags:
        kinds = ", ".join(f"{code} {count:,}" for code, count in sorted(totals.flags.items(), key=lambda kv: -kv[1]))
        console.print(f"标记 flags: {kinds}", markup=False)
    for name, reason in outcome.failures:
        errors.print(f"failed: {printable(name)}: {printable(reason)}", style="red", markup=False)
    if outcome.failed > len(outcome.failures):
        errors.print(f"… and {outcome.failed - len(outcome.failures)} more; see documents.jsonl", style="red")
    for name, reason in summary.no_projects[:10]:
        console.print(f"no projects: {printable(name)}: {printable(reason)}", markup=False)
    if len(summary.no_projects) > 10:
        console.print(f"… and {len(summary.no_projects) - 10} more documents without projects; see documents.jsonl")
    for name, reason in summary.half_read[:10]:
        console.print(f"read in part: {printable(name)}: {printable(reason)}", style="yellow", markup=False)
    for name, count in summary.learnt.items():
        console.print(
            f"layout learnt: {printable(name)}, reads {count:,} documents (layouts/{printable(name)}.toml)",
            markup=False,
        )
    for name, reason in summary.not_learnt[:10]:
        console.print(f"no layout learnt: {printable(name)}: {printable(reason)}", style="yellow", markup=False)
    for name in outcome.forgotten[:10]:
        console.print(f"no longer part of this run: {printable(name)}", markup=False)
    if len(outcome.forgotten) > 10:
        console.print(f"… and {len(outcome.forgotten) - 10} more that are no longer part of this run")
    for name, own in outcome.renamed[:10]:
        console.print(f"another file is called {printable(name)}; this one is {printable(own)}", markup=False)
    if len(outcome.renamed) > 10:
        console.print(f"… and {len(outcome.renamed) - 10} more that go by their full path for that reason")
    for copies in summary.copies[:10]:
        same = " = ".join(map(printable, copies.files[:5])) + (" = …" if len(copies.files) > 5 else "")
        what = f"{copies.projects:,} projects, counted {len(copies.files):,} times"
        console.print(f"the same content: {same} ({what})", style="yellow", markup=False)
    if len(summary.copies) > 10:
        console.print(f"… and {len(summary.copies) - 10} more files with copies", style="yellow")
    if ignored:
        console.print(f"{ignored} other files in the folders are no documents and were left alone")
    if outcome.model_error:
        errors.print(f"model not usable, the run went on without it: {outcome.model_error}", style="red", markup=False)
    _print_second_readings(summary, settings)
    console.print("files: " + "  ".join(str(file) for file in files), markup=False)


_PARTS = {
    "program": "程序 the program",
    "schemas": "结构 the schemas",
    "words": "词表 the word lists",
    "layouts": "版式 your layouts",
    "aliases": "别名表 the alias tables",
    "options": "设置 the settings",
    "reader": "内置读取器 the built-in reader",
    "model": "模型 the model",
    "ask": "询问范围 which projects are asked about",
    "answers": "答案结构 the form of answers",
    "prompt": "提示词 the prompt",
    "layout_prompt": "版式提示词 the prompt for layouts",
}


def print_stale(directory: Path, files: Collection[str], fingerprint: str) -> None:
    """Say, before anything is spent, what is read anew although its file need not have changed, and why."""
    from extractor.store import RunStore

    try:
        with RunStore.of(directory) as store:
            stale = store.stale(fingerprint)
    except UsageError:
        return  # nothing is stored there yet
    given = set(files)
    changed: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for file, why in stale.items():
        for part in why.parts if file in given and why.known else ():
            changed[part] += 1
            asked[part] += why.asked
    for part, number in changed.most_common():
        of_model = f", {asked[part]:,} projects of them asked about" if asked[part] else ""
        errors.print(
            f"changed since: {_PARTS.get(part, part)}; read anew: {number:,} documents{of_model}", markup=False
        )


def print_reckoning(found: Reckoning) -> None:
    """What a run would ask, for `--dry-run`."""
    table = Table(title="试算 Dry run", show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_row("文件 documents", f"{found.documents:,}  ({found.done:,} done before, {found.failed:,} not readable)")
    table.add_row("询问的项目 projects to ask about", f"{found.blocks:,}  ({found.cached:,} answers in the cache)")
    table.add_row("模型调用 model calls", f"{found.calls:,}")
    table.add_row("词元 tokens, about", f"{found.input_tokens:,} in, {found.output_tokens:,} out")
    cost = "no price is set" if found.cost is None else f"{found.cost:,.4f} {printable(found.currency)}"
    table.add_row("费用 cost, about", cost)
    console.print(table)


def _print_second_readings(summary: Summary, settings: Settings) -> None:
    """What was read once only, and what was asked of a language model."""
    for name, why in summary.read_once[:10]:
        console.print(f"no second reading: {printable(name)}: {why}", markup=False)
    if len(summary.read_once) > 10:
        console.print(f"… and {len(summary.read_once) - 10} more documents without a second reading")
    if not settings.reads_twice:
        console.print(
            "No second reader: every value was read by the rules alone and is 'unchecked'. To have them read twice, "
            "pass --model builtin or name a language model.",
            markup=False,
        )
    if summary.bill is not None:
        for line in _bill_lines(summary.bill, summary.totals.blocks):
            console.print(line, markup=False)


def _bill_lines(bill: Bill, blocks: int) -> list[str]:
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in bill.reasons.items())
    lines = [f"询问原因 asked because: {reasons}"] if reasons else []
    spent = f"{bill.input_tokens:,} in, {bill.output_tokens:,} out for {bill.answered:,} answers"
    if bill.asked == blocks:
        return lines
    if bill.input_tokens_of_all is None or bill.output_tokens_of_all is None:
        return [*lines, f"asking about all would have taken {blocks:,} requests instead of {bill.asked:,}"]
    return [
        *lines,
        f"asking about all would have taken {blocks:,} requests instead of {bill.asked:,}, and about "
        f"{bill.input_tokens_of_all:,} tokens in, {bill.output_tokens_of_all:,} out (these: {spent})",
    ]


def _balance(totals: RunTotals) -> str:
    """Every block that was found is a record or a reported failure."""
    records = sum(count for status, count in totals.records.items() if status != "failed")
    if totals.blocks != records + totals.failed:
        raise AssertionError(f"{totals.blocks} blocks, but {records} records and {totals.failed} failures")
    return f"{totals.blocks:,} = {records:,} + {totals.failed:,}"


def _failed_cell(summary: Summary) -> str:
    documents = summary.totals.documents.get("failed", 0)
    return f"{documents:,} documents, {summary.totals.failed:,} projects"
