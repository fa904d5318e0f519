"""What the commands print: progress, summary, blocks, records, evaluation, doctor."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.table import Column, Table
from rich.text import Text

from extractor.cli import printable
from extractor.jobs import Event, Outcome
from extractor.pipeline import OpenDocument
from extractor.settings import Settings
from schemas.project import ProjectReading
from schemas.record import INFORMATION, Record

if TYPE_CHECKING:
    from extractor.store import RunStore, RunTotals

_EVERY_SECONDS = 2.0
_SHOWN_DOCUMENTS = 50
_COLOURS = {
    "name": "black on cyan",
    "amounts": "black on yellow",
    "goal": "black on green",
    "indicator number": "bold",
    "indicator level1_code": "dim",
    "indicator level1": "magenta",
    "indicator level2_code": "dim",
    "indicator level2": "magenta",
    "indicator name": "black on magenta",
    "indicator cycle_value": "white on blue",
    "indicator annual_value": "white on red",
}
_LEGEND = ("name", "amounts", "goal", "indicator name", "indicator cycle_value", "indicator annual_value")

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
    document_flags: int = 0
    no_projects: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_flagged(self) -> bool:
        return bool(self.totals.records.get("flagged") or self.totals.records.get("failed") or self.document_flags)


def summarize(store: RunStore) -> Summary:
    """Counts of everything that the run folder holds."""
    summary = Summary(store.totals())
    for line in store.documents():
        summary.fields += line.counts.fields
        summary.fields_read_twice += line.counts.fields_read_twice
        summary.document_flags += sum(not flag.is_information for flag in line.flags)
        if line.status == "no_projects":
            summary.no_projects.append((line.document.file, line.reason or ""))
    return summary


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
    if settings.model is not None:
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
    for name in outcome.forgotten[:10]:
        console.print(f"no longer part of this run: {printable(name)}", markup=False)
    if ignored:
        console.print(f"{ignored} other files in the folders are no documents and were left alone")
    if outcome.model_error:
        errors.print(f"model not usable, rules alone were used: {outcome.model_error}", style="red", markup=False)
    if settings.model is None:
        console.print(
            "No second reader: every value was read by the rules alone and is 'unchecked'. To have each read twice, "
            "set OPENAI_API_KEY (or OPENAI_BASE_URL for a local endpoint) and pass --model NAME; "
            "`extractor doctor` tests it.",
            markup=False,
        )
    console.print("files: " + "  ".join(str(file) for file in files), markup=False)


def _balance(totals: RunTotals) -> str:
    """Every block that was found is a record or a reported failure."""
    records = sum(count for status, count in totals.records.items() if status != "failed")
    if totals.blocks != records + totals.failed:
        raise AssertionError(f"{totals.blocks} blocks, but {records} records and {totals.failed} failures")
    return f"{totals.blocks:,} = {records:,} + {totals.failed:,}"


def _failed_cell(summary: Summary) -> str:
    documents = summary.totals.documents.get("failed", 0)
    return f"{documents:,} documents, {summary.totals.failed:,} projects"


def print_blocks(opened: OpenDocument, *, whole: bool = False) -> None:
    """How a document is cut."""
    document, chunks = opened.document, opened.chunks
    header = chunks.header
    found = {
        "format": f"{document.format}, {document.encoding}",
        "layout": chunks.layout.name if chunks.layout else "—",
        "title": header.title.value if header.title else "—",
        "department": header.department.value if header.department else "—",
        "fiscal year": str(header.fiscal_year or "—"),
        "unit of amounts": header.amount_unit.value if header.amount_unit else "—",
    }
    for name, value in found.items():
        console.print(f"{name:>16}  {printable(value)}", markup=False)
    for total in chunks.totals:
        amounts = ", ".join(f"{key} {value}" for key, value in total.amounts.model_dump(exclude_defaults=True).items())
        console.print(f"{total.kind:>16}  {printable(total.name)}: {amounts}", markup=False)
    table = Table("#", "offsets", "name", "unit", "amounts", "text")
    for block in chunks.blocks:
        start, end = block.cells.get("name", (0, 0))
        placed = block.context.amounts.model_dump(exclude_defaults=True)
        text = block.content.text
        table.add_row(
            str(block.index),
            f"{block.start}–{block.end}",
            escape(printable("".join(text[start:end].split()))),
            escape(printable(block.context.unit.value if block.context.unit else "—")),
            escape(" ".join(f"{key}={value}" for key, value in placed.items()) or "—"),
            escape(printable(text, keep_lines=True) if whole else printable(" ".join(text.split())[:40]) + "…"),
        )
    console.print(table)
    if chunks.reason:
        console.print(f"no blocks: {chunks.reason}", markup=False)
    account = chunks.characters.model_dump()
    console.print("characters: " + ", ".join(f"{name} {count:,}" for name, count in account.items()), markup=False)
    console.print(f"blocks found: {len(chunks.blocks)}", markup=False)


def print_record(record: Record, source: str) -> None:
    """Source text with the fields marked, both readings side by side, and the flags."""
    info = record.document
    where = f"{printable(info.file)}  project {record.block.index + 1}"
    console.print(f"{record.id}  {record.status}  {where}", markup=False)
    console.print(Text.assemble(*(part for name in _LEGEND for part in ((f" {name} ", _COLOURS[name]), "  "))))
    console.print(Text.assemble(*_marked(record, source)))
    table = Table(*(Column(name, overflow="fold") for name in ("field", "rules", "model", "published")))
    rows = {name: leaves(reading) for name, reading in _readings(record).items()}
    for path in dict.fromkeys(path for reading in rows.values() for path in reading):
        values = [printable(rows[name].get(path, "")) for name in ("rules", "model", "published")]
        differ = record.readings.model is not None and values[0] != values[1]
        table.add_row(escape(path), *map(escape, values), style="bold red" if differ else "")
    console.print(table)
    for flag in record.flags:
        style = "dim" if flag.code in INFORMATION else "yellow"
        console.print(f"{flag.code}  {flag.path}  {printable(flag.message)}", style=style, markup=False)


def _readings(record: Record) -> dict[str, ProjectReading | None]:
    return {"rules": record.readings.rules, "model": record.readings.model, "published": record.project}


def leaves(reading: ProjectReading | None) -> dict[str, str]:
    """Every non-null value of a reading by its path."""
    found: dict[str, str] = {}

    def walk(path: str, value: object) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(f"{path}.{key}" if path else str(key), inner)
        elif isinstance(value, list | tuple):
            for index, inner in enumerate(value):
                walk(f"{path}[{index}]", inner)
        elif value is not None:
            found[path] = str(value)

    if reading is not None:
        walk("", reading.model_dump())
    return found


def _marked(record: Record, source: str) -> list[tuple[str, str]]:
    """The block's source text in pieces, each with the colour of the field that claims it."""
    colours = [""] * len(source)
    offset = record.block.start
    # Long fields first, so that what stands inside one (a name around its amounts) keeps its own colour.
    for path, (start, end) in sorted(record.spans.items(), key=lambda item: item[1][0] - item[1][1]):
        if offset <= start < end <= offset + len(source):
            colours[start - offset : end - offset] = [_colour(path)] * (end - start)
    pieces: list[tuple[str, str]] = []
    for character, colour in zip(source, colours, strict=True):
        safe = printable(character, keep_lines=True)
        if pieces and pieces[-1][1] == colour:
            pieces[-1] = (pieces[-1][0] + safe, colour)
        else:
            pieces.append((safe, colour))
    return pieces


def _colour(path: str) -> str:
    """Colour of a field by what it is: `indicators[3].annual_value` like every annual value."""
    field = path.rpartition(".")[2] if path.startswith("indicators") else path.partition(".")[0]
    return _COLOURS.get(f"indicator {field}" if path.startswith("indicators") else field, "reverse")


def print_evaluation(
    golden_dir: Path, documents: Path | None, settings: Settings, *, pin: bool, allow_lower: bool
) -> list[str]:
    """Scores per field and case, what is wrong, and the floors that are not reached."""
    from extractor import golden
    from extractor.pipeline import extract_file
    from schemas.record import DocumentLine

    def read(path: Path) -> tuple[DocumentLine, Sequence[Record]]:
        result = extract_file(str(path), settings)
        return result.document, result.records

    evaluation = golden.evaluate(golden.discover(golden_dir, documents), read)
    console.print(golden.render(evaluation))
    baseline = golden_dir / "baseline.json"
    if pin:
        golden.pin(evaluation, baseline, allow_lower)
        console.print(f"pinned: {baseline}", markup=False)
        return []
    if not baseline.exists():
        console.print(f"no floors: {baseline} does not exist; `extractor evaluate --pin` writes it", markup=False)
        return []
    violations = golden.check(evaluation, golden.Baseline.load(baseline))
    for violation in violations:
        errors.print(f"below the floor: {violation}", style="red", markup=False)
    if not violations:
        console.print("every floor of baseline.json is reached", style="green", markup=False)
    return violations


def print_doctor(settings: Settings) -> bool:
    """What the configured model can do; False where it cannot be used."""
    import asyncio

    console.print(f"cache: {settings.cache_dir}" if settings.cache else "cache: off", markup=False)
    if settings.model is None:
        console.print(
            "no model is configured: runs use the rules alone, offline. To add a second reader, set OPENAI_API_KEY "
            "(and OPENAI_BASE_URL for an endpoint of your own), then pass --model NAME or set EXTRACTOR_MODEL.",
            markup=False,
        )
        return True
    from extractor.probe import probe

    report = asyncio.run(probe(settings))
    table = Table(title=f"{report.model} at {report.base_url}", show_header=False, title_justify="left")
    table.add_row("reachable", _yes(report.reachable))
    table.add_row("key accepted", _yes(report.authorized))
    for mode in report.modes:
        table.add_row(f"mode {mode.mode}", _yes(mode.works) + (f"  {printable(mode.problem)}" if mode.problem else ""))
    table.add_row(
        "sample block", f"{report.input_tokens} tokens in, {report.output_tokens} out, {report.seconds:.1f} s"
    )
    table.add_row("read right", _yes(report.correct))
    console.print(table)
    for difference in report.differences:
        console.print(f"read wrong: {printable(difference)}", style="yellow", markup=False)
    if report.problem:
        errors.print(printable(report.problem), style="red", markup=False)
    return report.correct is not None


def _yes(value: bool | None) -> str:
    return "—" if value is None else ("yes" if value else "no")
