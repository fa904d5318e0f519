"""What a line or a row announces: the title of a table, one of a whole department, the headers of columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LONGEST_TITLE = 120
_TITLE = re.compile(r"绩效.{0,12}表|绩效目标")
_HEADING = re.compile(r"(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)|\d+[、.])(?!.*表)")
"""A numbered heading of running text; that of a table may be numbered as well."""
WHOLE_DEPARTMENT = re.compile(r"整体(?:支出)?(?:预算)?绩效")
OF_PROJECTS = re.compile(r"项目(?:支出|资金)?(?:预算)?绩效|项目名称")
_LABEL = re.compile(r"(?:(?:19|20)\d\d年?)?(?:\([^()\d]{1,12}\)|[^\W\d]|[/、%·-]){1,16}")
_HAN = re.compile("[一-鿿]")
_LONGEST_LABEL = 40


_NAVIGATION = re.compile(r"(?:您?(?:的|所在)?当前(?:的)?位置|您现在的位置|首页|网站首页)\s*[:>»/|]?|[^。]*?>[^>。]+>.*")


def is_navigation(squashed: str) -> bool:
    """Whether a line tells where a page stands in its site.

    >>> is_navigation("当前位置:首页>政务公开>预决算"), is_navigation("2026年度重点项目绩效目标公开")
    (True, False)
    """
    return _NAVIGATION.match(squashed) is not None


def is_title(squashed: str) -> bool:
    """Whether a line is a table's title.

    >>> is_title("云溪市2025年项目支出绩效目标表(含转移支付项目)"), is_title("绩效目标完成情况良好。")
    (True, False)
    >>> is_title("二、绩效目标完成情况"), is_title("五、项目支出绩效目标表")
    (False, True)
    """
    if len(squashed) > _LONGEST_TITLE or not _TITLE.search(squashed):
        return False
    return not squashed.endswith(("。", ";")) and not _HEADING.match(squashed)


def is_of_department(title: str) -> bool:
    """Whether a squashed title announces the goals of a whole department.

    >>> is_of_department("部门(单位)整体支出绩效目标申报表"), is_of_department("项目支出绩效目标表")
    (True, False)
    """
    return bool(WHOLE_DEPARTMENT.search(title)) and title.endswith("表") and not OF_PROJECTS.search(title)


def are_headers(squashed: Sequence[str]) -> bool:
    """Whether texts are nothing but different short words, as the headers of columns are.

    >>> are_headers(["设备名称", "单价(元)"]), are_headers(["培训", "10场"]), are_headers(["无", "无"])
    (True, False, False)
    """
    return len(set(squashed)) == len(squashed) and all(
        len(text) <= _LONGEST_LABEL and _LABEL.fullmatch(text) and _HAN.search(text) for text in squashed
    )
