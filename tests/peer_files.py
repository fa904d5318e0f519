"""Sample files of other libraries read in the sandbox: none may crash or hang a reader.

Give it folders of unpacked source distributions; nothing of them is part of the repository.

    pip download --no-deps --no-binary :all: openpyxl xlrd pdfminer.six    # and unpack them
    python -m tests.peer_files FOLDER…

It prints what became of each file and fails where one was not read or refused in words within its time.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from extractor.errors import ExtractorError
from extractor.readers import read
from extractor.readers.formats import SUFFIXES

_TROUBLE = ("crash", "given up", "in the reader", "was not read", "senseless", "report this")
"""Words of a refusal that tell of the reader's trouble, not of the file's."""
_SLOW = 20.0


def files(folders: list[str]) -> Iterator[Path]:
    """Everything in the folders that a reader could be given, whatever its case."""
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file() and path.suffix.lower() in SUFFIXES and path.suffix.lower() not in {".md", ".txt"}:
                yield path


def outcome(path: Path) -> tuple[str, str]:
    """What became of one file, and its details."""
    try:
        document = read(path)
    except ExtractorError as error:
        said = str(error)
        return ("TROUBLE" if any(word in said for word in _TROUBLE) else "refused"), said.removeprefix(str(path))
    return "read", f"{len(document.text):,} characters, {len(document.tables)} tables, {len(document.notes)} notes"


def main(folders: list[str]) -> int:
    """Exit status 1 where a file was trouble, crashed a reader, or took too long."""
    counts: Counter[str] = Counter()
    for path in files(folders):
        begun = time.perf_counter()
        try:
            what, details = outcome(path)
        except Exception as error:  # any other error is what is looked for
            what, details = "CRASH", f"{type(error).__name__}: {error}"
        seconds = time.perf_counter() - begun
        what = "SLOW" if seconds > _SLOW else what
        counts[f"{path.suffix.lower()} {what}"] += 1
        print(f"{what:8} {seconds:6.2f} s  {path.name}  {details[:160]}")
    for key, count in sorted(counts.items()):
        print(f"{count:5} {key}")
    return int(any(key.endswith(("TROUBLE", "CRASH", "SLOW")) for key in counts))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
