"""Golden cases of old Word documents, OpenDocument files, scanned pages, archives, a web archive, and a CSV export.

Source and labels are written side by side, as in `tests.golden_tables`. Old Word documents, OpenDocument files and
scans are made with LibreOffice and a Chinese font, so they are written where those are there; the others are the same
everywhere.

    python -m tests.golden_files [CASE…]     writes golden/<case>/source.* and expected.json
"""

from __future__ import annotations

import csv
import io
import json
import quopri
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from tests.formats import Printed, Row, excel, pdf, web, word
from tests.golden_tables import GOLDEN, Case, Labels, amounts, expected, indicator, project
from tests.patience import HANG
from tests.pdf_writer import PdfStyle, Span

Items = Sequence[tuple[str, str, str, str]]
"""一级指标, 二级指标, 三级指标, 指标值."""
HEADER = ("项目名称（资金使用单位）", "总计", "财政拨款", "财政专户拨款", "其他资金", "绩效目标", "绩效指标")
WIDTHS = (110, 50, 50, 55, 50, 190, 230)
_PACKED = (2026, 1, 5, 9, 30, 0)
_DOTS = 200
"""Dots an inch of a scan."""


class Own(NamedTuple):
    """A project in a row of its own: money under 总计, 财政拨款, 财政专户拨款 and 其他资金."""

    name: str
    money: tuple[str, str, str, str]
    goal: str
    items: Items

    def row(self, cell: Callable[[Items], str]) -> Row:
        return [self.name, *self.money, self.goal, cell(self.items)]

    def label(self, **more: Any) -> Labels:
        indicators = more.pop("indicators")
        return project(self.name, placed(self.money), self.goal.replace("\n", ""), indicators, **more)


def placed(money: Sequence[str]) -> Labels:
    """The label of amounts that stand in their columns."""
    figures = [one.replace(",", "") or None for one in money]
    return amounts(figures[0], figures[1], figures[3]) | {"special_account": figures[2]}


def in_words(items: Items) -> str:
    """
    >>> in_words([("产出指标", "数量指标", "养护里程", "8公里")])
    '1、产出指标：养护里程，年度指标值：8公里。'
    """
    return "".join(
        f"{number}、{level1}：{name}，年度指标值：{value}。" for number, (level1, _, name, value) in enumerate(items, 1)
    )


def said_in_words(items: Items) -> list[Labels]:
    return [indicator(level1, None, name, value, number) for number, (level1, _, name, value) in enumerate(items, 1)]


def plain(items: Items) -> str:
    """
    >>> plain([("产出指标", "数量指标", "养护里程", "8公里")])
    '1、养护里程；年度指标值:8公里；'
    """
    return "".join(f"{number}、{name}；年度指标值:{value}；" for number, (_, _, name, value) in enumerate(items, 1))


def said_plainly(items: Items) -> list[Labels]:
    return [indicator(None, None, name, value, number) for number, (_, _, name, value) in enumerate(items, 1)]


def by_indicator(items: Items) -> list[Labels]:
    return [indicator(*item) for item in items]


class Form(NamedTuple):
    """A form (申报表): money is the year's total, 财政拨款 and 其他资金."""

    name: str
    code: str
    unit: str
    money: tuple[str, str, str]
    goal: str
    items: Items

    def rows(self, department: str, unit_of_money: str) -> list[Row]:
        level1, level2 = runs([item[:1] for item in self.items]), runs([item[:2] for item in self.items])
        rows: list[Row] = [
            ("项目名称", Span(self.name, columns=2), "项目编码", self.code),
            ("主管部门", Span(department, columns=2), "实施单位", self.unit),
            (Span(f"项目资金\n（{unit_of_money}）", rows=3), Span("年度资金总额", columns=2),
             Span(self.money[0], columns=2)),
            (Span("其中：财政拨款", columns=2), Span(self.money[1], columns=2)),
            (Span("其他资金", columns=2), Span(self.money[2], columns=2)),
            ("年度总体目标", Span(self.goal, columns=4)),
            (Span("绩\n效\n指\n标", rows=1 + len(self.items)), "一级指标", "二级指标", "三级指标", "年度指标值"),
        ]  # fmt: skip
        for index, item in enumerate(self.items):
            row: list[str | Span] = [Span(item[0], rows=level1[index])] if level1[index] else []
            row += [Span(item[1], rows=level2[index])] if level2[index] else []
            rows.append([*row, *item[2:]])
        return rows

    def label(self, department: str) -> Labels:
        figures = [one.replace(",", "") or None for one in self.money]
        attributes = {"项目编码": self.code}
        return project(
            self.name, amounts(*figures), self.goal.replace("\n", ""), by_indicator(self.items),
            department=department, unit=self.unit, attributes=attributes,
        )  # fmt: skip


def runs(keys: Sequence[object]) -> list[int]:
    """How many equal keys follow from each on; 0 where it goes on with the one before.

    >>> runs("aab")
    [2, 0, 1]
    """
    lengths = [0] * len(keys)
    first = 0
    for index, key in enumerate(keys):
        if key != keys[first]:
            first = index
        lengths[first] += 1
    return lengths


# Old Word documents ------------------------------------------------------------------------------------------------

FOREST = "澜山县林业局"
FOREST_FORMS = (
    Form(
        "国有林场中幼林抚育", "360899260013", "澜山县青石坳国有林场", ("286.40", "240.00", "46.40"),
        "完成中幼林抚育1.2万亩，补植珍贵树种3.6万株，\n提高林分质量，带动林场职工和周边农户就业。",
        (
            ("产出指标", "数量指标", "中幼林抚育面积", "≥1.2万亩"),
            ("产出指标", "数量指标", "补植珍贵树种", "3.6万株"),
            ("产出指标", "质量指标", "抚育作业合格率", "≥95%"),
            ("产出指标", "时效指标", "抚育任务完成时间", "2026年11月20日前"),
            ("效益指标", "社会效益指标", "带动周边农户务工", "≥800人次"),
            ("满意度指标", "服务对象满意度指标", "林场职工满意度", "≥90%"),
        ),
    ),
    Form(
        "松材线虫病疫木除治", "360899260027", "澜山县森林病虫害防治检疫站", ("52.00", "", "52.00"),
        "清理疫木4200株，疫点除治率达到100%。",
        (
            ("产出指标", "数量指标", "清理疫木数量", "4200株"),
            ("产出指标", "成本指标", "单株除治成本", "≤120元/株"),
            ("效益指标", "生态效益指标", "疫情发生面积", "较上年下降10%以上"),
        ),
    ),
)  # fmt: skip


def doc_a() -> Case:
    """Two forms (申报表) in an old Word document, the second below a title of its own; 其他资金 alone in it."""
    title = "澜山县项目支出绩效目标申报表"
    below: list[Row] = [(Span(title, columns=5),), (Span("（2026年度）", columns=5),)]
    first, second = (form.rows(FOREST, "万元") for form in FOREST_FORMS)
    printed = Printed((title, "（2026年度）"), [*first, *below, *second], (60, 80, 110, 120, 110))
    labels = expected(title, 2026, "万元", *(form.label(FOREST) for form in FOREST_FORMS), department=FOREST)
    return Case("doc", old_word(printed), labels | {"needs": "libreoffice"})


SCHOOLS = (
    ("北岭县教育局本级", ("486.20", "486.20", "", ""), (
        Own("农村义务教育学生营养改善计划补助", ("402.60", "402.60", "", ""),
            "1.为全县41所农村学校的1.1万名学生提供营养膳食补助；\n2.每学期对学校食堂开展食品安全检查不少于2次；\n"
            "3.学生体质健康合格率逐年提高。", (
            ("产出指标", "", "受益学生人数", "1.1万人"),
            ("产出指标", "", "食堂食品安全检查", "每所学校不少于4次"),
            ("产出指标", "", "补助标准", "每生每天5元"),
            ("满意度指标", "", "学生及家长满意度", "≥92%"),
        )),
        Own("中小学校舍安全排查鉴定", ("83.60", "83.60", "", ""), "排查26所学校的校舍，对存疑的建筑进行鉴定。", (
            ("产出指标", "", "排查学校数量", "26所"),
            ("产出指标", "", "鉴定报告出具时限", "2026年8月25日前"),
        )),
    )),
    ("北岭县第一中学", ("168.00", "60.00", "96.00", "12.00"), (
        Own("高考考点标准化考场改造", ("60.00", "60.00", "", ""), "改造标准化考场32个，更换作弊防控设备。", (
            ("产出指标", "", "改造考场数量", "32个"),
            ("效益指标", "", "考试组织事故", "0起"),
        )),
        Own("学生宿舍热水系统更新", ("96.00", "", "96.00", ""), "更新6栋宿舍的热水系统，保障2400名住校生冬季用水。", (
            ("产出指标", "", "更新宿舍楼栋数", "6栋"),
            ("效益指标", "", "受益住校生", "2400人"),
        )),
        Own("校友捐资助学金", ("12.00", "", "", "12.00"), "资助家庭经济困难学生60名。", (
            ("产出指标", "", "资助学生人数", "60名"),
            ("产出指标", "", "资助标准", "每人2000元"),
        )),
    )),
)  # fmt: skip
SCHOOLS_TOTAL = ("654.20", "546.20", "96.00", "12.00")


def doc_b() -> Case:
    """A table over several pages in an old Word document: unit rows, blank columns, 其他资金 alone."""
    title, department = "2026年项目支出绩效目标表（含转移支付项目）", "北岭县教育局"
    rows: list[Row] = [HEADER, ("合计", *SCHOOLS_TOTAL, "", "")]
    projects, totals = [], [{"kind": "grand_total", "name": "合计", "amounts": placed(SCHOOLS_TOTAL)}]
    for unit, money, own in SCHOOLS:
        rows += [(unit, *money, "", ""), *(one.row(in_words) for one in own)]
        totals.append({"kind": "unit", "name": unit, "amounts": placed(money)})
        more = {"unit": unit, "department": department}
        projects += [one.label(indicators=said_in_words(one.items), **more) for one in own]
    printed = Printed((title, f"部门名称：{department} 单位：万元"), rows, WIDTHS)
    labels = expected(title, 2026, "万元", *projects, department=department, totals=totals)
    return Case("doc", old_word(printed), labels | {"needs": "libreoffice"})


# OpenDocument ------------------------------------------------------------------------------------------------------

FARM = "青禾县农业农村局"
FARM_FORM = Form(
    "高标准农田管护", "320700260031", "青禾县农田建设管理站", ("412.80", "380.00", "32.80"),
    "管护已建成的高标准农田6.4万亩，\n修复沟渠和机耕路，保障灌溉面积不减少。",
    (
        ("产出指标", "数量指标", "管护农田面积", "6.4万亩"),
        ("产出指标", "数量指标", "修复沟渠长度", "≥38公里"),
        ("产出指标", "时效指标", "修复完成时间", "2026年5月底前"),
        ("产出指标", "成本指标", "亩均管护成本", "≤64.5元"),
        ("效益指标", "经济效益指标", "亩均粮食增产", "≥30公斤"),
        ("满意度指标", "服务对象满意度指标", "受益农户满意度", "≥92%"),
    ),
)  # fmt: skip


def odt_a() -> Case:
    """A form (申报表) that LibreOffice saved as an OpenDocument text."""
    title = "青禾县项目支出绩效目标申报表"
    printed = Printed((title, "（2026年度）"), FARM_FORM.rows(FARM, "万元"), (60, 80, 110, 120, 110))
    labels = expected(title, 2026, "万元", FARM_FORM.label(FARM), department=FARM)
    return Case("odt", converted(word(printed, lambda document: enlarge(document, 11)), "odt", "odt"), labels)


CLEARING_ITEMS = (
    ("产出指标", "数量指标", "清运建筑垃圾", "≥4.2万吨"),
    ("产出指标", "质量指标", "资源化利用率", "≥65%"),
    ("效益指标", "生态效益指标", "裸露堆场减少", "7处"),
)
LAMP_ITEMS = (
    ("产出指标", "数量指标", "改造庭院灯", "860盏"),
    ("产出指标", "成本指标", "单灯改造成本", "≤1150元"),
    ("满意度指标", "服务对象满意度指标", "居民满意度", "≥90%"),
)


def ods_a() -> Case:
    """A row for each indicator in a workbook that LibreOffice saved as OpenDocument: merged cells, formatted money."""
    title, department = "2026年项目支出绩效目标表", "青禾县城市管理局"
    head = ("项目名称", "项目单位", "预算金额", "绩效目标", "一级指标", "二级指标", "三级指标", "指标值")
    listed = (
        ("建筑垃圾清运处置", "青禾县环境卫生所", "2,386,000.00", "清运建筑垃圾，提高资源化利用水平。", CLEARING_ITEMS),
        (
            "老旧小区庭院灯改造",
            "青禾县市政设施所",
            "989,000.00",
            "改造庭院灯860盏，\n改善居民夜间出行条件。",
            LAMP_ITEMS,
        ),
    )
    rows = merged(head, listed)
    printed = Printed((title, f"部门名称：{department}", "单位：元"), rows, (90, 70, 70, 110, 60, 80, 90, 90))
    labels = expected(
        title, 2026, "元",
        *(
            project(name, amounts(money.replace(",", "")), goal.replace("\n", ""), by_indicator(items),
                    unit=unit, department=department)
            for name, unit, money, goal, items in listed
        ),
        department=department,
    )  # fmt: skip
    return Case("ods", converted(excel(printed), "ods", "ods", "xlsx"), labels)


# Scanned pages -----------------------------------------------------------------------------------------------------

HARBOUR = "沙洲市江南区城市管理局"
HARBOUR_PROJECTS = (
    Own("公共厕所提升改造", ("186.00", "186.00", "", ""), "改造公共厕所12座，增设无障碍设施，改善群众如厕环境。", (
        ("", "", "改造公共厕所数量", "12座"),
        ("", "", "验收合格率", "100%"),
        ("", "", "完工时间", "2026年10月底前"),
    )),
    Own("生活垃圾分类宣传", ("35.50", "", "", "35.50"), "开展入户宣传和志愿服务，居民知晓率稳步提高。", (
        ("", "", "入户宣传户数", "8600户"),
        ("", "", "居民知晓率", "95%以上"),
    )),
    Own("路灯节能改造", ("240.00", "240.00", "", ""), "更换节能路灯1500盏，年节电约42万度。", (
        ("", "", "更换路灯数量", "1500盏"),
        ("", "", "亮灯率", "不低于98%"),
    )),
)  # fmt: skip
HARBOUR_TOTAL = ("461.50", "426.00", "", "35.50")


def ocr_a() -> Case:
    """A ruled table on one scanned page, 其他资金 alone in one row."""
    title = "2026年项目支出绩效目标表"
    rows: list[Row] = [HEADER, ("合计", *HARBOUR_TOTAL, "", ""), (HARBOUR, *HARBOUR_TOTAL, "", "")]
    rows += [one.row(plain) for one in HARBOUR_PROJECTS]
    printed = Printed((title, f"部门名称：{HARBOUR} 单位：万元"), rows, WIDTHS)
    totals = [
        {"kind": "grand_total", "name": "合计", "amounts": placed(HARBOUR_TOTAL)},
        {"kind": "unit", "name": HARBOUR, "amounts": placed(HARBOUR_TOTAL)},
    ]
    own = [one.label(indicators=said_plainly(one.items), unit=HARBOUR, department=HARBOUR) for one in HARBOUR_PROJECTS]
    labels = expected(title, 2026, "万元", *own, department=HARBOUR, totals=totals)
    return Case("pdf", scan(printed, 11), labels | {"needs": "ocr"})


CLINIC = Form(
    "乡镇卫生院发热门诊设备购置", "410522260008", "南桥乡卫生院", ("368,000.00", "300,000.00", "68,000.00"),
    "购置发热门诊检验设备6台，提高基层传染病早期发现能力。",
    (
        ("产出指标", "数量指标", "购置设备数量", "6台"),
        ("产出指标", "质量指标", "设备验收合格率", "100%"),
        ("产出指标", "时效指标", "设备到位时间", "2026年6月30日前"),
        ("效益指标", "社会效益指标", "年服务就诊人次", "不少于1.5万人次"),
        ("满意度指标", "服务对象满意度指标", "就诊群众满意度", "90%以上"),
    ),
)  # fmt: skip


def ocr_b() -> Case:
    """A form on one scanned page, in yuan, merged cells, labels whose characters stand below each other."""
    title, department = "石塘区项目支出绩效目标申报表", "石塘区卫生健康局"
    printed = Printed((title, "（2026年度）"), CLINIC.rows(department, "元"), (70, 80, 100, 130, 130))
    labels = expected(title, 2026, "元", CLINIC.label(department), department=department)
    return Case("pdf", scan(printed, 12), labels | {"needs": "ocr"})


# Archives ----------------------------------------------------------------------------------------------------------

CIVIL = "沙洲市江南区民政局"
CIVIL_PROJECTS = (
    Own("社区养老服务站运营补贴", ("128.00", "108.00", "", "20.00"), "补贴18个服务站，\n提供助餐和日间照料服务。", (
        ("产出指标", "", "补贴服务站数量", "18个"),
        ("产出指标", "", "助餐服务人次", "不少于9万人次"),
        ("满意度指标", "", "老年人满意度", "≥95%"),
    )),
    Own("困境儿童关爱服务", ("24.60", "", "", "24.60"), "为132名困境儿童提供走访和心理辅导，经费由慈善捐赠列支。", (
        ("产出指标", "", "服务儿童人数", "132名"),
        ("产出指标", "", "走访频次", "每月不少于1次"),
    )),
)  # fmt: skip
CIVIL_TOTAL = ("152.60", "108.00", "", "44.60")
LIBRARY_ITEMS = (
    ("产出指标", "数量指标", "新增图书", "≥26000册"),
    ("产出指标", "数量指标", "举办阅读活动", "≥80场"),
    ("产出指标", "质量指标", "图书加工合格率", "≥99%"),
    ("效益指标", "社会效益指标", "年到馆人次", "≥31万人次"),
)
MUSEUM_ITEMS = (
    ("产出指标", "数量指标", "预防性保护文物", "120件（套）"),
    ("产出指标", "时效指标", "完成时间", "2026年12月15日前"),
)


def zip_a() -> Case:
    """Two documents in folders with Chinese names, beside a picture and what macOS leaves in archives."""
    title = "2026年项目支出绩效目标表"
    rows: list[Row] = [HEADER, ("合计", *CIVIL_TOTAL, "", ""), *(one.row(in_words) for one in CIVIL_PROJECTS)]
    civil = word(Printed((title, f"部门名称：{CIVIL} 单位：万元"), rows, WIDTHS))
    of_civil = expected(
        title, 2026, "万元",
        *(one.label(indicators=said_in_words(one.items), department=CIVIL) for one in CIVIL_PROJECTS),
        department=CIVIL,
        totals=[{"kind": "grand_total", "name": "合计", "amounts": placed(CIVIL_TOTAL)}],
    )  # fmt: skip
    culture = "沙洲市江南区文化和旅游局"
    head = ("项目名称", "项目单位", "预算金额", "绩效目标", "一级指标", "二级指标", "三级指标", "指标值")
    listed = (
        ("公共图书馆购书及阅读推广", "江南区图书馆", "960,000.00", "新增馆藏图书，开展全民阅读活动。", LIBRARY_ITEMS),
        ("馆藏文物预防性保护", "江南区博物馆", "350,000.00", "改善120件（套）馆藏文物的保存环境。", MUSEUM_ITEMS),
    )
    printed = Printed(
        (title, f"部门名称：{culture}", "单位：元"), merged(head, listed), (90, 70, 70, 110, 60, 80, 90, 90)
    )
    of_culture = expected(
        title, 2026, "元",
        *(
            project(name, amounts(money.replace(",", "")), goal, by_indicator(items), unit=unit, department=culture)
            for name, unit, money, goal, items in listed
        ),
        department=culture,
    )  # fmt: skip
    top = "沙洲市江南区2026年部门预算公开/"
    files = {
        f"{top}01 民政局/绩效目标表.docx": (civil, of_civil),
        f"{top}02 文化和旅游局/绩效目标表.xlsx": (excel(printed), of_culture),
        f"{top}封面.jpg": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", None),
        f"__MACOSX/{top}01 民政局/._绩效目标表.docx": (b"\x00\x05\x16\x07", None),
    }
    return Case("zip", packed(files, "utf-8"), {"members": {name: label for name, (_, label) in files.items()}})


ROADS = "石塘区交通运输局"
ROADS_PROJECTS = (
    Own("农村公路灾毁修复", ("745,000.00", "745,000.00", "", ""), "修复灾毁路段9处，恢复农村公路通行。", (
        ("", "", "修复灾毁路段", "9处"), ("", "", "工程质量合格率", "100%"), ("", "", "修复完成时限", "汛期结束前"),
    )),
    Own("公交候车亭维护", ("88,400.00", "", "", "88,400.00"), "维护候车亭64座。", (
        ("", "", "维护候车亭数量", "64座"), ("", "", "设施完好率", "≥96%"),
    )),
)  # fmt: skip
JUSTICE = "石塘区司法局"
JUSTICE_PROJECTS = (
    Own("法律援助办案补贴", ("31.20", "31.20", "", ""), "办理法律援助案件240件，维护困难群众合法权益。", (
        ("产出指标", "", "办理案件数量", "240件"), ("产出指标", "", "案件质量评查合格率", "≥98%"),
    )),
    Own("社区矫正信息化运维", ("9.80", "", "9.80", ""), "保障社区矫正定位平台稳定运行。", (
        ("产出指标", "", "定位终端在线率", "≥99%"),
    )),
)  # fmt: skip


def zip_b() -> Case:
    """Names in GBK, as Windows packs them: a PDF file, a web page in GB18030, and a notice without projects."""
    title = "石塘区2026年项目支出绩效目标表"
    rows: list[Row] = [HEADER, *(one.row(plain) for one in ROADS_PROJECTS)]
    style = PdfStyle(page=(842.0, 220.0), margin=36, size=9, leading=13)
    roads = pdf(Printed((title, f"部门名称：{ROADS} 单位：元"), rows, WIDTHS, pdf=style, footer="第 {page} 页"))
    of_roads = expected(
        title, 2026, "元",
        *(one.label(indicators=said_plainly(one.items), department=ROADS) for one in ROADS_PROJECTS),
        department=ROADS,
    )  # fmt: skip
    rows = [HEADER, *(one.row(in_words) for one in JUSTICE_PROJECTS)]
    table = Printed((title, f"部门名称：{JUSTICE} 单位：万元"), rows, WIDTHS)
    justice = web(table, head='<meta charset="gbk">').decode().encode("gb18030")
    of_justice = expected(
        title, 2026, "万元",
        *(one.label(indicators=said_in_words(one.items), department=JUSTICE) for one in JUSTICE_PROJECTS),
        department=JUSTICE,
    )  # fmt: skip
    notice = "关于做好2026年部门预算公开工作的通知\r\n各部门：请于1月25日前在门户网站公开部门预算及绩效目标。\r\n"
    of_notice = expected("关于做好2026年部门预算公开工作的通知", 2026, None)
    files = {
        "石塘区预算公开/交通运输局/项目支出绩效目标表.pdf": (roads, of_roads),
        "石塘区预算公开/司法局/绩效目标.htm": (justice, of_justice),
        "石塘区预算公开/通知.txt": (notice.encode("gb18030"), of_notice),
        "石塘区预算公开/Thumbs.db": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
    }
    return Case("zip", packed(files, "gbk"), {"members": {name: label for name, (_, label) in files.items()}})


def packed(files: dict[str, tuple[bytes, Labels | None]], encoding: str) -> bytes:
    """A ZIP file with the folders' own entries; names in GBK carry no mark of it, as Windows writes them."""
    out = io.BytesIO()
    folders = dict.fromkeys(f"{name.rpartition('/')[0]}/" for name in files)
    with zipfile.ZipFile(out, "w") as archive:
        for name in (*folders, *files):
            entry = zipfile.ZipInfo(name, _PACKED)
            if encoding != "utf-8":
                entry = _Unmarked(name.encode(encoding).decode("cp437"), _PACKED)
            archive.writestr(entry, files[name][0] if name in files else b"")
    return out.getvalue()


class _Unmarked(zipfile.ZipInfo):
    """A member whose name is bytes of a code page."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("cp437"), self.flag_bits


# A web archive -----------------------------------------------------------------------------------------------------

ARCHIVES_OFFICE = "石塘区档案馆"
ARCHIVES_PROJECTS = (
    Own("馆藏档案数字化", ("96.40", "96.40", "", ""), "完成馆藏档案数字化120万页，提高查阅利用效率。", (
        ("产出指标", "", "数字化页数", "120万页"), ("产出指标", "", "扫描合格率", "≥99.5%"),
    )),
    Own("库房消防系统维护", ("12.60", "", "", "12.60"), "维护气体灭火系统2套。", (
        ("产出指标", "", "维护系统数量", "2套"), ("效益指标", "", "火灾事故", "0起"),
    )),
)  # fmt: skip


def mht_a() -> Case:
    """A page as an office program saves it into one file: GB2312 that only the archive tells, a picture beside it."""
    title = "2026年项目支出绩效目标表"
    rows: list[Row] = [HEADER, *(one.row(in_words) for one in ARCHIVES_PROJECTS)]
    page = web(Printed((title, f"部门名称：{ARCHIVES_OFFICE} 单位：万元"), rows, WIDTHS), head="").decode()
    quoted = quopri.encodestring(page.encode("gb2312")).decode("ascii").replace("\n", "\r\n")
    parts = (
        f"Content-Location: file:///C:/A1/1.htm\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        f'Content-Type: text/html; charset="gb2312"\r\n\r\n{quoted}',
        "Content-Location: file:///C:/A1/1.files/image001.png\r\nContent-Transfer-Encoding: base64\r\n"
        "Content-Type: image/png\r\n\r\niVBORw0KGgo=\r\n",
    )
    mark = "----=_NextPart_01DC.A1"
    head = (
        f'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="{mark}"\r\n\r\n此文档为“单个文件网页”。\r\n'
    )
    head += "\r\n"
    raw = head + "".join(f"--{mark}\r\n{part}\r\n" for part in parts) + f"--{mark}--\r\n"
    labels = expected(
        title, 2026, "万元",
        *(one.label(indicators=said_in_words(one.items), department=ARCHIVES_OFFICE) for one in ARCHIVES_PROJECTS),
        department=ARCHIVES_OFFICE,
    )  # fmt: skip
    return Case("mht", raw.encode("gb18030"), labels)


# A CSV export ------------------------------------------------------------------------------------------------------

WATER_ITEMS = (
    ("产出指标", "数量指标", "水质监测断面", "14个"),
    ("产出指标", "数量指标", "采样频次", "每月1次"),
    ("产出指标", "质量指标", "监测数据有效率", "≥98%"),
    ("效益指标", "生态效益指标", "优良水体比例", "≥86%"),
)
AIR_ITEMS = (
    ("产出指标", "数量指标", "更新监测站点", "3个"),
    ("产出指标", "成本指标", "单站更新成本", '≤45万元（含"三通一平"）'),
    ("满意度指标", "服务对象满意度指标", "公众满意度", "≥85%"),
)


def csv_b() -> Case:
    """A sheet with merged cells saved as CSV, as Excel does in China: GB18030, what was merged stands once."""
    title, department = "2026年项目支出绩效目标表", "澜山县生态环境局"
    head = ("项目名称", "实施单位", "预算数", "年度绩效目标", "一级指标", "二级指标", "三级指标", "指标值")
    listed = (
        ("地表水环境质量监测", "澜山县环境监测站", "68.50", "按月开展断面监测，及时发布水质信息。", WATER_ITEMS),
        ("空气自动站设备更新", "澜山县环境监测站", "135.00", "更新3个站点的监测设备，\n数据获取率达到90%。", AIR_ITEMS),
    )
    rows = [[title], [f"部门名称：{department}", *[""] * 6, "单位：万元"], [*head]]
    for name, unit, money, goal, items in listed:
        level1, level2 = runs([item[:1] for item in items]), runs([item[:2] for item in items])
        for index, item in enumerate(items):
            own = [name, unit, money, goal] if index == 0 else [""] * 4
            rows.append([*own, item[0] if level1[index] else "", item[1] if level2[index] else "", *item[2:]])
    out = io.StringIO()
    csv.writer(out).writerows([*row, *[""] * (len(head) - len(row))] for row in rows)
    labels = expected(
        title, 2026, "万元",
        *(
            project(name, amounts(money), goal.replace("\n", ""), by_indicator(items), unit=unit, department=department)
            for name, unit, money, goal, items in listed
        ),
        department=department,
    )  # fmt: skip
    return Case("csv", out.getvalue().encode("gb18030"), labels)


def merged(head: Row, listed: Sequence[tuple[str, str, str, str, Items]]) -> list[Row]:
    """A row for each indicator, the project's cells and the categories merged downwards."""
    rows: list[Row] = [head]
    for *own, items in listed:
        level1, level2 = runs([item[:1] for item in items]), runs([item[:2] for item in items])
        for index, item in enumerate(items):
            row: list[str | Span] = [Span(text, rows=len(items)) for text in own] if index == 0 else []
            row += [Span(item[0], rows=level1[index])] if level1[index] else []
            row += [Span(item[1], rows=level2[index])] if level2[index] else []
            rows.append([*row, *item[2:]])
    return rows


# What LibreOffice makes --------------------------------------------------------------------------------------------


def old_word(printed: Printed) -> bytes:
    return converted(word(printed, lambda document: enlarge(document, 12)), "doc", "doc:MS Word 97")


def scan(printed: Printed, size: float) -> bytes:
    """The pages as a scanner sees them: 200 dots an inch, grey, a little dirt; a PDF file of nothing but pictures."""
    import numpy
    import pypdfium2
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    dice = numpy.random.default_rng(2026)
    pages = pypdfium2.PdfDocument(converted(word(printed, lambda document: enlarge(document, size)), "pdf", "pdf"))
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for page in pages:
        wide, high = page.get_size()
        grey = page.render(scale=_DOTS / 72, grayscale=True).to_numpy().astype(float)
        grey = 246 - (255 - grey) * 0.86 + dice.normal(0, 2, grey.shape)
        dirt = dice.random(grey.shape) < 0.00002
        grey[dirt] = 120
        picture = io.BytesIO()
        levels = (numpy.clip(grey, 0, 255) // 32 * 32).astype("uint8")  # what a copier keeps of them
        Image.fromarray(levels).quantize(8).save(picture, "PNG", optimize=True)
        canvas.setPageSize((wide, high))
        canvas.drawImage(ImageReader(picture), 0, 0, wide, high)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def enlarge(document: Any, size: float) -> None:
    from docx.shared import Cm, Pt

    document.styles["Normal"].font.size = Pt(size)
    section = document.sections[0]
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(1.5)


def converted(raw: bytes, suffix: str, to: str, given: str = "docx") -> bytes:
    with TemporaryDirectory() as folder:
        source = Path(folder, f"source.{given}")
        source.write_bytes(raw)
        profile = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
        command = ["soffice", profile, "--headless", "--convert-to", to, "--outdir", folder, str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=HANG)
        return source.with_suffix(f".{suffix}").read_bytes()


CASES: dict[str, Callable[[], Case]] = {
    "comma-by-indicator": csv_b,
    "mht-a": mht_a,
    "zip-a": zip_a,
    "zip-b": zip_b,
}
CONVERTED: dict[str, Callable[[], Case]] = {
    "doc-a": doc_a,
    "doc-b": doc_b,
    "ocr-a": ocr_a,
    "ocr-b": ocr_b,
    "ods-a": ods_a,
    "odt-a": odt_a,
}
"""Cases that take LibreOffice to write."""


def main(names: Sequence[str]) -> None:
    for name in names or (*CASES, *CONVERTED):
        case = (CASES | CONVERTED)[name]()
        folder = GOLDEN / name
        folder.mkdir(exist_ok=True)
        (folder / f"source.{case.suffix}").write_bytes(case.source)
        labels = json.dumps(case.expected, ensure_ascii=False, indent=1)
        (folder / "expected.json").write_text(labels + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
