"""What a reader reads from one project: verbatim, nothing inferred, nothing corrected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，－", "0123456789.,-")
_AMOUNT = re.compile(r"-?\d{1,18}(\.\d{1,8})?")

MAX_TEXT = 20_000
MAX_ITEMS = 1_000


def plain_amount(printed: str) -> str:
    """Printed digits without thousands separators; full-width digits become half-width.

    >>> plain_amount("1,141.20"), plain_amount("８０.００"), plain_amount("0.00")
    ('1141.20', '80.00', '0.00')
    """
    return printed.translate(_FULL_WIDTH).replace(",", "").strip()


def may_be_amount(digits: str) -> bool:
    """Whether plain digits can be money; a code of a project has more of them.

    >>> may_be_amount("1141.20"), may_be_amount("440113210000000010001")
    (True, False)
    """
    return _AMOUNT.fullmatch(digits) is not None


def _check_amount(value: str) -> str:
    if not may_be_amount(value):
        raise ValueError(f"not a printed amount: {value[:40]!r} (digits only, e.g. '1141.20'; null where blank)")
    return value


def _clean(value: object) -> object:
    return plain_amount(value) if isinstance(value, str) else value


AmountText = Annotated[str, BeforeValidator(_clean), AfterValidator(_check_amount)]
Text = Annotated[str, Field(max_length=MAX_TEXT)]


class _Reading(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FundingLine(_Reading):
    """One funding column beyond the canonical four (一般公共预算, 上年结转, 上级资金 …)."""

    label: Text = Field(description="column label as printed")
    amount: AmountText = Field(description="printed digits without thousands separators")


FundingSource = Literal["fiscal", "special_account", "other"]
SOURCES: tuple[FundingSource, ...] = get_args(FundingSource)
"""Where the money comes from: the columns that make up the total."""


class Amounts(_Reading):
    """Printed amounts in the printed unit; null where the cell is blank."""

    total: AmountText | None = Field(None, description="总计")
    fiscal: AmountText | None = Field(None, description="财政拨款")
    special_account: AmountText | None = Field(None, description="财政专户拨款")
    other: AmountText | None = Field(None, description="其他资金")
    unplaced: tuple[AmountText, ...] = Field(
        (), max_length=MAX_ITEMS, description="printed numbers whose column the text cannot tell"
    )
    breakdown: tuple[FundingLine, ...] = Field(
        (), max_length=MAX_ITEMS, description="any other funding column, with its printed label"
    )


class Indicator(_Reading):
    """One 绩效指标; every field as printed, null where not printed."""

    number: int | None = Field(None, description="item number as printed")
    level1_code: Text | None = Field(None, description="code before the 一级指标 label, e.g. 1")
    level1: Text | None = Field(None, description="一级指标, e.g. 产出指标")
    level2_code: Text | None = Field(None, description="code before the 二级指标 label, e.g. 11")
    level2: Text | None = Field(None, description="二级指标, e.g. 数量指标")
    name: Text | None = Field(None, description="三级指标: name of the indicator")
    cycle_value: Text | None = Field(None, description="实施周期 / 中期 / 长期指标值")
    annual_value: Text | None = Field(None, description="年度指标值 / 指标值")
    operator: Text | None = Field(None, description="指标性质 column (≥ ≤ = 定性), only if printed in its own cell")
    measure_unit: Text | None = Field(None, description="度量单位 column, only if printed in its own cell")
    weight: Text | None = Field(None, description="权重 / 分值 column, only if printed")
    attributes: dict[str, str] = Field(
        default_factory=dict,
        max_length=MAX_ITEMS,
        description="{printed label: printed value} for every other cell of its row: 实际完成值, 得分, 评分标准 …",
    )


class ProjectReading(_Reading):
    """One project as one reader read it."""

    department: Text | None = Field(None, description="主管部门 / 部门名称 as printed")
    unit: Text | None = Field(None, description="预算单位 / 资金使用单位 that the project stands under")
    name: Text | None = Field(None, description="项目名称, wrapped lines joined")
    amounts: Amounts = Field(default_factory=Amounts)
    goal: Text | None = Field(None, description="绩效目标 text, wrapped lines joined, punctuation kept")
    withheld: bool = Field(False, description="true where the entry says 涉密 / 不宜公开 / 不对外公开")
    indicators: tuple[Indicator, ...] = Field((), max_length=MAX_ITEMS)
    attributes: dict[str, str] = Field(
        default_factory=dict, description="{printed label: printed value} for every other labelled cell"
    )

    def labelled(self) -> Iterator[tuple[str, str]]:
        """Label and value of every cell that no field takes: the project's own, then each indicator's."""
        yield from self.attributes.items()
        for indicator in self.indicators:
            yield from indicator.attributes.items()
