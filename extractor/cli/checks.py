"""What `extractor evaluate` and `extractor doctor` print."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from extractor.cli import printable
from extractor.cli.display import console, errors
from extractor.schemas.record import Record
from extractor.settings import Settings


def print_evaluation(
    golden_dir: Path, documents: Path | None, settings: Settings, *, pin: bool, allow_lower: bool
) -> list[str]:
    """Scores per field and case, what is wrong, and the floors that are not reached."""
    from extractor import golden
    from extractor.run.one import extract_file
    from extractor.schemas.record import DocumentLine

    def read(case: golden.Case) -> tuple[DocumentLine, Sequence[Record]]:
        result = extract_file(str(case.source), settings, member=case.member)
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
    is_ci = os.environ.get("CI") == "true"  # there everything is installed, and nothing may be left out unseen
    violations = golden.check(evaluation, golden.Baseline.load(baseline), complete=is_ci)
    for violation in violations:
        errors.print(f"below the floor: {violation}", style="red", markup=False)
    if not violations:
        of_them = f" by the {len(evaluation.cases)} cases that were evaluated" if evaluation.left_out else ""
        console.print(f"every floor of baseline.json is reached{of_them}", style="green", markup=False)
    return violations


def print_doctor(settings: Settings) -> bool:
    """What the configured readers can do; False where one of them cannot be used."""
    console.print(f"cache: {settings.cache_dir}" if settings.cache else "cache: off", markup=False)
    if not settings.reads_twice:
        console.print("no second reader (--model none): runs use the rules alone, offline", markup=False)
        return True
    usable = _print_builtin(settings)
    if settings.language_model is None:
        console.print(
            "no language model is configured: nothing leaves this machine. To add one, set OPENAI_API_KEY "
            "(and OPENAI_BASE_URL for an endpoint of your own), then pass --model NAME or set EXTRACTOR_MODEL.",
            markup=False,
        )
        return usable
    return _print_model(settings) and usable


def _print_builtin(settings: Settings) -> bool:
    from extractor.doctor import probe_builtin

    report = probe_builtin(settings)
    if report.problem:
        errors.print(f"built-in reader: {printable(report.problem)}", style="red", markup=False)
        return False
    table = Table(title="built-in reader", show_header=False, title_justify="left")
    table.add_row("weights", f"{report.digest}, {report.bytes / 1e6:.1f} MB, loaded in {report.load_seconds:.2f} s")
    table.add_row("sample block", f"{report.blocks_per_second:,.0f} a second, on one core")
    table.add_row("read right", _yes(report.correct))
    console.print(table)
    for difference in report.differences:
        console.print(f"read wrong: {printable(difference)}", style="yellow", markup=False)
    return True


def _print_model(settings: Settings) -> bool:
    import asyncio

    from extractor.doctor import probe

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
