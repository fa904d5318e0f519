"""`extractor layouts`: list, show, infer, test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extractor.cli import main
from extractor.layouts import built_in, load
from tests.servers import completion, endpoint
from tests.test_infer import GOLDEN, questions, scripted
from tests.unknown_layouts import ARROWS, CLAUSES, UNKNOWN, changed


def layouts(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["layouts", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / CLAUSES.file
    path.write_text(CLAUSES.text, encoding="utf-8")
    return path


def infer(source: Path, answer: dict[str, object], *options: object) -> Result:
    with endpoint(scripted(answer)) as server:
        model = ("--model", "scripted", "--base-url", server.base_url, "--language", "en", "--no-cache")
        return layouts("infer", source, *model, *options)


def test_list_shows_every_built_in_layout(tmp_path: Path) -> None:
    done = layouts("list", "--out", tmp_path)
    assert done.exit_code == 0
    assert all(spec.name in done.output and spec.title in done.output for spec in built_in())


@pytest.mark.parametrize("spec", built_in(), ids=lambda spec: spec.name)
def test_shown_layouts_are_layout_files(spec: object, tmp_path: Path) -> None:
    name = spec.name  # type: ignore[attr-defined]
    done = layouts("show", name, "--out", tmp_path)
    assert done.exit_code == 0
    (tmp_path / "copy.toml").write_text(done.output, encoding="utf-8")
    assert load(tmp_path / "copy.toml") == spec


def test_show_of_an_unknown_name() -> None:
    done = layouts("show", "nothing\x1b[31m")
    assert done.exit_code == 2
    assert "layouts list" in done.output
    assert "\x1b[31m" not in done.output


def test_infer_writes_a_layout_that_reads_the_file(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "mine" / "clauses.toml"
    done = infer(source, CLAUSES.answer, "--save", target)
    assert done.exit_code == 0, done.output
    assert "3 projects, 7 indicators, 100% of the text explained, 0 sums off" in done.output
    assert load(target).headers == ("事由", "所需经费（万元）", "办成什么样", "怎样考核")
    assert "annual_labels" in done.output
    tried = layouts("test", source, "--layout", target)
    assert tried.exit_code == 0, tried.output
    assert load(target).name in tried.output
    for name, unknown in UNKNOWN.items():
        other = tmp_path / unknown.file
        other.write_text(unknown.text, encoding="utf-8")
        assert layouts("test", other, "--layout", target).exit_code == int(name != "clauses")


def test_a_person_may_edit_what_was_learnt(source: Path, tmp_path: Path) -> None:
    """A layout that was learnt reads files of another wording once a word is added to it."""
    target = tmp_path / "mine.toml"
    infer(source, CLAUSES.answer, "--save", target)
    source.write_text(CLAUSES.text.replace("须达到：", "要做到："), encoding="utf-8")
    assert layouts("test", source, "--layout", target).exit_code == 1
    text = target.read_text("utf-8")
    target.write_text(text.replace('["须达到"]', '["须达到", "要做到"]'), encoding="utf-8")
    done = layouts("test", source, "--layout", target)
    assert done.exit_code == 0, done.output


def test_infer_refuses_a_wrong_answer(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "wrong.toml"
    done = infer(source, changed(CLAUSES, item_numbers=["任务N）"]), "--save", target)
    assert done.exit_code == 1
    assert "refused: The item number 任务N） in the answer is not printed" in done.output
    assert not target.exists()


def test_infer_without_an_answer(source: Path, tmp_path: Path) -> None:
    with endpoint(lambda request: completion("", finish_reason="content_filter")) as server:
        model = ("--model", "scripted", "--base-url", server.base_url, "--no-cache")
        done = layouts("infer", source, *model, "--save", tmp_path / "none.toml")
    assert done.exit_code == 1
    assert "unanswered: a content filter" in done.output


def test_infer_without_a_model(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXTRACTOR_MODEL", raising=False)
    done = layouts("infer", source)
    assert done.exit_code == 2
    assert "no language model is set" in done.output


def test_infer_asks_nothing_about_a_known_layout() -> None:
    with endpoint(scripted(CLAUSES.answer)) as server:
        model = ("--model", "scripted", "--base-url", server.base_url, "--no-cache")
        done = layouts("infer", GOLDEN / "text-plain-a" / "source.txt", *model)
        assert questions(server) == 0
    assert done.exit_code == 0
    assert "explains it already: dump-plain: 7 projects" in done.output


def test_learnt_layouts_are_listed_and_shown(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    (out / "layouts").mkdir(parents=True)
    infer(source, CLAUSES.answer, "--save", out / "layouts" / "clauses.toml")
    name = load(out / "layouts" / "clauses.toml").name
    assert name in layouts("list", "--out", out).output
    assert json.dumps(CLAUSES.answer["title"], ensure_ascii=False) in layouts("show", name, "--out", out).output


def test_test_names_a_missing_or_broken_layout(source: Path, tmp_path: Path) -> None:
    assert layouts("test", source).exit_code == 2
    (tmp_path / "broken.toml").write_text("x = [", encoding="utf-8")
    done = layouts("test", source, "--layout", tmp_path / "broken.toml")
    assert done.exit_code == 2
    assert "not a valid TOML file" in done.output
    assert ARROWS.file not in done.output
