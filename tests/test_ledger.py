"""What is paid for: a row for every request, limits that hold, and what a run would cost before it is paid."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from extractor.cli import main
from extractor.errors import BudgetSpent, ModelError, UsageError
from extractor.model import LanguageModel, ModelAnswer
from extractor.model.cache import AnswerCache
from extractor.model.till import FILE
from extractor.run import batch
from extractor.schemas.document import Block, BlockContext, MappedText
from extractor.schemas.project import Amounts, ProjectReading
from extractor.settings import Price, Settings
from extractor.store import Planned, RunStore
from tests.patience import HANG
from tests.second_readers import StubReader, right_answers
from tests.servers import Reply, Request, Server, answering, block_of, completion, endpoint, error

READING = ProjectReading(name="河道清淤", amounts=Amounts(total="12.60"))
GOOD = completion(calls=(READING.model_dump_json(),), tokens=(1_000, 200))
PRICE = Price(input=Decimal("1.00"), cached=Decimal("0.25"), output=Decimal("4.00"))
CASES = ("text-coded-a", "text-plain-a", "tab-labelled-a", "markdown-coded-a")


@pytest.fixture
def sources(golden_dir: Path) -> list[str]:
    return [str(next((golden_dir / case).glob("source.*"))) for case in CASES]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.builtin.load", lambda settings: StubReader())
    import extractor.model.endpoint

    monkeypatch.setattr(extractor.model.endpoint, "BACKOFF", lambda state: 0.0)


def block(index: int = 0) -> Block:
    text = f"河道清淤{index} 12.60"
    context = BlockContext("test", None, None, None, 2026, ("name", "total"), Amounts(total="12.60"))
    return Block(index, MappedText(text, range(len(text))), context, 0, len(text), None)


def ask(
    place: Path | str, *script: Reply, blocks: int = 1, cache: AnswerCache | None = None, **changes: Any
) -> tuple[list[Any], list[dict[str, Any]], int]:
    """What becomes of the blocks, the ledger, and how many requests the endpoint saw."""

    async def run(store: RunStore) -> tuple[list[Any], int]:
        async with Server(*script) as server:
            given: dict[str, Any] = {"model": "m", "base_url": server.base_url, "timeout": HANG, "mode": "tools"}
            model = LanguageModel(Settings(**(given | changes)), cache, store)
            FILE.set("a.txt")
            results = await asyncio.gather(*(model.read(block(n)) for n in range(blocks)), return_exceptions=True)
            await model.close()
        return results, len(server.requests)

    with RunStore(place) as store:
        store.begin([Planned("a.txt")])
        results, seen = asyncio.run(run(store))
        return results, [dict(row) for row in store.calls()], seen


# One row for each request

OUTCOMES: list[tuple[str, tuple[Reply, ...], list[tuple[int, str]]]] = [
    ("an answer", (GOOD,), [(1, "ok")]),
    ("a refusal", (completion(refusal="no"),), [(1, "refused")]),
    ("a content filter", (completion(calls=("{}",), finish_reason="content_filter"),), [(1, "refused")]),
    ("a cut", (completion(calls=("{}",), finish_reason="length"),), [(1, "cut")]),
    ("no answer at first", (error(500), error(503), GOOD), [(1, "unavailable"), (2, "unavailable"), (3, "ok")]),
    ("a wrong key", (error(401),), [(1, "unavailable")]),
    ("a broken connection", (Reply(drop=True), GOOD), [(1, "unavailable"), (2, "ok")]),
    ("no JSON at first", (completion(calls=("{",)), GOOD), [(1, "invalid"), (2, "ok")]),
    ("never JSON", (completion(calls=("{",)),), [(1, "invalid"), (2, "invalid")]),
    ("an empty reading", (completion(calls=("{}",)),), [(1, "invalid")]),
    ("no completion", (Reply("<html>"),), [(1, "unavailable"), (2, "unavailable"), (3, "unavailable")]),
]


@pytest.mark.parametrize(("script", "expected"), [row[1:] for row in OUTCOMES], ids=[row[0] for row in OUTCOMES])
def test_every_request_has_a_row(place: Path | str, script: tuple[Reply, ...], expected: list[tuple[int, str]]) -> None:
    _, rows, seen = ask(place, *script, attempts=3)
    assert [(row["attempt"], row["outcome"]) for row in rows] == expected
    assert len(rows) == seen


def test_a_row_says_what_was_asked_and_what_it_cost(place: Path | str) -> None:
    body = dict(GOOD.body)  # type: ignore[arg-type]
    body["usage"] |= {"prompt_tokens_details": {"cached_tokens": 400}}
    (result,), (row,), _ = ask(place, Reply(body), prices={"m": PRICE})
    assert isinstance(result, ModelAnswer)
    named = {name: row[name] for name in ("model", "endpoint", "purpose", "file", "run", "currency")}
    assert named == {
        "model": "m",
        "endpoint": "openai",
        "purpose": "reading",
        "file": "a.txt",
        "run": 1,
        "currency": "USD",
    }
    assert (row["input_tokens"], row["cached_tokens"], row["output_tokens"]) == (1_000, 400, 200)
    assert Decimal(str(row["price"])) == Decimal("0.0015")
    assert row["seconds"] >= 0
    assert row["time"].startswith("20")
    assert len(row["block"]) == 64


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"prompt_tokens": 10, "completion_tokens": 2, "prompt_cache_hit_tokens": 7}, (10, 7, 2)),
        ({"prompt_tokens": 10, "completion_tokens": 2, "prompt_cache_hit_tokens": 70}, (10, 10, 2)),
        ({"prompt_tokens": 10**30, "completion_tokens": -5}, (10**9, 0, 0)),
        ({"prompt_tokens": "many", "completion_tokens": True}, (0, 0, 0)),
        (None, (0, 0, 0)),
    ],
)
def test_whatever_an_endpoint_tells_of_its_tokens(tmp_path: Path, told: object, expected: tuple[int, ...]) -> None:
    body = dict(GOOD.body) | {"usage": told}  # type: ignore[arg-type]
    (result,), (row,), _ = ask(tmp_path / "run.sqlite", Reply(body))
    assert isinstance(result, ModelAnswer)
    assert (row["input_tokens"], row["cached_tokens"], row["output_tokens"]) == expected


def test_an_answer_out_of_the_cache_is_no_call(tmp_path: Path) -> None:
    with AnswerCache(tmp_path / "cache") as cache:
        # The endpoint has another port each time, and with it another key.
        _, rows, _ = ask(tmp_path / "run.sqlite", GOOD, cache=cache)
        assert len(rows) == 1


def test_a_call_that_was_broken_off_is_known_to_have_been_sent(place: Path | str) -> None:
    async def run(store: RunStore) -> None:
        async with Server(Reply(b"", delay=HANG)) as server:
            model = LanguageModel(Settings(model="m", base_url=server.base_url), None, store)
            asking = asyncio.create_task(model.read(block()))
            while not server.requests:
                await asyncio.sleep(0.01)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            await model.close()

    with RunStore(place) as store:
        asyncio.run(run(store))
        assert [row["outcome"] for row in store.calls()] == ["sent"]
        assert store.totals().calls == 1


# Limits


def test_a_price_is_needed_for_a_limit_of_costs() -> None:
    with pytest.raises(UsageError, match=r"no price of m.*\[prices\.\"m\"\]"):
        Settings.load({"model": "m", "max_cost": "1"}, environ={})
    assert Settings.load({"max_cost": "1"}, environ={}).max_cost == 1, "no language model costs nothing"


def worst(place: Path, **changes: Any) -> int:
    """Tokens that one question is reckoned at, from how few are too few."""
    low, high = 0, 100_000
    while high - low > 1:
        middle = (low + high) // 2
        (result,), _, _ = ask(place, GOOD, max_tokens=middle, max_output_tokens=1_000, **changes)
        low, high = (low, middle) if isinstance(result, ModelAnswer) else (middle, high)
    return high


def test_the_call_that_would_exceed_the_tokens_is_never_sent(tmp_path: Path) -> None:
    most = worst(tmp_path / "w.sqlite")
    assert 1_000 < most < 20_000
    (result,), rows, seen = ask(tmp_path / "a.sqlite", GOOD, max_tokens=most - 1, max_output_tokens=1_000)
    assert isinstance(result, BudgetSpent)
    assert (rows, seen) == ([], 0)
    # Each answer takes 1,200: as many are asked as leave room for one at its worst.
    for many in (1, 3, 7):
        limit = most + 1_200 * (many - 1)
        results, rows, seen = ask(
            tmp_path / f"{many}.sqlite", GOOD, blocks=20, max_tokens=limit, max_output_tokens=1_000, concurrency=4
        )
        assert seen == len(rows) == sum(isinstance(one, ModelAnswer) for one in results) == many
        assert {type(one) for one in results if isinstance(one, ModelError)} == {BudgetSpent}
        assert sum(row["input_tokens"] + row["output_tokens"] for row in rows) <= limit


def test_the_call_that_would_exceed_the_costs_is_never_sent(tmp_path: Path) -> None:
    limit = {"max_cost": "0.04", "prices": {"m": PRICE}, "max_output_tokens": 1_000}
    results, rows, seen = ask(tmp_path / "run.sqlite", GOOD, blocks=20, concurrency=1, **limit)
    spent = sum(Decimal(str(row["price"])) for row in rows)
    assert 0 < seen == len(rows) < 20
    assert Decimal("0.01") < spent <= Decimal("0.04"), "one more may cost up to 0.03"
    assert all("0.04 USD" in str(one) for one in results if isinstance(one, ModelError))


def test_an_endpoint_that_tells_no_tokens_is_reckoned_at_its_worst(tmp_path: Path) -> None:
    body = dict(GOOD.body) | {"usage": None}  # type: ignore[arg-type]
    most = worst(tmp_path / "w.sqlite")
    _, rows, seen = ask(
        tmp_path / "run.sqlite", Reply(body), blocks=9, max_tokens=2 * most + 50, max_output_tokens=1_000
    )
    assert (len(rows), seen) == (2, 2)


def test_what_was_refused_unread_costs_nothing(tmp_path: Path) -> None:
    most = worst(tmp_path / "w.sqlite")
    (result,), rows, _ = ask(
        tmp_path / "run.sqlite", error(503), error(503), GOOD, max_tokens=most, max_output_tokens=1_000, attempts=5
    )
    assert isinstance(result, ModelAnswer)
    assert len(rows) == 3


# Whole runs


def run(server: Server, sources: list[str], out: Path, *options: str) -> Result:
    arguments = ["run", *sources, "--out", str(out), "--model", "test-model", "--base-url", server.base_url, *options]
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def ledger(out: Path) -> list[dict[str, Any]]:
    with RunStore.of(out) as store:
        return [dict(row) for row in store.calls()]


def test_a_run_whose_budget_is_spent_goes_on_and_the_next_one_asks_the_others(
    tmp_path: Path, sources: list[str]
) -> None:
    right = right_answers(sources)
    cache = ("--cache-dir", str(tmp_path / "cache"))

    def reply(request: Request) -> Reply:
        return completion(calls=(right[block_of(request)].model_dump_json(),), tokens=(900, 100))

    with endpoint(reply) as server:
        first = run(server, sources, tmp_path / "out", *cache, "--max-tokens", "30000")
        asked = len(server.requests)
        assert first.exit_code == 1
        assert 0 < asked < len(right)
        assert "the budget of 30,000 tokens" in first.output + first.stderr
        assert sum(row["input_tokens"] + row["output_tokens"] for row in ledger(tmp_path / "out")) <= 30_000
        second = run(server, sources, tmp_path / "out", *cache)
        assert second.exit_code == 0, second.output
        assert len(server.requests) == len(right)
        run(server, sources, tmp_path / "whole", *cache)
    assert len(ledger(tmp_path / "out")) == len(right)
    for name in ("projects.jsonl", "documents.jsonl", "projects.csv", "projects.xlsx"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_dry_run_tells_what_a_run_asks_and_sends_nothing(tmp_path: Path, sources: list[str]) -> None:
    right = right_answers(sources)
    cache = ("--cache-dir", str(tmp_path / "cache"))
    prices = tmp_path / "settings.toml"
    prices.write_text('[prices.test-model]\ninput = "1"\noutput = "4"\n')
    with endpoint(answering(right)) as server:
        dry = run(server, sources, tmp_path / "out", *cache, "--dry-run", "--settings", str(prices))
        assert dry.exit_code == 0
        assert server.requests == []
        assert not (tmp_path / "out").exists()
        assert f"{len(right):,}" in next(line for line in dry.output.splitlines() if "model calls" in line)
        assert "USD" in dry.output
        run(server, sources, tmp_path / "out", *cache)
        assert len(server.requests) == len(right)
        again = run(server, sources, tmp_path / "elsewhere", *cache, "--dry-run")
        assert " 0 " in next(line for line in again.output.splitlines() if "model calls" in line)
        done = run(server, sources, tmp_path / "out", *cache, "--dry-run")
        assert f"({len(sources)} done before" in done.output
        assert len(server.requests) == len(right)


def test_files_and_purposes_are_told(tmp_path: Path, sources: list[str]) -> None:
    right = right_answers(sources)
    with endpoint(answering(right)) as server:
        run(server, sources, tmp_path / "out", "--no-cache")
        rows = ledger(tmp_path / "out")
        assert len(rows) == len(server.requests)
    asked = Counter(row["file"] for row in rows)
    assert set(asked) == set(sources)
    assert {row["purpose"] for row in rows} == {"reading"}


@pytest.mark.kill
def test_killed_at_any_moment_the_ledger_knows_every_request(tmp_path: Path, sources: list[str]) -> None:
    """Written before it is sent, a request may be in the ledger that the endpoint has not seen; never the reverse."""
    right = right_answers(sources)
    chance, concurrency = random.Random(5), 4

    def reply(request: Request) -> Reply:
        return completion(calls=(right[block_of(request)].model_dump_json(),), delay=0.03)

    with endpoint(reply) as server:
        command = [sys.executable, "-m", "extractor", "run", *sources, "--out", str(tmp_path / "out")]
        command += ["--model", "test-model", "--base-url", server.base_url, "--concurrency", str(concurrency)]
        command += ["--cache-dir", str(tmp_path / "cache"), "--quiet"]
        kills = 0
        for _ in range(12):
            seen = len(server.requests)
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wanted, began = seen + chance.randrange(1, 9), time.monotonic()
            while len(server.requests) < wanted and process.poll() is None and time.monotonic() - began < HANG:
                time.sleep(0.002)
            time.sleep(chance.uniform(0, 0.04))
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += process.returncode == -signal.SIGKILL
            rows = ledger(tmp_path / "out")
            unknown = sum(row["outcome"] == "sent" for row in rows)
            assert len(rows) - kills * concurrency <= len(server.requests) <= len(rows)
            assert unknown <= kills * concurrency
        assert kills >= 3
        before = len(server.requests)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert process.wait(timeout=HANG) == 0
        assert len(ledger(tmp_path / "out")) - kills * concurrency <= len(server.requests)
        assert len(server.requests) >= before
        assert len(server.requests) <= len(right) + kills * concurrency, "what was answered is not paid for twice"


def test_the_folder_counts_what_was_paid_over_all_runs(tmp_path: Path, sources: list[str]) -> None:
    right = right_answers(sources)
    with endpoint(answering(right)) as server:
        run(server, sources[:1], tmp_path / "out", "--no-cache")
        run(server, sources[1:], tmp_path / "out", "--no-cache")
        with RunStore.of(tmp_path / "out") as store:
            totals = store.totals()
            assert totals.calls == len(server.requests)
            assert {row["run"] for row in store.calls()} == {1, 2}


def test_a_model_of_a_program_is_counted_without_a_ledger(tmp_path: Path, sources: list[str]) -> None:
    from extractor.model import Model
    from extractor.run import inputs
    from tests.fake_model import FakeModel

    right = right_answers(sources[:1])
    model: Model = FakeModel("fake", list(right.values()))
    settings = Settings(model="m", cache=False, concurrency=1)
    outcome = batch.run(inputs.find_inputs(sources[:1]).inputs, tmp_path / "out", settings, model=model)
    with RunStore.of(tmp_path / "out") as store:
        assert store.totals().calls == outcome.calls == len(right)
        assert list(store.calls()) == []
