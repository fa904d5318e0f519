"""The indicator grammar, a row for each turn that print takes."""

from __future__ import annotations

import pytest

from extractor.layouts import built_in, compiled
from extractor.rules.items import find_items, read_item
from extractor.schemas.document import MappedText
from extractor.schemas.project import Indicator
from extractor.text import Squashed

CODED = compiled(next(spec for spec in built_in() if spec.name == "grid-coded"))

Row = tuple[int | None, str | None, str | None, str | None, str | None]


def items(text: str, *, cell: bool = True) -> tuple[list[Indicator], str]:
    """Indicators of a cell, or of a dump's body together with what stands before them."""
    view = Squashed(MappedText(text, range(len(text))))
    found = find_items(view, CODED, 0, len(view.text), cell=cell)
    before = view.value(0, found[0].start) if found else view.value(0, len(view.text))
    return [read_item(view, CODED, item)[0] for item in found], before


def short(indicators: list[Indicator]) -> list[Row]:
    """(number, categories, name, cycle value, annual value)"""
    return [
        (
            one.number,
            "/".join(
                f"{code or ''}{label}"
                for code, label in ((one.level1_code, one.level1), (one.level2_code, one.level2))
                if label
            )
            or None,
            one.name,
            one.cycle_value,
            one.annual_value,
        )
        for one in indicators
    ]


CELLS: dict[str, tuple[str, list[Row]]] = {
    "Chinese numbers in parentheses": (
        "（一）储备数量；年度指标值:5000吨；（二）合格率；年度指标值:≥98%；",
        [(1, None, "储备数量", None, "5000吨"), (2, None, "合格率", None, "≥98%")],
    ),
    "no labels, a sign before each value": (
        "数量指标：造林面积≥500亩；质量指标：成活率≥85%；满意度指标：群众满意度≥90%",
        [
            (None, "数量指标", "造林面积", None, "≥500亩"),
            (None, "质量指标", "成活率", None, "≥85%"),
            (None, "满意度指标", "群众满意度", None, "≥90%"),
        ],
    ),
    "no labels, numbered": (
        "1.数量指标：培训人数≥500人；2.质量指标：合格率≥95%",
        [(1, "数量指标", "培训人数", None, "≥500人"), (2, "质量指标", "合格率", None, "≥95%")],
    ),
    "no labels, a colon before each value": (
        "①监测站点数：≥12个 ②数据有效率：≥90%",
        [(1, None, "监测站点数", None, "≥12个"), (2, None, "数据有效率", None, "≥90%")],
    ),
    "no labels, a colon before plain numbers": (
        "①调查点位：300个 ②报告数量：1份",
        [(1, None, "调查点位", None, "300个"), (2, None, "报告数量", None, "1份")],
    ),
    "no labels, a heading above the items of each category": (
        "产出指标：\n1.数量指标：培训人数≥500人\n2.质量指标：合格率≥95%\n效益指标：\n1.社会效益：就业率≥80%",
        [
            (1, "产出指标/数量指标", "培训人数", None, "≥500人"),
            (2, "产出指标/质量指标", "合格率", None, "≥95%"),
            (1, "效益指标/社会效益", "就业率", None, "≥80%"),
        ],
    ),
    "a label that nobody knows": (
        "1、桥数，须达到：2座。2、合格率，须达到：≥90%。",
        [(1, None, "桥数，须达到：2座", None, None), (2, None, "合格率，须达到：≥90%", None, None)],
    ),
    "no labels, words for a sign": (
        "1、数量指标：培训人数不少于500人。2、质量指标：合格率达到95%以上。",
        [
            (1, "数量指标", "培训人数不少于500人", None, None),
            (2, "质量指标", "合格率达到95%以上", None, None),
        ],
    ),
    "no labels, two signs in one item": (
        "1、数量指标：培训人数：男≥300人，女≥200人；2、质量指标：合格",
        [(1, "数量指标", "培训人数：男≥300人，女≥200人", None, None), (2, "质量指标", "合格", None, None)],
    ),
    "coded": (
        "1、1-产出指标；11-数量指标；培训班；实施周期指标值:4批次；年度指标值:4批次。",
        [(1, "1产出指标/11数量指标", "培训班", "4批次", "4批次")],
    ),
    "a stop before the separator is cut": (
        "1、1-产出指标；12-质量指标；登记率；实施周期指标值:100%。；年度指标值:100%。",
        [(1, "1产出指标/12质量指标", "登记率", "100%", "100%")],
    ),
    "two stops": ("1、产出指标：采集，年度指标值：66个村。。", [(1, "产出指标", "采集", None, "66个村")]),
    "half width": (
        "1、1-产出指标;11-数量指标;用户;实施周期指标值:≥20个;年度指标值:≥20个。",
        [(1, "1产出指标/11数量指标", "用户", "≥20个", "≥20个")],
    ),
    "label behind a full stop": (
        "1、产出指标：形成文稿。年度指标值：2篇/月*12=24篇",
        [(1, "产出指标", "形成文稿", None, "2篇/月*12=24篇")],
    ),
    "a level-2 term alone": ("1、质量指标：维保正常，年度指标值：100%。", [(1, "质量指标", "维保正常", None, "100%")]),
    "plain": (
        "1、专报不少于50份；年度指标值:不少于50份；2、按时办结；年度指标值:95%；",
        [(1, None, "专报不少于50份", None, "不少于50份"), (2, None, "按时办结", None, "95%")],
    ),
    "numbering nested in a value, other style": (
        "1、住房；年度指标值:1.酒店10家；2.房间1000间。2、安全；年度指标值:100%；",
        [(1, None, "住房", None, "1.酒店10家；2.房间1000间"), (2, None, "安全", None, "100%")],
    ),
    "numbering nested in a value, same style": (
        "1、住房；年度指标值:1、酒店10家；2、房间1000间。2、安全；年度指标值:100%；",
        [(1, None, "住房", None, "1、酒店10家；2、房间1000间"), (2, None, "安全", None, "100%")],
    ),
    "numbering nested in the last value": (
        "1、住房；年度指标值:1、酒店10家；2、房间1000间。",
        [(1, None, "住房", None, "1、酒店10家；2、房间1000间")],
    ),
    "number split from its mark": (
        "1、1-产出指标；11-数量指标；甲；年度指标值:1。2\n、2-效益指标；22-社会效益；乙；年度指标值:2。",
        [(1, "1产出指标/11数量指标", "甲", None, "1"), (2, "2效益指标/22社会效益", "乙", None, "2")],
    ),
    "a gap": (
        "1、甲；年度指标值:1。2、乙；年度指标值:2。4、丁；年度指标值:4。",
        [(1, None, "甲", None, "1"), (2, None, "乙", None, "2"), (4, None, "丁", None, "4")],
    ),
    "an item without a value": (
        "1、甲；年度指标值:1。2、乙；3、丙；年度指标值:3。",
        [(1, None, "甲", None, "1"), (2, None, "乙", None, None), (3, None, "丙", None, "3")],
    ),
    "the last item without a value": (
        "1、甲；年度指标值:1。2、乙。",
        [(1, None, "甲", None, "1"), (2, None, "乙", None, None)],
    ),
    "codes that contradict labels stay": (
        "1、1-产出指标；12-时效指标；甲；实施周期指标值:1；年度指标值:1。",
        [(1, "1产出指标/12时效指标", "甲", "1", "1")],
    ),
    "a value that begins with a label of its own": (
        "1、1-产出指标；11-数量指标；甲；实施周期指标值:标准：100%；年度指标值:标准：100%。",
        [(1, "1产出指标/11数量指标", "甲", "标准：100%", "标准：100%")],
    ),
    "brackets as marks": (
        "（1）甲；年度指标值:1。（2）乙；年度指标值:2。",
        [(1, None, "甲", None, "1"), (2, None, "乙", None, "2")],
    ),
    "circles as marks": (
        "①甲；年度指标值:1。②乙；年度指标值:2。",
        [(1, None, "甲", None, "1"), (2, None, "乙", None, "2")],
    ),
    "points as marks": (
        "1.1-产出指标；11-数量指标；甲；年度指标值:1。2.1-产出指标；12-质量指标；乙；年度指标值:2.5。",
        [(1, "1产出指标/11数量指标", "甲", None, "1"), (2, "1产出指标/12质量指标", "乙", None, "2.5")],
    ),
    "Chinese numerals as marks": (
        "一、产出指标：里程；年度指标值：12公里。二、效益指标：水质；年度指标值：改善。",
        [(1, "产出指标", "里程", None, "12公里"), (2, "效益指标", "水质", None, "改善")],
    ),
    "指标N as marks": (
        "指标1：里程；年度指标值：12公里；指标2：水质；年度指标值：改善；",
        [(1, None, "里程", None, "12公里"), (2, None, "水质", None, "改善")],
    ),
    "square brackets as marks": (
        "【1】里程；年度指标值：12公里。【2】水质；年度指标值：改善。",
        [(1, None, "里程", None, "12公里"), (2, None, "水质", None, "改善")],
    ),
    "the annual value first": (
        "1、甲；年度指标值:1；实施周期指标值:3。2、乙；年度指标值:2；实施周期指标值:4。",
        [(1, None, "甲", "3", "1"), (2, None, "乙", "4", "2")],
    ),
    "no marks": (
        "产出指标；数量指标；甲；年度指标值:1。效益指标；社会效益指标；乙；年度指标值:2。",
        [(None, "产出指标/数量指标", "甲", None, "1"), (None, "效益指标/社会效益指标", "乙", None, "2")],
    ),
    "an item with a cycle value alone": (
        "1、1-产出指标；11-数量指标；甲；实施周期指标值:1。2、1-产出指标；12-质量指标；乙；年度指标值:2。",
        [(1, "1产出指标/11数量指标", "甲", "1", None), (2, "1产出指标/12质量指标", "乙", None, "2")],
    ),
    "other labels": (
        "1、甲；中期指标值:1；目标值:2。",
        [(1, None, "甲", "1", "2")],
    ),
    "values printed nowhere": (
        "1、1-产出指标；11-数量指标；甲。2、2-效益指标；22-社会效益；乙。",
        [(1, "1产出指标/11数量指标", "甲", None, None), (2, "2效益指标/22社会效益", "乙", None, None)],
    ),
    "eleven items": (
        "".join(f"{n}、第{n}项；年度指标值:{n}。" for n in range(1, 12)),
        [(n, None, f"第{n}项", None, str(n)) for n in range(1, 12)],
    ),
    "nothing": ("", []),
}


@pytest.mark.parametrize("name", CELLS)
def test_cell(name: str) -> None:
    text, expected = CELLS[name]
    assert short(items(text)[0]) == expected


BODIES: dict[str, tuple[str, str, list[Row]]] = {
    "goal, then items": (
        "保障运行。\n1、甲；年度指标值:1。",
        "保障运行。",
        [(1, None, "甲", None, "1")],
    ),
    "a goal numbered like the items": (
        "1、做好甲。\n2、做好乙。\n3、做好丙。\n1、甲率；年度指标值:1。2、乙率；年度指标值:2。",
        "1、做好甲。2、做好乙。3、做好丙。",
        [(1, None, "甲率", None, "1"), (2, None, "乙率", None, "2")],
    ),
    "a goal without a stop": ("保障运行\n1、甲；年度指标值:1。", "保障运行", [(1, None, "甲", None, "1")]),
    "a goal that wraps in front of a number": (
        "完成12\n345热线办理。\n1、甲；年度指标值:1。",
        "完成12345热线办理。",
        [(1, None, "甲", None, "1")],
    ),
    "a goal alone": ("项目信息不宜公开。", "项目信息不宜公开。", []),
}


@pytest.mark.parametrize("name", BODIES)
def test_body(name: str) -> None:
    text, goal, expected = BODIES[name]
    found, before = items(text, cell=False)
    assert (before, short(found)) == (goal, expected)
