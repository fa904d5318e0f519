"""Writes source.xlsx: a form on each sheet, amounts in yuan, several years' money above the year's, one sheet empty."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

UP, LEFT = "^", "<"
"""The cell goes on with the one above, with the one to its left."""

HEAD = [
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
ONE = [
    [UP, "产出指标", "数量指标", "安装波形护栏", "≥", 18, "公里", 30],
    [UP, UP, UP, "设置警示标志", "≥", 240, "块", 10],
    [UP, UP, "质量指标", "交工验收合格率", "＝", "100%", "", 20],
    [UP, "效益指标", "社会效益指标", "农村公路通行安全", "定性", "明显改善", "", 30],
    [UP, "满意度指标", "服务对象满意度指标", "沿线群众满意度", "≥", 90, "%", 10],
]
TWO = [
    [UP, "产出指标", "数量指标", "更新候车亭", "＝", 35, "座", 50],
    [UP, "效益指标", "可持续影响指标", "候车亭使用年限", "≥", 8, "年", 50],
]
FIRST: dict[str, object] = {
    "name": "农村公路生命安全防护工程", "code": "361100250017", "unit": "青石县公路管理所",
    "total3": 9600000, "total": 3200000, "fiscal3": 9000000, "fiscal": 3000000, "other3": 600000, "other": 200000,
    "basis": "《青石县农村公路安全提升三年行动方案》", "goal": "完成18公里隐患路段护栏安装，降低事故发生率。",
}  # fmt: skip
SECOND: dict[str, object] = {
    "name": "城乡公交候车亭更新", "code": "361100250023", "unit": "青石县公共交通服务中心",
    "total3": "", "total": 525000, "fiscal3": "", "fiscal": "", "other3": "", "other": 525000,
    "basis": "县政府民生实事", "goal": "更新35座破损候车亭。",
}  # fmt: skip


def main() -> None:
    book = Workbook()
    book.properties.created = book.properties.modified = datetime(2026, 1, 1)
    sheet(book.active, "护栏", filled(FIRST) + ONE)
    sheet(book.create_sheet(), "候车亭", filled(SECOND) + TWO)
    sheet(book.create_sheet(), "空表", [*filled({}), [UP, "产出指标", "数量指标", "", "", "", "", ""]])
    book.save(Path(__file__).parent / "source.xlsx")


def filled(values: dict[str, object]) -> list[list[object]]:
    return [[values.get(cell[1:-1], "") if cell.startswith("{") else cell for cell in row] for row in HEAD]


def sheet(page: Worksheet, title: str, rows: list[list[object]]) -> None:
    page.title = title
    for down, row in enumerate(rows):
        for across, value in enumerate(row):
            if value in (UP, LEFT):
                continue
            right, below = across, down
            while right + 1 < len(row) and row[right + 1] == LEFT:
                right += 1
            while below + 1 < len(rows) and rows[below + 1][across] == UP:
                below += 1
            cell = page.cell(down + 1, across + 1, None if value == "" else value)
            cell.alignment = Alignment(wrap_text=True, vertical="center")
            if isinstance(value, int) and value > 10_000:
                cell.number_format = "#,##0.00"
            if (right, below) != (across, down):
                page.merge_cells(start_row=down + 1, start_column=across + 1, end_row=below + 1, end_column=right + 1)


if __name__ == "__main__":
    main()
