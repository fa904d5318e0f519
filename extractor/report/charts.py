"""What the charts show, as plain data; report.js hands it to the chart library.

Numbers are floats here, as they only say how long a bar is; the texts beside the bars are made from exact amounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from extractor.normalize.funding import PARTS
from extractor.report.entries import visible
from extractor.report.figures import Category, Figures, folded
from extractor.report.money import share, wan
from extractor.report.targets import KINDS
from extractor.report.words import Words

UNITS = 12
PROJECTS = 12
Chart = dict[str, Any]


@dataclass(frozen=True)
class Series:
    """One colour of a chart: a value and its text for each bar; `shade` is its place in the palette."""

    name: str
    shade: str
    values: Sequence[float]
    texts: Sequence[str]


def charts(figures: Figures, words: Words) -> dict[str, Chart]:
    """Every chart for which there are numbers, by its name in the template."""
    made = {
        "sources": _sources(figures, words),
        "units": _units(figures, words),
        "largest": _largest(figures, words),
        "withheld": _withheld(figures, words),
        "kinds": _kinds(figures, words),
        "categories": _categories(figures, words),
        "flags": _flags(figures, words),
    }
    return {name: chart for name, chart in made.items() if chart is not None}


def _bars(names: Sequence[str], series: Sequence[Series], totals: Sequence[str] = ()) -> Chart:
    return {
        "names": [visible(name) for name in names],
        "series": [
            {"name": one.name, "shade": one.shade, "values": list(one.values), "texts": list(one.texts)}
            for one in series
            if any(one.values)
        ],
        "totals": list(totals),
    }


def _sources(figures: Figures, words: Words) -> Chart | None:
    whole = figures.whole
    if not whole.total.yuan:
        return None
    shown = {part: tally for part, tally in whole.parts.items() if tally.yuan}
    texts = [f"{wan(tally.yuan)} · {share(tally.yuan, whole.total.yuan)}" for tally in shown.values()]
    values = [float(tally.yuan) for tally in shown.values()]
    return _bars([words.parts[part] for part in shown], [Series(words.text["amount"], "one", values, texts)], texts)


def _units(figures: Figures, words: Words) -> Chart | None:
    named = [group for group in figures.units if group.total.yuan > 0]
    if len(named) < 2:
        return None
    first, rest = folded(named, UNITS)
    groups = [*first, *([rest] if rest else [])]
    names = [group.name or words.text["unnamed_unit"] for group in first]
    names += [words.say("rest", count=len(named) - len(first))] if rest else []
    series = []
    for part in PARTS:
        amounts = [group.parts[part].yuan for group in groups]
        series.append(
            Series(words.parts[part], part, [float(yuan) for yuan in amounts], [wan(yuan) for yuan in amounts])
        )
    return _bars(names, series, [wan(group.total.yuan) for group in groups])


def _largest(figures: Figures, words: Words) -> Chart | None:
    shown = [one for one in figures.largest[:PROJECTS] if one.yuan > 0]
    if len(shown) < 2:
        return None
    names = [one.name or words.text["unnamed"] for one in shown]
    texts = [wan(one.yuan) for one in shown]
    return _bars(names, [Series(words.text["amount"], "one", [float(one.yuan) for one in shown], texts)], texts)


def _withheld(figures: Figures, words: Words) -> Chart | None:
    groups = sorted(
        (group for group in figures.units if group.withheld.yuan > 0),
        key=lambda one: (-one.withheld.yuan, one.position),
    )[:UNITS]
    if len(groups) < 2:
        return None
    texts = [f"{wan(one.withheld.yuan)} · {share(one.withheld.yuan, one.total.yuan)}" for one in groups]
    values = [float(group.withheld.yuan) for group in groups]
    names = [group.name or words.text["unnamed_unit"] for group in groups]
    return _bars(names, [Series(words.text["withheld_money"], "one", values, texts)], texts)


def _kinds(figures: Figures, words: Words) -> Chart | None:
    shown = [kind for kind in KINDS if figures.kinds[kind]]
    if len(shown) < 2:
        return None
    texts = [f"{figures.kinds[kind]:,} · {share(figures.kinds[kind], figures.indicators)}" for kind in shown]
    values = [float(figures.kinds[kind]) for kind in shown]
    name = words.text["count_indicators"]
    return _bars([words.kinds[kind] for kind in shown], [Series(name, "one", values, texts)], texts)


def _categories(figures: Figures, words: Words) -> Chart | None:
    shown = [category for category in figures.categories if category.indicators]
    if len(shown) < 2:
        return None
    series = [
        Series(
            words.kinds[kind],
            kind,
            [float(category.kinds[kind]) for category in shown],
            [f"{category.kinds[kind]:,}" for category in shown],
        )
        for kind in KINDS
    ]
    return _bars([category_name(one, words) for one in shown], series, [f"{one.indicators:,}" for one in shown])


def _flags(figures: Figures, words: Words) -> Chart | None:
    if len(figures.flags) < 2:
        return None
    decision, information = [], []
    for one in figures.flags:
        decision.append(0.0 if one.is_information else float(one.flags))
        information.append(float(one.flags) if one.is_information else 0.0)
    texts = [f"{one.flags:,}" for one in figures.flags]
    series = [
        Series(words.text["decision"], "decision", decision, texts),
        Series(words.text["information"], "information", information, texts),
    ]
    return _bars([words.codes.get(one.code.value, one.code.value) for one in figures.flags], series, texts)


def category_name(category: Category, words: Words) -> str:
    """Both levels in a few words."""
    if category.level2:
        return words.category(category.level2)
    return (
        f"{words.category(category.level1)} · {words.text['no_level2']}" if category.level1 else words.text["no_level1"]
    )
