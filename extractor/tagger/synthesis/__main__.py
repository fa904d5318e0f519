"""Prints samples with their fields marked: `python -m extractor.tagger.synthesis --seed 1 --count 5`."""

from __future__ import annotations

import argparse
from itertools import groupby, islice

from extractor.tagger.labels import FIELDS, OUTSIDE, UNREADABLE
from extractor.tagger.synthesis import KINDS, Sample, samples

_SHORT = {"level1_code": "c1", "level1": "l1", "level2_code": "c2", "level2": "l2", "indicator": "ind"}


def marked(sample: Sample) -> str:
    """The text with ⟨field:…⟩ around what is read; `+` is a part that goes on behind an interruption."""
    runs = []
    at = 0
    for key, group in groupby(_keys(sample.tags)):
        size = len(list(group))
        piece = sample.text[at : at + size]
        runs.append(piece if not key[1] else f"⟨{key[1]}:{piece}⟩")
        at += size
    return "".join(runs)


def _keys(tags: bytes) -> list[tuple[int, str]]:
    """For every character the number of its value and its field, as marked."""
    keys: list[tuple[int, str]] = []
    number, held = 0, OUTSIDE
    for tag in tags:
        if tag == OUTSIDE:
            number, label = number + (held != OUTSIDE), ""
        elif tag == UNREADABLE:
            number, label = number + (held != UNREADABLE), "X"
        else:
            field = FIELDS[(tag - 1) // 2]
            label = _SHORT.get(field, field)
            goes_on = tag % 2 == 0 and held in (tag, tag - 1)
            number += not goes_on
            label = keys[-1][1] if goes_on else label + "+" * (tag % 2 == 0)
        keys.append((number, label))
        held = tag
    return keys


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=5)
    parser.add_argument("--kind", choices=KINDS)
    given = parser.parse_args()
    for sample in islice(samples(given.seed, given.kind), given.count):
        print(f"===== {sample.kind}, {len(sample.text)} characters\n{marked(sample)}\n")


if __name__ == "__main__":
    main()
