"""What a document was read with, part by part, so that a change makes stale what it concerns and nothing else.

A fingerprint is a text: `program=1f…;words=9c…;prompt=07…`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Stale(NamedTuple):
    """The parts that have changed since a document was read, and how many of its blocks a model was asked about.

    `known` is False where it was not read to its end, or by a version that noted no parts.
    """

    parts: tuple[str, ...]
    asked: int
    known: bool


def composed(parts: Mapping[str, str]) -> str:
    """
    >>> composed({"words": "9c", "program": "1f"})
    'program=1f;words=9c'
    """
    return ";".join(f"{name}={parts[name]}" for name in sorted(parts))


def stale(stored: str, current: str, *, asked: bool = True, learnt: bool = True) -> tuple[str, ...]:
    """The parts that differ and concern a document; `asked` about blocks, `learnt`: about its layout.

    >>> stale("prompt=1;words=9c", "prompt=2;words=9c")
    ('prompt',)
    >>> stale("prompt=1;words=9c", "prompt=2;words=9c", asked=False)
    ()
    >>> stale("", "words=9c")
    ('words',)
    """
    if stored == current:
        return ()
    before, after = _parts(stored), _parts(current)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    concerns = {"model": asked or learnt, "prompt": asked, "answers": asked, "layout_prompt": learnt}
    # A part that is new tells of a reader that was not there before: nothing is known of what it would have said.
    appeared = before.keys() ^ after.keys()
    return tuple(sorted(name for name in changed if name in appeared or concerns.get(name, True)))


def _parts(fingerprint: str) -> dict[str, str]:
    return {name: value for part in fingerprint.split(";") if part for name, _, value in (part.partition("="),)}
