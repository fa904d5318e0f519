"""Batches: what is an input, what one bad file costs, resuming after a kill, tables cut off in the middle."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest

from extractor.errors import InputError, LayoutError, OutputError, UsageError
from extractor.export import DEFAULT, export
from extractor.model import ModelAnswer
from extractor.pipeline import DocumentResult, cut, finish, survey
from extractor.readers import read
from extractor.readers.plain.decode import decode
from extractor.run import batch, inputs, unit
from extractor.run.fingerprint import fingerprint
from extractor.schemas.document import Block
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import FlagCode, ModelUse
from extractor.settings import Settings
from extractor.store import RunStore
from extractor.store.folder import DATABASE, FORMATS
from tests.golden_sources import sources
from tests.second_readers import StubReader, agreeing, right_answers

SETTINGS = Settings(model=None, cache=False)
FILES = [name for known in DEFAULT for name in FORMATS[known]]
GOLDEN = Path(__file__).parents[1] / "golden"
CASES = sources()
TABLES = [
    path
    for path in CASES
    if path.suffix in {".txt", ".md", ".tsv", ".csv"} and not path.parent.name.startswith(("negative", "prose", "form"))
]
"""Tables in plain text, which can be cut off anywhere."""
SMALL = GOLDEN / "text-plain-b" / "source.txt"


def run(
    folder: Path, *paths: Path | str, out: str = "out", settings: Settings = SETTINGS, replace: bool = False
) -> batch.Outcome:
    found = inputs.find_inputs([str(path) for path in paths], without=folder / out)
    outcome = batch.run(found.inputs, folder / out, settings, replace_all=replace)
    with RunStore(folder / out / DATABASE, create=False) as store:
        export(store, folder / out)
    return outcome


def exported(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


def lines(folder: Path, name: str = "documents.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]


def status(folder: Path) -> dict[str, str]:
    return {line["document"]["file"].rpartition("/")[2]: line["status"] for line in lines(folder)}


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A folder with every golden document."""
    folder = tmp_path / "in"
    for source in CASES:
        (folder / source.parent.name).mkdir(parents=True)
        shutil.copy(source, folder / source.parent.name / source.name)
    return folder


# Inputs


def names(found: inputs.FoundInputs, folder: Path) -> list[str]:
    return [given.name.removeprefix(f"{folder.as_posix()}/") for given in found.inputs]


def test_files_of_a_folder(tmp_path: Path) -> None:
    for name in (
        "b.TXT",
        "a.md",
        "sub/c.csv",
        "sub/d.tsv",
        "e.pdf",
        "f.docx",
        "g.py",
        "h",
        ".hidden.txt",
        "~$i.docx",
        ".git/j.txt",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = inputs.find_inputs([str(tmp_path)])
    assert names(found, tmp_path) == ["a.md", "b.TXT", "e.pdf", "f.docx", "sub/c.csv", "sub/d.tsv"]
    assert found.ignored == 2
    assert names(inputs.find_inputs([str(tmp_path / "g.py")]), tmp_path) == ["g.py"]


def test_a_file_given_twice_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("x")
    (tmp_path / "b.txt").symlink_to("in/a.txt")
    given = ["in/a.txt", "./in//a.txt", "in", str(tmp_path / "in"), "in/../in/a.txt", "b.txt"]
    assert inputs.find_inputs(given) == ([inputs.Input("in/a.txt", Path("in/a.txt"))], 0)


def test_links_are_followed_but_not_round_in_circles(tmp_path: Path) -> None:
    (tmp_path / "in/sub").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    for name in ("in/a.txt", "in/sub/b.txt", "other/c.txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "in/sub/up").symlink_to("..")
    (tmp_path / "in/other").symlink_to(tmp_path / "other")
    (tmp_path / "in/gone.txt").symlink_to("nowhere.txt")
    (tmp_path / "in/self.txt").symlink_to("self.txt")
    found = inputs.find_inputs([str(tmp_path / "in")])
    assert names(found, tmp_path / "in") == ["a.txt", "gone.txt", "other/c.txt", "self.txt", "sub/b.txt"]


@pytest.mark.parametrize("path", ["absent", "a.txt/b", "x" * 300, "\x1b[31mred"])
def test_a_path_that_does_not_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(UsageError):
        inputs.find_inputs(["a.txt", path])


@pytest.mark.parametrize("out", [".", "out", "sub/out"])
def test_results_of_runs_are_no_input(tmp_path: Path, out: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(SMALL, folder / "a.txt")
    first = run(folder, folder, out=out)
    before = exported(folder / out)
    second = run(folder, folder, out=out)
    third = run(folder, folder, out="another")  # the first run's folder lies in the input as well
    assert (first.documents, second.documents, second.resumed, third.documents) == (1, 1, 1, 1)
    assert exported(folder / out) == before


# One bad file


@pytest.mark.golden
def test_a_bad_file_costs_no_other_file_anything(documents: Path, tmp_path: Path) -> None:
    run(tmp_path, documents, out="good")
    bad = {
        "empty.txt": b"",
        "blank.txt": b" \r\n",
        "binary.txt": bytes(range(256)) * 9,
        "cut.txt": SMALL.read_bytes()[:-1],
        "report.pdf": b"%PDF-1.7",
        "report.docx": b"PK\x03\x04",
        "page.html": b"<html>",
    }
    for name, raw in bad.items():
        (documents / name).write_bytes(raw)
    os.mkfifo(documents / "pipe.txt")
    (documents / "gone.txt").symlink_to("nowhere")
    failed = {*bad, "pipe.txt", "gone.txt"}
    outcome = run(tmp_path, documents)
    assert outcome.failed == len(failed)
    assert {Path(name).name for name, _ in outcome.failures} == failed
    assert all(";" in why and str(documents) not in why for _, why in outcome.failures)  # what it is; what to do
    assert {name for name, became in status(tmp_path / "out").items() if became == "failed"} == failed
    assert exported(tmp_path / "out")["projects.jsonl"] == exported(tmp_path / "good")["projects.jsonl"]
    # Failed files are tried again, all others are not.
    again = run(tmp_path, documents)
    assert (again.failed, again.resumed) == (len(failed), len(CASES))


def test_a_file_that_vanishes_before_its_turn(documents: Path, tmp_path: Path) -> None:
    found = inputs.find_inputs([str(documents)])
    last = found.inputs[-1].path

    def remove(event: batch.Event) -> None:
        last.unlink(missing_ok=True)

    outcome = batch.run(found.inputs, tmp_path / "out", SETTINGS, remove)
    assert [(name, why.split(";")[0]) for name, why in outcome.failures] == [
        (found.inputs[-1].name, "does not exist (any more)")
    ]
    assert outcome.documents == len(CASES)


@pytest.mark.golden
def test_blocks_found_are_records_and_failures(documents: Path, tmp_path: Path) -> None:
    run(tmp_path, documents)
    found = lines(tmp_path / "out")
    records = lines(tmp_path / "out", "projects.jsonl")
    assert len(found) == len(CASES)
    for line in found:
        counts = line["counts"]
        assert counts["blocks"] == counts["records"] + counts["failed"]
        own = [record for record in records if record["document"]["file"] == line["document"]["file"]]
        assert len(own) == counts["blocks"]
        assert [record["block"]["index"] for record in own] == list(range(counts["blocks"]))
        characters = line["characters"]
        assert sum(characters.values()) == 2 * characters["total"]
    assert len({record["id"] for record in records}) == len(records)


STRANGE = [
    b"new\nline.txt",
    b"\x1b[31mred\x07.txt",
    b"\xff\xb1\xed.txt",
    "长".encode() * 83 + b".txt",
    b"[bold]:smile:.txt",
    b"'=cmd|x!A1,\".txt",
    "\u202e右到左.txt".encode(),
    b"%s{name}.txt",
]


def test_strange_file_names(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in STRANGE:
        shutil.copy(SMALL, os.path.join(os.fsencode(folder), name))
    outcome = run(tmp_path, folder)
    assert (outcome.documents, outcome.failed) == (len(STRANGE), 0)
    written = {line["document"]["file"].rpartition("/")[2] for line in lines(tmp_path / "out")}
    assert written == {name.decode("utf-8", "backslashreplace") for name in STRANGE}
    assert len((tmp_path / "out/projects.jsonl").read_bytes().split(b"\n")) == 5 * len(STRANGE) + 1
    assert run(tmp_path, folder).resumed == len(STRANGE)


# Resuming


@pytest.mark.golden
def test_a_second_run_changes_no_byte(documents: Path, tmp_path: Path) -> None:
    run(tmp_path, documents)
    before = exported(tmp_path / "out")
    again = run(tmp_path, documents)
    assert (again.resumed, again.documents) == (len(CASES), len(CASES))
    assert exported(tmp_path / "out") == before
    run(tmp_path, documents, out="elsewhere")
    assert exported(tmp_path / "elsewhere") == before


def test_what_is_done_is_not_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.html").write_text("<table><tr><th>项目名称<th>总计<th>绩效目标<tr><td>甲<td>1<td>好</table>")
    assert run(tmp_path, tmp_path / "a.html").failed == 0
    monkeypatch.setattr(unit, "parse", None)
    assert run(tmp_path, tmp_path / "a.html").resumed == 1


@pytest.mark.golden
def test_what_changed_is_read_again_and_what_is_gone_is_reported(documents: Path, tmp_path: Path) -> None:
    run(tmp_path, documents)
    gone, changed = documents / "text-coded-a/source.txt", documents / "text-plain-b/source.txt"
    gone.unlink()
    shutil.copy(GOLDEN / "text-plain-a/source.txt", changed)
    outcome = run(tmp_path, documents, replace=True)
    assert outcome.forgotten == [gone.as_posix()]
    assert (outcome.documents, outcome.resumed) == (len(CASES) - 1, len(CASES) - 2)
    assert exported(tmp_path / "out") == exported_of_fresh_run(documents, tmp_path)
    files = {line["document"]["file"] for line in lines(tmp_path / "out", "projects.jsonl")}
    assert gone.as_posix() not in files


def exported_of_fresh_run(documents: Path, tmp_path: Path) -> dict[str, bytes]:
    run(tmp_path, documents, out="fresh")
    return exported(tmp_path / "fresh")


@pytest.mark.golden
def test_other_settings_read_again(documents: Path, tmp_path: Path) -> None:
    run(tmp_path, documents)
    strict = Settings(model=None, cache=False, layout_coverage=0.99)
    assert run(tmp_path, documents, settings=strict).resumed == 0
    assert run(tmp_path, documents, settings=strict).resumed == len(CASES)
    assert fingerprint(SETTINGS) != fingerprint(strict)
    assert fingerprint(SETTINGS) == fingerprint(
        Settings(model=None, concurrency=3, timeout=9, cache_dir=Path("/x"), language="en")
    )


def test_what_a_document_was_read_with_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    other = [
        SETTINGS,
        Settings(),
        Settings(model="m"),
        Settings(model="n"),
        Settings(model="m", ask="doubtful"),
        Settings(model="m", ask="sample:0.1"),
        Settings(model="m", base_url="http://localhost/v1"),
    ]
    assert len({fingerprint(settings) for settings in other}) == len(other)
    # What to ask a language model is nothing to a run without one.
    assert fingerprint(Settings(ask="doubtful")) == fingerprint(Settings())
    before = [fingerprint(settings) for settings in other]
    monkeypatch.setattr("extractor.builtin.digest", lambda: "other weights")
    after = [fingerprint(settings) for settings in other]
    assert [one == two for one, two in zip(before, after, strict=True)] == [True, *[False] * (len(other) - 1)]


def _stored(database: Path) -> int:
    """Documents in a database whose writer was killed; opening it undoes the save in which that happened."""
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])


DYING = """
import os, signal, sys, threading
from extractor.cli import main
from extractor.store import RunStore

put, last = RunStore.put, int(sys.argv.pop(1))

def counted(*arguments):
    global last
    put(*arguments)
    last -= 1
    if last == 0:
        threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGKILL)).start()
    if last == -20:  # the timer is late, on a busy machine
        os.kill(os.getpid(), signal.SIGKILL)

RunStore.put = counted
main()
"""
"""The command line, killed a moment after it has saved so many documents, whatever it does then."""


@pytest.mark.kill
def test_a_killed_run_goes_on_and_ends_like_one_that_was_not(tmp_path: Path) -> None:
    total = 160
    for number, source in enumerate(islice(cycle(CASES), total)):
        target = tmp_path / "in" / f"{number:03}" / source.parent.name
        target.mkdir(parents=True)
        shutil.copy(source, target / source.name)
    arguments = ["run", "in", "--model", "none", "--quiet", "--out"]
    for saves in ("10", "50"):
        killed = subprocess.run([sys.executable, "-c", DYING, saves, *arguments, "out"], cwd=tmp_path, check=False)
        assert killed.returncode == -signal.SIGKILL
    command = [sys.executable, "-m", "extractor", *arguments]
    half = _stored(tmp_path / "out/run.sqlite")
    assert 60 <= half < total
    assert not (tmp_path / "out/projects.jsonl").exists()
    with RunStore(tmp_path / "out/run.sqlite", create=False) as store:
        assert store.unfinished == (total, half)
    resumed = subprocess.run([*command, "out"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"({half:,} done before)" in resumed.stdout
    with RunStore(tmp_path / "out/run.sqlite", create=False) as store:
        assert store.unfinished is None
    subprocess.run([*command, "undisturbed"], cwd=tmp_path, capture_output=True, check=True)
    assert exported(tmp_path / "out") == exported(tmp_path / "undisturbed")


# Three readers


class Slow:
    """A language model that takes its time and notes how many documents the other readers have read meanwhile."""

    name = "slow"

    def __init__(self, right: dict[str, ProjectReading], reader: StubReader) -> None:
        self.right, self.reader = right, reader
        self.seen: list[int] = []

    async def read(self, block: Block) -> ModelAnswer:
        await asyncio.sleep(0.05)
        self.seen.append(len(self.reader.documents))
        use = ModelUse(name=self.name, prompt="p", cached=False)
        return ModelAnswer(self.right[block.content.text], use, from_cache=False)

    async def close(self) -> None:
        pass


def test_few_documents_wait_for_answers_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_HELD", 10)
    for number in range(12):
        (tmp_path / f"{number:02}.txt").write_bytes(SMALL.read_bytes())
    right = right_answers([str(SMALL)])
    reader = agreeing(right, {next(iter(right)): None})  # one question for each document of five projects
    model = Slow(right, reader)
    settings = Settings(model="m", ask="doubtful", cache=False)
    given = inputs.find_inputs([str(tmp_path)]).inputs
    outcome = batch.run(given, tmp_path / "out", settings, model=model, reader=reader)
    assert (outcome.documents, outcome.failed, len(model.seen), len(reader.documents)) == (12, 0, 12, 12)
    assert model.seen[0] <= 4


@pytest.mark.parametrize("ask", ["all", "doubtful"])
def test_a_document_that_cannot_be_cut_fails_alone(tmp_path: Path, ask: str) -> None:
    text = "项目支出绩效目标表\n项目名称 总计 财政拨款 绩效目标 绩效指标\n甲\n乙\n1、数量；年度指标值:3；\n"
    (tmp_path / "bad.txt").write_text(text, encoding="utf-8")
    shutil.copy(SMALL, tmp_path / "good.txt")
    with pytest.raises(LayoutError):
        finish(survey(cut(read(tmp_path / "bad.txt"))), {}, SETTINGS)
    right = right_answers([str(SMALL)])
    reader = agreeing(right)
    settings = Settings(model="m", ask=ask, cache=False)
    given = inputs.find_inputs([str(tmp_path)]).inputs
    outcome = batch.run(given, tmp_path / "out", settings, model=Slow(right, reader), reader=reader)
    assert [Path(name).name for name, _ in outcome.failures] == ["bad.txt"]
    assert "fault" not in outcome.failures[0][1]
    assert outcome.documents == 2


# The output folder


@pytest.mark.parametrize("out", ["file", "file/below", "/proc/x", "/dev/null/x"])
def test_an_output_folder_that_cannot_be_made(tmp_path: Path, out: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match=r"cannot be made .*; choose another with --out"):
        batch.run([inputs.Input("a.txt", SMALL)], tmp_path / out, SETTINGS)
    assert (tmp_path / "file").read_text() == "x"


def test_a_database_that_fails_ends_the_run(documents: Path, tmp_path: Path) -> None:
    def break_it(event: batch.Event) -> None:
        with sqlite3.connect(tmp_path / "out/run.sqlite") as connection:
            connection.execute("DROP TABLE documents")

    with pytest.raises(OutputError, match=r"run\.sqlite"):
        batch.run(inputs.find_inputs([str(documents)]).inputs, tmp_path / "out", SETTINGS, break_it)


# Documents that are not whole

SHARES = (0.05, 0.15, 0.3, 0.45, 0.6, 0.75, 0.85, 0.95, 0.99)
SENTENCE_ENDS = ("。", "；", ";", "！", "”", "）", ")")


def extract(folder: Path, text: str, suffix: str) -> DocumentResult | InputError:
    path = folder / f"cut{suffix}"
    path.write_bytes(text.encode())
    try:
        return finish(survey(cut(read(path))), {}, SETTINGS)
    except InputError as error:
        return error


def visible(result: DocumentResult | InputError) -> set[str]:
    """How a person sees that something is missing: flags of the last record and of the document, text left over."""
    if isinstance(result, InputError):
        return {"failed"}
    if not result.records:
        return {result.document.status}
    flags = [*result.records[-1].flags, *result.document.flags]
    signs = {str(flag.code) for flag in flags if not flag.is_information}
    return signs | ({"text outside"} if result.document.characters.outside else set())


def ends_with_a_whole_row(text: str) -> bool:
    """Whether a bar ends the last row, and it has as many bars as the row above it."""
    *_, above, last = ["", *text.split("\n")]
    return last.endswith("|") and last.count("|") == above.count("|")


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("source", TABLES, ids=lambda path: path.parent.name)
def test_a_table_cut_off_in_the_middle(tmp_path: Path, source: Path, share: float) -> None:
    text, _ = decode(source.read_bytes(), "x")
    text = text[: int(len(text) * share)]
    result = extract(tmp_path, text, source.suffix)
    signs = visible(result)
    if isinstance(result, DocumentResult) and result.records:
        counts = result.document.counts
        assert counts.blocks == counts.records + counts.failed == len(result.records)
    # The sum of one body holds also where a later body's rows are gone.
    grand = isinstance(result, DocumentResult) and any(one.kind == "grand_total" for one in result.document.totals)
    has_totals = grand and isinstance(result, DocumentResult) and bool(result.records)
    if has_totals and share <= 0.75:
        assert FlagCode.SUM_MISMATCH in signs
    # Where no totals are printed, a copy that ends with a whole sentence, row or header looks like a whole copy;
    # so does one that lacks nothing but the end of its last, withheld, entry.
    whole = text.rstrip(' \r\n\t|"').endswith(SENTENCE_ENDS) or text.endswith("\t绩") or ends_with_a_whole_row(text)
    withheld = isinstance(result, DocumentResult) and bool(result.records) and result.records[-1].project.withheld
    assert signs or whole or withheld


def test_how_many_cuts_are_seen(tmp_path: Path) -> None:
    seen: dict[str, int] = {}
    for source in TABLES:
        text, _ = decode(source.read_bytes(), "x")
        seen[source.parent.name] = sum(
            bool(visible(extract(tmp_path, text[: int(len(text) * share)], source.suffix))) for share in SHARES
        )
    assert sum(seen.values()) >= 0.95 * len(SHARES) * len(TABLES), seen


@pytest.mark.parametrize("source", TABLES, ids=lambda path: path.parent.name)
def test_a_whole_table_is_not_taken_for_a_cut_one(tmp_path: Path, source: Path) -> None:
    text, _ = decode(source.read_bytes(), "x")
    for ending in ("\n", "\r\n\r\n", "\n\f"):
        result = extract(tmp_path, text.rstrip() + ending, source.suffix)
        assert isinstance(result, DocumentResult)
        assert not [flag for flag in result.document.flags if flag.code == FlagCode.BOUNDARY_UNSURE]
