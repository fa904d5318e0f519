"""The time for a document grows with its size alone, whatever it prints."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from time import process_time

import pytest

from extractor.errors import ExtractorError
from tests.strains import KINDS, WORST, read

SMALL = 40_000
TIMES = 4


def seconds(folder: Path, kind: str, size: int) -> float:
    path = folder / f"{size}.txt"
    path.write_text(KINDS[kind](size), "utf-8")
    begin = process_time()
    with suppress(ExtractorError):  # told to be no such document, which takes its time as well
        read(str(path))
    return process_time() - begin


@pytest.mark.large
@pytest.mark.parametrize("kind", WORST)
def test_four_times_the_text_takes_four_times_as_long(kind: str, tmp_path: Path) -> None:
    seconds(tmp_path, kind, SMALL)  # words and patterns are prepared once
    small = min(seconds(tmp_path, kind, SMALL) for _ in range(2))
    assert seconds(tmp_path, kind, TIMES * SMALL) < 2 * TIMES * max(small, 0.05)
