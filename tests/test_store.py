from __future__ import annotations

import json
import os
import random
import runpy
import shutil
import sqlite3
import stat
import subprocess
import sys
import textwrap
import time
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import OutputError, UsageError
from extractor.schemas.project import Amounts
from extractor.schemas.record import Counts, DocumentLine, FlagCode, Record
from extractor.store import Copies, Planned, RunStore
from extractor.store.packing import pack, unpack
from extractor.store.tables import SCHEMA_VERSION
from tests.patience import HANG
from tests.stores import raw

ROOT = Path(__file__).parent.parent
SAMPLES = runpy.run_path(str(Path(__file__).with_name("run_samples.py")))
document, fill, flag, info, record = (SAMPLES[name] for name in ("document", "fill", "flag", "info", "record"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out" / "run.sqlite"


def child(code: str, place: Path | str) -> subprocess.Popen[str]:
    """A process that runs `code` with the samples and `place` at hand."""
    start = f"""
        import os, runpy, signal, sys, time
        from pathlib import Path
        from extractor.store import RunStore
        globals().update(runpy.run_path({str(Path(__file__).with_name("run_samples.py"))!r}))
        place = {str(place)!r} if {isinstance(place, str)} else Path({str(place)!r})
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(start) + textwrap.dedent(code)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def consistent(place: Path | str) -> bool:
    """Whether every document in the database has all of its records, and is still there without any side file."""
    with RunStore(place, create=False) as store:
        lines = list(store.document_lines())
        counts = {line.document.file: line.counts.records for line in store.documents()}
        found: dict[str, list[int]] = {file: [] for file in counts}
        for item in store.records():
            found[item.document.file].append(item.block.index)
    whole = found == {file: list(range(number)) for file, number in counts.items()}
    if isinstance(place, str):
        return whole
    alone = place.parent / "alone" / place.name
    alone.parent.mkdir(exist_ok=True)
    shutil.copy(place, alone)
    sound = raw(alone, "PRAGMA integrity_check") == [("ok",)]
    related = raw(alone, "PRAGMA foreign_key_check") == []
    packed = raw(alone, "SELECT packed FROM documents ORDER BY file")
    return whole and sound and related and [unpack(text, 2)[0] for (text,) in packed] == lines


# What goes in comes out.


def test_lines_come_back_as_they_went_in_and_in_order(place: Path | str) -> None:
    names = ["b.txt", "a/9.txt", "a/10.txt", "乙.txt"]
    with RunStore(place) as store:
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
def test_reading_goes_page_by_page_without_loss(place: Path | str) -> None:
    with RunStore(place) as store:
        fill(store, 1_001, per_document=300)
        assert len(list(store.record_lines())) == 1_001
        places = [(item.document.file, item.block.index) for item in store.records()]
        assert places == sorted(set(places))


def test_a_document_saved_again_replaces_itself(place: Path | str) -> None:
    with RunStore(place) as store:
        store.save(document(records=3), [record(n, flags=(flag(),)) for n in range(3)], ["x"] * 3, "f")
        store.save(document(records=1), [record(1)], ["y"], "g")
        assert [item.block.index for item in store.records()] == [1]
        assert store.totals().flags == {}
        assert store.is_done("a.txt", "ab" * 32, "g")
        assert not store.is_done("a.txt", "ab" * 32, "f")


def test_saving_while_reading(place: Path | str) -> None:
    with RunStore(place) as store:
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
def test_what_failed_is_not_done(place: Path | str, changes: dict[str, object], expected: bool) -> None:
    with RunStore(place) as store:
        assert not store.is_done("a.txt", "ab" * 32, "f")
        store.save(document(records=0, **changes), [], [], "f")
        assert store.is_done("a.txt", "ab" * 32, "f") is expected
        assert not store.is_done("a.txt", "cd" * 32, "f")
        assert not store.is_done("b.txt", "ab" * 32, "f")


def test_keep_only_forgets_the_rest_with_its_records_and_flags(place: Path | str) -> None:
    with RunStore(place) as store:
        for name in ("a", "b", "c"):
            store.save(
                document(name, flags=(flag(FlagCode.SUM_MISMATCH),)), [record(0, name, flags=(flag(),))], [""], "f"
            )
        assert store.keep_only(["b", "never seen"]) == ["a", "c"]
        assert store.keep_only(["b"]) == []
        assert [item.document.file for item in store.records()] == ["b"]
        assert store.totals().flags == {"disagreement": 1, "sum_mismatch": 1}


def test_totals(place: Path | str) -> None:
    with RunStore(place) as store:
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


def test_find_one_record(place: Path | str) -> None:
    with RunStore(place) as store:
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


def test_same_content_in_two_files(place: Path | str) -> None:
    with RunStore(place) as store:
        for name in ("a", "b"):
            store.save(document(name), [record(0, name, id="same-id-0")], [name], "f")
        found = store.record("same-id-0")
        assert found is not None
        assert found[1] == "a"


def test_columns_for_people(place: Path | str) -> None:
    with RunStore(place) as store:
        store.save(document(records=2), [record(0, flags=(flag(spans=((7, 9),)),)), record(1)], ["原文"] * 2, "f")
    sums = raw(place, "SELECT sum(total), max(total_yuan) FROM records")
    assert [(round(float(total), 2), float(most)) for total, most in sums] == [(241.01, 1_210_100)]
    joined = raw(place, "SELECT name, path, packed FROM flags JOIN records USING (file, block_index)")
    assert [(name, path, unpack(packed, 3)) for name, path, packed in joined] == [
        (record(0).project.name, "amounts.total", [next(_lines(place)), "", "原文"])
    ]
    assert raw(place, "SELECT code, char_start, spans, information FROM flags") == [("disagreement", 7, "[[7, 9]]", 0)]


def _lines(place: Path | str) -> Iterator[str]:
    with RunStore(place, create=False) as store:
        yield from store.record_lines()


def test_a_line_is_unpacked_with_zlib_alone(place: Path | str) -> None:
    """As the documents tell other programs to."""
    with RunStore(place) as store:
        store.save(document(), [record(0)], ["原文\n两行"], "f")
    [(packed,)] = raw(place, "SELECT packed FROM records")
    dictionary = (ROOT / f"extractor/store/packing_{packed[0]}.txt").read_bytes()
    text = zlib.decompressobj(-15, zdict=dictionary).decompress(packed[1:]).decode()
    assert text.split("\n", 2) == [record(0).model_dump_json(), "", "原文\n两行"]


def test_the_dictionary_never_changes() -> None:
    """What was packed with it could not be read any more."""
    dictionary = (ROOT / "extractor/store/packing_1.txt").read_bytes()
    assert sha256(dictionary).hexdigest() == "15cf1ac2b79cb06308bc791c800c78392042550489ead8d80ed845ed23400e80"


@given(
    st.lists(st.text(st.characters(exclude_characters="\n", codec="utf-8")), max_size=2),
    st.text(st.characters(codec="utf-8")),
)
def test_what_is_packed_comes_back(lines: list[str], last: str) -> None:
    packed = pack(*lines, last)
    assert unpack(packed, len(lines) + 1) == [*lines, last]
    with pytest.raises(ValueError, match="packed text"):
        unpack(packed[:-1])
    with pytest.raises(ValueError, match="packed text"):
        unpack(b"\xff" + packed[1:])


def test_text_that_a_database_would_not_take(place: Path | str) -> None:
    """A NUL, digits of other widths, numbers that are too large, a name of 4,000 characters."""
    name = "夹" * 600 + "/" + "长" * 700 + ".txt"
    use = record(0).model
    assert use is not None
    strange = record(
        0,
        name,
        project=SAMPLES["reading"](name="甲\0乙", amounts=Amounts(total="８０.００", fiscal="1,141.20")),
        model=use.model_copy(update={"input_tokens": 10**30}),
    )
    with RunStore(place) as store:
        store.save(document(name), [strange], ["原\0文"], "f")
        store.add_usage("m", input_tokens=10**30)
        assert list(store.records_with_sources()) == [(strange, "原\0文")]
        assert store.totals().input_tokens == 2**63 - 1
    [(total, fiscal, shown)] = raw(place, "SELECT total, fiscal, name FROM records")
    assert (float(total), float(fiscal), shown) == (80, 1141.2, "甲\ufffd乙")


def test_wrong_calls_are_refused(place: Path | str) -> None:
    with RunStore(place) as store:
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


def test_a_newer_version(place: Path | str) -> None:
    RunStore(place).close()
    if isinstance(place, Path):
        raw(place, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    else:
        raw(place, f"UPDATE store_version SET version_num = '{SCHEMA_VERSION + 1}'")
    for create in (True, False):
        with pytest.raises(OutputError, match="newer"):
            RunStore(place, create=create)


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


def test_reader_cannot_write(place: Path | str) -> None:
    RunStore(place).close()
    with RunStore(place, create=False) as store, pytest.raises(OutputError, match="read-only"):
        store.save(document(), [record(0)], [""], "f")


def test_second_run_in_the_same_folder(place: Path | str) -> None:
    with RunStore(place) as store:
        store.save(document(), [record(0)], [""], "f")
        began = time.monotonic()
        with pytest.raises(OutputError, match="another run"):
            RunStore(place)
        assert time.monotonic() - began < 30
        process = child(
            """
            began = time.monotonic()
            try:
                RunStore(place)
            except Exception as error:
                print(type(error).__name__, error, "waited" if time.monotonic() - began > 30 else "")
            with RunStore(place, create=False) as store:
                print(store.totals().records)
            """,
            place,
        )
        output, _ = process.communicate(timeout=HANG)
        assert output.startswith("OutputError")
        assert "another run is writing" in output
        assert "{'agreed': 1}" in output, "reading is possible while a run is on"
        assert "waited" not in output
        store.save(document("b"), [record(0, "b")], [""], "f")
    RunStore(place).close()


# Killed at any moment.


@pytest.mark.kill
@pytest.mark.parametrize("moment", ["INSERT INTO records", "INSERT INTO flags", "COMMIT"])
def test_killed_inside_a_save(place: Path | str, moment: str) -> None:
    """The second save replaces the first and is killed in its transaction: the first must still be there."""
    process = child(
        f"""
        from sqlalchemy import event
        store = RunStore(place)
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
        # A small page cache makes SQLite write into its log before the commit: that must not count.
        if engine.dialect.name == "sqlite":
            event.listen(engine, "checkout", lambda connection, *_: connection.execute("PRAGMA cache_size = 5"))
        items = [record(n, flags=(flag(),)) for n in range(1500)]
        store.save(document(records=1500), items, ["second"] * 1500, "f")
        print("not killed")
        """,
        place,
    )
    output, _ = process.communicate(timeout=HANG)
    assert "not killed" not in output
    assert process.returncode == -9
    assert consistent(place)
    with RunStore(place) as store:
        assert [store.record(item.id) for item in store.records()] == [(record(0), "first")]
        store.save(document("b"), [record(0, "b")], [""], "f")
    assert consistent(place)


@pytest.mark.kill
def test_killed_at_random_moments_and_resumed(place: Path | str) -> None:
    chance = random.Random(7)
    for saves in (1, 5, 0, 12, 3, 8):
        process = child(
            """
            store = RunStore(place)
            print("open", flush=True)
            for number in range(10_000):
                name = f"{number % 40:03}"
                store.save(document(name, 60), [record(n, name, flags=(flag(),)) for n in range(60)], ["x"] * 60, "f")
                print("saved", flush=True)
            """,
            place,
        )
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(saves + 1)] == ["open\n", *["saved\n"] * saves]
        time.sleep(chance.uniform(0, 0.05))
        process.kill()
        process.communicate()
        assert consistent(place)
    with RunStore(place) as store:
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


def test_a_run_that_was_stopped_is_known(place: Path | str) -> None:
    with RunStore(place) as writer:
        assert writer.unfinished is None
        writer.begin([Planned("a.txt"), Planned("b.txt"), Planned("c.txt")])
        writer.save(document(), [], [], "f")
        with RunStore(place, create=False) as reader:
            assert reader.unfinished == (3, 1)
    with RunStore(place, create=False) as reader:
        assert reader.unfinished == (3, 1)
    with RunStore(place) as writer:
        writer.begin([Planned("a.txt"), Planned("b.txt")])
        assert writer.unfinished == (2, 1)
        writer.end()
    with RunStore(place, create=False) as reader:
        assert reader.unfinished is None


def test_what_killed_a_run_is_known_before_it_is_begun_again(place: Path | str) -> None:
    with RunStore(place) as store:
        store.begin([Planned("a.txt"), Planned("b.txt")])
        assert store.mark_begun("a.txt") == 1
        assert store.mark_begun("b.txt") == 1
        store.save(document("b.txt", 0), [], [], "f")
        assert store.tried() == {"a.txt": 1}
        store.acquit("a.txt")
        assert (store.tried(), store.mark_begun("a.txt")) == ({}, 1)
    with RunStore(place) as store:
        store.begin([Planned("a.txt"), Planned("b.txt")])
        assert (store.mark_begun("a.txt"), store.mark_begun("b.txt")) == (2, 1)
        store.reopen(["a.txt"])
        assert store.mark_begun("a.txt") == 1


def test_reopened_documents_are_read_again(place: Path | str) -> None:
    with RunStore(place) as store:
        for name in ("a", "b"):
            store.save(document(name), [record(0, name)], [""], "f")
        store.reopen(["b", "never seen"])
        assert [store.is_done(name, "ab" * 32, "f") for name in ("a", "b")] == [True, False]
        assert len(list(store.records())) == 2


def test_files_with_the_same_content_are_told(place: Path | str) -> None:
    with RunStore(place) as store:
        for name in ("b", "a/b", "c"):
            one = document(name, document=SAMPLES["info"](name, sha256="cd" * 32 if name == "c" else "ab" * 32))
            store.save(one, [record(0, name)], [""], "f")
        store.save(document("empty", 0), [], [], "f")
        assert store.copies() == [Copies(1, ["a/b", "b"])]


def test_where_a_stored_file_lay_is_known(place: Path | str) -> None:
    with RunStore(place) as store:
        store.begin([Planned("a", b"/x/a", None, "1f")])
        for name in ("a", "b"):
            store.save(document(name), [record(0, name)], [""], "f")
        assert store.known() == {"a": ("1f", "ab" * 32), "b": ("", "ab" * 32)}
        store.keep_only(["b"])
        assert list(store.known()) == ["b"]


# Files


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o277])
def test_files_and_folder_are_for_their_owner_alone(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with RunStore(path) as store:
            store.save(document(), [record(0)], [""], "f")
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {"run.sqlite", "run.sqlite-wal", "run.lock"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_a_folder_that_was_there_keeps_its_permissions_and_its_database_loses_them(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    path.parent.chmod(0o755)
    RunStore(path).close()
    path.chmod(0o644)
    RunStore(path).close()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_log_is_left_behind(path: Path) -> None:
    with RunStore(path) as store:
        store.save(document(), [record(0)], [""], "f")
        assert path.with_name("run.sqlite-wal").stat().st_size > 0
    assert sorted(file.name for file in path.parent.iterdir()) == ["run.lock", "run.sqlite"]
    path.parent.chmod(0o500)
    try:
        with RunStore(path, create=False) as reader:
            assert len(list(reader.records())) == 1
    finally:
        path.parent.chmod(0o700)


def test_a_reader_at_the_end_of_a_run_loses_nothing(path: Path) -> None:
    with RunStore(path) as store:
        store.save(document(), [record(0)], [""], "f")
        reader = sqlite3.connect(path)
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM records").fetchone() == (1,)
        store.save(document("b"), [record(0, "b")], [""], "f")
    assert reader.execute("SELECT count(*) FROM records").fetchone() == (1,), "it sees what it began with"
    reader.close()
    assert consistent(path)
    with RunStore(path) as store:
        assert len(list(store.records())) == 2
    assert sorted(file.name for file in path.parent.iterdir() if file.is_file()) == ["run.lock", "run.sqlite"]


def test_readers_do_not_wait_for_a_writer_nor_it_for_them(path: Path) -> None:
    with RunStore(path) as store:
        store.save(document(), [record(0)], [""], "f")
        with RunStore(path, create=False) as reader, reader._database._transaction() as reading:
            assert reading.exec_driver_sql("SELECT count(*) FROM records").scalar() == 1
            began = time.monotonic()
            store.save(document("b"), [record(0, "b")], [""], "f")
            assert reading.exec_driver_sql("SELECT count(*) FROM records").scalar() == 1
            with store._database._transaction() as writing:
                writing.exec_driver_sql("UPDATE records SET page = 7")
                with RunStore(path, create=False) as another:
                    assert len(list(another.records())) == 2
            assert time.monotonic() - began < 10


def test_a_file_is_no_run_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(UsageError, match=r"a\.txt: .*it is a file"):
        RunStore(tmp_path / "a.txt" / "run.sqlite", create=False)
