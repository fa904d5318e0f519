"""Tables in forms that are not to be read: their text is all there, but what belongs together is not together."""

from __future__ import annotations

from collections.abc import Callable

from extractor.tagger.synthesis.content import Indicator, Project
from extractor.tagger.synthesis.labelled import Labelled, unreadable
from extractor.tagger.synthesis.page import Writer
from extractor.tagger.synthesis.words import Dice

_FORM_TITLES = (
    "项目支出绩效目标申报表",
    "部门预算项目绩效目标申报表",
    "项目绩效目标申报表",
    "财政支出项目绩效目标申报表",
    "项目支出绩效自评表",
    "转移支付区域（项目）绩效目标申报表",
    "项目绩效目标批复表",
    "预算项目支出绩效目标申报表",
    "专项资金绩效目标自评表",
    "中央对地方转移支付区域绩效目标表",
)
_HEADS = (
    (
        "项目名称",
        "主管部门",
        "实施单位",
        "项目属性",
        "项目期",
        "项目资金（万元）",
        "年度资金总额：",
        "其中：财政拨款",
        "其他资金",
    ),
    ("项目名称", "主管部门及代码", "预算单位", "项目类型", "资金总额", "一般公共预算", "上年结转", "政府性基金"),
    ("项目名称", "项目编码", "项目负责人", "联系电话", "中期资金总额", "年度资金总额", "财政拨款", "单位资金"),
    ("专项名称", "申报单位", "起止时间", "立项依据", "预算金额", "中央补助", "地方资金", "执行数", "执行率"),
    ("项目名称", "资金使用单位", "项目概况", "项目立项必要性", "保证措施", "实施计划", "总金额"),
)
_GOAL_LABELS = (
    ("年度目标",),
    ("总体目标",),
    ("绩效目标",),
    ("年度总体目标", "实施期目标"),
    ("中期目标（2025年—2027年）", "年度目标"),
    ("实施期目标", "年度目标"),
    ("预期目标", "实际完成情况"),
)
_COLUMNS = (
    ("一级指标", "二级指标", "三级指标", "指标值"),
    ("一级指标", "二级指标", "三级指标", "指标值", "备注"),
    ("一级指标", "二级指标", "指标内容", "指标值"),
    ("一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位"),
    ("一级指标", "二级指标", "三级指标", "绩效指标性质", "本年绩效指标值", "绩效度量单位", "权重"),
    ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"),
    ("一级指标", "二级指标", "指标名称", "指标方向", "计量单位", "指标值", "指标分值"),
    ("指标类型", "二级指标", "指标名称", "目标值", "指标解释", "评分标准"),
)
_TWIN = ("一级指标", "二级指标", "三级指标", "指标值", "二级指标", "三级指标", "指标值")
_SIGNS = {"≥": 0.5, "≤": 0.15, "＝": 0.1, "=": 0.1, "定性": 0.1, "": 0.05}


class _Cells:
    """The cells of a form, in the order in which they are printed."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.dice = writer.dice
        self.habits = writer.habits._replace(level1=True, level2=True, coded=False)

    def project(self) -> Project:
        return self.writer.author.project(self.habits)

    def head(self, project: Project) -> list[str]:
        """Labels and values; a value may be far from its label, or missing."""
        dice, author = self.dice, self.writer.author
        labels = dice.one(_HEADS)
        cells: list[str] = []
        for at, label in enumerate(labels):
            cells.append(label)
            if at == 0:
                cells.append(project.name)
            elif any(word in label for word in ("单位", "部门")):
                cells.append(author.organisation())
            elif any(word in label for word in ("资金", "金额", "拨款", "预算", "结转", "数", "补助")):
                cells.append(dice.one(project.amounts or ("",)) if dice.whether(0.8) else "")
            elif dice.whether(0.6):
                cells.append(
                    dice.one(("经常性项目", "延续项目", f"{author.year()}-{author.year()}", "张三", author.clause()))
                )
        goals = dice.one(_GOAL_LABELS)
        if dice.whether(0.5):
            return [*cells, *goals, *(author.goal(self.habits) for _ in goals)]
        return [*cells, *(cell for label in goals for cell in (label, author.goal(self.habits)))]

    def rows(self, indicators: tuple[Indicator, ...], columns: tuple[str, ...]) -> list[list[str]]:
        """One row for each indicator; a category is printed once for the rows that it covers, or for each."""
        dice, author = self.dice, self.writer.author
        merged = dice.whether(0.7)
        rows: list[list[str]] = []
        held = ("", "")
        twin = columns is _TWIN
        for item in sorted(indicators, key=lambda one: (one.level1, one.level2)) if merged else indicators:
            row: list[str] = []
            if not merged or item.level1 != held[0]:
                row.append(item.level1)
            if not merged or (item.level1, item.level2) != held:
                row.append(item.level2)
            held = (item.level1, item.level2)
            row.append(item.name)
            if twin:
                row += [item.annual or item.cycle, item.level2, item.name, author.value()]
            elif any("性质" in column or "方向" in column for column in columns):
                row += [dice.weighted(_SIGNS), author.count(), author.lexicon.word("units")]
            else:
                row.append(item.annual or item.cycle)
            for column in columns[len(row) :]:
                if "分" in column or "重" in column:
                    row.append(str(dice.one((5, 10, 15, 20, 30))))
                elif "值" in column:
                    row.append(author.value())
                elif dice.whether(0.2):
                    row.append(author.clause())
            rows.append(row)
        return rows

    def split(self, text: str) -> str:
        """A label as a narrow cell prints it."""
        dice = self.dice
        width = dice.one((1, 2, 2, 4))
        return "\n".join(text[at : at + width] for at in range(0, len(text), width))


def _lines(dice: Dice, texts: list[str], width: int) -> list[str]:
    """Cells wrapped each for itself."""
    return [
        text[at : at + width]
        for cell in texts
        for text in cell.split("\n")
        for at in range(0, len(text), width)
        if text
    ]


def form(writer: Writer) -> str:
    """An application form, cell by cell: labels and values apart, a column of its own for each level."""
    cells, dice = _Cells(writer), writer.dice
    parts: list[str] = []
    for _ in range(dice.weighted({1: 0.45, 2: 0.3, 4: 0.25})):
        project = cells.project()
        columns = _TWIN if dice.whether(0.25) else dice.one(_COLUMNS)
        head, rows = cells.head(project), cells.rows(project.indicators, columns)
        within = dice.one((" ", "\n", "\n", "\n\n", "\t", "  "))
        after_cell = dice.one((" ", "\n", "\n\n", "\t"))
        width = dice.number(6, 40)
        narrow = dice.whether(0.4)
        if dice.whether(0.8):
            parts.append(dice.one(_FORM_TITLES))
            parts.append(f"（{writer.author.year()}年度）" if dice.whether(0.6) else "")
        parts.append(
            after_cell.join("\n".join(_lines(dice, [cell], width)) for cell in head if cell or dice.whether(0.2))
        )
        labels = [cells.split(label) if narrow and dice.whether(0.4) else label for label in columns]
        if dice.whether(0.5):
            labels.insert(0, cells.split("绩效指标"))
        parts.append(within.join(labels))
        for row in rows:
            narrowed = [cells.split(cell) if narrow and at < 2 else cell for at, cell in enumerate(row)]
            parts.append(within.join("\n".join(_lines(dice, [cell], width)) for cell in narrowed))
    return dice.one(("\n", "\n", "\n\n")).join(part for part in parts if part)


def by_columns(writer: Writer) -> str:
    """The same, column by column: all level-1 terms, then all level-2 terms, then the names, then the values."""
    cells, dice = _Cells(writer), writer.dice
    project = cells.project()
    columns = dice.one(_COLUMNS)
    rows = cells.rows(project.indicators, columns)
    width = dice.number(6, 24)
    ordered = [cell for at in range(max(map(len, rows))) for row in rows if at < len(row) for cell in row[at : at + 1]]
    head = cells.head(project) if dice.whether(0.7) else [project.name, *project.amounts, project.goal]
    return "\n".join(_lines(dice, [*head, *columns, *ordered], width))


def interleaved(writer: Writer) -> str:
    """Two cells side by side, read straight across: a line of the one, a line of the other."""
    dice = writer.dice
    between = dice.one((" ", "", "  ", "\n", "\n", "\t", "    "))
    one_width, other_width = dice.number(8, 26), dice.number(8, 30)
    parts: list[str] = []
    for _ in range(dice.one((1, 2, 3, 6))):
        project = writer.author.project(writer.habits._replace(longest_goal=8, most_indicators=8))
        left = project.goal
        if dice.whether(0.3):
            left = f"{project.name}{' '.join(project.amounts)}{left}"
        else:
            parts.append("\n".join(_lines(dice, [project.name, " ".join(project.amounts)], 12)))
        other = _lines(dice, [writer.printer.indicators(project.indicators).text], other_width)
        one = _lines(dice, [left], one_width)
        while len(one) < 4 or 2 * len(one) < len(other):  # else hardly anything would be out of order
            one += _lines(dice, [writer.author.goal(writer.habits)], one_width)
        while len(other) < 4:
            other += _lines(dice, [writer.author.value()], other_width)
        if dice.whether(0.2):
            name = _lines(dice, [project.name], dice.number(4, 8))
            one = [f"{name[at]}{between}{line}" if at < len(name) else line for at, line in enumerate(one)]
        # The shorter cell stands at the top, in the middle or at the bottom of the longer one.
        shift = dice.one((0, 0, max(0, len(other) - len(one)) // 2, max(0, len(other) - len(one))))
        one = [""] * shift + one
        rows = max(len(one), len(other))
        one += [""] * (rows - len(one))
        other += [""] * (rows - len(other))
        parts += [between.join(cell for cell in pair if cell) for pair in zip(one, other, strict=True)]
    return "\n".join(parts)


def flattened(writer: Writer) -> str:
    """A row for each indicator with its project's cells gone or repeated, and nothing between the cells."""
    cells, dice = _Cells(writer), writer.dice
    between = dice.one((" ", " ", "", "", "\n", "\t"))
    end = dice.one(("\n", "\n", " ", ""))
    columns = dice.one(_COLUMNS)
    parts = [between.join(("项目名称", "绩效目标", *columns))] if dice.whether(0.6) else []
    for _ in range(dice.one((1, 2, 3, 6))):
        project = cells.project()
        repeated = dice.whether(0.2)
        for at, row in enumerate(cells.rows(project.indicators, columns)):
            own = [project.name, *project.amounts, project.goal] if at == 0 else [project.name] * repeated
            parts.append(between.join([*own, *row]))
    text = end.join(parts)
    width = dice.number(20, 60)
    return "\n".join(_lines(dice, [text], width)) if dice.whether(0.5) else text


def glued(writer: Writer) -> str:
    """Cells whose borders are lost: amounts and values run into each other."""
    dice = writer.dice
    parts: list[str] = []
    for _ in range(dice.one((1, 2, 3, 6))):
        project = writer.author.project(writer.habits._replace(level1=True, level2=True))
        parts.append(f"{project.name}{''.join(project.amounts)}{project.goal}")
        for item in project.indicators:
            score = dice.one(("", "10", "15.0", "100", "10.010.0"))
            parts.append(f"{item.level1}{item.level2}{item.name}{item.annual}{item.cycle}{score}")
    text = "".join(parts)
    width = dice.number(24, 80)
    return "\n".join(_lines(dice, [text], width)) if dice.whether(0.6) else text


def boxed(writer: Writer) -> str:
    """A row for each indicator, every cell behind its header."""
    cells, dice = _Cells(writer), writer.dice
    project = cells.project()
    columns = dice.one(_COLUMNS)
    open_, close = dice.one((("【", "】"), ("", "："), ("", ":"), ("", "\t")))
    between = dice.one(("\n", "\n", " "))
    parts = [f"{open_}项目名称{close}{project.name}", f"{open_}绩效目标{close}{project.goal}"]
    for item in project.indicators:
        row = [item.level1, item.level2, item.name, item.annual or item.cycle]
        row += [writer.author.count() for _ in columns[4:]]
        parts += [f"{open_}{label}{close}{cell}" for label, cell in zip(columns, row, strict=False)]
    return between.join(parts)


def scattered(writer: Writer) -> str:
    """The lines of a page in an order of their own."""
    dice = writer.dice
    width = dice.number(6, 30)
    lines: list[str] = []
    while len(lines) < 12:
        project = writer.author.project(writer.habits._replace(longest_goal=8))
        indicators = writer.printer.indicators(project.indicators).text
        lines += _lines(dice, [project.name, " ".join(project.amounts), project.goal, indicators], width)
    order = list(range(len(lines)))
    reach = dice.number(3, 9)
    order.sort(key=lambda at: at + dice.number(0, reach))
    return "\n".join(lines[at] for at in order)


_FORMS: dict[Callable[[Writer], str], float] = {
    form: 0.4,
    by_columns: 0.1,
    interleaved: 0.2,
    flattened: 0.18,
    glued: 0.07,
    boxed: 0.06,
    scattered: 0.05,
}


def page(writer: Writer) -> Labelled:
    """A page of one of these forms, or a stretch of it."""
    dice = writer.dice
    text = dice.weighted(_FORMS)(writer)
    if len(text) > 500 and dice.whether(0.6):
        start = dice.number(0, len(text) - 400)
        text = text[start : start + dice.number(300, 1700)]
    return unreadable(text[:2000])


__all__ = ["page"]
