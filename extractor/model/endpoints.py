"""What an endpoint is, and the kinds of them that are known.

A second kind is a module with a class that does what `Endpoint` says, made of `(settings, remembered)`, and a row in
`KINDS`. The address chooses the kind: `https://…` is the first one, `KIND+https://…` any other. A row's module is
imported when the first call is made, since the libraries behind it are heavy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Generic, Protocol, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel

from extractor.errors import UsageError
from extractor.settings import Settings

S = TypeVar("S", bound=BaseModel)

KINDS = {"openai": "extractor.model.endpoint:OpenAIEndpoint"}
"""Name of a kind, and its class as "module:class"; the first one needs no name in the address."""


@dataclass(frozen=True, slots=True)
class Asked(Generic[S]):
    """A validated answer and the tokens that it cost, re-asks included."""

    value: S
    input_tokens: int
    output_tokens: int


@dataclass(slots=True)
class Spent:
    """Requests and tokens of one question, or of a whole run, whatever became of the answers."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: Spent) -> Spent:
        """
        >>> Spent(1, 900, 80) + Spent(2, 100, 20)
        Spent(requests=3, input_tokens=1000, output_tokens=100)
        """
        return Spent(
            self.requests + other.requests,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
        )


class Endpoint(Protocol):
    """One address with a language model; used in one event loop and closed there.

    `name` is what messages call it. `spent` counts everything that was paid for, failures included. `last_status` is
    the HTTP status of the last answer, None where there was none. `remembers` is text that the next endpoint at this
    address may begin with, None where nothing was learnt.
    """

    name: str
    spent: Spent
    last_status: int | None

    @property
    def remembers(self) -> str | None: ...

    async def ask(self, system: str, user: str, shape: type[S]) -> Asked[S]:
        """One answer under `shape`; ModelError (Refused, Truncated, Invalid, Unavailable) where there is none."""
        ...

    async def close(self) -> None: ...


def kind_of(settings: Settings) -> str:
    """The kind of endpoint that an address names; UsageError where there is none of that name.

    >>> kind_of(Settings(base_url="http://localhost:8000/v1"))
    'openai'
    """
    named = urlsplit(settings.base_url).scheme.rpartition("+")[0]
    if named and named not in KINDS:
        known = ", ".join(f"{kind}+https://…" for kind in KINDS)
        raise UsageError(f"wrong settings: base_url: no kind of endpoint is called {named}; there are {known}")
    return named or next(iter(KINDS))


def connect(settings: Settings, remembered: str | None = None) -> Endpoint:
    """An endpoint at the address of the settings; `remembered` is what an earlier one there left behind."""
    kind = kind_of(settings)
    module, _, name = KINDS[kind].partition(":")
    made: Callable[[Settings, str | None], Endpoint] = getattr(import_module(module), name)
    address = settings.base_url.removeprefix(f"{kind}+")
    return made(settings.model_copy(update={"base_url": address}), remembered)
