"""Documents worked on by several processes: the same bytes, and what befalls one costs no other."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path

import pytest

from extractor import extract
from extractor.run import batch, inputs
from extractor.run.batch import Outcome
from extractor.run.crew import Here, Workers, crew_for
from extractor.run.unit import Unit
from extractor.schemas.record import FlagCode
from extractor.settings import Settings
from extractor.store import RunStore
from extractor.store.folder import DATABASE
from tests.golden_sources import sources

SETTINGS = Settings(model=None, cache=False, workers=2)
CASES = [case for case in sources() if case.parent.name.startswith(("text-", "grid-", "form-a", "docx-a", "pdf-a"))]

TEXT = next(case for case in CASES if case.parent.name == "text-plain-a")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty documents, more than this process would read by itself."""
    for number, source in enumerate(islice(cycle(CASES), 40)):
        target = tmp_path / "in" / f"{number:02}"
        target.mkdir(parents=True)
        shutil.copy(source, target / source.name)
    return tmp_path / "in"


def run(folder: Path, out: Path, settings: Settings = SETTINGS) -> Outcome:
    return batch.run(inputs.find_inputs([str(folder)]).inputs, out, settings)


def lines(out: Path) -> list[str]:
    with RunStore(out / DATABASE, create=False) as store:
        return [*store.document_lines(), *store.record_lines()]


@pytest.mark.large
def test_as_many_workers_as_there_are_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for workers in (1, 2, 3):
        outcome = run(folder, tmp_path / str(workers), SETTINGS.model_copy(update={"workers": workers}))
        assert (outcome.documents, outcome.failed) == (40, 0)
    assert lines(tmp_path / "1") == lines(tmp_path / "2") == lines(tmp_path / "3")


def test_a_little_job_starts_no_process(tmp_path: Path) -> None:
    small = inputs.find_inputs([str(TEXT)]).inputs
    unit = Unit(SETTINGS, "f")
    little, large = crew_for(unit, small, 2), crew_for(unit, small * 200, 2)
    assert (type(little), type(large)) == (Here, Workers)
    assert not little._others._all  # type: ignore[union-attr]
    little.close()
    large.close()


@pytest.mark.parametrize(
    ("printed", "instead"),
    [("66.00 66.00", "440113210000000010001 66.00"), ("66.00 66.00", "\n".join(["66.00"] * 1_200))],
    ids=["a code of 21 digits", "more lone numbers than a reading holds"],
)
def test_numbers_that_are_no_money_cost_their_project_alone(printed: str, instead: str) -> None:
    text = TEXT.read_text(encoding="utf-8")
    changed = extract(text.replace(printed, instead, 1).encode(), model=None)
    others = [(one.project.name, one.project.amounts.total) for one in extract(TEXT, model=None).records[1:]]
    found = [(one.project.name, one.project.amounts.total) for one in changed.records]
    assert found[-len(others) :] == others
    assert FlagCode.SUM_MISMATCH in {flag.code for flag in changed.document.flags}


@pytest.mark.kill
def test_what_takes_too_long_costs_itself_alone(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = folder / "slow.txt"
    slow.write_text(TEXT.read_text(encoding="utf-8") * 800, encoding="utf-8")
    hurried = SETTINGS.model_copy(update={"max_seconds": 1.0})
    outcome = run(folder, tmp_path / "out", hurried)
    assert [(Path(name).name, "seconds" in why) for name, why in outcome.failures] == [("slow.txt", True)]
    assert outcome.documents == 41
    monkeypatch.setattr(Workers, "do", None)  # it is known, and nothing is begun again
    again = run(folder, tmp_path / "out", hurried)
    assert (again.resumed, again.failed) == (40, 1)
    monkeypatch.undo()
    slow.write_text("附注", encoding="utf-8")
    assert run(folder, tmp_path / "out", hurried).failed == 0, "another content is another document"


@pytest.mark.kill
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")
def test_a_worker_that_is_killed_costs_its_document_alone(folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "extractor", "run", str(folder), "--model", "none", "--quiet", "--workers", "2"]
    with subprocess.Popen([*command, "--out", str(tmp_path / "out")], stdout=subprocess.DEVNULL) as process:
        killed = False
        while process.poll() is None and not killed:
            for child in children(process.pid):
                time.sleep(0.15)
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
                    killed = True
                break
        assert process.wait(60) in (0, 1)
    assert killed
    with RunStore(tmp_path / "out" / DATABASE, create=False) as store:
        documents = list(store.documents())
    failed = [line.reason or "" for line in documents if line.status == "failed"]
    assert len(documents) == 40
    assert len(failed) <= 1
    assert all("the process that worked on it was ended" in reason for reason in failed)


@pytest.mark.kill
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_no_worker_outlives_its_run(folder: Path, tmp_path: Path, end: signal.Signals) -> None:
    command = [sys.executable, "-m", "extractor", "run", str(folder), "--model", "none", "--quiet", "--workers", "2"]
    with subprocess.Popen([*command, "--out", str(tmp_path / "out")], stdout=subprocess.DEVNULL) as process:
        found: list[int] = []
        while not found and process.poll() is None:
            found = children(process.pid)
        process.send_signal(end)
        process.wait(30)
    assert found
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and any(is_alive(child) for child in found):
        time.sleep(0.05)
    assert not [child for child in found if is_alive(child)]


def test_what_ends_runs_is_read_alone_and_then_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / "in").mkdir(exist_ok=True)
        shutil.copy(TEXT, tmp_path / "in" / f"{name}.txt")
    found = inputs.find_inputs([str(tmp_path / "in")]).inputs
    deadly, begun = found[1].name, []

    class Ended(BaseException):
        """As if the process were gone."""

    def finished(self: Unit, given: inputs.Input) -> object:
        begun.append(given.name)
        if given.name == deadly:
            raise Ended
        return original(self, given)

    original = Unit.finished
    monkeypatch.setattr(Unit, "finished", finished)
    monkeypatch.setattr(RunStore, "reopen", lambda self, files: None)
    for _ in range(3):
        with pytest.raises(Ended):
            batch.run(found, tmp_path / "out", SETTINGS)
    last = batch.run(found, tmp_path / "out", SETTINGS)
    assert (last.documents, last.failed) == (3, 1)
    assert last.failures[0][0] == deadly
    assert "three runs ended" in last.failures[0][1]
    assert begun.count(deadly) == 3


def children(parent: int) -> list[int]:
    """Processes that a process has started: its workers, since texts need no sandbox."""
    with suppress(OSError):
        tasks = Path(f"/proc/{parent}/task").iterdir()
        return [int(child) for task in tasks for child in (task / "children").read_text("ascii").split()]
    return []


def is_alive(process: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()[0] != "Z"
    return False
