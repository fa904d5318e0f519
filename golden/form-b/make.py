"""Writes source.docx: two forms with twin columns (中期 beside 年度), the second one broken over a page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from docx import Document
from docx.enum.text import WD_BREAK
from docx.shared import Pt

UP, LEFT = "^", "<"
"""The cell goes on with the one above, with the one to its left."""

HEAD = [
    ["项目名称", LEFT, "{name}", LEFT, LEFT, LEFT, LEFT, LEFT],
    ["主管部门", LEFT, "白鹭市水务局", LEFT, "实施单位", LEFT, "{unit}", LEFT],
    ["项目类别", LEFT, "{kind}", LEFT, "项目期", LEFT, "3年", LEFT],
    ["项目资金（元）", LEFT, "中期资金总额", LEFT, "{total3}", "年度资金总额", LEFT, "{total}"],
    [UP, LEFT, "其中：财政拨款", LEFT, "{fiscal3}", "其中：财政拨款", LEFT, "{fiscal}"],
    [UP, LEFT, "其他资金", LEFT, "{other3}", "其他资金", LEFT, "{other}"],
    ["总体目标", "中期目标（2026年—2028年）", LEFT, LEFT, LEFT, "年度目标", LEFT, LEFT],
    [UP, "{goal3}", LEFT, LEFT, LEFT, "{goal}", LEFT, LEFT],
]
COLUMNS = ["绩\n效\n指\n标", "一级指标", "二级指标", "三级指标", "指标值", "二级指标", "三级指标", "指标值"]
ONE = [
    [UP, "产出指标", "数量指标", "清淤河道长度", "36公里", "数量指标", "清淤河道长度", "12公里"],
    [UP, UP, UP, "建成生态护岸", "≥9公里", UP, "建成生态护岸", "≥2.5公里"],
    [UP, UP, "质量指标", "工程验收合格率", "100%", "质量指标", "单元工程优良率", "≥70%"],
    [UP, UP, "时效指标", "全部工程完工时间", "2028年12月底前", "时效指标", "", ""],
    [UP, "效益指标", "生态效益指标", "水质达标断面比例", "≥95%", "生态效益指标", "水质达标断面比例", "≥85%"],
    [UP, "满意度指标", "服务对象满意度指标", "沿河居民满意度", "≥90%", "服务对象满意度指标", "沿河居民满意度", "≥90%"],
]
TWO = [
    [UP, "产出指标", "数量指标", "更换老旧水表", "24000只", "数量指标", "更换老旧水表", "8000只"],
    [UP, UP, "成本指标", "单只水表更换成本", "≤260元", "成本指标", "单只水表更换成本", "≤260元"],
]
THREE = [
    ["绩效指标", "效益指标", "经济效益指标", "管网漏损率", "≤9%", "经济效益指标", "管网漏损率", "≤11%"],
    [UP, "满意度指标", "服务对象满意度指标", "", "", "服务对象满意度指标", "用水户满意度", "≥88%"],
]
FIRST = {
    "name": "白鹭河清淤及生态护岸项目", "unit": "白鹭市河道管理处", "kind": "特定目标类",
    "total3": "28,600,000.00", "total": "9,200,000.00", "fiscal3": "25,000,000.00", "fiscal": "8,000,000.00",
    "other3": "3,600,000.00", "other": "1,200,000.00",
    "goal3": "完成白鹭河36公里河道清淤，建成生态护岸9公里，恢复河道行洪能力。",
    "goal": "完成上游段12公里河道清淤，建成生态护岸2.5公里。",
}  # fmt: skip
SECOND = {
    "name": "老旧水表更换", "unit": "白鹭市供水管理所", "kind": "其他运转类",
    "total3": "6,240,000.00", "total": "2,080,000.00", "fiscal3": "", "fiscal": "",
    "other3": "6,240,000.00", "other": "2,080,000.00",
    "goal3": "三年内更换使用满六年的水表24000只。", "goal": "",
}  # fmt: skip


def main() -> None:
    document = Document()
    document.styles["Normal"].font.size = Pt(9)
    document.core_properties.created = document.core_properties.modified = datetime(2026, 1, 1)
    heading(document, "附件3")
    heading(document, "白鹭市2026年项目支出绩效目标申报表")
    table(document, [*filled(FIRST), COLUMNS, *ONE])
    document.add_paragraph()
    heading(document, "白鹭市2026年项目支出绩效目标申报表")
    table(document, [*filled(SECOND), COLUMNS, *TWO])
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    heading(document, "白鹭市2026年项目支出绩效目标申报表")
    table(document, THREE)
    document.save(str(Path(__file__).parent / "source.docx"))


def heading(document: Document, text: str) -> None:
    document.add_paragraph(text)


def filled(values: dict[str, str]) -> list[list[str]]:
    return [[cell.format(**values) if "{" in cell else cell for cell in row] for row in HEAD]


def table(document: Document, rows: list[list[str]]) -> None:
    grid = document.add_table(len(rows), len(rows[0]))
    grid.style = "Table Grid"
    for down, row in enumerate(rows):
        for across, text in enumerate(row):
            if text in (UP, LEFT):
                continue
            right, below = across, down
            while right + 1 < len(row) and row[right + 1] == LEFT:
                right += 1
            while below + 1 < len(rows) and rows[below + 1][across] == UP:
                below += 1
            cell = grid.cell(down, across).merge(grid.cell(below, right))
            cell.text = text


if __name__ == "__main__":
    main()
