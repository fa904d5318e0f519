"""An endpoint that is never asked: it reckons what the questions would take."""

from __future__ import annotations

import json
import re
from typing import NoReturn, TypeVar

from pydantic import BaseModel

from extractor.errors import ModelInvalid
from extractor.model.endpoints import Asked, Spent

S = TypeVar("S", bound=BaseModel)

_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_FORM_OF_ANSWER = 200
"""Tokens of an answer beside the values that it repeats."""


class Reckoner:
    """Counts each question once and answers none; an `Endpoint`."""

    def __init__(self) -> None:
        self.name = "nobody"
        self.spent = Spent()
        self.last_status: int | None = None
        self._asked: set[tuple[str, str]] = set()

    @property
    def remembers(self) -> None:
        return None

    async def ask(self, system: str, user: str, shape: type[S]) -> Asked[S]:
        if (system, user) not in self._asked:
            self._asked.add((system, user))
            schema = json.dumps(shape.model_json_schema(), ensure_ascii=False)
            sent = sum(map(tokens_of, (system, user, schema)))
            self.spent += Spent(1, sent, _FORM_OF_ANSWER + 3 * tokens_of(user) // 2)
        _refuse()

    async def close(self) -> None:
        pass


def _refuse() -> NoReturn:
    raise ModelInvalid("nothing is sent: this only reckons")


def tokens_of(text: str) -> int:
    """About the tokens of a text: one for each Chinese character, one for four others.

    >>> tokens_of("河道清淤 120.00万元")
    8
    """
    wide = len(_WIDE.findall(text))
    return wide + (len(text) - wide + 3) // 4


__all__ = ["Reckoner", "tokens_of"]
