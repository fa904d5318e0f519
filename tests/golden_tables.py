"""Golden cases of bracket notation, of tables with a row per indicator, and of documents without projects.

Source and labels are written side by side: a label says what the source prints, not what a reader makes of it.

    python -m tests.golden_tables     writes golden/<case>/source.* and expected.json
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.formats import Printed, Row, excel, pdf, web, word
from tests.pdf_writer import A4_LANDSCAPE, PdfStyle, Span

GOLDEN = Path(__file__).parent.parent / "golden"
Labels = dict[str, Any]
Indicators = Sequence[Labels]


class Case(NamedTuple):
    suffix: str
    source: bytes
    expected: Labels


def amounts(total: str | None = None, fiscal: str | None = None, other: str | None = None, **more: str) -> Labels:
    """The label of amounts; `more` are funding columns under their own label."""
    breakdown = [{"label": label, "amount": amount} for label, amount in more.items()]
    printed = {"total": total, "fiscal": fiscal, "special_account": None, "other": other, "unplaced": []}
    return printed | {"breakdown": breakdown}


def total(kind: str, name: str, **printed: str) -> Labels:
    return {"kind": kind, "name": name, "amounts": amounts(**printed)}


def indicator(
    level1: str | None, level2: str | None, name: str | None, value: str | None, number: int | None = None, **more: str
) -> Labels:
    label: Labels = {"number": number, "level1_code": None, "level1": level1, "level2_code": None, "level2": level2}
    label |= {"name": name, "cycle_value": None, "annual_value": value}
    return label | {"operator": None, "measure_unit": None, "weight": None} | more


def project(name: str, money: Labels, goal: str | None, indicators: Indicators, **more: Any) -> Labels:
    label: Labels = {"name": name, "unit": None, "department": None, "amounts": money, "goal": goal}
    return label | {"indicators": list(indicators), "withheld": False, "attributes": {}} | more


def with_cells(indicators: Sequence[Labels], *cells: dict[str, str]) -> Indicators:
    """Indicators with the other cells of their rows, in order."""
    return [one | {"attributes": own} for one, own in zip(indicators, cells, strict=True)]


def expected(title: str, year: int | None, unit: str | None, *projects: Labels, **more: Any) -> Labels:
    document: Labels = {"title": title, "department": None, "fiscal_year": year, "amount_unit": unit, "totals": []}
    return {"document": document | more, "projects": list(projects)}


# Bracket notation --------------------------------------------------------------------------------------------------

STORE = "卫生应急物资储备"
STORE_GOAL = "保障云溪市公共卫生应急物资储备，完善储备目录和轮换机制，提高突发事件处置能力（含冬春季流感防控）。"
STORE_CELL = (
    f"【总体目标】{STORE_GOAL}"
    "【产出指标-数量指标】指标1：购置储备设备数量（≥77台）；指标2：轮换药械（不含耗材）批次（≥4批（每季度1批））；"
    "【产出指标-质量指标】指标1：验收合格率（≥98%）；"
    "【产出指标-时效指标】指标1：采购完成时间（2025年11月30日前）；指标2：应急响应时间（）；"
    "【效益指标-社会效益指标】指标1：保障人口数（约12万人（含流动人口3万人））；"
    "【满意度指标-服务对象满意度指标】指标1：群众满意度（≥95%）。"
)
STORE_INDICATORS = [
    indicator("产出指标", "数量指标", "购置储备设备数量", "≥77台", 1),
    indicator("产出指标", "数量指标", "轮换药械（不含耗材）批次", "≥4批（每季度1批）", 2),
    indicator("产出指标", "质量指标", "验收合格率", "≥98%", 1),
    indicator("产出指标", "时效指标", "采购完成时间", "2025年11月30日前", 1),
    indicator("产出指标", "时效指标", "应急响应时间", None, 2),
    indicator("效益指标", "社会效益指标", "保障人口数", "约12万人（含流动人口3万人）", 1),
    indicator("满意度指标", "服务对象满意度指标", "群众满意度", "≥95%", 1),
]
TRAINING = "基层卫生人员培训"
TRAINING_GOAL = "完成乡镇卫生院和村卫生室人员轮训，提高基本诊疗水平。"
TRAINING_CELL = (
    f"【总体目标】{TRAINING_GOAL}【产出指标-数量指标】指标1：培训人次（≥600人次）；指标2：培训期数（12期）；"
    "【产出指标-成本指标】指标1：人均培训成本（≤300元/人）；"
    "【效益指标-可持续影响指标】指标1：培训后考核合格率（≥90%）；"
    "【满意度指标-服务对象满意度指标】指标1：学员满意度（≥90%）。"
)
TRAINING_INDICATORS = [
    indicator("产出指标", "数量指标", "培训人次", "≥600人次", 1),
    indicator("产出指标", "数量指标", "培训期数", "12期", 2),
    indicator("产出指标", "成本指标", "人均培训成本", "≤300元/人", 1),
    indicator("效益指标", "可持续影响指标", "培训后考核合格率", "≥90%", 1),
    indicator("满意度指标", "服务对象满意度指标", "学员满意度", "≥90%", 1),
]
CLEANING = "河道清淤与管护"
CLEANING_GOAL = "清淤河道5公里，保持水面清洁。"
CLEANING_CELL = (
    f"【总体目标】{CLEANING_GOAL}【产出指标-数量指标】指标1：清淤长度（≥5公里）；"
    "【产出指标-质量指标】指标1：水质达标率（≥Ⅲ类）；【成本指标】指标1：清淤单价（≤6万元/公里）。"
)
CLEANING_INDICATORS = [
    indicator("产出指标", "数量指标", "清淤长度", "≥5公里", 1),
    indicator("产出指标", "质量指标", "水质达标率", "≥Ⅲ类", 1),
    indicator("成本指标", None, "清淤单价", "≤6万元/公里", 1),
]
HEALTH, WATER = "云溪市卫生健康局", "云溪市水务局"


def bracketed_a() -> Case:
    """PDF over several pages, goal and indicators in one cell, a project in 其他资金 alone, one withheld."""
    title = "云溪市2025年项目支出绩效目标表"
    rows: list[Row] = [
        ["项目名称", "总计", "财政拨款", "其他资金", "绩效目标"],
        ["合计", "203.50", "190.50", "13.00", ""],
        [HEALTH, "173.50", "160.50", "13.00", ""],
        [STORE, "120.50", "120.50", "", STORE_CELL],
        [TRAINING, "13.00", "", "13.00", TRAINING_CELL],
        ["疾控专项", "40.00", "40.00", "", "涉密项目"],
        [WATER, "30.00", "30.00", "", ""],
        [CLEANING, "30.00", "30.00", "", CLEANING_CELL],
    ]
    page = PdfStyle(page=(420, 300), margin=25, size=8, leading=11)
    printed = Printed([title, "单位：万元"], rows, [20, 11, 11, 11, 47], pdf=page, footer="第 {page} 页")
    labels = expected(
        title,
        2025,
        "万元",
        project(STORE, amounts("120.50", "120.50"), STORE_GOAL, STORE_INDICATORS, unit=HEALTH),
        project(TRAINING, amounts("13.00", other="13.00"), TRAINING_GOAL, TRAINING_INDICATORS, unit=HEALTH),
        project("疾控专项", amounts("40.00", "40.00"), "涉密项目", [], unit=HEALTH, withheld=True),
        project(CLEANING, amounts("30.00", "30.00"), CLEANING_GOAL, CLEANING_INDICATORS, unit=WATER),
        totals=[
            total("grand_total", "合计", total="203.50", fiscal="190.50", other="13.00"),
            total("unit", HEALTH, total="173.50", fiscal="160.50", other="13.00"),
            total("unit", WATER, total="30.00", fiscal="30.00"),
        ],
    )
    return Case("pdf", pdf(printed), labels)


def bracketed_b() -> Case:
    """A text dump in 元: wrapped lines, no cells."""
    title = "青禾县2026年部门预算项目支出绩效目标表"
    department = "青禾县卫生健康局"

    def wrapped(text: str, width: int = 34) -> list[str]:
        return [text[at : at + width] for at in range(0, len(text), width)]

    lines = [
        *(title, f"部门名称：{department}", "单位：元", "项目名称 总计 财政拨款 财政专户拨款 其他资金 绩效目标"),
        *("合计 1,665,000.00 1,535,000.00 130,000.00", "  青禾县卫生院 1,665,000.00 1,535,000.00 130,000.00"),
        *("  卫生应急物资储备经费 1,205,000.00 1,205,000.00", *wrapped(STORE_CELL)),
        *("  基层卫生人员培训经费 130,000.00 130,000.00", *wrapped(TRAINING_CELL)),
        *("  饮用水源河道清淤经费 330,000.00 330,000.00", *wrapped(CLEANING_CELL)),
    ]
    more = {"unit": "青禾县卫生院", "department": department}
    labels = expected(
        title,
        2026,
        "元",
        project("卫生应急物资储备经费", amounts("1205000.00", "1205000.00"), STORE_GOAL, STORE_INDICATORS, **more),
        project(
            "基层卫生人员培训经费", amounts("130000.00", other="130000.00"), TRAINING_GOAL, TRAINING_INDICATORS, **more
        ),
        project("饮用水源河道清淤经费", amounts("330000.00", "330000.00"), CLEANING_GOAL, CLEANING_INDICATORS, **more),
        department=department,
        totals=[
            total("grand_total", "合计", total="1665000.00", fiscal="1535000.00", other="130000.00"),
            total("unit", "青禾县卫生院", total="1665000.00", fiscal="1535000.00", other="130000.00"),
        ],
    )
    for one in (*labels["projects"], *labels["document"]["totals"]):
        if one["amounts"]["other"]:  # blank cells leave no trace: two parts stand for three columns
            one["amounts"] |= {"other": None, "unplaced": [one["amounts"]["other"]]}
    return Case("txt", ("\n".join(lines) + "\n").encode(), labels)


# A row for each indicator ------------------------------------------------------------------------------------------


def by_indicator_a() -> Case:
    """XLSX: a header of two rows, merged project cells and categories, two money periods, 其他资金 alone."""
    title = "云溪市2025年部门预算项目绩效目标表"
    first: Row = [
        *(Span(label, 2) for label in ("单位名称", "项目编码", "项目名称", "项目总额（万元）")),
        Span("年度资金（万元）", 1, 3),
        Span("年度绩效目标", 2),
        Span("绩效指标", 1, 8),
    ]
    second: Row = [
        *("合计", "财政拨款", "其他资金"),
        *("一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", "权重", "备注"),
    ]
    water, school = "青禾县水务局", "青禾县第二小学"
    road_goal, school_goal, desk_goal = (
        "完成主干渠道巡查和管护，\n保证灌溉用水。",
        "完成教学楼防水和门窗维修，改善办学条件。",
        "更换课桌椅。",
    )
    rows: list[Row] = [
        first,
        second,
        [Span("合计", 1, 3), "300.00", "151.00", "145.00", "6.00", "", "", "", "", "", "", "", "", ""],
        [
            *(Span(water, 4), Span("QH2025001", 4), Span("灌区渠道管护", 4), Span("240.00", 4), Span("120.00", 4)),
            *(Span("120.00", 4), Span("", 4), Span(road_goal, 4), Span("产出指标", 2), Span("数量指标", 2)),
            *("管护渠道长度", "≥", "86.50", "公里", "20", "含支渠"),
        ],
        ["巡查次数", "≥", "24", "次", "20", ""],
        ["效益指标", "社会效益指标", "受益农户", "≥", "3200", "户", "30", ""],
        ["满意度指标", "服务对象满意度指标", "农户满意度", "≥", "95", "%", "10", "抽样调查"],
        [
            *(Span(school, 3), Span("QH2025002", 2), Span("校舍维修", 2), Span("54.00", 2), Span("25.00", 2)),
            *(Span("25.00", 2), Span("", 2), Span(school_goal, 2), Span("产出指标", 2), "数量指标"),
            *("维修面积", "=", "1,260", "平方米", "40", ""),
        ],
        ["时效指标", "完成时间", "定性", "2025年8月31日前", "", "20", ""],
        [
            *("QH2025003", "课桌椅购置", "6.00", "6.00", "", "6.00", desk_goal, "产出指标", "数量指标"),
            *("购置套数", "＝", "120", "套", "50", ""),
        ],
    ]
    several = "项目总额（万元）".replace("（", "(").replace("）", ")")
    labels = expected(
        title,
        2025,
        "万元",
        project(
            "灌区渠道管护",
            amounts("120.00", "120.00", **{several: "240.00"}),
            "完成主干渠道巡查和管护，保证灌溉用水。",
            with_cells(
                [
                    indicator(
                        "产出指标", "数量指标", "管护渠道长度", "86.50", operator="≥", measure_unit="公里", weight="20"
                    ),
                    indicator("产出指标", "数量指标", "巡查次数", "24", operator="≥", measure_unit="次", weight="20"),
                    indicator(
                        "效益指标", "社会效益指标", "受益农户", "3200", operator="≥", measure_unit="户", weight="30"
                    ),
                    indicator(
                        "满意度指标",
                        "服务对象满意度指标",
                        "农户满意度",
                        "95",
                        operator="≥",
                        measure_unit="%",
                        weight="10",
                    ),
                ],
                {"备注": "含支渠"},
                {},
                {},
                {"备注": "抽样调查"},
            ),
            unit=water,
            attributes={"项目编码": "QH2025001"},
        ),
        project(
            "校舍维修",
            amounts("25.00", "25.00", **{several: "54.00"}),
            school_goal,
            [
                indicator(
                    "产出指标", "数量指标", "维修面积", "1,260", operator="=", measure_unit="平方米", weight="40"
                ),
                indicator("产出指标", "时效指标", "完成时间", "2025年8月31日前", operator="定性", weight="20"),
            ],
            unit=school,
            attributes={"项目编码": "QH2025002"},
        ),
        project(
            "课桌椅购置",
            amounts("6.00", other="6.00", **{several: "6.00"}),
            desk_goal,
            [indicator("产出指标", "数量指标", "购置套数", "120", operator="＝", measure_unit="套", weight="50")],
            unit=school,
            attributes={"项目编码": "QH2025003"},
        ),
        totals=[
            {"kind": "grand_total", "name": "合计"}
            | {"amounts": amounts("151.00", "145.00", "6.00", **{several: "300.00"})}
        ],
    )
    printed = Printed([title], rows, [60, 55, 60, 50, 50, 50, 45, 110, 55, 75, 65, 45, 70, 50, 30, 50], header_rows=2)
    return Case("xlsx", excel(printed), labels)


def by_indicator_b() -> Case:
    """HTML in another order of columns: bodies as headings, no amounts in columns but in the cells, 元."""
    title = "预算05-2表 2026年项目支出绩效目标表"
    forest, park = "望川县林业局", "望川县城市公园管理所"
    header: Row = [
        *("单位名称、项目名称", "预算金额", "项目年度绩效目标", "一级指标", "二级指标", "三级指标"),
        *("指标性质", "指标值", "度量单位", "指标属性", "指标内容"),
    ]
    rows: list[Row] = [
        header,
        [forest, *([""] * 10)],
        [
            *(Span("森林防火巡护", 3), Span("286,400.00元", 3), Span("做好森林防火巡护，不发生重大火情。", 3)),
            *(Span("产出指标", 2), "数量指标", "巡护次数", ">=", "120", "次", "定量指标", "反映巡护工作开展的次数"),
        ],
        ["时效指标", "隐患整改及时率", "=", Span("100", 2), Span("%", 2), "定量指标", "及时整改的隐患数/发现的隐患数"],
        ["效益指标", "生态效益指标", "防火责任落实率", "=", "定量指标", "签订责任书的村数/应签订的村数"],
        [park, *([""] * 10)],
        [
            *("公园绿化养护", "96,000.00元", "保持公园绿地整洁美观。", "产出指标", "数量指标", "养护面积"),
            *(">=", "3.2", "万平方米", "定量指标", "反映养护的绿地面积"),
        ],
        [
            *(Span("园林机械购置", 2), Span("18,500.00元", 2), Span("更新园林机械。", 2), "产出指标", "数量指标"),
            *("购置台数", "=", "5", "台", "定量指标", "反映购置数量"),
        ],
        ["满意度指标", "服务对象满意度指标", "职工满意度", ">=", "90", "%", "定性指标", "问卷调查"],
    ]
    kinds = {"operator": ">="}
    labels = expected(
        "2026年项目支出绩效目标表",
        2026,
        "元",
        project(
            "森林防火巡护",
            amounts("286400.00"),
            "做好森林防火巡护，不发生重大火情。",
            with_cells(
                [
                    indicator("产出指标", "数量指标", "巡护次数", "120", measure_unit="次", **kinds),
                    indicator("产出指标", "时效指标", "隐患整改及时率", "100", operator="=", measure_unit="%"),
                    indicator("效益指标", "生态效益指标", "防火责任落实率", "100", operator="=", measure_unit="%"),
                ],
                *(
                    {"指标属性": "定量指标", "指标内容": text}
                    for text in (
                        "反映巡护工作开展的次数",
                        "及时整改的隐患数/发现的隐患数",
                        "签订责任书的村数/应签订的村数",
                    )
                ),
            ),
            unit=forest,
        ),
        project(
            "公园绿化养护",
            amounts("96000.00"),
            "保持公园绿地整洁美观。",
            with_cells(
                [indicator("产出指标", "数量指标", "养护面积", "3.2", measure_unit="万平方米", **kinds)],
                {"指标属性": "定量指标", "指标内容": "反映养护的绿地面积"},
            ),
            unit=park,
        ),
        project(
            "园林机械购置",
            amounts("18500.00"),
            "更新园林机械。",
            with_cells(
                [
                    indicator("产出指标", "数量指标", "购置台数", "5", operator="=", measure_unit="台"),
                    indicator("满意度指标", "服务对象满意度指标", "职工满意度", "90", measure_unit="%", **kinds),
                ],
                {"指标属性": "定量指标", "指标内容": "反映购置数量"},
                {"指标属性": "定性指标", "指标内容": "问卷调查"},
            ),
            unit=park,
        ),
    )
    printed = Printed([title.split()[0], title.split()[1]], rows, [10, 8, 14, 8, 9, 10, 6, 6, 7, 8, 14])
    return Case("html", web(printed), labels)


# Documents without projects ----------------------------------------------------------------------------------------


def negative_department() -> Case:
    title = "云溪市2025年部门整体支出绩效目标表"
    rows: list[Row] = [
        ["部门名称", Span("云溪市教育局", 1, 3)],
        [Span("年度主要任务", 3), "任务名称", "主要内容", "预算金额（万元）"],
        ["义务教育保障", "保障全市义务教育学校运转", "8,650.00"],
        ["教师队伍建设", "开展教师培训和交流", "320.00"],
        ["年度总体目标", Span("推进义务教育优质均衡发展，办好人民满意的教育。", 1, 3)],
        ["一级指标", "二级指标", "三级指标", "指标值"],
        [Span("产出指标", 2), "数量指标", "保障学校数", "≥46所"],
        ["质量指标", "教师培训合格率", "≥95%"],
        ["满意度指标", "服务对象满意度指标", "家长满意度", "≥90%"],
    ]
    return Case("docx", word(Printed([title], rows, [20, 25, 35, 20])), expected(title, 2025, None))


def negative_template() -> Case:
    title = "项目支出绩效目标申报表（样表）"
    rows: list[Row] = [
        ["项目名称", "预算数", "年度目标", "一级指标", "二级指标", "三级指标", "指标值"],
        [Span("XX项目", 5), Span("", 5), Span("（100字以内）", 5), Span("产出指标", 3), "数量指标", "指标1：", ""],
        ["质量指标", "指标1：", ""],
        ["时效指标", "……", ""],
        ["效益指标", "社会效益指标", "指标1：", ""],
        ["满意度指标", "服务对象满意度指标", "指标1：", "≥"],
    ]
    printed = Printed([title, "单位：万元"], rows, [80, 50, 120, 70, 90, 80, 60])
    return Case("xlsx", excel(printed), expected(title, None, "万元"))


def negative_budget() -> Case:
    title = "云溪市交通运输局2025年项目支出预算表"
    rows: list[Row] = [
        ["单位名称", "项目名称", "合计", "一般公共预算", "政府性基金预算", "上年结转"],
        ["合计", "", "1,260.00", "1,060.00", "200.00", ""],
        ["云溪市交通运输局", "农村公路养护", "860.00", "860.00", "", ""],
        ["云溪市交通运输局", "公交站台改造", "200.00", "200.00", "", ""],
        ["云溪市公路所", "桥梁检测", "200.00", "", "200.00", ""],
    ]
    style = PdfStyle(page=A4_LANDSCAPE, margin=40, size=9, leading=12)
    printed = Printed([title, "单位：万元"], rows, [24, 24, 13, 13, 13, 13], pdf=style)
    return Case("pdf", pdf(printed), expected(title, 2025, "万元"))


def negative_news() -> Case:
    title = "云溪市召开2025年预算绩效管理工作推进会"
    paragraphs = [
        "本报讯 日前，云溪市召开预算绩效管理工作推进会，通报上年度绩效管理工作情况，部署下一步任务。",
        "会议要求，各部门要科学设定绩效目标，细化一级指标、二级指标和三级指标，做到目标明确、指标可衡量。",
        "全年共审核项目1,260个，涉及资金18.65亿元，审减资金3,200万元，重点项目绩效目标随预算同步批复、同步公开。",
    ]
    body = "".join(f"<p>{paragraph}</p>" for paragraph in (title, *paragraphs))
    page = f'<!doctype html><html><head><meta charset="utf-8"></head><body>{body}</body></html>'
    return Case("html", page.encode(), expected(title, 2025, None))


def negative_review() -> Case:
    title = "青禾县2024年度农村供水项目支出绩效自评报告"
    lines = [
        *(
            title,
            "一、项目基本情况",
            "项目预算资金560.00万元，全年执行553.20万元，预算执行率98.79%。",
            "二、绩效目标完成情况",
        ),
        "（一）产出指标完成情况。数量指标：年度指标值：新建供水站3座，实际完成3座；质量指标：水质合格率达到98%，完成年度目标。",
        "（二）满意度指标完成情况。群众满意度92%，与三级指标设定的90%相比，超额完成。",
        *("三、存在的问题和改进措施", "部分站点管护力量不足，下一步将加强人员培训，完善管护制度。"),
    ]
    return Case("txt", ("\n".join(lines) + "\n").encode(), expected(title, 2024, None))


CASES = {
    "bracketed-a": bracketed_a,
    "bracketed-b": bracketed_b,
    "by-indicator-a": by_indicator_a,
    "by-indicator-b": by_indicator_b,
    "negative-budget": negative_budget,
    "negative-department": negative_department,
    "negative-news": negative_news,
    "negative-review": negative_review,
    "negative-template": negative_template,
}


def main() -> None:
    for name, make in CASES.items():
        case = make()
        folder = GOLDEN / name
        folder.mkdir(exist_ok=True)
        (folder / f"source.{case.suffix}").write_bytes(case.source)
        labels = json.dumps(case.expected, ensure_ascii=False, indent=1)
        (folder / "expected.json").write_text(labels + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
