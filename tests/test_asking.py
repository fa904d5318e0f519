"""Which blocks are asked about and why; what asking about all of them would have cost."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.errors import ModelTruncated
from extractor.messages import flag
from extractor.model import ModelAnswer
from extractor.model.asking import account, bill, choose, doubts, is_sampled
from extractor.schemas.document import Block, BlockContext, MappedText
from extractor.schemas.finding import finding
from extractor.schemas.project import Amounts, ProjectReading
from extractor.schemas.record import (
    Asking,
    BlockInfo,
    DocumentInfo,
    FlagCode,
    ModelUse,
    Normalized,
    Readings,
    Record,
)
from extractor.settings import Settings

READING = ProjectReading(name="购置经费")
DISPUTED = flag(finding(FlagCode.DISAGREEMENT, "goal"))
KNOWN = flag(finding(FlagCode.WITHHELD))
LEFT_OVER = flag(finding(FlagCode.UNCLAIMED_TEXT, text="x"))


def use(**changes: Any) -> ModelUse:
    return ModelUse(**({"name": "builtin", "prompt": "p", "cached": False} | changes))


def record(status: str = "agreed", *, second: bool = True, abstained: tuple[str, ...] = (), flags: Any = ()) -> Record:
    return Record(
        id="0" * 16,
        document=DocumentInfo(file="a.txt", sha256=""),
        block=BlockInfo(index=0, start=0, end=1),
        project=READING,
        normalized=Normalized(),
        status=status,
        flags=flags,
        readings=Readings(rules=READING, model=READING if second else None),
        model=use(abstained=abstained) if second else None,
    )


def block(index: int, text: str = "购置经费 80.00") -> Block:
    context = BlockContext("dump-plain", None, None, None, None, (), Amounts())
    return Block(index, MappedText(text, range(len(text))), context, 0, len(text), None)


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        (record(), ()),
        (record(flags=(KNOWN,)), ()),
        (record("unchecked", abstained=("goal",)), ("abstained",)),
        (record("unchecked", second=False), ("no_second_reading",)),
        (record("flagged", flags=(DISPUTED, KNOWN, DISPUTED)), ("disagreement",)),
        (record("flagged", flags=(DISPUTED,), abstained=("name",)), ("disagreement", "abstained")),
        (record("failed", second=False, flags=(LEFT_OVER,)), ("unclaimed_text", "no_second_reading")),
    ],
)
def test_why_a_block_is_doubtful(given: Record, reasons: tuple[str, ...]) -> None:
    assert doubts(given) == reasons


def test_the_sample_is_the_same_every_time_and_about_its_share() -> None:
    texts = [f"第{number}个项目" for number in range(4_000)]
    few = {text for text in texts if is_sampled(text, 0.05)}
    more = {text for text in texts if is_sampled(text, 0.25)}
    assert few == {text for text in reversed(texts) if is_sampled(text, 0.05)}
    assert few <= more
    assert 0.04 < len(few) / len(texts) < 0.06
    assert 0.22 < len(more) / len(texts) < 0.28


def test_the_sample_is_taken_of_what_is_not_doubtful() -> None:
    blocks = [block(index, f"第{index}个项目") for index in range(40)]
    records = [record("flagged", flags=(DISPUTED,)) if index % 10 == 0 else record() for index in range(40)]
    doubtful = choose(records, blocks, Settings(model="m", ask="doubtful"))
    assert doubtful == dict.fromkeys((0, 10, 20, 30), ("disagreement",))
    sampled = choose(records, blocks, Settings(model="m", ask="sample:0.2"))
    assert doubtful.items() < sampled.items()
    assert {reasons for index, reasons in sampled.items() if index not in doubtful} == {("sample",)}
    assert len(choose(records, blocks, Settings(model="m", ask="sample:1"))) == 40


def test_a_sum_that_is_off_is_a_reason() -> None:
    blocks = [block(index, f"第{index}个项目") for index in range(3)]
    records = [record("flagged", flags=(DISPUTED,)), record(), record()]
    chosen = choose(records, blocks, Settings(model="m", ask="doubtful"), {0, 2})
    assert chosen == {0: ("disagreement", "sum_mismatch"), 2: ("sum_mismatch",)}


def test_the_account_of_a_document() -> None:
    blocks = [block(0), block(1, "长" * 900), block(2), block(3)]
    answer = ModelAnswer(READING, use(name="m", input_tokens=300, output_tokens=40), from_cache=True)
    reasons = {0: ("disagreement", "abstained"), 2: ("sample",), 3: ("abstained",)}
    found = account(blocks, reasons, {0: answer, 2: answer, 3: ModelTruncated("cut")})
    assert (found.blocks, found.answered, found.input_tokens, found.output_tokens) == (3, 2, 600, 80)
    assert found.reasons == {"abstained": 2, "disagreement": 1, "sample": 1}
    one = found.characters // 2
    assert found.characters_of_all == 4 * one + 900 - len("购置经费 80.00")


def test_the_bill_of_a_run() -> None:
    asked = Asking(
        blocks=2,
        answered=2,
        reasons={"abstained": 2, "disagreement": 1},
        input_tokens=600,
        output_tokens=60,
        characters=1_000,
        characters_of_all=9_000,
    )
    nothing = Asking(characters_of_all=1_000)
    found = bill([asked, nothing, asked])
    assert (found.asked, found.answered, found.reasons) == (4, 4, {"abstained": 4, "disagreement": 2})
    assert (found.input_tokens, found.input_tokens_of_all, found.output_tokens_of_all) == (1_200, 11_400, 1_140)
    without = bill([nothing])
    assert (without.asked, without.input_tokens_of_all, without.output_tokens_of_all) == (0, None, None)
