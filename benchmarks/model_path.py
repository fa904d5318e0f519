"""What the model path costs over a bare client, and how well it keeps an endpoint busy.

Run `python benchmarks/model_path.py`: it starts an endpoint on loopback in a process of its own and
prints ratios, which hold on any machine, beside the milliseconds of this one.

    CPU per block      LanguageModel.read over the same request sent by AsyncOpenAI(DefaultAioHttpClient)
    throughput         blocks per second over the ideal C / L, at L = 500 ms and C = 16 and 64 calls at once

Imports and the first call (connections, schemas) are left out: a warm-up comes before every figure.
Exit status 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from extractor.model import LanguageModel, user_message
from extractor.model.cache import AnswerCache
from extractor.schemas.document import Block, BlockContext, MappedText, PrintedUnit
from extractor.schemas.project import Amounts, Indicator, ProjectReading
from extractor.settings import Settings

MOST_CPU = 2.5
LEAST_THROUGHPUT = {16: 0.95, 64: 0.85}
LATENCY = 0.5

READING = ProjectReading(
    department="望山市城市管理局",
    unit="望山市园林所",
    name="口袋公园养护经费",
    amounts=Amounts(total="12.60", fiscal="12.60"),
    goal="完成辖区内6处口袋公园的绿化养护和设施维修，为居民提供整洁的休憩场所。" * 3,
    indicators=tuple(
        Indicator(
            number=number,
            level1_code="1",
            level1="产出指标",
            level2_code="11",
            level2="数量指标",
            name=f"养护公园数量{number}",
            cycle_value="≥6处",
            annual_value="≥6处",
        )
        for number in range(1, 7)
    ),
)


def block(index: int) -> Block:
    text = f"口袋公园养护经费{index}\n12.60 12.60\n" + "完成辖区内6处口袋公园的绿化养护和设施维修。\n" * 12
    context = BlockContext(
        "bench", None, None, PrintedUnit("万元"), 2026, ("name", "total", "fiscal"), Amounts(total="12.60")
    )
    return Block(index, MappedText(text, range(len(text))), context, 0, len(text), None)


def completion() -> bytes:
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "ProjectReading", "arguments": READING.model_dump_json(exclude_none=True)},
    }
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1767225600,
        "model": "bench",
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}],
        "usage": {"prompt_tokens": 3000, "completion_tokens": 700, "total_tokens": 3700},
    }
    return json.dumps(body, ensure_ascii=False).encode()


def serve() -> None:
    """The endpoint: answers /v1 at once and /slow/v1 after LATENCY seconds; prints its port."""
    from aiohttp import web

    body = completion()

    async def at_once(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=body, content_type="application/json")

    async def later(request: web.Request) -> web.Response:
        arrived = asyncio.get_running_loop().time()
        await request.read()
        await asyncio.sleep(LATENCY - (asyncio.get_running_loop().time() - arrived))
        return web.Response(body=body, content_type="application/json")

    async def run() -> None:
        app = web.Application(client_max_size=2**24)
        app.router.add_post("/v1/chat/completions", at_once)
        app.router.add_post("/slow/v1/chat/completions", later)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=2048)
        await site.start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await runner.cleanup()

    asyncio.run(run())


async def busy(count: int, concurrency: int, call: Callable[[int], Awaitable[object]]) -> tuple[float, float]:
    """(CPU seconds of this process, wall seconds) of `count` calls, `concurrency` at once."""
    queue = iter(range(count))

    async def work() -> None:
        for index in queue:
            await call(index)

    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(work() for _ in range(concurrency)))
    return time.process_time() - cpu, time.perf_counter() - wall


def settings(port: int, path: str, concurrency: int, mode: str) -> Settings:
    return Settings(model="bench", base_url=f"http://127.0.0.1:{port}{path}", mode=mode, concurrency=concurrency)


async def bare_call(port: int, mode: str, concurrency: int) -> tuple[Callable[[int], Awaitable[object]], Any]:
    """The same request as the model path's, through nothing but the openai client."""
    import instructor
    from openai import AsyncOpenAI, DefaultAioHttpClient

    from extractor import prompts
    from extractor.model import replies
    from extractor.model.endpoint import MODES

    client = AsyncOpenAI(
        api_key="x", base_url=f"http://127.0.0.1:{port}/v1", max_retries=0, http_client=DefaultAioHttpClient()
    )
    sent: dict[str, Any] = {}

    async def capture(**request: Any) -> Any:
        sent.update(request)
        return await client.chat.completions.create(**request)

    system = prompts.load("read_project").text
    await instructor.patch(create=capture, mode=MODES[mode])(
        response_model=replies.answer_shape(ProjectReading),
        messages=[{"role": "system", "content": system}, {"role": "user", "content": user_message(block(0))}],
        model="bench",
        max_tokens=8192,
        temperature=0.0,
    )

    async def call(index: int) -> None:
        messages = [sent["messages"][0], {"role": "user", "content": user_message(block(index))}]
        await client.chat.completions.create(**{**sent, "messages": messages})

    return call, client


async def cpu_ratio(port: int, concurrency: int, count: int) -> float:
    """CPU of a read over CPU of the bare call; best of three, as the machine may have other work."""
    bare, client = await bare_call(port, "tools", concurrency)
    with tempfile.TemporaryDirectory() as folder, AnswerCache(Path(folder) / "cache") as cache:
        plain = LanguageModel(settings(port, "/v1", concurrency, "auto"), None)
        kept = LanguageModel(settings(port, "/v1", concurrency, "auto"), cache)

        async def cpu(call: Callable[[int], Awaitable[object]]) -> float:
            return (await busy(count, concurrency, call))[0] / count * 1e3

        await busy(200, concurrency, bare)
        await busy(200, concurrency, lambda index: plain.read(block(index)))
        await kept.read(block(10**6))
        rounds = []
        for _ in range(3):
            base, ours = await cpu(bare), await cpu(lambda index: plain.read(block(index)))
            rounds.append((ours / base, base, ours))
        ratio, base, ours = min(rounds)
        stored = await cpu(lambda index: kept.read(block(index)))
        free = await cpu(lambda index: kept.read(block(index)))
        await plain.close()
        await kept.close()
    await client.close()
    print(
        f"CPU per block, C={concurrency:<3} bare client {base:.2f} ms, read {ours:.2f} ms:"
        f" {ratio:.2f}x (target <= {MOST_CPU}x); and kept {stored:.2f} ms, out of the cache {free:.3f} ms"
    )
    return ratio


async def throughput(port: int, concurrency: int, rounds: int) -> float:
    """Ideal wall time N·L/C over the wall time that N reads took."""
    model = LanguageModel(settings(port, "/slow/v1", concurrency, "auto"), None)
    await busy(concurrency, concurrency, lambda index: model.read(block(index)))
    count = concurrency * rounds
    _, wall = await busy(count, concurrency, lambda index: model.read(block(index)))
    await model.close()
    share = count * LATENCY / concurrency / wall
    print(
        f"throughput, C={concurrency:<3} {count} blocks at {LATENCY * 1e3:.0f} ms in {wall:.2f} s:"
        f" {share:.3f} of the ideal (target >= {LEAST_THROUGHPUT[concurrency]})"
    )
    return share


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--blocks", type=int, default=1500, help="blocks for each CPU figure")
    parser.add_argument("--rounds", type=int, default=12, help="calls of each worker for the throughput figures")
    options = parser.parse_args()
    if options.serve:
        serve()
        return 0
    server = subprocess.Popen(
        [sys.executable, __file__, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        port = int(server.stdout.readline())
        good = True
        for concurrency in LEAST_THROUGHPUT:
            good &= asyncio.run(cpu_ratio(port, concurrency, options.blocks)) <= MOST_CPU
        for concurrency, least in LEAST_THROUGHPUT.items():
            good &= asyncio.run(throughput(port, concurrency, options.rounds)) >= least
    finally:
        server.stdin.close()
        server.wait(timeout=10)
        server.stdout.close()
    print("all targets met" if good else "a target was missed")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
