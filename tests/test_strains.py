"""The time for a document grows with its size alone, whatever it prints."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import process_time

import pytest

from extractor.errors import ExtractorError
from tests.strains import CHARACTERS, KINDS, SEPARATORS, WORST, of_characters, read

SMALL = 40_000
FEW, SLOWEST = 24_000, 0.6
"""Bytes, and the seconds that they may take: what grew with the square took more."""
TIMES = 4


def seconds(folder: Path, made: Callable[[int], str], size: int) -> float:
    path = folder / f"{size}.txt"
    path.write_text(made(size), "utf-8")
    gc.collect()
    gc.disable()  # it would look through all that other tests have left; the command hardly ever looks
    try:
        begin = process_time()
        with suppress(ExtractorError):  # told to be no such document, which takes its time as well
            read(str(path))
        return process_time() - begin
    finally:
        gc.enable()


@pytest.mark.large
@pytest.mark.parametrize("kind", WORST)
def test_four_times_the_text_takes_four_times_as_long(kind: str, tmp_path: Path) -> None:
    made = KINDS[kind]
    seconds(tmp_path, made, SMALL)  # words and patterns are prepared once
    small = min(seconds(tmp_path, made, SMALL) for _ in range(2))
    large = min(seconds(tmp_path, made, TIMES * SMALL) for _ in range(2))
    assert large < 2 * TIMES * max(small, 0.05)


@pytest.mark.large
@pytest.mark.parametrize("character", CHARACTERS)
def test_every_kind_of_character_is_read_in_time_that_grows_with_the_text(character: str, tmp_path: Path) -> None:
    """With each separator, alone and inside a project: at the rate of 10 seconds for a megabyte, or nearly."""
    for at, separator in enumerate(SEPARATORS):
        made = of_characters(character, separator, alone=at % 2 == 0)
        assert seconds(tmp_path, made, FEW) < SLOWEST, separator
