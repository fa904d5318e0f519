"""What older versions wrote is taken over; the tables that migrations make are those that the program makes."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from hashlib import sha256
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from extractor.errors import OutputError
from extractor.export import export
from extractor.schemas.record import Record
from extractor.store import RunStore
from extractor.store.tables import SCHEMA_VERSION, VERSION_TABLE, metadata
from tests.stores import raw

OLD = Path(__file__).with_name("old_stores")
VERSIONS = ("0.4.0", "0.5.0", "0.6.0")


@pytest.fixture(params=VERSIONS)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A run folder that this version wrote: two lists of projects, a document without, one that failed."""
    folder = tmp_path / request.param
    folder.mkdir()
    (folder / "run.sqlite").write_bytes(gzip.decompress((OLD / f"{request.param}.sqlite.gz").read_bytes()))
    return folder


def test_everything_is_taken_over(old: Path) -> None:
    database = old / "run.sqlite"
    lines = raw(database, "SELECT line, source FROM records ORDER BY file, block_index")
    documents = [line for (line,) in raw(database, "SELECT line FROM documents ORDER BY file")]
    columns = "name, unit, department, fiscal_year, total, fiscal, total_yuan, goal, status, flags, page, char_end"
    before = raw(database, f"SELECT {columns} FROM records ORDER BY file, block_index")
    flags = raw(database, "SELECT file, block_index, code, message, spans FROM flags ORDER BY 1, 2, position")
    assert len(lines) > 8
    assert flags
    with RunStore(database) as store:
        now = list(store.records_with_sources())
        assert [source for _, source in now] == [source for _, source in lines]
        assert list(store.document_lines()) == documents
        totals = store.totals()
        assert (totals.calls, totals.cached, totals.input_tokens, totals.output_tokens) == (4, 2, 100, 50)
        assert totals.documents == {"failed": 1, "no_projects": 1, "read": 2}
        assert store.unfinished is None
    for (stored, _), (line, _) in zip(now, lines, strict=True):
        content = f"{stored.document.sha256}\0{stored.block.index}"
        assert stored.id == sha256(content.encode()).hexdigest()[:16]
        assert stored == Record.model_validate_json(line).model_copy(update={"id": stored.id})
    assert raw(database, f"SELECT {columns} FROM records ORDER BY file, block_index") == before
    assert raw(database, "SELECT file, block_index, code, message, spans FROM flags ORDER BY 1, 2, position") == flags
    orphans = (
        "SELECT count(*) FROM flags LEFT JOIN records ON id = record_id WHERE record_id IS NOT NULL AND id IS NULL"
    )
    assert raw(database, orphans) == [(0,)]
    assert raw(database, "PRAGMA integrity_check") == [("ok",)]
    assert raw(database, "PRAGMA foreign_key_check") == []


def test_it_is_taken_over_where_it_is_only_read(old: Path) -> None:
    with RunStore.of(old) as store:
        records = list(store.records("en"))
        assert store.record(records[0].id) is not None
        assert all(file.stat().st_size > 0 for file in export(store, old, formats=("jsonl", "csv")))
    with RunStore.of(old) as store:
        assert list(store.records("en")) == records
    assert sorted(file.name for file in old.iterdir() if "sqlite" in file.name) == ["run.sqlite"]


def test_it_is_smaller_afterwards(old: Path) -> None:
    before = (old / "run.sqlite").stat().st_size
    RunStore(old / "run.sqlite").close()
    assert (old / "run.sqlite").stat().st_size < before


def test_the_words_of_the_first_version_stay_in_its_language_and_others_are_put_into_any(old: Path) -> None:
    with RunStore.of(old) as store:
        messages = {flag.message for record in store.records("en") for flag in record.flags}
    chinese = [message for message in messages if any("\u4e00" <= character <= "\u9fff" for character in message[:4])]
    assert messages
    assert bool(chinese) == (old.name == "0.4.0")


def test_the_tables_are_those_of_a_new_store(old: Path) -> None:
    RunStore(old / "run.sqlite").close()
    RunStore(old / "new" / "run.sqlite").close()
    statement = "SELECT count(*) FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND type IN ('table', 'index')"
    assert raw(old / "run.sqlite", statement) == raw(old / "new" / "run.sqlite", statement)
    for place in (old / "run.sqlite", old / "new" / "run.sqlite"):
        assert raw(place, f"SELECT version_num FROM {VERSION_TABLE}") == [(str(SCHEMA_VERSION),)]
        engine = create_engine(f"sqlite:///{place}")
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
            )
            assert compare_metadata(context, metadata) == []
        engine.dispose()


def test_a_migration_that_is_broken_off_has_done_nothing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = old / "run.sqlite"
    before = raw(database, "SELECT line FROM records ORDER BY file, block_index")

    def fail(*_: object) -> None:
        raise OutputError("the disk is full")

    monkeypatch.setattr("extractor.store.backends.Sqlite.stamp", fail)
    with pytest.raises(OutputError, match="full"):
        RunStore(database)
    assert raw(database, "SELECT line FROM records ORDER BY file, block_index") == before
    monkeypatch.undo()
    with RunStore(database) as store:
        assert len(list(store.records())) == len(before)


def test_an_older_version_refuses_what_this_one_wrote(tmp_path: Path) -> None:
    """By the number that versions up to 0.6.0 look at."""
    RunStore(tmp_path / "run.sqlite").close()
    [(version,)] = raw(tmp_path / "run.sqlite", "PRAGMA user_version")
    assert version > 2


def test_a_version_that_never_was(tmp_path: Path) -> None:
    RunStore(tmp_path / "run.sqlite").close()
    raw(tmp_path / "run.sqlite", "PRAGMA user_version = 1")
    with pytest.raises(OutputError, match="older"):
        RunStore(tmp_path / "run.sqlite")


@pytest.mark.skipif(sqlite3.sqlite_version_info < (3, 37), reason="an older SQLite")
def test_a_folder_on_a_read_only_disk_is_not_taken_over_in_silence(old: Path) -> None:
    shutil.move(old / "run.sqlite", old / "kept.sqlite")
    (old / "run.sqlite").symlink_to("kept.sqlite")
    (old / "run.lock").mkdir()
    with pytest.raises(OutputError, match="output folder"):
        RunStore.of(old)
