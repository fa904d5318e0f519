"""Writes the forms of form-b and form-d; their labels are written by hand.

python -m golden.make_forms
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_BREAK
from docx.shared import Mm
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Side
from openpyxl.utils import get_column_letter

from tests.formats import LEFT, UP, cells_of, heights, in_chinese, steady
from tests.pdf_writer import Span

FOLDER = Path(__file__).parent
Grid = Sequence[Sequence[object]]

TWIN_HEAD = [
    ["项目名称", LEFT, "{name}", LEFT, LEFT, LEFT, LEFT, LEFT],
    ["主管部门", LEFT, "白鹭市水务局", LEFT, "实施单位", LEFT, "{unit}", LEFT],
    ["项目类别", LEFT, "{kind}", LEFT, "项目期", LEFT, "3年", LEFT],
    ["项目资金（元）", LEFT, "中期资金总额", LEFT, "{total3}", "年度资金总额", LEFT, "{total}"],
    [UP, LEFT, "其中：财政拨款", LEFT, "{fiscal3}", "其中：财政拨款", LEFT, "{fiscal}"],
    [UP, LEFT, "其他资金", LEFT, "{other3}", "其他资金", LEFT, "{other}"],
    ["总体目标", "中期目标（2026年—2028年）", LEFT, LEFT, LEFT, "年度目标", LEFT, LEFT],
    [UP, "{goal3}", LEFT, LEFT, LEFT, "{goal}", LEFT, LEFT],
]
TWIN_COLUMNS = ["绩\n效\n指\n标", "一级指标", "二级指标", "三级指标", "指标值", "二级指标", "三级指标", "指标值"]
RIVER_ITEMS = [
    [UP, "产出指标", "数量指标", "清淤河道长度", "36公里", "数量指标", "清淤河道长度", "12公里"],
    [UP, UP, UP, "建成生态护岸", "≥9公里", UP, "建成生态护岸", "≥2.5公里"],
    [UP, UP, "质量指标", "工程验收合格率", "100%", "质量指标", "单元工程优良率", "≥70%"],
    [UP, UP, "时效指标", "全部工程完工时间", "2028年12月底前", "时效指标", "", ""],
    [UP, "效益指标", "生态效益指标", "水质达标断面比例", "≥95%", "生态效益指标", "水质达标断面比例", "≥85%"],
    [UP, "满意度指标", "服务对象满意度指标", "沿河居民满意度", "≥90%", "服务对象满意度指标", "沿河居民满意度", "≥90%"],
]
METER_ITEMS = [
    [UP, "产出指标", "数量指标", "更换老旧水表", "24000只", "数量指标", "更换老旧水表", "8000只"],
    [UP, UP, "成本指标", "单只水表更换成本", "≤260元", "成本指标", "单只水表更换成本", "≤260元"],
]
METER_ITEMS_ON = [
    ["绩效指标", "效益指标", "经济效益指标", "管网漏损率", "≤9%", "经济效益指标", "管网漏损率", "≤11%"],
    [UP, "满意度指标", "服务对象满意度指标", "", "", "服务对象满意度指标", "用水户满意度", "≥88%"],
]
RIVER = {
    "name": "白鹭河清淤及生态护岸项目", "unit": "白鹭市河道管理处", "kind": "特定目标类",
    "total3": "28,600,000.00", "total": "9,200,000.00", "fiscal3": "25,000,000.00", "fiscal": "8,000,000.00",
    "other3": "3,600,000.00", "other": "1,200,000.00",
    "goal3": "完成白鹭河36公里河道清淤，建成生态护岸9公里，恢复河道行洪能力。",
    "goal": "完成上游段12公里河道清淤，建成生态护岸2.5公里。",
}  # fmt: skip
METER = {
    "name": "老旧水表更换", "unit": "白鹭市供水管理所", "kind": "其他运转类",
    "total3": "6,240,000.00", "total": "2,080,000.00", "fiscal3": "", "fiscal": "",
    "other3": "6,240,000.00", "other": "2,080,000.00",
    "goal3": "三年内更换使用满六年的水表24000只。", "goal": "",
}  # fmt: skip

SHEET_HEAD = [
    ["青石县项目支出绩效目标表", LEFT, LEFT, LEFT, LEFT, LEFT, LEFT, LEFT],
    ["填报单位：青石县交通运输局", LEFT, LEFT, LEFT, LEFT, LEFT, "单位：元", LEFT],
    ["项目名称", LEFT, "{name}", LEFT, LEFT, "项目编码", "{code}", LEFT],
    ["主管部门", LEFT, "青石县交通运输局", LEFT, LEFT, "项目单位", "{unit}", LEFT],
    ["项目资金", "项目资金总额", LEFT, "{total3}", LEFT, "年度资金总额", "{total}", LEFT],
    [UP, "其中：财政拨款", LEFT, "{fiscal3}", LEFT, "其中：财政拨款", "{fiscal}", LEFT],
    [UP, "其他资金", LEFT, "{other3}", LEFT, "其他资金", "{other}", LEFT],
    ["立项依据", LEFT, "{basis}", LEFT, LEFT, LEFT, LEFT, LEFT],
    ["年度绩效目标", LEFT, "{goal}", LEFT, LEFT, LEFT, LEFT, LEFT],
    ["绩效指标", "一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", "权重"],
]
FENCE_ITEMS = [
    [UP, "产出指标", "数量指标", "安装波形护栏", "≥", 18, "公里", 30],
    [UP, UP, UP, "设置警示标志", "≥", 240, "块", 10],
    [UP, UP, "质量指标", "交工验收合格率", "＝", "100%", "", 20],
    [UP, "效益指标", "社会效益指标", "农村公路通行安全", "定性", "明显改善", "", 30],
    [UP, "满意度指标", "服务对象满意度指标", "沿线群众满意度", "≥", 90, "%", 10],
]
SHELTER_ITEMS = [
    [UP, "产出指标", "数量指标", "更新候车亭", "＝", 35, "座", 50],
    [UP, "效益指标", "可持续影响指标", "候车亭使用年限", "≥", 8, "年", 50],
]
FENCE: dict[str, object] = {
    "name": "农村公路生命安全防护工程", "code": "361100250017", "unit": "青石县公路管理所",
    "total3": 9600000, "total": 3200000, "fiscal3": 9000000, "fiscal": 3000000, "other3": 600000, "other": 200000,
    "basis": "《青石县农村公路安全提升三年行动方案》", "goal": "完成18公里隐患路段护栏安装，降低事故发生率。",
}  # fmt: skip
SHELTER: dict[str, object] = {
    "name": "城乡公交候车亭更新", "code": "361100250023", "unit": "青石县公共交通服务中心",
    "total3": "", "total": 525000, "fiscal3": "", "fiscal": "", "other3": "", "other": 525000,
    "basis": "县政府民生实事", "goal": "更新35座破损候车亭。",
}  # fmt: skip

SHEET_WIDTHS = (12, 16, 20, 26, 11, 18, 22, 9)


def form_b() -> bytes:
    """Two forms with twin columns (中期 beside 年度) in Word, the second one broken over a page."""
    document = docx.Document()
    in_chinese(document, 8)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(12)
    title = "白鹭市2026年项目支出绩效目标申报表"
    document.add_paragraph("附件3")
    document.add_paragraph(title)
    add_table(document, [*filled(TWIN_HEAD, RIVER), TWIN_COLUMNS, *RIVER_ITEMS])
    document.add_paragraph()
    document.add_paragraph(title)
    add_table(document, [*filled(TWIN_HEAD, METER), TWIN_COLUMNS, *METER_ITEMS])
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    document.add_paragraph(title)
    add_table(document, METER_ITEMS_ON)
    document.add_paragraph()
    out = BytesIO()
    document.save(out)
    return steady(out.getvalue())


def form_d() -> bytes:
    """A form on each sheet, amounts in yuan, several years' money beside the year's, one sheet empty."""
    book = Workbook()
    book.properties.created = book.properties.modified = datetime(2026, 1, 1)
    add_sheet(book.active, "护栏", filled(SHEET_HEAD, FENCE) + FENCE_ITEMS)
    add_sheet(book.create_sheet(), "候车亭", filled(SHEET_HEAD, SHELTER) + SHELTER_ITEMS)
    empty = [*filled(SHEET_HEAD, {}), [UP, "产出指标", "数量指标", "", "", "", "", ""]]
    add_sheet(book.create_sheet(), "空表", empty)
    out = BytesIO()
    book.save(out)
    return steady(out.getvalue())


def filled(head: Sequence[Sequence[str]], values: Mapping[str, object]) -> list[list[object]]:
    """The head of a form with its values where {name} stands."""
    return [[values.get(cell[1:-1], "") if cell.startswith("{") else cell for cell in row] for row in head]


def add_table(document: Any, rows: Grid) -> None:
    grid = document.add_table(len(rows), len(rows[0]), style="Table Grid")
    for row, column, down, across, text in cells_of(rows):
        grid.cell(row, column).merge(grid.cell(row + down - 1, column + across - 1)).text = text


def add_sheet(page: Any, title: str, rows: Grid) -> None:
    page.title = title
    thin = Side(style="thin")
    cells = list(cells_of(rows))
    for row, column, down, across, value in cells:
        cell = page.cell(row + 1, column + 1, None if value == "" else value)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        if isinstance(value, int) and value > 10_000:
            cell.number_format = "#,##0.00"
        for line in page.iter_rows(row + 1, row + down, column + 1, column + across):
            for one in line:
                one.border = Border(thin, thin, thin, thin)
        if (down, across) != (1, 1):
            page.merge_cells(start_row=row + 1, start_column=column + 1, end_row=row + down, end_column=column + across)
    for column, width in enumerate(SHEET_WIDTHS, 1):
        page.column_dimensions[get_column_letter(column)].width = width
    spans = [(row, column, Span(str(value), down, across)) for row, column, down, across, value in cells]
    for number, height in enumerate(heights(spans, SHEET_WIDTHS), 1):
        page.row_dimensions[number].height = height
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    page.page_setup.fitToHeight, page.sheet_properties.pageSetUpPr.fitToPage = 0, True


CASES: dict[str, tuple[str, Callable[[], bytes]]] = {"form-b": ("docx", form_b), "form-d": ("xlsx", form_d)}


def main() -> None:
    for name, (suffix, write) in CASES.items():
        (FOLDER / name / f"source.{suffix}").write_bytes(write())


if __name__ == "__main__":
    main()
