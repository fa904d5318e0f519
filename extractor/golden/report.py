"""An evaluation for people (tables and a readable diff) and for programs (JSON)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from extractor.golden.results import CaseResult, Difference, Evaluation, Score

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

LIMIT = 20
_NAME_WIDTH = 30
_AROUND = 12
_LONGEST = 60
_VISIBLE = str.maketrans({" ": "␣", "\u3000": "□", "\n": "↵", "\t": "→"})
_SIGNS = {"missing": "-", "extra": "+", "wrong": "≠", "spacing": "␣"}


def render(evaluation: Evaluation, limit: int = LIMIT) -> RenderableType:
    """Scores per field and per case, and under them at most `limit` differences of each case."""
    from rich.console import Group
    from rich.text import Text

    fields = _table("field")
    for name, score in sorted(evaluation.fields.items()):
        fields.add_row(name, *_cells(score), style=_style(score))
    cases = _table("case")
    for case in evaluation.cases:
        cases.add_row(case.name, *_cells(case.score), style=_style(case.score))
    cases.add_section()
    cases.add_row("overall", *_cells(evaluation.score), style="bold " + _style(evaluation.score))
    counts = ", ".join(f"{count} {name}" for name, count in evaluation.counts.items())
    left_out = [f"{case.name}: not evaluated: {case.failure}" for case in evaluation.left_out]
    lines = (*difference_lines(evaluation, limit), *left_out)
    return Group(fields, cases, Text(counts), *map(Text, lines))


def difference_lines(evaluation: Evaluation, limit: int = LIMIT) -> list[str]:
    """Every wrong field with the differing part in ⟦ ⟧; at most `limit` of each case, then how many more."""
    lines: list[str] = []
    for case in evaluation.cases:
        if case.failure is not None:
            lines.append(f"{case.name}: FAILED, everything in it counts as missed: {case.failure}")
        elif case.differences:
            lines.append(f"{case.name}: {len(case.differences)} differences")
            lines.extend(_difference_lines(case, limit))
    return lines


def to_json(evaluation: Evaluation) -> str:
    """All scores and all differences as JSON text."""
    content: dict[str, Any] = {
        "corpus": evaluation.corpus,
        "counts": evaluation.counts,
        "overall": _json(evaluation.score),
        "fields": {name: _json(score) for name, score in sorted(evaluation.fields.items())},
        "cases": {case.name: _case_json(case) for case in evaluation.cases},
        "not_evaluated": {case.name: case.failure for case in evaluation.left_out},
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def mark(expected: str, got: str) -> tuple[str, str]:
    """Both texts with the part that differs in ⟦ ⟧, white space made visible there, long ends cut.

    >>> mark("完成5次", "完成15次")
    ('完成⟦⟧5次', '完成⟦1⟧5次')
    >>> mark("按时 完成", "按时完成")
    ('按时⟦␣⟧完成', '按时⟦⟧完成')
    """
    shorter = min(len(expected), len(got))
    head = next((at for at in range(shorter) if expected[at] != got[at]), shorter)
    rest = shorter - head
    tail = next((at for at in range(rest) if expected[-1 - at] != got[-1 - at]), rest)
    return _marked(expected, head, tail), _marked(got, head, tail)


def _marked(text: str, head: int, tail: int) -> str:
    end = len(text) - tail
    before, after = text[:head], text[end:]
    if len(before) > _AROUND:
        before = "…" + before[-_AROUND:]
    if len(after) > _AROUND:
        after = after[:_AROUND] + "…"
    return f"{_line(before)}⟦{_short(text[head:end].translate(_VISIBLE))}⟧{_line(after)}"


def _short(text: str) -> str:
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]} … {text[-half:]}"


def _line(text: str) -> str:
    return text.replace("\n", "↵")


def _difference_lines(case: CaseResult, limit: int) -> Iterator[str]:
    place: tuple[int | None, str | None] = (None, None)
    for difference in case.differences[:limit]:
        if (difference.project, difference.name) != place:
            place = difference.project, difference.name
            yield f"  project {difference.project} {_short(_line(difference.name or '(without a name)'))}"
        yield from (f"    {line}" for line in _shown(difference))
    more = len(case.differences) - limit
    if more > 0:
        yield f"  … and {more} more"


def _shown(difference: Difference) -> list[str]:
    kind, path = difference.kind, difference.path or "project"
    head = f"{_SIGNS[kind]} {path} {kind}"
    if difference.expected is None or difference.got is None:
        return [f"{head}: {_short(_line(difference.expected or difference.got or ''))}"]
    expected, got = mark(difference.expected, difference.got)
    return [head, f"    expected {expected}", f"    got      {got}"]


def _table(first: str) -> Table:
    from rich.table import Table

    table = Table(padding=(0, 0))
    # The names must be readable at any width, those in archives over several lines; the figures are narrow.
    table.add_column(first, overflow="fold", min_width=_NAME_WIDTH, max_width=_NAME_WIDTH)
    for column in ("F1", "precision", "recall", "right", "extra", "missed", "F1 but for spacing"):
        table.add_column(column, justify="right")
    return table


def _cells(score: Score) -> tuple[str, ...]:
    numbers = (score.f1, score.precision, score.recall, score.tp, score.fp, score.fn, score.loose_f1)
    return tuple(str(number) for number in numbers)


def _style(score: Score) -> str:
    return "" if score.is_perfect else "red"


def _json(score: Score) -> dict[str, Any]:
    return {
        "f1": float(score.f1),
        "precision": float(score.precision),
        "recall": float(score.recall),
        "tp": score.tp,
        "fp": score.fp,
        "fn": score.fn,
        "spacing": score.spacing,
        "loose_f1": float(score.loose_f1),
    }


def _case_json(case: CaseResult) -> dict[str, Any]:
    differences = [
        {
            "project": difference.project,
            "name": difference.name,
            "path": difference.path,
            "kind": difference.kind,
            "expected": difference.expected,
            "got": difference.got,
        }
        for difference in case.differences
    ]
    return _json(case.score) | {
        "failure": case.failure,
        "projects": case.projects,
        "indicators": case.indicators,
        "differences": differences,
    }
