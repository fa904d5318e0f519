"""What a run has left to do: shown, read again, and told before it is paid for."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extractor.cli import main
from extractor.store import RunStore
from extractor.store.fingerprints import stale
from tests.second_readers import StubReader, right_answers
from tests.servers import Reply, Request, answering, block_of, completion, endpoint

GOLDEN = Path(__file__).parents[1] / "golden"
A, B = (GOLDEN / case / "source.txt" for case in ("text-plain-a", "text-plain-b"))
BAD = "项目支出绩效目标表\n项目名称 总计 财政拨款 绩效目标 绩效指标\n甲\n乙\n1、数量；年度指标值:3；\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("extractor.builtin.load", lambda settings: StubReader())
    shutil.copy(A, "a.txt")
    shutil.copy(B, "b.txt")


def extractor(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def why() -> dict[str, str]:
    with RunStore.of(Path("out")) as store:
        return {one.file: one.why for one in store.overview().unsettled}


def test_a_failed_document_is_shown_and_read_again_alone() -> None:
    Path("bad.txt").write_text(BAD, encoding="utf-8")
    assert extractor("run", "a.txt", "bad.txt", "--model", "none").exit_code == 1
    assert why() == {"bad.txt": "failed"}
    shown = extractor("status", "out")
    assert "failed: bad.txt: " in shown.output
    shutil.copy(B, "bad.txt")
    again = extractor("retry", "out", "--model", "none")
    assert again.exit_code == 0, again.output
    assert "[1/1] bad.txt: 5 projects" in again.output + again.stderr
    assert why() == {}
    assert "nothing to retry" in extractor("retry", "out", "--model", "none").output
    found = {
        json.loads(line)["document"]["file"] for line in Path("out/documents.jsonl").read_text("utf-8").splitlines()
    }
    assert found == {"a.txt", "bad.txt"}


def test_what_the_model_refused_is_asked_again_and_nothing_else() -> None:
    right = right_answers(["a.txt", "b.txt"])
    victim = next(iter(right_answers(["b.txt"])))

    def reply(request: Request) -> Reply:
        text = block_of(request)
        return completion(refusal="no") if text == victim else completion(calls=(right[text].model_dump_json(),))

    heal: list[Reply] = []
    with endpoint(lambda request: answering(right)(request) if heal else reply(request)) as server:
        options = ("--model", "m", "--base-url", server.base_url, "--cache-dir", "cache")
        extractor("run", "a.txt", "b.txt", *options)
        assert why() == {"b.txt": "not answered"}
        asked = len(server.requests)
        heal.append(Reply())
        assert extractor("retry", "out", *options).exit_code == 0
        assert [block_of(request) for request in server.requests[asked:]] == [victim]
    assert why() == {}


def test_a_file_that_is_gone_keeps_what_is_stored_of_it() -> None:
    right = right_answers(["b.txt"])
    with endpoint(lambda request: completion(refusal="no")) as server:
        options = ("--model", "m", "--base-url", server.base_url, "--no-cache")
        extractor("run", "b.txt", *options)
        Path("b.txt").unlink()
        again = extractor("retry", "out", *options)
    assert again.exit_code == 1
    assert "not found, what is stored of it stays: b.txt" in again.output + again.stderr
    with RunStore.of(Path("out")) as store:
        assert len(list(store.records())) == len(right)


def test_status_for_programs_names_no_file_to_prometheus() -> None:
    right = right_answers(["b.txt"])
    Path("settings.toml").write_text('[prices.m]\ninput = "1"\noutput = "2"\n')
    with endpoint(answering(right)) as server:
        options = ("--model", "m", "--base-url", server.base_url, "--no-cache", "--settings", "settings.toml")
        extractor("run", "b.txt", *options)
    found = json.loads(extractor("status", "out", "--format", "json").output)
    assert found["totals"]["calls"] == len(right)
    assert found["unfinished"] is False
    assert float(found["costs"]["USD"]) > 0
    text = extractor("status", "out", "--format", "prometheus").output
    assert f'extractor_calls_total{{outcome="ok"}} {len(right)}\n' in text
    assert 'extractor_documents{status="read"} 1\n' in text
    assert "b.txt" not in text
    line = re.compile(r'# TYPE \w+ (gauge|counter)|\w+(\{\w+="[^"]*"\})? [\d.]+')
    assert all(line.fullmatch(one) for one in text.splitlines())


@pytest.mark.parametrize(
    ("changed", "asked", "learnt", "expected"),
    [
        ("words=2", False, False, ("words",)),
        ("prompt=2", True, False, ("prompt",)),
        ("prompt=2", False, True, ()),
        ("answers=2", False, False, ()),
        ("layout_prompt=2", True, False, ()),
        ("layout_prompt=2", False, True, ("layout_prompt",)),
        ("model=2", False, True, ("model",)),
        ("model=2", False, False, ()),
        ("reader=2", False, False, ("reader",)),
    ],
)
def test_a_change_makes_stale_what_it_concerns(
    changed: str, asked: bool, learnt: bool, expected: tuple[str, ...]
) -> None:
    before = {name: f"{name}=1" for name in ("words", "prompt", "answers", "layout_prompt", "model")}
    after = before | {changed.partition("=")[0]: changed}
    assert stale(";".join(before.values()), ";".join(after.values()), asked=asked, learnt=learnt) == expected


def test_what_changed_is_said_before_it_is_read_anew() -> None:
    right = right_answers(["b.txt"])
    with endpoint(answering(right)) as server:
        options = ("--model", "m", "--base-url", server.base_url, "--cache-dir", "cache")
        first = extractor("run", "b.txt", *options)
        assert "changed since" not in first.output + first.stderr
        again = extractor("run", "b.txt", *options, "--ask", "doubtful")
    said = next(line for line in (again.output + again.stderr).splitlines() if "changed since" in line)
    assert "which projects are asked about; read anew: 1 documents" in said
    assert f"{len(right)} projects" in said
