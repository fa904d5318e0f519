"""Which blocks a language model is asked about, why, and what that costs against asking about all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from extractor import prompts
from extractor.errors import ModelError
from extractor.model import PROMPT, ModelAnswer, user_message
from extractor.schemas.document import Block
from extractor.schemas.record import Asking, FlagCode, Record
from extractor.settings import Settings

Answer = ModelAnswer | ModelError
Reasons = tuple[str, ...]

ALL: Reasons = ("all",)
SAMPLE: Reasons = ("sample",)
SUMS_OFF: Reasons = (FlagCode.SUM_MISMATCH.value,)
ABSTAINED, UNREAD = "abstained", "no_second_reading"


def ask_all(blocks: Sequence[Block]) -> dict[int, Reasons]:
    """Every block, because every block is asked about."""
    return {block.index: ALL for block in blocks}


def choose(
    records: Sequence[Record], blocks: Sequence[Block], settings: Settings, sums_off: Collection[int] = ()
) -> dict[int, Reasons]:
    """The blocks to ask about by their index, with the reasons; `records` are what they are without asking.

    `sums_off` are blocks that do not add up to their printed total.
    """
    chosen = {}
    for record, block in zip(records, blocks, strict=True):
        reasons = doubts(record) + (SUMS_OFF if block.index in sums_off else ())
        reasons = reasons or (SAMPLE if is_sampled(block.content.text, settings.sample) else ())
        if reasons:
            chosen[block.index] = reasons
    return chosen


def doubts(record: Record) -> Reasons:
    """Why the record is not agreed upon: codes of its flags, and where the built-in readers have no vote."""
    if record.status == "agreed":
        return ()
    reasons = [flag.code.value for flag in record.flags if not flag.is_information]
    if record.model is None:
        reasons.append(UNREAD)
    elif record.model.abstained:
        reasons.append(ABSTAINED)
    return tuple(dict.fromkeys(reasons))


def is_sampled(text: str, share: float) -> bool:
    """True for this share of all texts; always the same for the same text.

    >>> is_sampled("购置经费", 1.0), is_sampled("购置经费", 0.0)
    (True, False)
    """
    return int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big") < share * 2**64


def account(blocks: Sequence[Block], reasons: Mapping[int, Reasons], answers: Mapping[int, Answer]) -> Asking:
    """What was asked about one document, and what it cost when it was bought."""
    answered = {index: answer for index, answer in answers.items() if isinstance(answer, ModelAnswer)}
    sizes = {block.index: _size(block) for block in blocks}
    counts = Counter(reason for several in reasons.values() for reason in several)
    return Asking(
        blocks=len(reasons),
        answered=len(answered),
        reasons=dict(sorted(counts.items())),
        input_tokens=sum(answer.use.input_tokens for answer in answered.values()),
        output_tokens=sum(answer.use.output_tokens for answer in answered.values()),
        characters=sum(sizes[index] for index in answered),
        characters_of_all=sum(sizes.values()),
    )


def _size(block: Block) -> int:
    return len(prompts.load(PROMPT).text) + len(user_message(block))


@dataclass(frozen=True, slots=True)
class Bill:
    """What a run asked, and about what asking about every block would have cost (None: nothing to go by)."""

    asked: int
    answered: int
    reasons: Mapping[str, int]
    input_tokens: int
    output_tokens: int
    input_tokens_of_all: int | None
    output_tokens_of_all: int | None


def bill(documents: Iterable[Asking]) -> Bill:
    """The sum over documents; tokens of all blocks go by the length of their messages.

    >>> one = Asking(blocks=2, answered=2, reasons={"sample": 2}, input_tokens=300, characters=100)
    >>> bill([one.model_copy(update={"characters_of_all": 1_000})]).input_tokens_of_all
    3000
    """
    reasons: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for document in documents:
        reasons.update(document.reasons)
        total.update(document.model_dump(exclude={"reasons"}))
    has_tokens = total["characters"] and total["input_tokens"]  # not every endpoint tells them
    factor = total["characters_of_all"] / total["characters"] if has_tokens else None
    return Bill(
        total["blocks"],
        total["answered"],
        dict(reasons.most_common()),
        total["input_tokens"],
        total["output_tokens"],
        None if factor is None else round(total["input_tokens"] * factor),
        None if factor is None else round(total["output_tokens"] * factor),
    )


__all__ = [
    "ABSTAINED",
    "ALL",
    "SAMPLE",
    "SUMS_OFF",
    "UNREAD",
    "Answer",
    "Bill",
    "Reasons",
    "account",
    "ask_all",
    "bill",
    "choose",
    "doubts",
    "is_sampled",
]
