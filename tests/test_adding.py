"""A run adds to its folder: what is stored stays, and no document is lost by its name or by its content."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from extractor.export import export
from extractor.run import batch, inputs
from extractor.run.adding import place_of
from extractor.run.inputs import Input
from extractor.settings import Settings
from extractor.store import Planned, RunStore

GOLDEN = Path(__file__).parents[1] / "golden"
A, B, C = (GOLDEN / case / "source.txt" for case in ("text-plain-a", "text-plain-b", "text-coded-a"))
SETTINGS = Settings(model=None, cache=False)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(source: Path, name: str) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, name)
    return name


def run(*paths: str, out: str = "out", replace: bool = False, settings: Settings = SETTINGS) -> batch.Outcome:
    found = inputs.find_inputs(paths, without=Path(out)).inputs
    return batch.run(found, Path(out), settings, replace_all=replace)


def stored(out: str = "out") -> dict[str, list[str]]:
    """Ids of the records of every stored file."""
    with RunStore.of(Path(out)) as store:
        found: dict[str, list[str]] = {line.document.file: [] for line in store.documents()}
        for record in store.records():
            found[record.document.file].append(record.id)
    return found


def test_one_more_file_keeps_the_others() -> None:
    run(put(A, "a.txt"), put(B, "b.txt"))
    before = stored()
    outcome = run(put(C, "c.txt"))
    assert (outcome.documents, outcome.resumed, outcome.forgotten) == (1, 0, [])
    assert stored() == before | {"c.txt": stored()["c.txt"]}
    assert list(stored()) == ["a.txt", "b.txt", "c.txt"]


def test_added_one_by_one_it_is_the_same_as_in_one_go() -> None:
    names = [put(A, "a.txt"), put(B, "b.txt"), put(C, "c.txt")]
    for name in reversed(names):
        run(name, out="one")
    run(*names, out="all")
    for name in ("one", "all"):
        with RunStore.of(Path(name)) as store:
            export(store, Path(name))
    for file in ("projects.jsonl", "documents.jsonl", "projects.csv", "indicators.csv", "projects.xlsx"):
        assert Path("one", file).read_bytes() == Path("all", file).read_bytes()


def test_replace_keeps_the_given_files_alone() -> None:
    run(put(A, "a.txt"), put(B, "b.txt"))
    outcome = run("b.txt", replace=True)
    assert (outcome.resumed, outcome.forgotten) == (1, ["a.txt"])
    assert list(stored()) == ["b.txt"]


def test_ids_are_the_same_wherever_a_file_lies_and_whatever_it_is_called() -> None:
    run(put(A, "a.txt"))
    run(put(A, "elsewhere/under/another name.text"), out="other")
    assert [*stored().values()] == [*stored("other").values()]


def test_files_with_the_same_content_are_both_kept_and_named() -> None:
    run(put(A, "one/a.txt"), put(A, "two/a.txt"))
    assert stored()["one/a.txt"] == stored()["two/a.txt"]
    with RunStore.of(Path("out")) as store:
        [copies] = store.copies()
        assert copies.files == ["one/a.txt", "two/a.txt"]
        assert copies.projects == len(stored()["one/a.txt"])


def test_a_file_that_changed_takes_the_place_of_what_it_was() -> None:
    run(put(A, "a.txt"), put(B, "b.txt"))
    put(C, "a.txt")
    outcome = run("a.txt")
    assert (outcome.renamed, outcome.resumed) == ([], 0)
    run(C.as_posix(), out="fresh")
    assert stored()["a.txt"] == next(iter(stored("fresh").values()))


def test_another_file_of_the_same_name_is_kept_beside_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(put(A, "a.txt"))
    put(B, "sub/a.txt")
    monkeypatch.chdir(here / "sub")
    outcome = run("a.txt", out="../out")
    whole = (here / "sub" / "a.txt").as_posix()
    assert outcome.renamed == [("a.txt", whole)]
    monkeypatch.chdir(here)
    assert set(stored()) == {"a.txt", whole}
    monkeypatch.chdir(here / "sub")
    again = run("a.txt", out="../out")
    assert (again.resumed, again.renamed) == (1, [("a.txt", whole)])
    monkeypatch.chdir(here)
    assert len(stored()) == 2


def test_the_same_file_from_elsewhere_is_no_other_one(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(put(A, "a.txt"))
    put(A, "sub/a.txt")
    monkeypatch.chdir(here / "sub")
    outcome = run("a.txt", out="../out")
    assert (outcome.renamed, outcome.resumed) == ([], 1)


def test_a_folder_that_was_moved_with_its_files_goes_on() -> None:
    run(put(A, "work/a.txt"), out="work/out")
    Path("work").rename("moved")
    put(B, "moved/a.txt")
    known = {"work/a.txt": "moved/a.txt"}
    with RunStore.of(Path("moved/out")) as store:
        [(name, kept)] = store.known().items()
    given = Input(known[name], Path(known[name]))
    assert place_of(given, Path("moved/out")) == kept.place


def test_a_file_that_cannot_be_read_does_not_replace_another_one(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(put(A, "a.txt"))
    before = stored()["a.txt"]
    Path("sub").mkdir()
    Path("sub/a.txt").write_bytes(b"")
    monkeypatch.chdir(here / "sub")
    outcome = run("a.txt", out="../out")
    assert (outcome.failed, len(outcome.renamed)) == (1, 1)
    monkeypatch.chdir(here)
    assert stored()["a.txt"] == before


def test_what_is_planned_tells_where_each_file_is() -> None:
    import zipfile

    with zipfile.ZipFile("z.zip", "w") as archive:
        archive.write(A, "in/a.txt")
    run(put(A, "a.txt"), "z.zip")
    with RunStore.of(Path("out")) as store:
        planned = {one.file: one for one in store.planned()}
    assert planned["a.txt"] == Planned("a.txt", os.fsencode(os.path.abspath("a.txt")), None, planned["a.txt"].place)
    assert planned["z.zip/in/a.txt"].member == "in/a.txt"
    assert planned["z.zip/in/a.txt"].path == os.fsencode(os.path.abspath("z.zip"))
    assert planned["a.txt"].place != planned["z.zip/in/a.txt"].place
