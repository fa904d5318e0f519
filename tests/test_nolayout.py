"""Documents that no layout explains, cut and read by a language model: answers replayed by a server on loopback."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner

from extractor.cli import main
from tests.servers import Reply, Request, Server, completion, endpoint

DATA = Path(__file__).parent / "data" / "nolayout"
NAMES = sorted(path.stem for path in DATA.glob("*.json"))
Answer = dict[str, Any]
REFUSED = {"holds_projects": True, "title": "无表", "columns": []}
"""A layout that no document of these has: the columns that a table needs are missing."""


def answer_of(name: str) -> Answer:
    return dict(json.loads((DATA / f"{name}.json").read_text(encoding="utf-8")))


def serving(answer: Answer) -> Callable[[Request], Reply]:
    """Answers for a layout, for the segments, and for each block by the project's name in it."""

    def reply(request: Request) -> Reply:
        text = next(message["content"] for message in request.body["messages"] if message["role"] == "user")
        if "<<<DOCUMENT" in text:
            return completion(calls=(json.dumps(REFUSED, ensure_ascii=False),))
        if "<<<LINES" in text:
            return completion(calls=(json.dumps(answer["segment"], ensure_ascii=False),))
        body = re.sub(r"\s", "", text)
        found = [
            one
            for key, one in zip(answer["segment"]["projects"], answer["projects"], strict=True)
            if re.sub(r"\s", "", key["name"]) in body
        ]
        return completion(calls=(json.dumps(found[0] if found else {}, ensure_ascii=False),))

    return reply


def run(name: str, answer: Answer, out: Path, cache: Path) -> tuple[dict[str, Any], list[dict[str, Any]], Server, int]:
    with endpoint(serving(answer)) as server:
        command = ["run", str(DATA / f"{name}.txt"), "--out", str(out), "--base-url", server.base_url]
        command += ["--model", "scripted", "--language", "en"]
        done = CliRunner().invoke(main, command, env={"EXTRACTOR_CACHE_DIR": str(cache), "EXTRACTOR_API_KEY": "key"})
        assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    lines = [
        [json.loads(line) for line in (out / file).read_text(encoding="utf-8").splitlines()]
        for file in ("documents.jsonl", "projects.jsonl")
    ]
    return lines[0][0], lines[1], server, done.exit_code


@lru_cache
def rightly(name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What comes of the right answer."""
    with TemporaryDirectory() as folder:
        return read(name, answer_of(name), Path(folder))


def read(name: str, answer: Answer, tmp_path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    document, records, *_ = run(name, answer, tmp_path / "out", tmp_path / "cache")
    return document, records


def flags_of(line: dict[str, Any]) -> list[tuple[str, str]]:
    return [(flag["code"], flag["path"]) for flag in line["flags"] if flag["code"] != "reader_note"]


@pytest.mark.parametrize("name", NAMES)
def test_every_project_is_read_and_none_looks_safer_than_it_is(name: str, tmp_path: Path) -> None:
    answer = answer_of(name)
    document, records = read(name, answer, tmp_path)
    assert (document["status"], document["document"]["layout"]) == ("read", "no-layout")
    assert document["learning"]["outcome"] == "segmented"
    assert ("no_layout", "") in flags_of(document)
    assert [record["project"]["name"] for record in records] == [one["name"] for one in answer["projects"]]
    for record, one in zip(records, answer["projects"], strict=True):
        assert record["status"] in {"unchecked", "flagged"}
        assert {key: value for key, value in record["project"]["amounts"].items() if value} == one["amounts"]
        read_of = [(item["name"], item["annual_value"]) for item in record["project"]["indicators"]]
        assert read_of == [(item["name"], item["annual_value"]) for item in one["indicators"]]
        assert record["asked"] == ["no_layout"]
    text = (DATA / f"{name}.txt").read_text(encoding="utf-8")
    assert document["characters"]["total"] == len(text)


def values(answer: Answer, kind: str) -> Answer:
    """The answer with one mistake in what is read of the first project that has room for it."""
    one = answer["projects"][0]
    items = one["indicators"]
    match kind:
        case "indicator dropped":
            items.pop()
        case "indicator invented":
            items.append({"name": "群众知晓率", "annual_value": "≥77%"})
        case "values swapped":
            items[0]["annual_value"], items[1]["annual_value"] = items[1]["annual_value"], items[0]["annual_value"]
        case "values shifted":
            moved = [item["annual_value"] for item in items]
            for item, value in zip(items, moved[1:] + moved[:1], strict=True):
                item["annual_value"] = value
        case "value dropped":
            items[0]["annual_value"] = None
        case "value altered":
            items[0]["annual_value"] = items[0]["annual_value"] + "9"
        case "name and value swapped":
            items[0]["name"], items[0]["annual_value"] = items[0]["annual_value"], items[0]["name"]
        case "indicators merged":
            items[0]["annual_value"] += (items.pop(1))["annual_value"]
        case "names swapped":
            items[0]["name"], items[1]["name"] = items[1]["name"], items[0]["name"]
        case "goal and name swapped":
            one["goal"], one["name"] = one["name"], one["goal"]
        case "goal dropped":
            one["goal"] = None
        case "amount dropped":
            one["amounts"] = {}
        case "amount altered":
            one["amounts"]["total"] = "7" + one["amounts"]["total"]
        case "amount in another column":
            one["amounts"]["other"], one["amounts"]["total"] = one["amounts"]["total"], None
    return answer


MISTAKES = (
    *("indicator dropped", "indicator invented", "values swapped", "values shifted", "value dropped", "value altered"),
    *("name and value swapped", "indicators merged", "names swapped", "goal and name swapped", "goal dropped"),
    *("amount dropped", "amount altered", "amount in another column"),
)


@pytest.mark.parametrize("kind", MISTAKES)
@pytest.mark.parametrize("name", NAMES)
def test_every_mistake_in_a_reading_raises_a_flag_of_its_own(name: str, kind: str, tmp_path: Path) -> None:
    right = answer_of(name)
    _, before = rightly(name)
    wrong = values(deepcopy(right), kind)
    _, after = read(name, wrong, tmp_path / "wrong")
    assert after[0]["project"] != before[0]["project"]
    assert set(told(after[0])) - set(told(before[0])), (kind, after[0]["flags"])


def told(record: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(flag["code"], flag["path"], flag["message"]) for flag in record["flags"]]


def boundaries(answer: Answer, kind: str) -> Answer:
    segment, last = answer["segment"], len(answer["projects"]) - 1
    starts = segment["projects"]
    match kind:
        case "last project dropped":
            del starts[last], answer["projects"][last]
        case "last project cut off":
            segment["end_line"] = starts[last]["line"] - 1
            del starts[last], answer["projects"][last]
        case "first project dropped":
            del starts[0], answer["projects"][0]
        case "end too early":
            segment["end_line"] -= 1
        case "project invented":
            starts.append(starts[last] | {"name": "智慧社区建设", "line": starts[last]["line"] + 1, "text": "智慧社区"})
            answer["projects"].append(answer["projects"][last])
        case "projects exchanged":
            starts[0]["name"], starts[1]["name"] = starts[1]["name"], starts[0]["name"]
        case "line shifted":
            starts[1]["line"] += 1
    return answer


BOUNDARIES = (
    *("last project dropped", "last project cut off", "first project dropped", "end too early", "project invented"),
    *("projects exchanged", "line shifted"),
)


@pytest.mark.parametrize("kind", BOUNDARIES)
@pytest.mark.parametrize("name", NAMES)
def test_every_wrong_boundary_is_refused_or_flagged(name: str, kind: str, tmp_path: Path) -> None:
    right = answer_of(name)
    before, records_before = rightly(name)
    after, records = read(name, boundaries(deepcopy(right), kind), tmp_path / "wrong")
    assert after["status"] in {"read", "failed"}
    if after["status"] == "read":
        known = {one for line in (before, *records_before) for one in told(line)}
        assert {one for line in (after, *records) for one in told(line)} - known, after
    else:
        assert "where each project begins" in after["reason"]


def test_a_refused_answer_is_asked_for_once_more_with_the_reason(tmp_path: Path) -> None:
    wrong = boundaries(answer_of("rows-flat"), "projects exchanged")
    document, records, server, status = run("rows-flat", wrong, tmp_path / "out", tmp_path / "cache")
    asked = [json.dumps(one.body, ensure_ascii=False) for one in server.requests]
    asked = [one for one in asked if "<<<LINES" in one and "行: 1" in one]
    assert (document["status"], records, status) == ("failed", [], 1)
    assert ["上次回答的问题: " in one.split("<<<LINES")[-2] for one in asked] == [False, True]
