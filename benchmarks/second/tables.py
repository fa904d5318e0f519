"""Markdown tables of the reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def share(part: int, whole: int) -> str:
    """
    >>> share(1, 400), share(0, 0)
    ('0.25 %', '—')
    """
    return f"{100 * part / whole:.2f} %" if whole else "—"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    print("| " + " | ".join(head) + " |")
    print("|---|" + "--:|" * (len(head) - 1))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)
