"""The crew: limits that hold, deaths that cost one document, and what is known of it the next time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import SecretStr

from extractor.export import export
from extractor.run import batch, crew, unit
from extractor.run.inputs import Input, find_inputs
from extractor.run.unit import Unit
from extractor.settings import Settings
from extractor.store import RunStore

ALONE = Settings(model=None, cache=False, workers=2)
ROW = """项目名称 | {name} | |||||
预算规模 | 预算数 | 54.00 | 其中:财政 资金 | 54.00 | 其他资金 | |
绩效目标 | 更换恒湿机18台。 |
一级指标 | 二级指标 | 三级指标 | 指标描述 | 指标值 |
产出指标 | 数量指标 | 更换恒湿机 | 更换恒湿机 | 18台 |
"""


def dump(*names: str) -> str:
    head = "云屏市档案馆\n项目支出绩效目标表\n(2030年)\n401云屏市档案馆 | 单位:万元 | |||||\n"
    return head + "".join(ROW.format(name=name) for name in names)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    documents = tmp_path / "in"
    documents.mkdir()
    for number in range(12):
        (documents / f"{number:02d}.txt").write_text(dump(f"第{number}号库房设备更新"), encoding="utf-8")
    (documents / "empty.txt").write_bytes(b"")
    return documents


@pytest.fixture
def team(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers for little jobs as well."""
    monkeypatch.setattr(crew, "_LITTLE", -1)


def exported(paths: list[str], out: Path, settings: Settings) -> tuple[batch.Outcome, dict[str, bytes]]:
    outcome = batch.run(find_inputs(paths).inputs, out, settings)
    with RunStore.of(out) as store:
        files = export(store, out, formats=("jsonl", "csv"))
    return outcome, {file.name: file.read_bytes() for file in files}


def children() -> set[str]:
    """Processes of this one that are still there."""
    own = str(os.getpid())
    found = set()
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and (entry / "stat").read_text().rpartition(")")[2].split()[1] == own:
                found.add((entry / "cmdline").read_text())
    return {line for line in found if "run.worker" in line}


def test_a_document_that_is_much_is_worked_on_apart(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "_LIGHT", 10)
    started: list[str] = []
    begin = crew._Worker.__init__

    def noted(self: crew._Worker, of: Unit, where: str) -> None:
        started.append(where)
        begin(self, of, where)

    monkeypatch.setattr(crew._Worker, "__init__", noted)
    outcome = batch.run([Input("a.txt", folder / "00.txt")], tmp_path / "out", ALONE)
    assert (outcome.failed, len(started)) == (0, 1)


def made(settings: Settings, size: int = 1) -> crew.Workers:
    return crew.Workers(Unit(settings, "f"), size)


def test_a_document_that_takes_too_much_memory_costs_itself_only(tmp_path: Path) -> None:
    much = tmp_path / "much.txt"
    much.write_text(dump(*(f"第{i}号" for i in range(40_000))), encoding="utf-8")
    good = tmp_path / "good.txt"
    good.write_text(dump("库房"), encoding="utf-8")
    team = made(Settings(model=None, cache=False, max_memory=256))
    try:
        done = team.do("finished", Input("much.txt", much))
        assert done.gives_up
        assert "needs more than 256 MB of memory" in (done.line.reason or "")
        assert team.do("finished", Input("good.txt", good)).line.status == "read"
    finally:
        team.close()
    assert not children()


@pytest.mark.parametrize(
    ("number", "said"), [(signal.SIGKILL, "for want of memory"), (signal.SIGSEGV, "SIGSEGV"), (signal.SIGABRT, "MB of")]
)
def test_a_worker_that_dies_costs_its_document_only(folder: Path, number: signal.Signals, said: str) -> None:
    slow = folder / "slow.txt"
    slow.write_text(dump(*(f"第{i}号" for i in range(5_000))), encoding="utf-8")
    team = made(ALONE)
    try:
        team.do("finished", Input("a.txt", folder / "00.txt"))
        worker = team._idle[0]._process
        # It dies while it is at the document.
        killer = subprocess.Popen(
            [sys.executable, "-c", f"import os, time; time.sleep(0.3); os.kill({worker.pid}, {int(number)})"]
        )
        done = team.do("finished", Input("slow.txt", slow))
        killer.wait()
        assert done.line.status == "failed"
        assert said in (done.line.reason or "")
        assert team.do("finished", Input("b.txt", folder / "01.txt")).line.status == "read"
    finally:
        team.close()


def test_a_worker_that_died_idle_costs_nothing(folder: Path) -> None:
    team = made(ALONE)
    try:
        team.do("finished", Input("a.txt", folder / "00.txt"))
        worker = team._idle[0]._process
        worker.kill()
        worker.wait()
        assert team.do("finished", Input("b.txt", folder / "01.txt")).line.status == "read"
    finally:
        team.close()


def test_where_no_worker_can_be_started(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    team = made(ALONE)
    try:
        done = team.do("finished", Input("a.txt", folder / "00.txt"))
    finally:
        team.close()
    assert "no process could be started" in (done.line.reason or "")
    assert not done.gives_up


@pytest.mark.usefixtures("team")
def test_what_was_too_much_is_skipped_with_its_reason_until_it_changes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = folder / "slow.txt"
    slow.write_text(dump(*(f"第{i}号" for i in range(8_000))), encoding="utf-8")
    # Its seconds are those of a file of no size; the others have all they need.
    with monkeypatch.context() as patch:
        patch.setattr(crew, "size_of", lambda given: -3_999_000 if given.name.endswith("slow.txt") else 0)
        first, before = exported([str(folder)], tmp_path / "out", ALONE.model_copy(update={"max_seconds": 60.0}))
    settings = ALONE.model_copy(update={"max_seconds": 60.0})
    assert first.failed == 2
    asked: list[str] = []
    do = crew.Workers.do

    def noted(self: crew.Workers, method: str, given: Input, *arguments: object) -> object:
        asked.append(given.path.name)
        return do(self, method, given, *arguments)

    monkeypatch.setattr(crew.Workers, "do", noted)
    second, after = exported([str(folder)], tmp_path / "out", settings)
    assert (second.failed, after) == (2, before)
    assert asked == ["empty.txt"]
    slow.write_text(dump("第1号"), encoding="utf-8")
    assert exported([str(folder)], tmp_path / "out", settings)[0].failed == 1


def test_what_may_be_sent_to_a_worker_holds_no_key() -> None:
    import pickle

    settings = Settings(model="m", api_key=SecretStr("sk-secret"), base_url="http://127.0.0.1:1/v1")
    sent = pickle.dumps(Unit(settings, "f"))
    assert b"sk-secret" not in sent
    assert pickle.loads(sent).settings.model == "m"
    assert unit.seconds_for(settings, 8_000_000) == 3 * settings.max_seconds


def test_a_fault_in_one_block_fails_that_block(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from extractor import pipeline

    draft = pipeline._draft

    def broken(surveyed: pipeline.Survey, index: int, *arguments: object) -> object:
        if index == 1:
            raise ZeroDivisionError
        return draft(surveyed, index, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "_draft", broken)
    (folder / "three.txt").write_text(dump("甲设备更新", "乙设备更新", "丙设备更新"), encoding="utf-8")
    done = Unit(ALONE, "f").finished(Input("three.txt", folder / "three.txt"))
    assert done.line.status == "read"
    assert [row["status"] for row in done.entry.records] == ["unchecked", "failed", "unchecked"]
    assert "ZeroDivisionError" in str(done.entry.flags[0]["message"])
