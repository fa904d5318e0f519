"""Writes the golden documents that are no plain text: PDF, Word, Excel and web pages, the same bytes every time.

    python -m golden.make_documents [CASE…]

Their texts are invented, like those of the other cases; the labels beside them are written by hand (README.md), and
this script does not touch them. How a table becomes a file of each format is in tests/formats.py.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH

from tests import formats
from tests.formats import Printed, Row
from tests.ofd_writer import OfdStyle, write_lines
from tests.pdf_writer import A4_LANDSCAPE, PdfStyle, Span, wrap

FOLDER = Path(__file__).parent


class Project(NamedTuple):
    """A row of its own: money as printed under 总计, 财政拨款, 财政专户拨款 and 其他资金, and the indicators' cell."""

    name: str
    money: tuple[str, str, str, str]
    goal: str
    items: str


class Office(NamedTuple):
    """A unit's row with its projects below it."""

    name: str
    money: tuple[str, str, str, str]
    projects: tuple[Project, ...]


class Listed(NamedTuple):
    """A project with a row for each indicator, its own cells merged downwards."""

    code: str
    name: str
    unit: str
    amount: str
    goal: str
    items: tuple[tuple[str, str, str, str, str, str, str], ...]
    """一级指标, 二级指标, 三级指标, 指标性质, 指标值, 度量单位, 权重."""


WATER = (
    Office(
        "云溪市临川区水务局（本级）",
        ("1,286.50", "1,166.50", "", "120.00"),
        (
            Project(
                "中小河道清淤与岸线修复工程",
                ("860.00", "860.00", "", ""),
                "1.完成长乐河、石门溪等5条中小河道清淤18.6公里，清运淤泥约12万立方米；\n"
                "2.修复破损岸线6.2公里并补植水生植物；\n"
                "3.汛期前主体工程完工，行洪能力恢复到十年一遇标准，沿线居民出行和生活环境得到改善。",
                "1、1-产出指标；11-数量指标；清淤河道长度；实施周期指标值:36公里；年度指标值:18.6公里。\n"
                "2、1-产出指标；12-质量指标；工程一次验收合格率；实施周期指标值:100%；年度指标值:100%。\n"
                "3、1-产出指标；12-时效指标；主体工程完工时限；实施周期指标值:2027年4月15日前；年度指标值:2026年4月15日前。\n"
                "4、2-效益指标；22-社会效益；受益人口；实施周期指标值:不少于8.5万人；年度指标值:不少于4.2万人。",
            ),
            Project(
                "农村供水管网延伸及水质监测补助",
                ("306.50", "306.50", "", ""),
                "延伸供水管网至9个自然村，更换老旧管道，每月对23处取水点开展水质监测，保障农村居民用水安全。",
                "1、1-产出指标；11-数量指标；延伸管网长度；实施周期指标值:≥25公里；年度指标值:≥11公里。\n"
                "2、1-产出指标；12-质量指标；水质监测达标情况；实施周期指标值:1.出厂水合格率≥99%；2.末梢水合格率≥97%；"
                "年度指标值:1.出厂水合格率≥99%；2.末梢水合格率≥97%。\n"
                "3、3-满意度指标；31-服务对象满意度；用水户满意度；实施周期指标值:≥90%；年度指标值:≥90%。",
            ),
            Project(
                "水利工程质量检测委托服务费",
                ("120.00", "", "", "120.00"),
                "委托第三方机构对在建水利工程开展质量抽检，所需资金由建设单位缴存的检测费列支。",
                "1、1-产出指标；11-数量指标；抽检批次；实施周期指标值:60批次；年度指标值:60批次。\n"
                "2、4-成本指标；41-经济成本指标；单批次检测成本；实施周期指标值:≤2万元；年度指标值:≤2万元。",
            ),
        ),
    ),
    Office(
        "云溪市临川区河道管理所",
        ("94.80", "58.20", "36.60", ""),
        (
            Project(
                "闸坝运行维护经费",
                ("58.20", "58.20", "", ""),
                "对7座闸坝的启闭设备、监控系统进行日常维护和汛前检修，确保启闭灵活、运行安全。",
                "1、1-产出指标；11-数量指标；维护闸坝数量；实施周期指标值:7座；年度指标值:7座。\n"
                "2、1-产出指标；13-时效指标；汛前检修完成时限；实施周期指标值:每年3月底前；年度指标值:2026年3月31日前。",
            ),
            Project(
                "河道采砂规费返还用于岸线巡查（第二批）",
                ("36.60", "", "36.60", ""),
                "组建巡查队伍3支，配备无人机4架，对禁采区开展昼夜巡查，及时制止非法采砂。",
                "1、1-产出指标；11-数量指标；巡查次数；实施周期指标值:≥360次；年度指标值:≥180次。\n"
                "2、2-效益指标；23-生态效益；非法采砂案件下降率；实施周期指标值:≥30%；年度指标值:≥15%。",
            ),
            Project("地下输水涵管安防专项", ("0.00", "0.00", "", ""), "涉密项目，不宜公开。", ""),
        ),
    ),
)
WATER_TOTAL = ("1,381.30", "1,224.70", "36.60", "120.00")

CULTURE = (
    Listed(
        "LC26-0107-001", "公共文化场馆免费开放补助", "云溪市临川区文化馆", "1,250,000.00",
        "保障文化馆、图书馆及12个乡镇文化站全年免费开放，开展公益性演出和培训，丰富群众文化生活。",
        (
            ("产出指标", "数量指标", "免费开放场馆数量", "≥", "14", "个", "15"),
            ("产出指标", "数量指标", "公益性演出场次", "≥", "60", "场", "15"),
            ("产出指标", "质量指标", "设施设备完好率", "≥", "95", "%", "10"),
            ("产出指标", "时效指标", "每周开放时间", "≥", "56", "小时", "10"),
            ("效益指标", "社会效益指标", "服务群众人次", "≥", "18", "万人次", "30"),
            ("满意度指标", "服务对象满意度指标", "群众满意度", "≥", "90", "%", "10"),
        ),
    ),
    Listed(
        "LC26-0107-004", "石门窑址考古发掘与保护", "云溪市临川区博物馆", "486,300.00",
        "完成石门窑址东区600平方米考古发掘，对出土文物进行整理、修复和建档，编写发掘简报。",
        (
            ("产出指标", "数量指标", "考古发掘面积", "=", "600", "平方米", "25"),
            ("产出指标", "质量指标", "文物修复合格率", "＝", "100", "%", "25"),
            ("效益指标", "可持续影响指标", "对窑址保护利用的影响", "定性", "持续提升", "", "30"),
            ("满意度指标", "服务对象满意度指标", "专家满意度", "≥", "85", "%", "10"),
        ),
    ),
    Listed(
        "LC26-0107-009", "应急广播系统运行维护", "云溪市临川区广播电视服务中心", "78,000.00",
        "对全区126个村的应急广播终端进行巡检和维修，确保系统全天候可用。",
        (
            ("产出指标", "数量指标", "巡检终端数量", "≥", "1260", "台次", "30"),
            ("产出指标", "时效指标", "故障修复时间", "≤", "24", "小时", "20"),
            ("成本指标", "经济成本指标", "单台年维护成本", "≤", "62", "元", "20"),
            ("效益指标", "社会效益指标", "应急信息发布及时性", "定性", "及时、准确", "", "20"),
        ),
    ),
)  # fmt: skip

TRANSPORT = (
    ("云溪市临川区交通运输局", "云溪市临川区公路养护中心", Project(
        "县乡公路日常养护",
        ("642.00", "600.00", "", "42.00"),
        "对318公里县乡公路进行日常养护，及时修补坑槽、清理边沟，保持路面整洁畅通。",
        "1、产出指标：养护里程，年度指标值：318公里。2、产出指标：路面坑槽修补及时率，年度指标值：不低于95%。"
        "3、效益指标：公路通行条件，年度指标值：明显改善。",
    )),
    ("云溪市临川区交通运输局", "云溪市临川区公路养护中心", Project(
        "桥梁定期检测与危桥处置",
        ("158.40", "158.40", "", ""),
        "对46座桥梁开展定期检测，对2座四类桥梁实施加固，消除安全隐患。",
        "1、产出指标：检测桥梁数量，年度指标值：46座。2、质量指标：检测报告通过评审率，年度指标值：100%。",
    )),
    ("云溪市临川区交通运输局", "云溪市临川区港航事务所", Project(
        "渡口安全设施更新",
        ("27.35", "", "", "27.35"),
        "更新5处渡口的救生设备和警示标志，所需资金由上级捐赠款安排。",
        "1、产出指标：更新渡口数量，年度指标值：5处。2、满意度指标：乘客满意度，年度指标值：≥92%。",
    )),
    ("云溪市临川区交通运输局", "云溪市临川区港航事务所", Project(
        "航道疏浚测量",
        ("80.00", "80.00", "", ""),
        "对青溪航道12公里开展水深测量，提出疏浚方案，\n保障枯水期通航。",
        "1、产出指标：测量航道长度，年度指标值：12公里。2、产出指标：测量成果提交时限，年度指标值：2026年9月底前。",
    )),
)  # fmt: skip
TRANSPORT_TOTAL = ("907.75", "838.40", "", "69.35")

ORCHARDS = {
    "name": "高标准果园建设", "code": "330600260011", "unit": "枫桥县果蔬技术推广站",
    "total3": "900.00", "total": "310.00", "fiscal3": "780.00", "fiscal": "270.00",
    "other3": "120.00", "other": "40.00",
    "goal3": "三年内建成高标准果园6000亩，培育果业示范主体15家。",
    "goal": "建成高标准果园2000亩，推广新品种4个。",
}  # fmt: skip
ORCHARDS_ITEMS = (
    ("产出指标", "数量指标", "建成果园面积", "6000亩", "数量指标", "建成果园面积", "2000亩"),
    ("产出指标", "数量指标", "培育示范主体", "≥15家", "数量指标", "推广新品种", "4个"),
    ("产出指标", "质量指标", "项目验收合格率", "100%", "质量指标", "项目验收合格率", "100%"),
    ("产出指标", "时效指标", "", "", "时效指标", "项目完成时间", "2026年11月底前"),
    ("效益指标", "经济效益指标", "亩均增收", "≥1500元", "经济效益指标", "亩均增收", "≥400元"),
    ("满意度指标", "服务对象满意度指标", "果农满意度", "≥92%", "服务对象满意度指标", "果农满意度", "≥90%"),
)  # fmt: skip
PONDS = {
    "name": "养殖池塘标准化改造", "code": "330600260027", "unit": "枫桥县水产服务中心",
    "total3": "450.00", "total": "150.00", "fiscal3": "450.00", "fiscal": "150.00", "other3": "", "other": "",
    "goal3": "改造池塘1800亩，实现养殖尾水达标排放。", "goal": "改造池塘600亩，新建尾水处理设施3处。",
}  # fmt: skip
PONDS_ITEMS = (
    ("产出指标", "数量指标", "改造池塘面积", "1800亩", "数量指标", "改造池塘面积", "600亩"),
    ("产出指标", "成本指标", "亩均改造成本", "≤2500元", "成本指标", "", ""),
    ("效益指标", "生态效益指标", "尾水达标排放率", "≥98%", "生态效益指标", "尾水处理设施运行率", "≥95%"),
)  # fmt: skip

PITCHES = {
    "name": "社区足球场地建设", "unit": "枫桥县全民健身中心", "points": "96.60",
    "goal": "新建社区足球场8片，缓解群众健身场地不足。", "done": "新建社区足球场7片，其中1片因选址调整未完工。",
}  # fmt: skip
PITCHES_MONEY = (
    ("年度资金总额", "400.00", "380.00", "361.00", "10", "95%", "9.50"),
    ("其中：财政拨款", "300.00", "280.00", "261.00", "—", "93.21%", "—"),
    ("其他资金", "100.00", "100.00", "100.00", "—", "100%", "—"),
)  # fmt: skip
PITCHES_ITEMS = (
    ("产出指标", "数量指标", "新建足球场数量", "8片", "7片", "20", "17.50", "选址调整"),
    ("产出指标", "质量指标", "场地验收合格率", "100%", "100%", "20", "20", ""),
    ("效益指标", "社会效益指标", "新增健身人次", "≥2万人次", "2.3万人次", "40", "40", ""),
    ("满意度指标", "服务对象满意度指标", "健身群众满意度", "≥90%", "89%", "10", "9.60", "开放时间偏短"),
)  # fmt: skip
COACHES = {
    "name": "青少年业余训练补助", "unit": "枫桥县少年儿童体育学校", "points": "100",
    "goal": "补助业余训练点12个，输送苗子20名。", "done": "补助训练点12个，输送苗子23名。",
}  # fmt: skip
COACHES_MONEY = (("年度资金总额", "65.00", "65.00", "65.00", "10", "100%", "10"),
                 ("其中：财政拨款", "65.00", "65.00", "65.00", "—", "100%", "—"))  # fmt: skip
COACHES_ITEMS = (
    ("产出指标", "数量指标", "补助训练点数量", "12个", "12个", "50", "50", ""),
    ("效益指标", "可持续影响指标", "后备人才输送", "≥20名", "23名", "40", "40", ""),
)  # fmt: skip

GREEN = """
海平市浦湾区绿化管理事务中心2026年度项目支出说明
主管部门：海平市浦湾区绿化和市容管理局
一、项目名称：口袋公园新建与改造
（一）项目概述
利用街角闲置地块新建口袋公园6处，改造老旧绿地3处，为居民提供家门口的休憩空间。
（二）立项依据
1.《海平市公园城市建设三年行动计划》；
2.浦湾区政府2026年实事项目清单。
（三）实施主体
海平市浦湾区绿化管理事务中心
（四）实施方案
1.一季度完成方案设计和居民意见征询；
2.二、三季度组织施工；
3.四季度竣工验收并移交养护。
（五）实施周期
2026年1月—2026年12月
（六）年度预算安排
2026年安排项目资金共计5,600,000元，其中财政拨款4,800,000元，其他资金800,000元。
（七）绩效目标
新增公共绿地1.2万平方米，周边居民满意度不低于90%，
苗木成活率达到98%以上。
二、项目名称：行道树修剪及病虫害防治
（一）项目概述
对全区1.6万株行道树开展冬季修剪，对重点路段开展病虫害统防统治。
（二）立项依据
《海平市绿化条例》第三十一条
（三）实施主体
海平市浦湾区绿化管理事务中心
（四）实施方案
按片区分三个标段公开招标，汛期前完成主干道修剪。
（五）实施周期
2026年度
（六）年度预算安排
1,350,000元
（七）绩效目标
修剪完成率100%，台风季倒伏率控制在千分之三以内。
"""

MONEY = ("总计", "财政拨款", "财政专户拨款", "其他资金")
BY_PROJECT = ("项目名称（资金使用单位）", *MONEY, "绩效目标", "绩效指标")
BY_INDICATOR = (
    *("项目编码", "项目名称", "实施单位", "预算数", "年度绩效目标", "一级指标", "二级指标", "三级指标"),
    *("指标性质", "指标值", "度量单位", "权重"),
)
WATER_TITLE = (
    "2026年项目支出绩效目标表（含转移支付项目）",
    "部门名称：云溪市临川区水务局 单位：万元",
)
WATER_WIDTHS = (110, 50, 50, 55, 50, 190, 257)
LISTED_WIDTHS = (62, 76, 76, 62, 130, 52, 62, 84, 40, 50, 40, 34)


def by_project() -> list[Row]:
    """项目名称, the money, 绩效目标 and 绩效指标, with a row for each unit."""
    rows: list[Row] = [BY_PROJECT, ("合计", *WATER_TOTAL, "", "")]
    for office in WATER:
        rows.append((office.name, *office.money, "", ""))
        rows += [(one.name, *one.money, one.goal, one.items) for one in office.projects]
    return rows


def by_project_numbered() -> list[Row]:
    """The same with other columns: 序号 first, the goal before the money, one row for the heads of the money."""
    rows: list[Row] = [
        (*(Span(head, rows=2) for head in ("序号", "项目名称", "绩效目标")), Span("预算金额", columns=4),
         Span("绩效指标", rows=2)),
        MONEY,
        (Span("合计", columns=3), *WATER_TOTAL, ""),
    ]  # fmt: skip
    number = 0
    for office in WATER:
        rows.append((Span(office.name, columns=3), *office.money, ""))
        for one in office.projects:
            number += 1
            rows.append((str(number), one.name, one.goal, *one.money, one.items))
    return rows


def runs(texts: Sequence[str]) -> Iterator[int]:
    """How many cells a merged cell covers from each place on; 0 where it is covered."""
    for index, text in enumerate(texts):
        if index and texts[index - 1] == text:
            yield 0
        else:
            rest = texts[index:]
            yield next((length for length, other in enumerate(rest) if other != text), len(rest))


def by_indicator(unit: str = "") -> list[Row]:
    """A row for each indicator; the project's cells and the categories are merged downwards."""
    heads = [f"{head}（{unit}）" if unit and head == "预算数" else head for head in BY_INDICATOR]
    rows: list[Row] = [heads]
    for project in CULTURE:
        own = [Span(text, rows=len(project.items)) for text in project[:5]]
        level1 = list(runs([item[0] for item in project.items]))
        level2 = list(runs([item[0] + item[1] for item in project.items]))
        for index, item in enumerate(project.items):
            row: list[str | Span] = list(own) if index == 0 else []
            row += [Span(item[0], rows=level1[index])] if level1[index] else []
            row += [Span(item[1], rows=level2[index])] if level2[index] else []
            rows.append([*row, *item[2:]])
    return rows


def by_office() -> list[Row]:
    """主管部门 and 预算单位 in columns of their own, merged downwards."""
    rows: list[Row] = [("主管部门", "预算单位", "项目名称", *MONEY, "绩效目标", "绩效指标")]
    departments = list(runs([department for department, _, _ in TRANSPORT]))
    units = list(runs([unit for _, unit, _ in TRANSPORT]))
    for index, (department, unit, project) in enumerate(TRANSPORT):
        row: list[str | Span] = [Span(department, rows=departments[index])] if departments[index] else []
        row += [Span(unit, rows=units[index])] if units[index] else []
        rows.append([*row, project.name, *project.money, project.goal, project.items])
    rows.append((Span("合计", columns=3), *TRANSPORT_TOTAL, "", ""))
    return rows


def pdf_a() -> bytes:
    """Three pages, rows split over page breaks without a rule, the header repeated, page numbers."""
    style = PdfStyle(page=(842.0, 320.0), margin=36, size=9, leading=13)
    return formats.pdf(Printed(WATER_TITLE, by_project(), WATER_WIDTHS, pdf=style, footer="第 {page} 页"))


def pdf_b() -> bytes:
    """Merged cells that go on over page breaks, filled rectangles as rules, one header only, 元 in a header."""
    style = PdfStyle(
        page=(842.0, 300.0), margin=36, size=8, leading=12, rules="filled", breaks="closed", repeat_header=False
    )
    title = ("2026年项目支出绩效目标表",)
    return formats.pdf(Printed(title, by_indicator("元"), LISTED_WIDTHS, pdf=style, footer="- {page} -"))


def ofd_a() -> bytes:
    """The pages of pdf-a, a text object for each line."""
    style = PdfStyle(page=(842.0, 320.0), margin=36, size=9, leading=13)
    return formats.ofd(Printed(WATER_TITLE, by_project(), WATER_WIDTHS, pdf=style, footer="第 {page} 页"))


def ofd_b() -> bytes:
    """The pages of pdf-b, a text object for each letter, its size in a matrix."""
    style = PdfStyle(
        page=(842.0, 300.0), margin=36, size=8, leading=12, rules="filled", breaks="closed", repeat_header=False
    )
    title = ("2026年项目支出绩效目标表",)
    printed = Printed(title, by_indicator("元"), LISTED_WIDTHS, pdf=style, footer="- {page} -")
    return formats.ofd(printed, OfdStyle(letters="single"))


def ofd_form_a() -> bytes:
    """The reviews of form-f, the rules and the labels of the first column in page templates."""
    widths = (60, 55, 65, 90, 70, 70, 40, 50, 80)
    style = PdfStyle(page=A4_LANDSCAPE, margin=36, size=9, leading=12, repeat_header=False, breaks="whole")
    printed = Printed(REVIEW_TITLE, reviews(), widths, pdf=style)
    return formats.ofd(printed, OfdStyle(template=True))


def ofd_prose_a() -> bytes:
    """The text of prose-b, its lines as long as the page is wide."""
    style = PdfStyle(size=12)
    width = style.page[0] - 2 * style.margin
    lines = [line for paragraph in GREEN.strip().split("\n") for line in wrap(paragraph, width, style.size)]
    return write_lines(lines, size=style.size)


def docx_a() -> bytes:
    """A header of two rows, other column order, 序号, unit rows merged across; a page header, a note below."""

    def add(document: Any) -> None:
        document.sections[0].header.paragraphs[0].text = "云溪市临川区2026年部门预算公开"
        document.add_paragraph("注：本表金额单位为万元。")

    widths = (30, 105, 180, 60, 60, 60, 60, 210)
    return formats.word(Printed(WATER_TITLE, by_project_numbered(), widths, header_rows=2), add)


def docx_b() -> bytes:
    """A row for each indicator, cells merged downwards."""
    title = ("2026年项目支出绩效目标表", "部门名称：云溪市临川区文化广电旅游局", "单位：元")
    widths = (66, 76, 76, 76, 112, 52, 62, 84, 40, 50, 40, 34)
    return formats.word(Printed(title, by_indicator(), widths))


def xlsx_a() -> bytes:
    """Amounts as numbers, a hidden sheet, a hidden column behind the table."""

    def add(book: Any, sheet: Any) -> None:
        old = book.add_worksheet("旧稿")
        old.write_row(0, 0, ["项目名称", "总计", "绩效目标"])
        old.write_row(1, 0, ["作废的项目", 999, "此表已作废。"])
        old.hide()
        sheet.write_column(3, 8, ["内部备注", "勿公开"])
        sheet.set_column(8, 8, None, None, {"hidden": True})

    return formats.excel(Printed(WATER_TITLE, by_project(), WATER_WIDTHS), add)


def xlsx_b() -> bytes:
    """A row for each indicator, ranges merged downwards, a second sheet that holds no projects."""

    def add(book: Any, _: Any) -> None:
        notes = book.add_worksheet("填表说明")
        notes.write_column(0, 0, ["填表说明", "本表由各单位填报，由财政部门审核。"])

    title = ("2026年项目支出绩效目标表", "部门名称：云溪市临川区文化广电旅游局", "金额单位：元")
    return formats.excel(Printed(title, by_indicator(), LISTED_WIDTHS), add)


def xls_a() -> bytes:
    """The old format: unit column merged downwards, total row below, money in 其他资金 only."""
    title = ("2026年项目支出绩效目标表", "单位：万元")
    return formats.old_excel(Printed(title, by_office(), (100, 100, 100, 50, 50, 55, 50, 180, 230)))


def xls_b() -> bytes:
    """The old format: a row for each indicator."""
    title = ("2026年项目支出绩效目标表", "部门名称：云溪市临川区文化广电旅游局", "单位：元")
    return formats.old_excel(Printed(title, by_indicator(), LISTED_WIDTHS))


def html_a() -> bytes:
    """A page of a web site in GB18030, with its navigation, a script, and something hidden."""
    title = ("2026年项目支出绩效目标表", "单位：万元")
    page = formats.web(
        Printed(title, by_office(), (1,) * 9),
        head='<meta charset="gb2312"><title>部门预算公开</title><style>td{border:1px solid}</style>',
        around=(
            '<div class="nav"><a href="/">首页</a> &gt; <a href="/ys">预算公开</a></div>\n'
            '<script>var a = "<td>";</script>\n',
            '<p style="display:none">内部流转：待审核</p>\n<p>云溪市临川区交通运输局 2026年1月20日</p>\n',
        ),
    )
    return page.decode().encode("gb18030")


def html_b() -> bytes:
    """A row for each indicator: rowspans, the unit of money in a header."""
    title = ("2026年项目支出绩效目标表", "部门名称：云溪市临川区文化广电旅游局")
    return formats.web(Printed(title, by_indicator("元"), LISTED_WIDTHS))


def twin(own: dict[str, str], items: Sequence[tuple[str, str, str, str, str, str, str]]) -> list[Row]:
    """A form with twin columns: the years in question to the left, the year to the right; an item a row."""
    rows: list[Row] = [
        (Span("项目名称", columns=2), Span(own["name"], columns=3), "项目代码", Span(own["code"], columns=2)),
        (Span("主管部门", columns=2), Span("枫桥县农业农村局", columns=3), "项目单位", Span(own["unit"], columns=2)),
        (Span("资金情况\n（万元）", rows=3, columns=2), Span("实施期资金总额", columns=2), own["total3"],
         Span("年度资金总额", columns=2), own["total"]),
        (Span("其中：财政拨款", columns=2), own["fiscal3"], Span("其中：财政拨款", columns=2), own["fiscal"]),
        (Span("其他资金", columns=2), own["other3"], Span("其他资金", columns=2), own["other"]),
        (Span("绩效目标", rows=2, columns=2), Span("中期目标", columns=3), Span("年度目标", columns=3)),
        (Span(own["goal3"], columns=3), Span(own["goal"], columns=3)),
        (Span("绩效指标", rows=2 + len(items)), Span("一级指标", rows=2), Span("中期指标", columns=3),
         Span("年度指标", columns=3)),
        ("二级指标", "三级指标", "指标值", "二级指标", "三级指标", "指标值"),
    ]  # fmt: skip
    level1 = list(runs([item[0] for item in items]))
    for index, item in enumerate(items):
        rows.append([*([Span(item[0], rows=level1[index])] if level1[index] else []), *item[1:]])
    return rows


def form_e() -> bytes:
    """Three forms with twin columns below each other on one sheet, the last of them empty."""
    empty = dict.fromkeys(ORCHARDS, "")
    title = ("枫桥县项目支出绩效目标申报表", "（2026年度）")
    below: list[Row] = [(Span("", columns=8),), *((Span(line, columns=8),) for line in title)]
    no_items = tuple((*item[:2], "", "", item[4], "", "") for item in PONDS_ITEMS)
    rows = [*twin(ORCHARDS, ORCHARDS_ITEMS), *below, *twin(PONDS, PONDS_ITEMS), *below, *twin(empty, no_items)]
    return formats.excel(Printed(title, rows, (40, 60, 90, 120, 90, 90, 120, 90)))


REVIEW_TITLE = ("2025年度项目支出绩效自评表",)


def review(own: dict[str, str], money: Sequence[Sequence[str]], items: Sequence[Sequence[str]]) -> list[Row]:
    """A form in which a unit reviews a project of its own."""
    level1 = list(runs([item[0] for item in items]))
    rows: list[Row] = [
        ("项目名称", Span(own["name"], columns=8)),
        ("主管部门", Span("枫桥县教育体育局", columns=3), Span("项目实施单位", columns=2),
         Span(own["unit"], columns=3)),
        (Span("预算执行情况\n（万元）", rows=1 + len(money)), Span("", columns=2), "年初预算数", "调整预算数",
         "实际支出数", "分值", "执行率", "得分"),
        *([Span(line[0], columns=2), *line[1:]] for line in money),
        (Span("年度总体绩效目标", rows=2), Span("年初预期目标", columns=4), Span("全年实际完成情况", columns=4)),
        (Span(own["goal"], columns=4), Span(own["done"], columns=4)),
        (Span("年度绩效指标", rows=1 + len(items)), "一级指标", "二级指标", "三级指标", "年初目标值",
         "全年完成值", "分值", "得分", "未完成原因"),
    ]  # fmt: skip
    for index, item in enumerate(items):
        rows.append([*([Span(item[0], rows=level1[index])] if level1[index] else []), *item[1:]])
    rows.append((Span("总分", columns=6), "100", own["points"], ""))
    return rows


def reviews() -> list[Row]:
    """Two reviews, the second below a title of its own."""
    below: list[Row] = [(Span(REVIEW_TITLE[0], columns=9),)]
    return [*review(PITCHES, PITCHES_MONEY, PITCHES_ITEMS), *below, *review(COACHES, COACHES_MONEY, COACHES_ITEMS)]


def form_f() -> bytes:
    """Two reviews in Word, the second below a title of its own."""
    widths = (60, 55, 65, 90, 70, 70, 40, 50, 80)
    return formats.word(Printed(REVIEW_TITLE, reviews(), widths))


def prose_b() -> bytes:
    """Sections numbered （一）, lists numbered 1. inside of them, in Word without a table."""
    document = docx.Document()
    formats.in_chinese(document, 12)
    for line in GREEN.strip().split("\n"):
        document.add_paragraph(line)
    document.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    out = BytesIO()
    document.save(out)
    return formats.steady(out.getvalue())


CASES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "pdf-a": ("pdf", pdf_a),
    "pdf-b": ("pdf", pdf_b),
    "ofd-a": ("ofd", ofd_a),
    "ofd-b": ("ofd", ofd_b),
    "ofd-form-a": ("ofd", ofd_form_a),
    "ofd-prose-a": ("ofd", ofd_prose_a),
    "docx-a": ("docx", docx_a),
    "docx-b": ("docx", docx_b),
    "xlsx-a": ("xlsx", xlsx_a),
    "xlsx-b": ("xlsx", xlsx_b),
    "xls-a": ("xls", xls_a),
    "xls-b": ("xls", xls_b),
    "html-a": ("html", html_a),
    "html-b": ("html", html_b),
    "form-e": ("xlsx", form_e),
    "form-f": ("docx", form_f),
    "prose-b": ("docx", prose_b),
}


def main(names: Sequence[str]) -> None:
    for name in names or CASES:
        suffix, write = CASES[name]
        (FOLDER / name).mkdir(exist_ok=True)
        (FOLDER / name / f"source.{suffix}").write_bytes(write())


if __name__ == "__main__":
    main(sys.argv[1:])
