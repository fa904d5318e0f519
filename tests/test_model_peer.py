"""The model path against a server that is not ours: @copilotkit/aimock (npm), on loopback.

Skipped where Node or npm is missing or the package cannot be fetched; with CI=true that is a failure.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

import extractor.model.endpoint
from extractor.doctor import EXPECTED, SAMPLE, probe
from extractor.errors import ModelInvalid, ModelRefused, ModelTruncated, ModelUnavailable
from extractor.model import LanguageModel, ModelAnswer
from extractor.settings import Settings
from tests.patience import HANG

pytestmark = pytest.mark.npm

PEER = Path(__file__).parent / "peer"
KEY = "peer-key"
ANSWER = EXPECTED.model_dump_json()
CALL = {"name": "ProjectReading", "arguments": ANSWER}
USAGE = {"prompt_tokens": 1234, "completion_tokens": 56}


def _when(model: str, response: dict[str, Any], **match: Any) -> dict[str, Any]:
    return {"match": {"model": model, **match}, "response": response}


FIXTURES = [
    _when("tools", {"toolCalls": [CALL], "usage": USAGE}),
    _when("json", {"content": ANSWER, "usage": USAGE}),
    _when("prose", {"content": f"<think>{{}}</think>\n```json\n{ANSWER}\n```"}),
    _when("cut", {"toolCalls": [CALL], "finishReason": "length"}),
    _when("filtered", {"content": ANSWER, "finishReason": "content_filter"}),
    _when("two", {"toolCalls": [CALL, CALL]}),
    _when("limited", {"error": {"message": "slow down"}, "status": 429, "retryAfter": 1}, sequenceIndex=0),
    _when("limited", {"toolCalls": [CALL]}),
    _when(
        "quota",
        {"error": {"message": "no money", "type": "insufficient_quota", "code": "insufficient_quota"}, "status": 429},
    ),
    _when("down", {"error": {"message": "down"}, "status": 503}),
    _when("mended", {"toolCalls": [{**CALL, "arguments": '{"name": 3}'}], "usage": USAGE}, sequenceIndex=0),
    _when("mended", {"toolCalls": [CALL], "usage": USAGE}),
]


def _without(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"the peer server is required in CI, but {reason}")
    pytest.skip(f"no peer server: {reason}")


@pytest.fixture(scope="module")
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command line of aimock, installed from the lock file once and kept with pytest's cache."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        _without("node and npm are not on the PATH")
    lock = (PEER / "package-lock.json").read_bytes()
    kept = request.config.cache
    name = f"peer-{hashlib.sha256(lock).hexdigest()[:16]}"
    folder = Path(kept.mkdir(name)) if kept is not None else tmp_path_factory.mktemp(name)
    command = folder / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"
    if not (folder / "complete").exists():
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(PEER / name, folder / name)
        try:
            done = subprocess.run(
                [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=HANG,
                check=False,
            )
        except subprocess.TimeoutExpired:
            _without("npm ci took longer than five minutes")
        if done.returncode or not command.exists():
            _without(f"npm ci failed: {done.stderr.strip().splitlines()[-1:]}")
        (folder / "complete").touch()
    return command


@pytest.fixture(scope="module")
def peer(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running aimock."""
    fixtures = tmp_path_factory.mktemp("peer") / "fixtures.json"
    fixtures.write_text(json.dumps({"fixtures": FIXTURES}, ensure_ascii=False), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [shutil.which("node") or "node", str(installed), "-p", str(port), "-f", str(fixtures), "--strict"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "AIMOCK_API_KEYS": KEY},
    )
    try:
        _await_up(server, f"http://127.0.0.1:{port}/v1/models")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=HANG)


def _await_up(server: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + HANG
    while time.monotonic() < end:
        if server.poll() is not None:
            pytest.fail(f"aimock ended with status {server.returncode}")
        try:
            urllib.request.urlopen(url, timeout=10).close()
        except urllib.error.HTTPError as refused:
            refused.close()
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"aimock did not come up within {HANG:.0f} seconds")


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extractor.model.endpoint, "BACKOFF", lambda state: 0.0)


def options(peer: str, model: str, **changes: Any) -> Settings:
    return Settings(
        **{"model": model, "base_url": f"{peer}/v1", "api_key": KEY, "attempts": 2, "timeout": HANG, **changes}
    )


def read(peer: str, model: str, **changes: Any) -> ModelAnswer:
    async def run() -> ModelAnswer:
        reader = LanguageModel(options(peer, model, **changes), None)
        try:
            return await reader.read(SAMPLE)
        finally:
            await reader.close()

    return asyncio.run(run())


def asked(peer: str, model: str) -> list[dict[str, Any]]:
    """Bodies of the requests that aimock has seen for `model`."""
    request = urllib.request.Request(f"{peer}/__aimock/journal?limit=1000", headers={"Authorization": f"Bearer {KEY}"})
    with urllib.request.urlopen(request, timeout=HANG) as reply:
        entries = json.load(reply)
    entries = entries["entries"] if isinstance(entries, dict) else entries
    return [entry["body"] for entry in entries if (entry.get("body") or {}).get("model") == model]


@pytest.mark.parametrize(("model", "mode"), [("tools", "auto"), ("tools", "tools"), ("json", "json_schema")])
def test_an_answer_is_read_and_its_tokens_are_counted(peer: str, model: str, mode: str) -> None:
    answer = read(peer, model, mode=mode)
    assert answer.reading == EXPECTED
    assert (answer.use.input_tokens, answer.use.output_tokens) == (1234, 56)


def test_json_mode_takes_thoughts_and_fences(peer: str) -> None:
    assert read(peer, "prose", mode="json").reading == EXPECTED


def test_an_answer_that_ignores_the_tools_moves_on_to_json(peer: str) -> None:
    assert read(peer, "json", mode="auto").reading == EXPECTED


def test_a_cut_answer_is_truncated(peer: str) -> None:
    with pytest.raises(ModelTruncated):
        read(peer, "cut")


@pytest.mark.parametrize("mode", ["json", "json_schema"])
def test_a_filtered_answer_is_refused_though_it_is_valid(peer: str, mode: str) -> None:
    with pytest.raises(ModelRefused):
        read(peer, "filtered", mode=mode)


def test_two_tool_calls_are_invalid(peer: str) -> None:
    with pytest.raises(ModelInvalid, match="2 tool calls"):
        read(peer, "two")


def test_a_rate_limit_is_waited_out(peer: str) -> None:
    started = time.perf_counter()
    assert read(peer, "limited").reading == EXPECTED
    assert time.perf_counter() - started >= 1.0
    assert len(asked(peer, "limited")) == 2


def test_no_quota_is_final(peer: str) -> None:
    with pytest.raises(ModelUnavailable, match="quota") as caught:
        read(peer, "quota")
    assert caught.value.fatal
    assert len(asked(peer, "quota")) == 1


def test_a_server_that_stays_down_is_given_up(peer: str) -> None:
    with pytest.raises(ModelUnavailable, match="503") as caught:
        read(peer, "down")
    assert not caught.value.fatal
    assert len(asked(peer, "down")) == 2


def test_a_reask_is_a_conversation_that_another_server_follows(peer: str) -> None:
    answer = read(peer, "mended", reasks=1)
    assert answer.reading == EXPECTED
    assert (answer.use.input_tokens, answer.use.output_tokens) == (2468, 112)
    first, second = asked(peer, "mended")
    assert [message["role"] for message in second["messages"]] == ["system", "user", "assistant", "tool"]
    assert first["messages"] == second["messages"][:2]


def test_a_wrong_key_is_final(peer: str) -> None:
    with pytest.raises(ModelUnavailable, match="OPENAI_API_KEY") as caught:
        read(peer, "tools", api_key="wrong")
    assert caught.value.fatal


def test_an_unknown_model_is_not_an_answer(peer: str) -> None:
    with pytest.raises(ModelUnavailable):
        read(peer, "nobody-scripted-this")


@pytest.mark.parametrize("fault", ["malformedRate", "disconnectRate", "dropRate"])
def test_chaos_is_never_an_answer(peer: str, fault: str) -> None:
    _chaos(peer, {fault: 1})
    try:
        with pytest.raises(ModelUnavailable):
            read(peer, "tools", mode="tools")
    finally:
        _chaos(peer, None)
    assert read(peer, "tools").reading == EXPECTED


def _chaos(peer: str, rates: dict[str, float] | None) -> None:
    request = urllib.request.Request(
        f"{peer}/__aimock/chaos",
        data=json.dumps(rates).encode() if rates else None,
        method="POST" if rates else "DELETE",
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"},
    )
    urllib.request.urlopen(request, timeout=HANG).close()


def test_the_probe_finds_out_what_it_speaks(peer: str) -> None:
    report = asyncio.run(probe(options(peer, "json")))
    assert (report.reachable, report.authorized, report.correct) == (True, True, True)
    assert {mode.mode: mode.works for mode in report.modes} == {"tools": False, "json_schema": True, "json": True}
    assert (report.input_tokens, report.output_tokens) == (1234, 56)


def test_the_lock_file_names_no_download_address() -> None:
    lock = (PEER / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in lock
    assert "http" not in lock
    wanted = json.loads((PEER / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    packages = json.loads(lock)["packages"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
