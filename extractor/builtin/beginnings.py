"""What a second reader says of the beginnings that it sees: a further one in a project, or one that no project has."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.schemas.finding import Finding, finding
from extractor.schemas.record import FlagCode, Span

SHOWN = 20
"""Characters that show where a project begins."""
_MOST_SHOWN = 5
_MOST_SPANS = 20


def second_start(texts: Sequence[str], spans: Sequence[Span]) -> Finding:
    """Further projects seem to begin inside of one: with these texts, at these places."""
    return finding(
        FlagCode.BOUNDARY_UNSURE, variant="second_start", text=_quoted(texts), spans=tuple(spans[:_MOST_SPANS])
    )


def none_has(texts: Sequence[str], spans: Sequence[Span]) -> list[Finding]:
    """Projects seem to begin where none was cut; nothing where there are no such places."""
    if not texts:
        return []
    return [
        finding(
            FlagCode.BOUNDARY_UNSURE,
            "document",
            variant="missed",
            count=len(texts),
            text=_quoted([text if len(text) <= SHOWN else text[: SHOWN - 1] + "…" for text in texts]),
            spans=tuple(spans[:_MOST_SPANS]),
        )
    ]


def _quoted(texts: Sequence[str]) -> str:
    return "".join(f"「{text}」" for text in texts[:_MOST_SHOWN]) + ("…" if len(texts) > _MOST_SHOWN else "")


__all__ = ["SHOWN", "none_has", "second_start"]
