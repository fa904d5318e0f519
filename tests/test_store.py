from __future__ import annotations

import json
import os
import random
import runpy
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from extractor.errors import OutputError, UsageError
from extractor.schemas.record import Counts, DocumentLine, FlagCode, Record
from extractor.store import RunStore
from extractor.store.tables import SCHEMA_VERSION
from tests.patience import HANG

ROOT = Path(__file__).parent.parent
SAMPLES = runpy.run_path(str(Path(__file__).with_name("run_samples.py")))
document, fill, flag, info, record = (SAMPLES[name] for name in ("document", "fill", "flag", "info", "record"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out" / "run.sqlite"


def child(code: str, path: Path) -> subprocess.Popen[str]:
    """A process that runs `code` with the samples and `path` at hand."""
    start = f"""
        import os, runpy, signal, sys, time
        from pathlib import Path
        from extractor.store import RunStore
        globals().update(runpy.run_path({str(Path(__file__).with_name("run_samples.py"))!r}))
        path = Path({str(path)!r})
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(start) + textwrap.dedent(code)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def consistent(path: Path) -> bool:
    """Whether every document in the database has all of its records, and is still there without any side file."""
    with RunStore(path, create=False) as store:
        lines = list(store.document_lines())
        counts = {line.document.file: line.counts.records for line in store.documents()}
        found: dict[str, list[int]] = {file: [] for file in counts}
        for item in store.records():
            found[item.document.file].append(item.block.index)
    alone = path.parent / "alone" / path.name
    alone.parent.mkdir(exist_ok=True)
    shutil.copy(path, alone)
    raw = sqlite3.connect(alone)
    sound = raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    related = raw.execute("PRAGMA foreign_key_check").fetchall() == []
    same = [line for (line,) in raw.execute("SELECT line FROM documents ORDER BY file")] == lines
    raw.close()
    return sound and related and same and found == {file: list(range(number)) for file, number in counts.items()}


# What goes in comes out.


def test_lines_come_back_as_they_went_in_and_in_order(path: Path) -> None:
    names = ["b.txt", "a/9.txt", "a/10.txt", "乙.txt"]
    with RunStore(path) as store:
        for name in names:
            records = [record(index, name, flags=(flag(),)) for index in (0, 2, 11)]
            store.save(document(name, 3), records, ["原文"] * 3, "f")
        expected = [record(index, name, flags=(flag(),)) for name in sorted(names) for index in (0, 2, 11)]
        assert list(store.record_lines()) == [item.model_dump_json() for item in expected]
        assert list(store.records()) == expected
        assert list(store.documents()) == [document(name, 3) for name in sorted(names)]
        assert [json.loads(line)["document"]["file"] for line in store.document_lines()] == sorted(names)
        assert "河道清淤" in next(store.record_lines()), "Chinese stays readable, not \\uXXXX"


@pytest.mark.large
def test_reading_goes_page_by_page_without_loss(path: Path) -> None:
    with RunStore(path) as store:
        fill(store, 1_001, per_document=300)
        assert len(list(store.record_lines())) == 1_001
        places = [(item.document.file, item.block.index) for item in store.records()]
        assert places == sorted(set(places))


def test_a_document_saved_again_replaces_itself(path: Path) -> None:
    with RunStore(path) as store:
        store.save(document(records=3), [record(n, flags=(flag(),)) for n in range(3)], ["x"] * 3, "f")
        store.save(document(records=1), [record(1)], ["y"], "g")
        assert [item.block.index for item in store.records()] == [1]
        assert store.totals().flags == {}
        assert store.is_done("a.txt", "ab" * 32, "g")
        assert not store.is_done("a.txt", "ab" * 32, "f")


def test_saving_while_reading(path: Path) -> None:
    with RunStore(path) as store:
        fill(store, 600, per_document=200)
        for item in store.records():
            if item.block.index == 0:
                store.save(document(item.document.file, 1), [record(0, item.document.file)], [""], "g")
        assert len(list(store.records())) == 3


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"status": "no_projects"}, True),
        ({"status": "failed", "reason": "加密"}, False),
        ({"counts": Counts(blocks=2, records=1, failed=1)}, False),
    ],
)
def test_what_failed_is_not_done(path: Path, changes: dict[str, object], expected: bool) -> None:
    with RunStore(path) as store:
        assert not store.is_done("a.txt", "ab" * 32, "f")
        store.save(document(records=0, **changes), [], [], "f")
        assert store.is_done("a.txt", "ab" * 32, "f") is expected
        assert not store.is_done("a.txt", "cd" * 32, "f")
        assert not store.is_done("b.txt", "ab" * 32, "f")


def test_keep_only_forgets_the_rest_with_its_records_and_flags(path: Path) -> None:
    with RunStore(path) as store:
        for name in ("a", "b", "c"):
            store.save(
                document(name, flags=(flag(FlagCode.SUM_MISMATCH),)), [record(0, name, flags=(flag(),))], [""], "f"
            )
        assert store.keep_only(["b", "never seen"]) == ["a", "c"]
        assert store.keep_only(["b"]) == []
        assert [item.document.file for item in store.records()] == ["b"]
        assert store.totals().flags == {"disagreement": 1, "sum_mismatch": 1}


def test_totals(path: Path) -> None:
    with RunStore(path) as store:
        assert store.totals().records == {}
        flagged = record(0, flags=(flag(), flag(FlagCode.CYCLE_ANNUAL_DIFFER, "indicators[0]")))
        store.save(
            document(records=3, flags=(flag(FlagCode.SUM_MISMATCH, "totals[0]"),)),
            [flagged, record(1), record(2, checked=False)],
            [""] * 3,
            "f",
        )
        store.save(document("b", 0, status="failed"), [], [], "f")
        store.add_usage("m", calls=2, input_tokens=10, output_tokens=3)
        store.add_usage("m", calls=1, cached=4, input_tokens=5)
        store.add_usage("n", calls=1)
        totals = store.totals()
    assert totals.documents == {"failed": 1, "read": 1}
    assert totals.records == {"agreed": 1, "flagged": 1, "unchecked": 1}
    assert totals.flags == {"cycle_annual_differ": 1, "disagreement": 1, "sum_mismatch": 1}
    assert (totals.blocks, totals.failed, totals.indicators) == (3, 0, 21)
    assert (totals.calls, totals.cached, totals.input_tokens, totals.output_tokens) == (4, 4, 15, 3)


def test_find_one_record(path: Path) -> None:
    with RunStore(path) as store:
        items = [record(n, id=f"abcdef{n}000") for n in range(3)] + [record(3, id="abcdef")]
        store.save(document(records=4), items, [f"原文{n}" for n in range(4)], "f")
        assert store.record("abcdef1000") == (items[1], "原文1")
        assert store.record("abcdef2") == (items[2], "原文2")
        assert store.record("abcdef") == (items[3], "原文3"), "a whole id wins over the beginnings of others"
        assert store.record("abcde") is None
        assert store.record("ffffff") is None
        assert store.record("%bcdef1") is None
        store.save(document("b"), [record(0, "b", id="abcdef1999")], ["原文"], "f")
        with pytest.raises(UsageError, match="abcdef1000, abcdef1999"):
            store.record("abcdef1")


def test_same_content_in_two_files(path: Path) -> None:
    with RunStore(path) as store:
        for name in ("a", "b"):
            store.save(document(name), [record(0, name, id="same-id-0")], [name], "f")
        found = store.record("same-id-0")
        assert found is not None
        assert found[1] == "a"


def test_columns_for_people(path: Path) -> None:
    with RunStore(path) as store:
        store.save(document(records=2), [record(0, flags=(flag(spans=((7, 9),)),)), record(1)], ["原文"] * 2, "f")
    raw = sqlite3.connect(path)
    assert raw.execute("SELECT round(sum(total), 2), max(total_yuan) FROM records").fetchone() == (241.01, 1_210_100)
    joined = raw.execute("SELECT name, source, path FROM flags JOIN records USING (file, block_index)").fetchall()
    assert joined == [(record(0).project.name, "原文", "amounts.total")]
    assert raw.execute("SELECT code, char_start, spans, information FROM flags").fetchall() == [
        ("disagreement", 7, "[[7, 9]]", 0)
    ]
    raw.close()


def test_wrong_calls_are_refused(path: Path) -> None:
    with RunStore(path) as store:
        with pytest.raises(ValueError, match="1 records but 0"):
            store.save(document(), [record(0)], [], "f")
        with pytest.raises(ValueError, match="another file"):
            store.save(document("b"), [record(0, "a.txt")], [""], "f")
        assert list(store.documents()) == []
    store.close()
    with pytest.raises(ValueError, match="closed"):
        store.totals()


# Opening: only our own database, only one writer.


def test_nothing_there_yet(path: Path) -> None:
    with pytest.raises(UsageError, match="extractor run"):
        RunStore(path, create=False)
    assert not path.parent.exists()
    path.parent.mkdir()
    path.touch()
    with pytest.raises(UsageError, match="extractor run"):
        RunStore(path, create=False)
    with RunStore(path) as store:
        assert list(store.documents()) == []


@pytest.mark.parametrize("create", [True, False])
def test_not_our_database(path: Path, create: bool) -> None:
    path.parent.mkdir()
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE documents (file TEXT)")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(OutputError, match="another program"):
        RunStore(path, create=create)
    assert path.read_bytes() == before
    path.write_text("项目名称,总计\n" * 200, encoding="utf-8")
    with pytest.raises(OutputError, match="not a database"):
        RunStore(path, create=create)


@pytest.mark.parametrize(
    ("version", "word"), [(SCHEMA_VERSION + 1, "newer"), (SCHEMA_VERSION - 1, "older"), (0, "older")]
)
def test_other_version(path: Path, version: int, word: str) -> None:
    RunStore(path).close()
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version = {version}")
    raw.close()
    for create in (True, False):
        with pytest.raises(OutputError, match=word):
            RunStore(path, create=create)


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be created"):
        RunStore(tmp_path / "file" / "run.sqlite")
    (tmp_path / "run.sqlite").mkdir()
    with pytest.raises(OutputError):
        RunStore(tmp_path / "run.sqlite")
    RunStore(tmp_path / "a" / "run.sqlite").close()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may write everywhere")
def test_read_only_database(path: Path) -> None:
    RunStore(path).close()
    path.chmod(0o444)
    with pytest.raises(OutputError, match="read-only"):
        RunStore(path)
    RunStore(path, create=False).close()


def test_reader_cannot_write(path: Path) -> None:
    RunStore(path).close()
    with RunStore(path, create=False) as store, pytest.raises(OutputError, match="read-only"):
        store.save(document(), [record(0)], [""], "f")


def test_second_run_in_the_same_folder(path: Path) -> None:
    with RunStore(path) as store:
        store.save(document(), [record(0)], [""], "f")
        began = time.monotonic()
        with pytest.raises(OutputError, match="another run"):
            RunStore(path)
        assert time.monotonic() - began < 30
        process = child(
            """
            began = time.monotonic()
            try:
                RunStore(path)
            except Exception as error:
                print(type(error).__name__, error, "waited" if time.monotonic() - began > 30 else "")
            with RunStore(path, create=False) as store:
                print(store.totals().records)
            """,
            path,
        )
        output, _ = process.communicate(timeout=HANG)
        assert output.startswith("OutputError")
        assert "another run is writing" in output
        assert "{'agreed': 1}" in output, "reading is possible while a run is on"
        assert "waited" not in output
        store.save(document("b"), [record(0, "b")], [""], "f")
    RunStore(path).close()


# Killed at any moment.


@pytest.mark.kill
@pytest.mark.parametrize("moment", ["INSERT INTO records", "INSERT INTO flags", "COMMIT"])
def test_killed_inside_a_save(path: Path, moment: str) -> None:
    """The second save replaces the first and is killed in its transaction: the first must still be there."""
    process = child(
        f"""
        from sqlalchemy import event
        store = RunStore(path)
        store.save(document(records=1), [record(0)], ["first"], "f")
        def kill(*_):
            os.kill(os.getpid(), signal.SIGKILL)
        engine = store._database._engine
        seen = 0
        @event.listens_for(engine, "after_cursor_execute")
        def after(connection, cursor, statement, *_):
            global seen
            if statement.startswith({moment!r}):
                seen += 1
                if seen == 2:
                    kill()
        if {moment!r} == "COMMIT":
            event.listen(engine, "commit", kill)
        # A small page cache makes SQLite write into the file before the commit: the journal must undo it.
        event.listen(engine, "checkout", lambda connection, *_: connection.execute("PRAGMA cache_size = 5"))
        items = [record(n, flags=(flag(),)) for n in range(1500)]
        store.save(document(records=1500), items, ["second"] * 1500, "f")
        print("not killed")
        """,
        path,
    )
    output, _ = process.communicate(timeout=HANG)
    assert "not killed" not in output
    assert process.returncode == -9
    assert consistent(path)
    with RunStore(path) as store:
        assert [store.record(item.id) for item in store.records()] == [(record(0), "first")]
        store.save(document("b"), [record(0, "b")], [""], "f")
    assert consistent(path)


@pytest.mark.kill
def test_killed_at_random_moments_and_resumed(path: Path) -> None:
    chance = random.Random(7)
    for saves in (1, 5, 0, 12, 3, 8):
        process = child(
            """
            store = RunStore(path)
            print("open", flush=True)
            for number in range(10_000):
                name = f"{number % 40:03}"
                store.save(document(name, 60), [record(n, name, flags=(flag(),)) for n in range(60)], ["x"] * 60, "f")
                print("saved", flush=True)
            """,
            path,
        )
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(saves + 1)] == ["open\n", *["saved\n"] * saves]
        time.sleep(chance.uniform(0, 0.05))
        process.kill()
        process.communicate()
        assert consistent(path)
    with RunStore(path) as store:
        assert sum(1 for _ in store.documents()) > 0


def test_the_database_alone_is_enough(path: Path, tmp_path: Path) -> None:
    with RunStore(path) as store:
        store.save(document(), [record(0)], [""], "f")
        shutil.copy(path, tmp_path / "copy.sqlite")
    with RunStore(tmp_path / "copy.sqlite", create=False) as copy:
        assert [item.id for item in copy.records()] == [record(0).id]
    assert sorted(side.name for side in path.parent.iterdir()) == ["run.lock", "run.sqlite"]


# Speed and weight.


@pytest.mark.large
def test_saving_is_fast_and_linear(path: Path) -> None:
    """Generous for a busy machine; a quiet one needs about 90 µs for each record of 8 kB."""
    spent = {}
    with RunStore(path) as store:
        for number in (500, 4_000):
            items = [record(n) for n in range(number)]
            began = time.process_time()
            store.save(document(records=number), items, ["原文"] * number, "f")
            spent[number] = (time.process_time() - began) / number
    assert spent[4_000] < 600e-6
    assert spent[4_000] < 3 * spent[500]


def test_importing_the_store_loads_no_sqlalchemy() -> None:
    code = "import sys, extractor.store, extractor.export; print({'sqlalchemy', 'xlsxwriter'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"


def test_round_trip_of_the_models() -> None:
    line, item = document(records=2), record(5, flags=(flag(),))
    assert DocumentLine.model_validate_json(line.model_dump_json()) == line
    assert Record.model_validate_json(item.model_dump_json()) == item


def test_a_run_that_was_stopped_is_known(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    with RunStore(path) as writer:
        assert writer.unfinished is None
        writer.begin(3)
        writer.save(document(), [], [], "f")
        with RunStore(path, create=False) as reader:
            assert reader.unfinished == (3, 1)
    with RunStore(path, create=False) as reader:
        assert reader.unfinished == (3, 1)
    with RunStore(path) as writer:
        writer.begin(2)
        assert writer.unfinished == (2, 1)
        writer.end()
    with RunStore(path, create=False) as reader:
        assert reader.unfinished is None


def test_a_folder_of_an_older_version_knows_no_plan(tmp_path: Path) -> None:
    with RunStore(tmp_path / "run.sqlite"):
        pass
    with sqlite3.connect(tmp_path / "run.sqlite") as connection:
        connection.execute("DROP TABLE plan")
    with RunStore(tmp_path / "run.sqlite", create=False) as reader:
        assert reader.unfinished is None


def test_a_file_is_no_run_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(UsageError, match=r"a\.txt: .*it is a file"):
        RunStore(tmp_path / "a.txt" / "run.sqlite", create=False)
