"""The command line. Nothing heavy is imported until a command needs it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from functools import update_wrapper
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import category

import click

from extractor.errors import ExtractorError
from extractor.version import __version__

if TYPE_CHECKING:
    from extractor.settings import Settings

FAILED, WRONG_USE, FLAGGED = 1, 2, 3


def _translated(function: Callable[..., Any]) -> Callable[..., Any]:
    """Errors meant for people end a command with one line and status 2."""

    def call(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except ExtractorError as error:
            click.secho(f"extractor: {printable(str(error))}", fg="red", err=True)
            sys.exit(WRONG_USE)
        except KeyboardInterrupt:
            click.echo("\nextractor: stopped; run the same command again to go on", err=True)
            sys.exit(130)

    return update_wrapper(call, function)


def printable(text: str, *, keep_lines: bool = False) -> str:
    """Text without control characters, which could steer the terminal.

    >>> printable("a\\x1b[31mb\\u3000c")
    'a�[31mb\\u3000c'
    """
    return "".join(
        character
        if character.isprintable() or category(character) == "Zs" or (keep_lines and character in "\n\t")
        else "�"
        for character in text
    )


def _aliases_option() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        "--aliases",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Table of names that are the same (TOML). May be given more than once.",
    )


def _model_options(function: Callable[..., Any]) -> Callable[..., Any]:
    options: list[Callable[[Callable[..., Any]], Callable[..., Any]]] = [
        click.option(
            "--model",
            metavar="NAME",
            help="Second reader: 'builtin' (default), 'none' = rules alone, or a language model's name.",
        ),
        click.option(
            "--ask",
            metavar="WHICH",
            help="Projects to send to the language model: all (default), doubtful, or sample:SHARE "
            "= the doubtful ones and that share of the others, such as sample:0.05.",
        ),
        click.option("--base-url", metavar="URL", help="OpenAI-compatible endpoint."),
        click.option("--api-key", metavar="KEY", help="Its key; better set OPENAI_API_KEY."),
        click.option("--mode", type=click.Choice(["auto", "tools", "json_schema", "json"]), help="How to ask it."),
        click.option("--concurrency", type=int, metavar="N", help="Model calls at a time (default 8)."),
        click.option("--timeout", type=float, metavar="SECONDS", help="Longest wait for one answer (default 120)."),
        click.option("--cache-dir", type=click.Path(path_type=Path), help="Folder of the answer cache."),
        click.option("--no-cache", is_flag=True, help="Neither use nor fill the answer cache."),
        click.option("--language", type=click.Choice(["zh", "en"]), help="Language of flag messages (default zh)."),
        click.option("--max-bytes", type=int, metavar="N", help="Largest file to read (default 16 MiB)."),
        click.option(
            "--layout",
            "layouts",
            multiple=True,
            type=click.Path(path_type=Path),
            help="Layout file of your own; tried before the built-in ones. May be given more than once.",
        ),
        _aliases_option(),
        click.option("--settings", "settings_file", type=click.Path(path_type=Path), help="TOML file of settings."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


_format_option = click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(["jsonl", "csv", "xlsx", "sqlite", "parquet"]),
    help="What to write; may be given more than once (default: jsonl, csv and xlsx). "
    "parquet needs `pip install 'budget-extractor[parquet]'`.",
)


def _settings(settings_file: Path | None, no_cache: bool, **flags: Any) -> Settings:
    from extractor.settings import Settings

    flags["layouts"] = flags["layouts"] or None
    flags["aliases"] = flags["aliases"] or None
    return Settings.load(flags | ({"cache": False} if no_cache else {}), file=settings_file)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="extractor")
def main() -> None:
    """Chinese budget performance tables (项目支出绩效目标表) in, checked project records out.

    Settings come from flags, then environment (OPENAI_API_KEY, OPENAI_BASE_URL, EXTRACTOR_MODEL …), then a settings
    file (--settings, ./extractor.toml). Without a language model everything works offline: rules and a small
    built-in reader read every project.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Chinese must not cost the run


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Run folder.")
@_format_option
@click.option("--replace", is_flag=True, help="Have the run folder hold these files alone; else they are added to it.")
@click.option(
    "--store",
    metavar="URL",
    help="Keep the results in PostgreSQL (postgresql://user@host/database); else in run.sqlite in the run folder.",
)
@click.option("--workers", type=int, metavar="N", help="Documents worked on at a time (default: the cores).")
@click.option("--max-seconds", type=float, metavar="S", help="Longest work on a document (default 120).")
@click.option("--max-memory", type=int, metavar="MB", help="Most memory that a document may take (default 3072).")
@click.option("--max-tokens", type=int, metavar="N", help="Most tokens that this run may pay for, sent and received.")
@click.option("--max-cost", metavar="AMOUNT", help="Most money that it may spend; needs a price in a settings file.")
@click.option("--dry-run", is_flag=True, help="Tell what a language model would be asked and what that costs; no more.")
@click.option("--fail-on-flags", is_flag=True, help="Exit with status 3 if anything was flagged.")
@click.option("--quiet", is_flag=True, help="Print the summary only.")
@_model_options
@_translated
def run(
    paths: tuple[str, ...],
    out: Path,
    formats: tuple[str, ...],
    replace: bool,
    dry_run: bool,
    fail_on_flags: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Read files, folders and archives; write records, tables and the list of what to check.

    PDF, Word (.docx, .doc), Excel (.xlsx, .xls), web pages, Markdown, TSV, CSV and plain text are read; what a file
    is, its content says.

    Writes run.sqlite, projects.jsonl, documents.jsonl, projects.csv, indicators.csv and projects.xlsx into the run
    folder. The same command again goes on where a run was stopped; other files are added to those that it holds.

    Exit status: 0 done (flags or not), 1 a document failed or the model could not be used (all others are written),
    2 wrong use, 3 something was flagged and --fail-on-flags was given.
    """
    from extractor.cli import display
    from extractor.export import DEFAULT, export, require
    from extractor.run import batch, inputs
    from extractor.run.fingerprint import fingerprint
    from extractor.run.reckoning import reckon
    from extractor.store import RunStore

    # Records are trees without cycles: looking for cycles every few hundred objects costs a sixth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    settings = _settings(**options)
    formats = formats or DEFAULT
    require(formats)
    found = inputs.find_inputs(paths, without=out, max_bytes=settings.max_bytes)
    if not found.inputs:
        raise click.UsageError(f"no documents under {', '.join(paths)}; see `extractor run --help`")
    if dry_run:
        display.print_reckoning(reckon(found.inputs, out, settings))
        return
    display.print_stale(out, [given.name for given in found.inputs], fingerprint(settings))
    with display.Progress(len(found.inputs), quiet=quiet) as progress:
        outcome = batch.run(found.inputs, out, settings, progress.advance, replace_all=replace)
    with RunStore.of(out) as store:
        files = export(store, out, formats=formats, language=settings.language)
        summary = display.summarize(store, settings.language)
    display.print_summary(summary, outcome, settings, files, found.ignored)
    if outcome.failed or outcome.model_error:
        sys.exit(FAILED)
    if fail_on_flags and summary.is_flagged:
        sys.exit(FLAGGED)


@main.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path), default=Path("out"))
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "prometheus"]),
    default="table",
    show_default=True,
    help="What to print; prometheus is its text format.",
)
@_translated
def status(directory: Path, form: str) -> None:
    """Show the run folder DIR at a glance, also while a run goes on: done, to retry and why, calls, tokens, money."""
    from extractor.cli.status import print_status

    print_status(directory, form)


@main.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path), default=Path("out"))
@_format_option
@click.option("--quiet", is_flag=True, help="Print the summary only.")
@_model_options
@_translated
def retry(directory: Path, formats: tuple[str, ...], quiet: bool, **options: Any) -> None:
    """Read again what the run folder DIR has left to do: failed, not read, refused or not answered by the model.

    Takes the settings of the run from the same options. Exit status as for `run`; 1 also where a file is gone.
    """
    from extractor.cli import display
    from extractor.export import DEFAULT, export, require
    from extractor.run import batch
    from extractor.run.retrying import left
    from extractor.store import RunStore

    settings = _settings(**options)
    formats = formats or DEFAULT
    require(formats)
    found = left(directory, settings)
    for name in found.gone:
        display.errors.print(f"not found, what is stored of it stays: {printable(name)}", style="red", markup=False)
    if not found.inputs:
        display.console.print("nothing to retry")
        sys.exit(FAILED if found.gone else 0)
    with display.Progress(len(found.inputs), quiet=quiet) as progress:
        outcome = batch.run(found.inputs, directory, settings, progress.advance)
    with RunStore.of(directory) as store:
        files = export(store, directory, formats=formats, language=settings.language)
        summary = display.summarize(store, settings.language)
    display.print_summary(summary, outcome, settings, files, 0)
    if found.gone or outcome.failed or outcome.model_error:
        sys.exit(FAILED)


@main.command("export")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path), default=Path("out"))
@_format_option
@click.option("--to", type=click.Path(path_type=Path), help="Folder to write into (default: DIR).")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Language of headings and messages (default zh).")
@_translated
def export_again(directory: Path, formats: tuple[str, ...], to: Path | None, language: str | None) -> None:
    """Write the results of the run folder DIR again, in other formats or another language; nothing is read anew.

    sqlite is one database of related tables (projects.sqlite), parquet the same tables as files.
    """
    from extractor.cli.runs import opened
    from extractor.export import DEFAULT, export
    from extractor.settings import Settings

    gc.set_threshold(50_000, 20, 100)
    settings = Settings.load({"language": language})
    with opened(directory) as store:
        files = export(store, to or directory, formats=formats or DEFAULT, language=settings.language)
    for file in files:
        click.echo(printable(str(file)))


@main.command("report")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="File to write (default: DIR/report.html).")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Language of the report (default zh).")
@_translated
def report_run(directory: Path, out: Path | None, language: str | None) -> None:
    """Write one HTML file about the run folder DIR: totals, charts, sums, and every project with its source text.

    The file needs no network and no other file: it can be mailed, and read in any browser of today.
    """
    from extractor.cli.runs import opened
    from extractor.report import report
    from extractor.settings import Settings
    from extractor.store.folder import REPORT

    gc.set_threshold(50_000, 20, 100)
    settings = Settings.load({"language": language})
    with opened(directory) as store:
        file = report(store, out or directory / REPORT, language=settings.language)
    click.echo(printable(f"{file}  {file.stat().st_size / 1e6:.1f} MB"))


@main.command("schema")
@click.argument("line", type=click.Choice(["project", "document"]), default="project")
@_translated
def print_schema(line: str) -> None:
    """Print the JSON Schema of a line of projects.jsonl, or of documents.jsonl."""
    from extractor.export.dictionary import schemas

    click.echo(schemas()[line], nl=False)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--text", is_flag=True, help="Print each block's whole text.")
@click.option("--layout", "layouts", multiple=True, type=click.Path(path_type=Path), help="Layout file of your own.")
@_translated
def blocks(file: Path, text: bool, layouts: tuple[Path, ...]) -> None:
    """Show how FILE is cut: its header, its totals, one block per project, and where every character went."""
    from extractor.cli import records
    from extractor.pipeline import cut, own_layouts
    from extractor.readers import read
    from extractor.settings import Settings

    settings = Settings.load({"layouts": layouts or None})
    records.print_blocks(cut(read(file, max_bytes=settings.max_bytes), own_layouts(settings)), whole=text)


@main.command()
@click.argument("record_id")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Run folder.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Language of the messages (default zh).")
@_translated
def show(record_id: str, out: Path, language: str | None) -> None:
    """Show one record: its source text with the fields marked, all readings side by side, and its flags."""
    from extractor.cli import records
    from extractor.errors import UsageError
    from extractor.settings import Settings
    from extractor.store import RunStore

    settings = Settings.load({"language": language})
    with RunStore.of(out) as store:
        found = store.record(record_id, settings.language)
    if found is None:
        raise UsageError(f"{out}: holds no record {record_id!r}; ids are in the column 记录编号 of projects.csv")
    records.print_record(*found, settings.language)


@main.command()
@click.argument("directories", nargs=-1, required=True, metavar="DIR…", type=click.Path(path_type=Path))
@_aliases_option()
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="What to print.",
)
@_translated
def names(directories: tuple[Path, ...], aliases: tuple[Path, ...], form: str) -> None:
    """Show the departments and units of run folders: which printed names have one key and why, where they are.

    Names that look like one body but have two keys are listed with a score. They stay apart until an alias table says
    that they are one.
    """
    from extractor.cli.names import print_names
    from extractor.names import load_aliases
    from extractor.settings import Settings

    print_names(directories, load_aliases(Settings.load({"aliases": aliases or None}).aliases), form)


@main.command()
@click.argument("directories", nargs=-1, required=True, metavar="DIR…", type=click.Path(path_type=Path))
@_aliases_option()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("follow.csv"), show_default=True, help="Table to write."
)
@click.option(
    "--min-score", type=click.FloatRange(0, 1), default=0.7, show_default=True, help="Least score of a proposal."
)
@click.option("--top", type=click.IntRange(0), default=20, show_default=True, help="Proposals to show of each kind.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Language of the table (default zh).")
@_translated
def follow(
    directories: tuple[Path, ...],
    aliases: tuple[Path, ...],
    out: Path,
    min_score: float,
    top: int,
    language: str | None,
) -> None:
    """Follow projects over the years and districts of run folders, and write what is proposed into follow.csv.

    Projects of one unit are paired from year to year, one to one; projects of the same name in other districts are
    listed apart. Each proposal has a score and says why. Nothing is merged.
    """
    from extractor.cli.follow import print_following
    from extractor.names import load_aliases
    from extractor.settings import Settings

    settings = Settings.load({"aliases": aliases or None, "language": language})
    print_following(directories, load_aliases(settings.aliases), out, min_score, top, settings.language)


@main.command("compare")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@_aliases_option()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("changes.csv"), show_default=True, help="Table to write."
)
@click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="Changes of each kind to show.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Language of the table (default zh).")
@_translated
def compare_runs(old: Path, new: Path, aliases: tuple[Path, ...], out: Path, top: int, language: str | None) -> None:
    """Show what changed from run folder OLD to run folder NEW: two runs, or two years.

    Projects added, gone and renamed; amounts, goals, indicators and targets changed; and how the old sum of money
    becomes the new one. Which projects are one and the same is a proposal, with a score. All changes are written
    into changes.csv.
    """
    from extractor.cli.changes import print_changes
    from extractor.names import load_aliases
    from extractor.settings import Settings

    settings = Settings.load({"aliases": aliases or None, "language": language})
    print_changes(old, new, load_aliases(settings.aliases), out, top, settings.language)


@main.command()
@click.argument("golden_dir", type=click.Path(path_type=Path), default=Path("golden"))
@click.option("--documents", type=click.Path(path_type=Path), help="Folder of the sources, where cases hold none.")
@click.option("--pin", is_flag=True, help="Write the results to baseline.json as the new floors.")
@click.option("--allow-lower", is_flag=True, help="With --pin: a floor may drop.")
@_model_options
@_translated
def evaluate(golden_dir: Path, documents: Path | None, pin: bool, allow_lower: bool, **options: Any) -> None:
    """Compare what is read with hand-made labels: precision, recall and F1 per field and per case.

    Exit status 1 if a floor of GOLDEN_DIR/baseline.json is not reached.
    """
    from extractor.cli import checks

    violations = checks.print_evaluation(golden_dir, documents, _settings(**options), pin=pin, allow_lower=allow_lower)
    if violations:
        sys.exit(FAILED)


@main.command()
@_model_options
@_translated
def doctor(**options: Any) -> None:
    """Check the second readers: the built-in one offline; the model, if it is reachable and what it costs.

    Exit status 1 if a reader is configured and cannot be used.
    """
    from extractor.cli import checks

    if not checks.print_doctor(_settings(**options)):
        sys.exit(FAILED)


@main.group("layouts")
def layout_commands() -> None:
    """Layouts of tables: those that there are, what one says, learning one from a model, trying one."""


@layout_commands.command("list")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Run folder.")
@_translated
def list_layouts(out: Path) -> None:
    """List the built-in layouts, and those that the run folder has learnt."""
    from extractor.cli import layouts as shown

    shown.print_layouts(out)


@layout_commands.command("show")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Run folder.")
@_translated
def show_layout(name: str, out: Path) -> None:
    """Show a layout as the file that it is; a copy of it is a good beginning for one of your own."""
    from extractor.cli import layouts as shown

    shown.print_layout(name, out)


@layout_commands.command("infer")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--save", type=click.Path(path_type=Path), help="Where to write it (default NAME.toml, here).")
@_model_options
@_translated
def infer_layout(file: Path, save: Path | None, **options: Any) -> None:
    """Ask the language model for the layout of FILE; the answer is checked on FILE before it is written.

    Exit status 1 if the model gave no answer, or one that FILE does not bear out.
    """
    from extractor.cli import layouts as shown

    if not shown.infer(file, _settings(**options), save):
        sys.exit(FAILED)


@layout_commands.command("confirm")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Run folder.")
@_translated
def confirm_layout(name: str, out: Path) -> None:
    """Vouch for what the columns of a learnt layout mean: NAME in the run folder, or its file.

    Until then no record that was read with it is `agreed`. Run again with --layout and another --out.
    """
    from extractor.cli import layouts as shown

    shown.confirm(name, out)


@layout_commands.command("test")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--layout",
    "own",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    help="Layout file; may be given more than once.",
)
@_translated
def try_layout(file: Path, own: tuple[Path, ...]) -> None:
    """Try a layout on FILE: projects, text explained and sums, with it and without.

    Exit status 1 if it does not explain FILE.
    """
    from extractor.cli import layouts as shown
    from extractor.settings import Settings

    if not shown.test(file, Settings.load({"layouts": own})):
        sys.exit(FAILED)
