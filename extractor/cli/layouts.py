"""`extractor layouts`: the layouts that there are, what one says, learning one, trying one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from extractor.cli import printable
from extractor.cli.display import console, errors
from extractor.errors import UsageError
from extractor.layouts import built_in, compiled, load
from extractor.layouts.shape import shape_of
from extractor.layouts.written import write, written
from extractor.learn.infer import FOLDER, Learner, in_words, kept, understanding
from extractor.learn.judge import judge_layout
from extractor.messages import worded
from extractor.model import LanguageModel
from extractor.pipeline import cut, own_layouts
from extractor.readers import read
from extractor.schemas.layout import column_label
from extractor.settings import Settings

if TYPE_CHECKING:
    from extractor.learn.judge import Understanding
    from extractor.schemas.layout import LayoutSpec


def print_layouts(out: Path) -> None:
    """Every layout with its title: the built-in ones, then those that the run folder has learnt."""
    table = Table(title="版式 Layouts", title_justify="left")
    for heading in ("name", "source", "title"):
        table.add_column(heading, no_wrap=True)
    table.add_column("description")
    for spec in built_in():
        table.add_row(spec.name, spec.source, spec.title, spec.description)
    for spec in kept(out):
        table.add_row(*map(printable, (spec.name, spec.source, spec.title, f"{out / FOLDER / spec.name}.toml")))
    console.print(table)


def print_layout(name: str, out: Path) -> None:
    """The file of one layout; UsageError where there is none of that name."""
    found = next((spec for spec in (*built_in(), *kept(out)) if spec.name == name), None)
    if found is None:
        raise UsageError(f"no layout is called {name!r}; `extractor layouts list` shows them")
    console.print(printable(written(found), keep_lines=True), markup=False, end="")


def confirm(name: str, out: Path) -> None:
    """Take a learnt layout's mark away that no person has looked at it; UsageError where there is none of that name."""
    kept_there = out / FOLDER / f"{name}.toml"
    path = kept_there if name in {spec.name for spec in kept(out)} else Path(name)
    if not path.is_file():
        raise UsageError(f"no learnt layout is called {name!r}; `extractor layouts list --out {out}` shows them")
    spec = load(path)
    for column, words in spec.column_synonyms.items():
        console.print(f"{printable('、'.join(words))} = {column_label(column)}", markup=False)
    if spec.unconfirmed:
        write(spec.model_copy(update={"unconfirmed": False}), path)
    console.print(f"confirmed: {path}\nread again: extractor run FILE --layout {path} --out NEW", markup=False)


def infer(file: Path, settings: Settings, save: Path | None) -> bool:
    """Ask the language model for the layout of a file; True where the answer was checked and holds."""
    if settings.language_model is None:
        raise UsageError("no language model is set: pass --model NAME or set EXTRACTOR_MODEL")
    opened = cut(read(file, max_bytes=settings.max_bytes), own_layouts(settings))
    before = understanding(opened, settings)
    if not before.is_wanting(settings.layout_coverage):
        console.print(f"{printable(str(file))}: a layout explains it already: {_summary(before)}", markup=False)
        return True

    from extractor.model.cache import AnswerCache

    async def ask() -> tuple[LayoutSpec | None, str]:
        cache = AnswerCache(settings.cache_dir) if settings.cache else None
        model = LanguageModel(settings, cache)
        try:
            learnt = await Learner(model, settings).improve(opened)
        finally:
            await model.close()
            if cache is not None:
                cache.close()
        learning = in_words(learnt, settings.language)
        if learning is None or learning.outcome != "learnt":
            return None, f"{learning.outcome}: {learning.reason}" if learning is not None else "not asked"
        return learnt.opened.chunks.layout, _summary(understanding(learnt.opened, settings))

    spec, what = asyncio.run(ask())
    if spec is None:
        errors.print(f"{printable(str(file))}: {printable(what)}", style="red", markup=False)
        return False
    console.print(printable(written(spec, str(file)), keep_lines=True), markup=False, end="")
    target = save or Path(f"{spec.name}.toml")
    write(spec, target, str(file))
    console.print(f"{what}\nwritten: {target}", markup=False)
    return True


def test(file: Path, settings: Settings) -> bool:
    """What the given layouts make of a file; False where they do not explain it."""
    own = own_layouts(settings)
    document = read(file, max_bytes=settings.max_bytes)
    before = understanding(cut(document), settings)
    after = understanding(cut(document, own), settings)
    console.print(f"without: {_summary(before)}\nwith:    {_summary(after)}", markup=False)
    used = after.opened.chunks.layout
    reason = after.reason
    if used is not None and used in own:
        judged = judge_layout(used, compiled(used), _nothing(before), after, settings)
        reason = worded(judged, settings.language) if judged is not None else None
    elif reason is None:
        reason = (
            f"none of the given layouts was chosen; the document's own shape: {' '.join(shape_of(document).headers)}"
        )
    if reason:
        errors.print(printable(reason), style="red", markup=False)
    return not reason


def _nothing(reading: Understanding) -> Understanding:
    """As if nothing had been read before, so that a layout is judged by itself."""
    return reading._replace(result=None)


def _summary(reading: Understanding) -> str:
    layout = reading.opened.chunks.layout
    indicators = sum(len(record.project.indicators) for record in reading.records)
    return (
        f"{printable(layout.name) if layout else 'no layout'}: {len(reading.records):,} projects, {indicators:,} "
        f"indicators, {reading.coverage:.0%} of the text explained, {reading.sums_off:,} sums off"
    )


__all__ = ["confirm", "infer", "print_layout", "print_layouts", "test"]
