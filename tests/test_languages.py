"""A finished run can be shown in either language altogether, whatever language it was run in."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Literal

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from extractor.cli import main
from extractor.export import export
from extractor.readers import read
from extractor.report import report
from extractor.run import batch, inputs
from extractor.schemas.finding import Fact, Said, Told
from extractor.schemas.layout import COLUMN_LABELS
from extractor.settings import Settings
from extractor.store import RunStore
from extractor.store.folder import DATABASE
from tests.servers import Reply, Request, completion, endpoint
from tests.test_infer import GOLDEN, is_question, stored
from tests.test_messages import PRINTED_TERMS, TABLE
from tests.unknown_layouts import CLAUSES, UNKNOWN

Language = Literal["zh", "en"]

pytestmark = pytest.mark.golden  # runs over many golden cases

CHINESE = re.compile(r"[\u4e00-\u9fff]+")
TERMS = re.compile("|".join([*sorted(COLUMN_LABELS.values(), key=len, reverse=True), "[\u4e00-\u9fff]{2,5}指标"]))
"""Names of columns and of categories, which a message quotes as they are printed."""
CASES = (
    *("text-plain-b", "text-coded-a", "text-spaced-b", "form-a", "by-indicator-a", "xlsx-a"),
    *("negative", "negative-template", "negative-department", "ocr-a"),
)
BOTH_WAYS = pytest.mark.parametrize(("own", "other"), [("zh", "en"), ("en", "zh")])


def documents(folder: Path) -> Path:
    """Tables with all kinds of doubts, no tables, tables that no layout explains, and what is no document."""
    folder.mkdir()
    for case in CASES:
        (source,) = (GOLDEN / case).glob("source.*")
        shutil.copy(source, folder / f"{case}{source.suffix}")
    for unknown in UNKNOWN.values():
        stored(unknown, folder)
    text = read(str(GOLDEN / "text-plain-b" / "source.txt")).text
    (folder / "cut.txt").write_text(text[: len(text) * 2 // 3], encoding="utf-8")
    (folder / "twice.txt").write_text(text + text, encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    return folder


def little_help(request: Request) -> Reply:
    """A model that knows one layout, which it sees everywhere, and whose readings are cut off."""
    answer = json.dumps(CLAUSES.answer, ensure_ascii=False)
    return completion(calls=(answer,)) if is_question(request) else completion("", finish_reason="length")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same documents read in Chinese and in English."""
    folder = tmp_path_factory.mktemp("languages")
    found = inputs.find_inputs([str(documents(folder / "documents"))]).inputs
    languages: tuple[Language, ...] = ("zh", "en")
    with endpoint(little_help) as server:
        for language in languages:
            settings = Settings(
                model="scripted", base_url=server.base_url, cache=False, attempts=1, reasks=0, language=language
            )
            batch.run(found, folder / language, settings)
    return {language: folder / language for language in languages}


def shown(run: Path, folder: Path, language: str) -> dict[str, bytes]:
    """Everything that can be made of a run, in one language."""
    with RunStore(run / DATABASE, create=False) as store:
        written = export(store, folder, formats=("jsonl", "csv", "xlsx", "sqlite"), language=language)
        written.append(report(store, folder / "report.html", language=language))
        doubtful = [record.id for record in store.records() if record.flags]
    found = {path.name: path.read_bytes() for path in written}
    for identity in doubtful[:10]:
        done = CliRunner().invoke(main, ["show", identity, "--out", str(run), "--language", language])
        assert done.exit_code == 0, done.output
        found[identity] = done.output.encode()
    return found


def pieces_of_messages(language: str) -> list[str]:
    """What stands in our messages between the facts, where it is too long to stand in a document by chance."""
    shortest = {"zh": 6, "en": 18}[language]
    found = (piece.strip() for entry in TABLE.values() for piece in re.split(r"\{\w+\}", entry[language]))
    return sorted({piece for piece in found if len(piece) >= shortest})


def test_the_documents_are_told_about_in_many_ways(runs: dict[str, Path]) -> None:
    with RunStore(runs["zh"] / DATABASE, create=False) as store:
        lines, records = list(store.documents()), list(store.records())
    flags = [*(flag for line in lines for flag in line.flags), *(flag for record in records for flag in record.flags)]
    assert len({flag.code for flag in flags}) >= 6
    assert {line.status for line in lines} == {"read", "no_projects", "failed"}
    assert {line.learning.outcome for line in lines if line.learning} == {"learnt", "refused"}


@BOTH_WAYS
def test_a_run_is_shown_in_the_other_language_as_if_it_had_been_run_in_it(
    runs: dict[str, Path], tmp_path: Path, own: str, other: str
) -> None:
    there, native = shown(runs[own], tmp_path / "a", other), shown(runs[other], tmp_path / "b", other)
    assert there.keys() == native.keys()
    assert [name for name in there if there[name] != native[name]] == []


@BOTH_WAYS
def test_no_sentence_stays_in_the_language_of_the_run(
    runs: dict[str, Path], tmp_path: Path, own: str, other: str
) -> None:
    there, native = shown(runs[own], tmp_path / "a", other), shown(runs[own], tmp_path / "b", own)
    pieces = pieces_of_messages(own)
    for name in ("projects.jsonl", "documents.jsonl", "report.html"):
        assert [piece for piece in pieces if piece in there[name].decode()] == [], name
        assert any(piece in native[name].decode() for piece in pieces), name


def test_english_holds_no_chinese_but_words_of_the_source(runs: dict[str, Path]) -> None:
    with RunStore(runs["zh"] / DATABASE, create=False) as store:
        told = list(store.records_with_sources("en"))
    assert any(record.flags for record, _ in told)
    for record, text in told:
        printed = "".join(text.split()) + record.project.model_dump_json()
        for flag in record.flags:
            foreign = CHINESE.findall(PRINTED_TERMS.sub("", TERMS.sub("", flag.message)))
            assert all(word in printed for word in foreign), flag.message


def test_a_run_goes_on_in_another_language(tmp_path: Path) -> None:
    """The language is nothing that a document would have to be read anew for."""
    cases = [str(source) for case in CASES[:3] for source in (GOLDEN / case).glob("source.*")]
    lines = {}
    for out, languages in {"fresh": ["en"], "both": ["zh", "en"]}.items():
        for language in languages:
            done = CliRunner().invoke(
                main, ["run", *cases, "--out", str(tmp_path / out), "--language", language, "--model", "none"]
            )
        assert ("done before" in done.output) == (out == "both"), done.output
        lines[out] = [(tmp_path / out / name).read_bytes() for name in ("projects.jsonl", "documents.jsonl")]
    assert lines["fresh"] == lines["both"]


FACTS: st.SearchStrategy[Fact] = st.recursive(
    st.text() | st.integers(),
    lambda facts: st.builds(Said, st.text(), st.dictionaries(st.text(), facts)) | st.lists(facts).map(tuple),
    max_leaves=8,
)
SAID = st.builds(Said, st.text(), st.dictionaries(st.text(), FACTS))


@given(st.builds(Told, st.lists(SAID).map(tuple), st.lists(FACTS).map(tuple), st.none() | FACTS.filter(bool)))
def test_what_is_told_is_the_same_from_json(told: Told) -> None:
    assert Told.from_plain(json.loads(json.dumps(told.plain()))) == told
