"""What a person decided on a flag, as it is published with the flag."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class DecisionKind(StrEnum):
    """What a person can say of a flag."""

    AS_PRINTED = "as_printed"
    FIRST = "first"
    SECOND = "second"
    VALUE = "value"
    SOURCE = "source"
    EMPTY = "empty"
    NOT_PROJECT = "not_project"
    DUPLICATE = "duplicate"
    COLUMN = "column"
    UNSURE = "unsure"
    RIGHT = "right"


DecisionState = Literal["decided", "confirmed", "unsure", "stale"]
"""decided: it holds; confirmed: a second person says the same; unsure: somebody looked and could not tell; stale: the
evidence has changed since, or two people decided differently: shown as a suggestion, applied nowhere."""
HOLDS: frozenset[DecisionState] = frozenset(("decided", "confirmed"))


class Decision(BaseModel):
    """One decision that lies on a flag, or on a record that was read once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(description="id of the decision's row in decisions.sqlite")
    kind: DecisionKind = Field(description="what was decided")
    state: DecisionState = Field(
        description="decided, confirmed (by a second person), unsure, or stale (a suggestion, applied nowhere)"
    )
    before: str | None = Field(None, description="what was published before the decision")
    after: str | None = Field(None, description="what is published after it; a column of money for `column`")
    in_source: bool | None = Field(
        None, description="whether a value that was entered stands in the project's text; null where none was entered"
    )
    note: str | None = Field(None, description="what the person noted")
    who: str = Field(description="who decided")
    when: str = Field(description="when, as ISO 8601")
    confirmed_by: str | None = Field(None, description="who said the same in a second check")

    @property
    def holds(self) -> bool:
        """Whether the decision is applied."""
        return self.state in HOLDS


__all__ = ["HOLDS", "Decision", "DecisionKind", "DecisionState"]
