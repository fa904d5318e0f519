"""The language model as a reader: one block in, one ProjectReading out.

Importing this module imports neither openai nor instructor; the first call that is paid for does, so
a run that finds every answer in the cache starts at once and needs no key.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Generic, Protocol, TypeVar
from weakref import WeakValueDictionary

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from extractor import prompts
from extractor.errors import ModelInvalid, UsageError
from extractor.model.cache import AnswerCache, cache_key
from extractor.model.endpoints import Asked, Endpoint, Spent, connect, kind_of
from extractor.model.till import MOST_TOKENS, Ledger, Till
from extractor.schemas.document import Block, Found
from extractor.schemas.layout import AMOUNT_COLUMNS, column_label
from extractor.schemas.project import Amounts, ProjectReading
from extractor.schemas.record import ModelUse
from extractor.settings import Settings

PROMPT = "read_project"
S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What the model read; `from_cache`: this call was free."""

    reading: ProjectReading
    use: ModelUse
    from_cache: bool


@dataclass(frozen=True, slots=True)
class Bought(Generic[S]):
    """An answer under any other schema; `from_cache`: this call was free."""

    value: S
    input_tokens: int
    output_tokens: int
    from_cache: bool


class Model(Protocol):
    """A reader that is asked over a border; `read` raises ModelError where there is no usable answer."""

    name: str

    async def read(self, block: Block) -> ModelAnswer: ...

    async def close(self) -> None: ...


class Asker(Protocol):
    """A language model that answers under any schema; raises ModelError."""

    async def ask(self, prompt: prompts.Prompt, message: str, shape: type[S]) -> Bought[S]: ...


class LanguageModel:
    """A language model at an endpoint of any kind, through the answer cache.

    `read` may be called for many blocks at once; at most `settings.concurrency` of them are being
    paid for at any time. Use it in one event loop and `close()` it there; the cache stays open.
    UsageError where the settings name no language model. Every call is written into the `ledger`, if there is one;
    `endpoint` is asked in place of the one at the address of the settings.
    """

    def __init__(
        self,
        settings: Settings,
        cache: AnswerCache | None,
        ledger: Ledger | None = None,
        *,
        endpoint: Endpoint | None = None,
    ) -> None:
        if settings.language_model is None:
            raise UsageError("no language model is set: pass --model NAME or set EXTRACTOR_MODEL")
        kind = kind_of(settings)  # before anything is read: an address of no known kind is a wrong setting
        self.name = settings.language_model
        self._settings = settings
        self._cache = cache
        self._prompt = prompts.load(PROMPT)
        self._till = Till(settings, ledger, kind)
        self._endpoint = endpoint
        self._spent_before = Spent()
        self._dialect_key = cache_key(kind="dialect", endpoint=settings.base_url, model=settings.model)
        self._remembered: str | None = None
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._reading: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def spent(self) -> Spent:
        """Requests and tokens of this run; answers out of the cache cost nothing."""
        return self._spent_before + (self._endpoint.spent if self._endpoint is not None else Spent())

    async def read(self, block: Block) -> ModelAnswer:
        """The model's reading of `block`: out of the cache, else bought and kept.

        Raises ModelRefused, ModelTruncated, ModelInvalid, ModelUnavailable (`fatal`: asking about other
        blocks is pointless) and, where the answer cannot be kept, OutputError. Only a complete and valid
        answer is kept.
        """
        message = user_message(block)
        key = self._key(message)
        if self._cache is None:
            return self._answer(await self._buy(message, key), from_cache=False)
        # The same project printed twice is paid for once, also while the first answer is on its way.
        async with self._reading.setdefault(key, asyncio.Lock()):
            held = _Held.parse(self._cache.get(key))
            if held is not None:
                return self._answer(held, from_cache=True)
            held = await self._buy(message, key)
            self._cache.set(key, held.model_dump_json())
            self._remember_dialect()
            return self._answer(held, from_cache=False)

    async def ask(self, prompt: prompts.Prompt, message: str, shape: type[S]) -> Bought[S]:
        """An answer to another question than for a reading, under `shape`; kept and raised like `read`'s."""
        key = self._key(message, kind=prompt.name, prompt=prompt.hash, schema=schema_hash(shape))
        async with self._reading.setdefault(key, asyncio.Lock()):
            kept = _parsed(self._cache.get(key) if self._cache is not None else None, shape)
            if kept is not None:
                return kept
            async with self._slots:
                with self._till.question("layout", key):
                    asked = await self._connected().ask(prompt.text, message, shape)
            if self._cache is not None:
                held = {"input_tokens": asked.input_tokens, "output_tokens": asked.output_tokens}
                self._cache.set(key, json.dumps(held | {"value": asked.value.model_dump_json()}))
                self._remember_dialect()
            return Bought(asked.value, asked.input_tokens, asked.output_tokens, from_cache=False)

    async def close(self) -> None:
        if self._endpoint is not None:
            self._spent_before = self.spent
            endpoint, self._endpoint = self._endpoint, None
            await endpoint.close()

    def _key(self, message: str, *, kind: str = "reading", prompt: str = "", schema: str = "") -> str:
        settings = self._settings
        return cache_key(
            kind=kind,
            message=message,
            prompt=prompt or self._prompt.hash,
            schema=schema or schema_hash(ProjectReading),
            model=settings.model,
            endpoint=settings.base_url,
            mode=settings.mode,
            temperature=settings.temperature,
            max_output_tokens=settings.max_output_tokens,
        )

    def key_of(self, block: Block) -> str:
        """Under which its answer is kept."""
        return self._key(user_message(block))

    async def _buy(self, message: str, key: str) -> _Held:
        async with self._slots:
            with self._till.question("reading", key):
                return await self._bought(message)

    async def _bought(self, message: str) -> _Held:
        asked: Asked[ProjectReading] = await self._connected().ask(self._prompt.text, message, ProjectReading)
        # Through JSON, so that an answer is the same object whether it was just bought or comes from the cache.
        reading = ProjectReading.model_validate_json(asked.value.model_dump_json())
        if reading.model_copy(update={"department": None, "unit": None}) == _NOTHING:
            raise ModelInvalid("the model read nothing in the block")
        return _Held(reading=reading, input_tokens=asked.input_tokens, output_tokens=asked.output_tokens)

    def _answer(self, held: _Held, *, from_cache: bool) -> ModelAnswer:
        use = ModelUse(
            name=self.name,
            prompt=self._prompt.hash,
            cached=self._cache is not None,
            input_tokens=held.input_tokens,
            output_tokens=held.output_tokens,
        )
        return ModelAnswer(held.reading, use, from_cache)

    def _connected(self) -> Endpoint:
        if self._endpoint is None:
            self._remembered = self._cache.get(self._dialect_key) if self._cache is not None else None
            self._endpoint = connect(self._settings, self._remembered)
        return self._endpoint

    def _remember_dialect(self) -> None:
        known = self._endpoint.remembers if self._endpoint is not None else None
        if self._cache is not None and known is not None and known != self._remembered:
            self._remembered = known
            self._cache.set(self._dialect_key, known)


class _Held(BaseModel):
    """An answer as it stands in the cache."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    reading: ProjectReading
    input_tokens: Annotated[int, Field(ge=0, le=MOST_TOKENS)] = 0
    output_tokens: Annotated[int, Field(ge=0, le=MOST_TOKENS)] = 0

    @classmethod
    def parse(cls, text: str | None) -> _Held | None:
        """None also for a text that no longer validates: it is bought again."""
        try:
            return cls.model_validate_json(text) if text is not None else None
        except ValidationError:
            return None


_NOTHING = ProjectReading()


def _parsed(text: str | None, shape: type[S]) -> Bought[S] | None:
    """An answer out of the cache; None also for one that no longer validates: it is bought again."""
    try:
        held = json.loads(text) if text is not None else None
        if held is None:
            return None
        value = shape.model_validate_json(held["value"])
        spent = int(held["input_tokens"]), int(held["output_tokens"])
        return Bought(value, *spent, from_cache=True) if min(spent) >= 0 and max(spent) <= MOST_TOKENS else None
    except (ValueError, TypeError, KeyError):
        return None


@lru_cache
def schema_hash(shape: type[BaseModel]) -> str:
    """Hash of what an answer must look like."""
    return cache_key(schema=shape.model_json_schema())[:16]


def tells_amounts(block: Block) -> bool:
    """Whether the model is told in which column each number stands, as the rules place it.

    It has to be where the text prints numbers in a row, and what it answers then is a copy: no second reading.
    """
    return not block.context.prints_labels and block.context.amounts != Amounts()


def user_message(block: Block) -> str:
    """What the model is shown of a block: its context, one line for each label, and its text between markers.

    The markers hold a hash of the text, so that no text can close them.
    """
    context = block.context
    text = block.content.text
    amounts = _amounts(context.amounts) if tells_amounts(block) else ""
    lines = {
        "部门": _printed(context.department),
        "单位": _printed(context.unit),
        "年度": str(context.fiscal_year or ""),
        "金额单位": _line(context.amount_unit.value if context.amount_unit else ""),
        "表头列": "、".join(_line(column_label(column)) for column in context.columns),
        "数字所在列": amounts,
    }
    mark = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    head = "\n".join(f"{label}: {value}" for label, value in lines.items() if value)
    return f"{head}\n<<<BLOCK {mark}>>>\n{text}\n<<<END {mark}>>>"


def _amounts(amounts: Amounts) -> str:
    placed = [
        f"{column_label(column)}={value}"
        for column in AMOUNT_COLUMNS
        if (value := getattr(amounts, column)) is not None
    ]
    placed += [f"{_line(line.label)}={line.amount}" for line in amounts.breakdown]
    placed += [f"列未定={value}" for value in amounts.unplaced]
    return "；".join(placed)


def _printed(found: Found | None) -> str:
    return _line(found.value) if found is not None else ""


def _line(text: str) -> str:
    """One line, whatever the text holds: only the block's own text may span lines."""
    return " ".join(text.split())
