"""Signs of a form whose cells stand in one line, with blanks between them or with nothing at all.

A form that nobody filled in has its next label right behind 项目名称; one with a project has a name in between, or
prints quantities where its columns were torn apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.layouts import terms
from extractor.layouts.shared import FlatSigns

_LEAST_LABELS = 4
_WINDOW = 1_500
"""Characters behind a name in which the rest of a form's labels stand."""
_LEAST_QUANTITIES = 3
_LEAST_PLACEHOLDERS = 5
"""A form that somebody filled in may keep one or two of its template."""
_LONGEST_HEADING = 40
_HAN = re.compile("[\u4e00-\u9fff]")


def _words() -> FlatSigns:
    return terms().shared.signs.flat


def name_in_flat(text: str) -> str | None:
    """The name of a project in squashed text that holds a whole form; None where there is none.

    >>> form = "项目支出绩效自评表项目名称河道清淤工程主管部门水务局实施单位河道所一级指标二级指标三级指标产出指标"
    >>> name_in_flat(form), name_in_flat(form.replace("河道清淤工程", ""))
    ('河道清淤工程', None)
    """
    flat = _words()
    for match in flat.name.finditer(text):
        name = match["name"]
        if flat.other_label.match(name) or flat.instructs.search(name) or not _HAN.search(name):
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
    flat = _words()
    for title in flat.title.finditer(text):
        near = text[title.start() : title.end() + _WINDOW]
        if flat.any_name.search(near) and _labels_near(text, title.start(), title.end()) > _LEAST_LABELS:
            quantities = flat.quantity.findall(near)
            if len(quantities) >= _LEAST_QUANTITIES and not flat.instructions.search(near):
                return True
    return False


def is_template(text: str) -> bool:
    """Whether squashed text holds a form's title, and where its values would stand placeholders and no quantity.

    >>> form = "项目绩效目标申报表项目名称残疾人帮扶项目年度目标一级指标二级指标≥**人次≥**%≥**%**元/人≥**万元"
    >>> is_template(form), is_template(form.replace("≥**人次", "≥120人次"))
    (True, False)
    """
    flat = _words()
    title = flat.title.search(text)
    if title is None or len(flat.placeholder.findall(text)) < _LEAST_PLACEHOLDERS:
        return False
    return flat.quantity.search(text, title.end()) is None


def without_instructions(lines: Sequence[str]) -> list[str]:
    """Lines without those that only say how a form is filled in: from their heading on, up to the next form.

    >>> without_instructions(["项目绩效目标申报表", "项目名称", "填报说明", "(二)达到20万元的,均应填报。"])
    ['项目绩效目标申报表', '项目名称']
    >>> without_instructions(["填表说明:一式两份", "项目绩效目标申报表", "项目名称"])
    ['项目绩效目标申报表', '项目名称']
    """
    flat, found, instructs = _words(), [], False
    for line in lines:
        if len(line) <= _LONGEST_HEADING and flat.instructions.search(line):
            instructs = True
        elif instructs and (flat.title.search(line) or _names(line)):
            instructs = False
        if not instructs:
            found.append(line)
    return found


def _names(line: str) -> bool:
    """Whether a line begins with the label of a name, and not with a sentence on how to give it."""
    flat = _words()
    return flat.any_name.match(line) is not None and flat.instructs.search(line) is None


def is_titled(text: str) -> bool:
    """Whether squashed text prints the title of a form and the label of a project's name.

    >>> is_titled("市财政支出项目绩效目标申报表项目名称河道清淤"), is_titled("招标公告项目名称河道清淤")
    (True, False)
    """
    return _words().title.search(text) is not None and _words().any_name.search(text) is not None


def _labels_near(text: str, start: int, end: int) -> int:
    near = text[max(start - _WINDOW // 3, 0) : end + _WINDOW]
    return sum(label in near for label in _words().labels)
