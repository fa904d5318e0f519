"""The answer cache: text only, private, kept for good; what others planted in it is never decoded."""

from __future__ import annotations

import os
import pickle
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import diskcache
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import OutputError
from extractor.model.cache import AnswerCache, cache_key
from tests.patience import HANG

KEY = cache_key(block="一")


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def rows(folder: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "cache.db")) as database:
        return database.execute("SELECT key, raw, mode, filename, value FROM Cache").fetchall()


def plant(
    folder: Path, key: object, value: object, *, raw: int = 1, mode: int = 1, filename: str | None = None
) -> None:
    with closing(sqlite3.connect(folder / "cache.db")) as database, database:
        database.execute("DELETE FROM Cache WHERE key IS ?", (key,))
        database.execute(
            "INSERT INTO Cache (key, raw, store_time, access_time, mode, filename, value) VALUES (?, ?, 0, 0, ?, ?, ?)",
            (key, raw, mode, filename, value),
        )


def test_what_was_set_is_there_after_a_restart(tmp_path: Path) -> None:
    with AnswerCache(tmp_path / "cache") as cache:
        assert cache.get(KEY) is None
        cache.set(KEY, "答案")
        cache.set(KEY, "新的答案")
    with AnswerCache(tmp_path / "cache") as cache:
        assert cache.get(KEY) == "新的答案"
        assert cache.get(cache_key(block="二")) is None


@pytest.mark.parametrize("length", [0, 1, 2**15 - 1, 2**15, 5_000_000])
def test_text_of_any_size_is_one_row_of_text_and_no_file(tmp_path: Path, length: int) -> None:
    text = "绩" * length
    with AnswerCache(tmp_path / "cache") as cache:
        cache.set(KEY, text)
        assert cache.get(KEY) == text
        assert rows(tmp_path / "cache") == [(KEY, 1, 1, None, text)]
    assert not list((tmp_path / "cache").rglob("*.val"))


@pytest.mark.parametrize("value", [{"a": 1}, b"bytes", 7, None, ["text"]])
def test_nothing_but_text_is_written(tmp_path: Path, value: object) -> None:
    with AnswerCache(tmp_path / "cache") as cache:
        with pytest.raises(ValueError, match="text"):
            cache.set(KEY, value)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="text"):
            cache.set(("a", "b"), "text")  # type: ignore[arg-type]
        assert rows(tmp_path / "cache") == []


@pytest.mark.parametrize("opened", ["before", "after"])
@pytest.mark.parametrize("place", ["value", "file", "key"])
def test_a_planted_pickle_is_never_opened(tmp_path: Path, place: str, opened: str) -> None:
    folder, trace = tmp_path / "cache", tmp_path / "it-ran"
    bomb = pickle.dumps(Bomb(trace))
    with AnswerCache(folder) as cache:
        cache.set(KEY, "text")
        if opened == "after":
            cache.close()
        if place == "value":
            plant(folder, KEY, bomb, mode=4)
        elif place == "file":
            (folder / "ab").mkdir()
            (folder / "ab" / "x.val").write_bytes(bomb)
            plant(folder, KEY, None, mode=4, filename="ab/x.val")
        else:
            plant(folder, bomb, "text", raw=0)
        if opened == "after":
            cache = AnswerCache(folder)
        assert cache.get(KEY) == ("text" if place == "key" else None)
        if place != "key":
            assert rows(folder) == [], "what is not text is dropped where it is found"
        cache.close()
    with AnswerCache(folder) as cache:
        assert all(row[1] == 1 and row[2] == 1 for row in rows(folder)), "the planted row is still there"
        cache.set(KEY, "bought again")
        assert cache.get(KEY) == "bought again"
    assert not trace.exists()


def test_the_bomb_goes_off_in_a_plain_diskcache(tmp_path: Path) -> None:
    """The test above would be worthless with a bomb that is a dud."""
    folder, trace = tmp_path / "cache", tmp_path / "it-ran"
    with diskcache.Cache(str(folder)) as cache:
        cache.set(KEY, "text")
        plant(folder, KEY, pickle.dumps(Bomb(trace)), mode=4)
        cache.get(KEY)
    assert trace.exists()


@pytest.mark.parametrize("mode", [2, 3])
def test_a_row_cannot_make_the_cache_read_or_delete_a_file(tmp_path: Path, mode: int) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("not for you")
    with AnswerCache(tmp_path / "cache") as cache:
        cache.set(KEY, "text")
        plant(tmp_path / "cache", KEY, None, mode=mode, filename="../secret.txt")
        assert cache.get(KEY) is None
        cache.set(KEY, "text")
    assert secret.read_text() == "not for you"


def test_a_planted_setting_is_dropped(tmp_path: Path) -> None:
    with AnswerCache(tmp_path / "cache") as cache:
        cache.set(KEY, "text")
    with closing(sqlite3.connect(tmp_path / "cache" / "cache.db")) as database, database:
        database.execute("INSERT INTO Settings VALUES ('disk_compress_level', 1)")
        database.execute("INSERT INTO Settings VALUES ('sqlite_temp_store_directory', '/tmp')")
    with AnswerCache(tmp_path / "cache") as cache:
        assert cache.get(KEY) == "text"


def test_nothing_is_evicted(tmp_path: Path) -> None:
    with AnswerCache(tmp_path / "cache") as cache:
        store = cache._store
        assert (store.eviction_policy, store.cull_limit) == ("none", 0)
        store.reset("size_limit", 1)
        for index in range(50):
            cache.set(cache_key(index=index), "x" * 10_000)
        assert all(cache.get(cache_key(index=index)) for index in range(50))


def test_the_folder_is_private(tmp_path: Path) -> None:
    wide = tmp_path / "wide"
    wide.mkdir(mode=0o755)
    wide.chmod(0o755)
    for folder in (wide, tmp_path / "new" / "nested"):
        with AnswerCache(folder) as cache:
            cache.set(KEY, "text")
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert stat.S_IMODE((folder / "cache.db").stat().st_mode) & 0o077 == 0


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(OutputError, match="symbolic link"):
        AnswerCache(tmp_path / "link")
    (tmp_path / "real" / "cache.db").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match=r"cache\.db in it is a symbolic link"):
        AnswerCache(tmp_path / "real")


def test_somebody_elses_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(OutputError, match="belongs to another user"):
        AnswerCache(tmp_path / "cache")


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="--cache-dir") as caught:
        AnswerCache(tmp_path / "file" / "cache")
    assert str(tmp_path / "file" / "cache") in str(caught.value)


def test_a_file_that_is_no_database_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "cache.db").write_text("this is not a database, and long enough to be taken for one" * 20)
    with pytest.raises(OutputError, match="not a database"):
        AnswerCache(tmp_path / "cache")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_folder_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(OutputError, match="--no-cache"):
        AnswerCache(tmp_path / "locked" / "cache")


def test_a_dollar_in_the_path_does_not_lead_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELSEWHERE", "x")
    with pytest.raises(OutputError, match=r"\$"):
        AnswerCache(tmp_path / "$ELSEWHERE")


def test_two_processes_share_a_cache(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from extractor.model.cache import AnswerCache, cache_key\n"
        "with AnswerCache(Path(sys.argv[1])) as cache:\n"
        "    for i in range(200): cache.set(cache_key(i=i), sys.argv[2])\n"
    )
    work = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "cache"), name]) for name in "ab"]
    assert [process.wait(timeout=HANG) for process in work] == [0, 0]
    with AnswerCache(tmp_path / "cache") as cache:
        assert {cache.get(cache_key(i=i)) for i in range(200)} <= {"a", "b"}


def test_importing_the_module_does_not_import_diskcache() -> None:
    script = "import sys, extractor.model.cache; sys.exit('diskcache' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@given(st.dictionaries(st.text(max_size=5), st.text() | st.integers() | st.none(), min_size=1))
def test_a_key_is_the_same_whatever_the_order(parts: dict[str, object]) -> None:
    assert cache_key(parts=parts) == cache_key(parts=dict(reversed(list(parts.items()))))
    assert len(cache_key(parts=parts)) == 64


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": "1"}, {"a": 1}),
        ({"a": "1", "b": ""}, {"a": "", "b": "1"}),
        ({"a": None}, {}),
        ({"a": ["x", "y"]}, {"a": ["xy"]}),
        ({"a": 0.0}, {"a": False}),
    ],
)
def test_different_parts_give_different_keys(one: dict[str, object], other: dict[str, object]) -> None:
    assert cache_key(**one) != cache_key(**other)


@pytest.mark.parametrize("part", [float("nan"), object(), {1, 2}, b"x"])
def test_a_key_of_what_json_cannot_say_is_an_error(part: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        cache_key(part=part)
