"""A target: what a printed indicator value asks for, as numbers that can be sorted, compared and added up."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

Kind = Literal["number", "range", "deadline", "frequency", "formula", "qualitative", "withheld", "list"]
Operator = Literal["≥", ">", "=", "≤", "<", "≈"]


def _plain(value: Decimal) -> str:
    return f"{value:f}"


Number = Annotated[
    Decimal, Field(allow_inf_nan=False), PlainSerializer(_plain, return_type=str, when_used="json-unless-none")
]
"""A plain decimal string in JSON: never a float, never with an exponent."""


class Target(BaseModel):
    """One value of an indicator; null where the printed text does not say.

    number       one amount: `≥`, `>`: only `low` is set. `≤`, `<`: only `high`. `=`, `≈` or none printed: both, equal.
    range        both bounds: 1-2次, 95%～98%, ±3%以内 (-3 to 3). No operator.
    deadline     a date or a span of dates, `start` to `end`: 2026年6月30日前完成, 2026年1-12月, 每月10日前.
    frequency    how often: 次, 回, 遍, 轮 in each period: 每季度一次, 每年不少于2次.
    formula      printed arithmetic of quantities: 办结数/上报数, 4条/月*12=48条. Bounds only where a result or a limit
                 is printed (=48条, ≥95%), never a factor of the formula (*100%, *12).
    qualitative  words: 有所提升, 按计划完成, and whatever was not understood.
    withheld     保密, 涉密, 不公开.
    list         several targets in one value; each is one of `items`, the fields of the list itself stay empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = Field(description="number, range, deadline, frequency, formula, list, qualitative or withheld")
    operator: Operator | None = Field(
        None, description="as printed (不低于 is ≥) or from the column 指标性质; null where a bare number is printed"
    )
    low: Number | None = Field(None, description="lower bound in `unit`, 万 and 亿 multiplied out: 0.026万次 is 260 次")
    high: Number | None = Field(None, description="upper bound in `unit`")
    unit: str | None = Field(None, description="unit as printed, without 万 and 亿: %, ‰, 元, 人次, 件, 天")
    per: str | None = Field(None, description="what each: 人 of 元/人/天 and 人均, 户 of 每户, 百万人口")
    period: str | None = Field(None, description="how often: 时 日 周 旬 月 季度 半年 年 届, or 2年 of 每两年")
    average: bool = Field(False, description="true for 人均, 月均, 平均: a mean, not each one")
    start: str | None = Field(None, description="first day, see `end`")
    end: str | None = Field(
        None,
        description="last day: 2026-06-30, 2026-06 (its last day) or 2026; without a year --06-30; ---10 of a month",
    )
    formula: str | None = Field(None, description="the printed arithmetic, without a limit or result behind it")
    span: tuple[int, int] | None = Field(
        None, description="[start, end) of what was understood, in the printed value; null for words"
    )
    rest: str | None = Field(None, description="what of the printed value was not understood")
    items: tuple[Target, ...] = Field((), description="of a list: its targets in order; spans count in the whole value")

    @property
    def is_numeric(self) -> bool:
        """Whether it holds a number that can be compared."""
        return self.low is not None or self.high is not None
