"""A second kind of endpoint is one module and one row: the model, its cache and the doctor know no other."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import pytest
from pydantic import BaseModel

from extractor.doctor import EXPECTED, SAMPLE, probe
from extractor.errors import UsageError
from extractor.model import LanguageModel
from extractor.model.cache import AnswerCache
from extractor.model.endpoints import KINDS, Asked, Endpoint, Spent, connect, kind_of
from extractor.settings import Settings

S = TypeVar("S", bound=BaseModel)


class Scripted:
    """An endpoint that reads the doctor's sample, and remembers how often it was made."""

    made: list[tuple[str, str | None]]

    def __init__(self, settings: Settings, remembered: str | None = None) -> None:
        self.made.append((settings.base_url, remembered))
        self.name = "scripted"
        self.spent = Spent()
        self.last_status: int | None = None
        self.closed = False

    @property
    def remembers(self) -> str | None:
        return "slowly" if self.last_status else None

    async def ask(self, system: str, user: str, shape: type[S]) -> Asked[S]:
        assert SAMPLE.content.text in user
        self.last_status = 200
        self.spent = self.spent + Spent(1, 90, 8)
        return Asked(shape.model_validate(EXPECTED.model_dump()), 90, 8)

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> type[Scripted]:
    """A module of its own and a row in the table, as a second kind is added."""
    module = ModuleType("scripted_endpoint")
    fresh = type("Fresh", (Scripted,), {"made": []})
    module.Endpoint = fresh  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "scripted_endpoint", module)
    monkeypatch.setitem(KINDS, "scripted", "scripted_endpoint:Endpoint")
    return fresh


SETTINGS = Settings(model="m", base_url="scripted+http://localhost/v1")


def test_a_second_kind_reads_keeps_and_remembers(scripted: type[Scripted], tmp_path: Path) -> None:
    async def run(cache: AnswerCache) -> LanguageModel:
        model = LanguageModel(SETTINGS, cache)
        bought, kept = await model.read(SAMPLE), await model.read(SAMPLE)
        assert (bought.reading, kept.reading) == (EXPECTED, EXPECTED)
        assert (bought.from_cache, kept.from_cache) == (False, True)
        await model.close()
        return model

    with AnswerCache(tmp_path) as cache:
        model = asyncio.run(run(cache))
        assert model.spent == Spent(1, 90, 8)
        again = LanguageModel(SETTINGS, cache)
        again._connected()
    assert scripted.made == [("http://localhost/v1", None), ("http://localhost/v1", "slowly")]


def test_the_doctor_probes_a_second_kind(scripted: type[Scripted]) -> None:
    report = asyncio.run(probe(SETTINGS))
    assert (report.reachable, report.correct, report.input_tokens) == (True, True, 90)


def test_every_kind_is_an_endpoint() -> None:
    for kind in KINDS:
        endpoint: Endpoint = connect(Settings(model="m", base_url=f"{kind}+http://localhost:1/v1"))
        assert endpoint.name == "localhost:1"
        assert (endpoint.spent, endpoint.remembers, endpoint.last_status) == (Spent(), None, None)
        asyncio.run(endpoint.close())


def test_an_unknown_kind_is_a_wrong_setting() -> None:
    with pytest.raises(UsageError, match=r"no kind of endpoint is called abacus; there are openai\+https"):
        LanguageModel(Settings(model="m", base_url="abacus+http://localhost/v1"), None)
    assert kind_of(Settings()) == "openai"
