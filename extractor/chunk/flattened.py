"""Signs of a form whose cells stand in one line, with blanks between them or with nothing at all.

A form that nobody filled in has its next label right behind 项目名称; one with a project has a name in between, or
prints quantities where its columns were torn apart.
"""

from __future__ import annotations

import re

_LABELS = (
    "主管部门",
    "主管单位",
    "实施单位",
    "项目单位",
    "项目资金",
    "资金情况",
    "资金总额",
    "财政拨款",
    "总体目标",
    "年度目标",
    "一级指标",
    "二级指标",
    "三级指标",
    "产出指标",
    "效益指标",
    "数量指标",
    "年初预算数",
    "全年执行数",
)
_LEAST_LABELS = 4
_WINDOW = 1_500
"""Characters behind a name in which the rest of a form's labels stand."""
_NAME = re.compile(
    r"""
    (?<!(?<!\d)\d) (?<![.、(的])        # an item number before it: an instruction how to fill a form in
    (?:项目(?:支出)?|专项(?:资金)?|转移支付(?:\(项目\))?)名称 (?:\([^()]{0,8}\))? :?
    (?P<name>[^:。;,]{4,60}?) :?
    (?= (?:项目|省级|市级|县级)? (?:主管|实施单位|单位|负责人|属性|类[别型]|资金|编码|预算|代码|支出|经办|起止) )
    """,
    re.VERBOSE,
)
_OTHER_LABEL = re.compile(r"(?:项目)?(?:属性|类[别型]|主管|单位|名称|编码|代码|负责人|金额|序号|备注)")
_INSTRUCTS = re.compile(r"[请应须]|填[写报]|规范|全称|一致")
_TITLE = re.compile(r"(?:项目|区域|专项|转移支付)[^。;:]{0,14}(?:自评|申报|目标)[^。;:]{0,3}表")
_ANY_NAME = re.compile(r"(?:项目|专项|专项资金|转移支付(?:\(项目\))?)名称")
_QUANTITY = re.compile(
    r"""
    (?<![\d.]) \d+(?:\.\d+)?
    (?: % | (?=[\u4e00-\u9fff]) (?![分年月日号条页第至]) (?![\u4e00-\u9fff]{2,10}:) )
    """,
    re.VERBOSE,
)
_INSTRUCTIONS = re.compile(r"填[报写表]说明|按规范的|填写说明")
_LEAST_QUANTITIES = 3
_HAN = re.compile("[\u4e00-\u9fff]")


def name_in_flat(text: str) -> str | None:
    """The name of a project in squashed text that holds a whole form; None where there is none.

    >>> form = "项目支出绩效自评表项目名称河道清淤工程主管部门水务局实施单位河道所一级指标二级指标三级指标产出指标"
    >>> name_in_flat(form), name_in_flat(form.replace("河道清淤工程", ""))
    ('河道清淤工程', None)
    """
    for match in _NAME.finditer(text):
        name = match["name"]
        if _OTHER_LABEL.match(name) or _INSTRUCTS.search(name) or not _HAN.search(name):
            continue
        if _labels_near(text, match.start(), match.end()) >= _LEAST_LABELS:
            return name
    return None


def is_filled_form(text: str) -> bool:
    """Whether squashed text holds a form's title, its labels and quantities, in whatever order.

    >>> form = "项目绩效目标自评表项目名称实施单位项目资金全年执行数一级指标二级指标三级指标"
    >>> is_filled_form(form + "河道清淤210公里100%98%"), is_filled_form(form)
    (True, False)
    """
    for title in _TITLE.finditer(text):
        near = text[title.start() : title.end() + _WINDOW]
        if _ANY_NAME.search(near) and _labels_near(text, title.start(), title.end()) > _LEAST_LABELS:
            quantities = _QUANTITY.findall(near)
            if len(quantities) >= _LEAST_QUANTITIES and not _INSTRUCTIONS.search(near):
                return True
    return False


def is_titled(text: str) -> bool:
    """Whether squashed text prints the title of a form and the label of a project's name.

    >>> is_titled("市财政支出项目绩效目标申报表项目名称河道清淤"), is_titled("招标公告项目名称河道清淤")
    (True, False)
    """
    return _TITLE.search(text) is not None and _ANY_NAME.search(text) is not None


def _labels_near(text: str, start: int, end: int) -> int:
    near = text[max(start - _WINDOW // 3, 0) : end + _WINDOW]
    return sum(label in near for label in _LABELS)
