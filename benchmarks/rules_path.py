"""Rules path, file to projects.jsonl: projects per second and core, cost per project against size, memory.

    python benchmarks/rules_path.py [--documents DIR] [--projects 100 1000 10000 100000]

Every size is a batch of copies of the documents, read by one process with one thread. CPU seconds are that
process's own, start-up included; ratios compare sizes within one run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def measure(documents: list[Path], per_copy: int, wanted: int, model: str = "none") -> dict[str, float]:
    """Cost of `extractor run --format jsonl` over a batch of about `wanted` projects, start-up included."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, out = Path(scratch) / "in", Path(scratch) / "out"
        for copy in range(max(1, round(wanted / per_copy))):
            (folder / f"{copy:05d}").mkdir(parents=True)
            for document in documents:
                # Each copy is a document of its own: another name, the same content.
                (folder / f"{copy:05d}" / document.name).write_bytes(document.read_bytes())
        command = [sys.executable, "-m", "extractor", "run", str(folder), "--out", str(out), "--quiet"]
        wall = time.perf_counter()
        process = subprocess.Popen([*command, "--model", model, "--format", "jsonl"], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"the run ended with status {process.returncode}")
        with (out / "projects.jsonl").open("rb") as lines:
            projects = sum(1 for _ in lines)
    return {
        "projects": projects,
        "cpu": usage.ru_utime + usage.ru_stime,
        "wall": time.perf_counter() - wall,
        "mb": usage.ru_maxrss / 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    root = Path(__file__).parents[1]
    shared = root.parent / "shared" / "documents"
    parser.add_argument("--documents", type=Path, default=shared if shared.is_dir() else root / "golden")
    parser.add_argument("--projects", type=int, nargs="+", default=[100, 1_000, 10_000])
    options = parser.parse_args()
    documents = sorted(
        path
        for path in options.documents.rglob("*")
        if path.suffix in {".txt", ".tsv", ".csv", ".md"} and path.name != "README.md"
    )
    if len({path.name for path in documents}) < len(documents):
        # golden/<case>/source.*: the case names the copy
        scratch = Path(tempfile.mkdtemp())
        documents = [copied(path, scratch, path.parent.name) for path in documents]
    from extractor.run.one import extract_file
    from extractor.settings import Settings

    settings = Settings.load({"model": "none"}, environ={})
    per_copy = sum(len(extract_file(str(path), settings).records) for path in documents)
    print(f"{len(documents)} documents of {options.documents.name}/, {per_copy} projects a copy")
    first: float | None = None
    for wanted in options.projects:
        cost = measure(documents, per_copy, wanted)
        each = cost["cpu"] / cost["projects"]
        first = first or each
        print(
            f"{cost['projects']:>8,.0f} projects: {1 / each:>6,.0f} projects/s/core, {each * 1e6:>6,.0f} µs each "
            f"(x{each / first:.2f}), peak memory {cost['mb']:,.0f} MB, wall {cost['wall']:,.1f} s"
        )


def copied(path: Path, folder: Path, name: str) -> Path:
    target = folder / f"{name}{path.suffix}"
    target.write_bytes(path.read_bytes())
    return target


if __name__ == "__main__":
    main()
