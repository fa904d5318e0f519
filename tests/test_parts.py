"""Documents of several parts, what stands outside of the projects, and the signs that need no layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor import extract
from extractor.chunk.signs import Signs, signs_in
from extractor.errors import LayoutError
from extractor.layouts import terms
from extractor.pipeline import DocumentResult
from extractor.readers import read
from extractor.text import is_implausible

FORM = (
    "<table><tr><td>项目名称<td>{name}<td>主管部门<td>云溪市水务局"
    "<tr><td>资金总额（万元）<td>80<td>其中：财政拨款<td>80"
    "<tr><td>年度目标<td colspan=3>{goal}"
    "<tr><td>一级指标<td>二级指标<td>三级指标<td>指标值"
    "<tr><td>产出指标<td>数量指标<td>巡查水库<td>≥58座</table>"
)
LIST = (
    "<table><tr><td>序号<td>实施单位<td>建设内容<td>金额（万元）"
    "<tr><td>1<td>石塘镇<td>硬化道路3公里<td>46.00<tr><td>2<td>柳坝乡<td>新建大棚22座<td>65.00</table>"
)
ROWS = (
    "<table><tr><td>项目名称<td>总计<td>绩效目标<td>绩效指标"
    "<tr><td>公厕维护<td>30.00<td>维护公厕。<td>1、数量指标：座数，指标值：50座</table>"
)
PROSE = (
    "<p>1.“{name}”项目。<p>(1)项目概述。用于日常巡查。<p>(2)立项依据。管护办法。<p>(3)实施主体。云溪市水务局。"
    "<p>(4)年度预算安排。财政拨款186.50万元。<p>(5)绩效目标。完成58座水库的巡查管护。"
)


def of(tmp_path: Path, html: str) -> DocumentResult:
    path = tmp_path / "source.html"
    path.write_text(f'<meta charset="utf-8">{html}', encoding="utf-8")
    return extract(path, model=None, cache=False)


def names(result: DocumentResult) -> list[tuple[str | None, str | None]]:
    return [(record.project.name, record.document.layout) for record in result.records]


def looked_at(result: DocumentResult) -> set[str]:
    """Codes of the document's flags that ask for a look; nobody prints a unit of amounts here."""
    return {str(flag.code) for flag in result.document.flags if not flag.is_information} - {"unit_scale_suspect"}


def form(name: str = "水库管护", goal: str = "水库安全度汛。") -> str:
    return FORM.format(name=name, goal=goal)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (LIST + form(), [("水库管护", "form")]),
        (form() + LIST, [("水库管护", "form")]),
        (form() + "<p>项目支出绩效目标表" + ROWS, [("水库管护", "form"), ("公厕维护", "grid-labelled")]),
        (ROWS + "<p>项目支出绩效目标申报表" + form(), [("公厕维护", "grid-labelled"), ("水库管护", "form")]),
        (
            PROSE.format(name="水质检测") + "<p>项目支出绩效目标表" + form(),
            [("水质检测", "prose"), ("水库管护", "form")],
        ),
        (LIST + PROSE.format(name="水质检测"), [("水质检测", "prose")]),
        (form() + form("水质检测"), [("水库管护", "form"), ("水质检测", "form")]),
    ],
    ids=["list, form", "form, list", "form, rows", "rows, form", "prose, form", "list, prose", "two forms"],
)
def test_each_part_has_its_own_layout(tmp_path: Path, html: str, expected: list[tuple[str, str]]) -> None:
    result = of(tmp_path, html)
    assert names(result) == expected
    assert result.document.document.layout == "+".join(dict.fromkeys(layout for _, layout in expected))
    assert [record.block.index for record in result.records] == list(range(len(expected)))
    assert looked_at(result) == set()


def test_a_project_that_prose_and_a_form_tell_is_read_once(tmp_path: Path) -> None:
    result = of(tmp_path, PROSE.format(name="云溪市小型水库管护经费") + form("小型水库管护经费"))
    assert names(result) == [("小型水库管护经费", "form")]
    (note,) = [flag for flag in result.document.flags if flag.code == "reader_note"]
    assert "云溪市小型水库管护经费" in note.message


def test_a_lost_table_of_indicators_is_flagged_with_its_own_words(tmp_path: Path) -> None:
    lost = "<p>数量指标：新建泵站≥12座；质量指标：合格率≥95%。<p>时效指标：完工率≥90%。"
    result = of(tmp_path, form() + lost + "<p>扫一扫在手机打开当前页")
    (flag,) = [flag for flag in result.document.flags if flag.code == "unclaimed_text"]
    assert "新建泵站" in flag.message
    assert result.document.coverage is not None
    assert 0 <= result.document.coverage <= 1


def test_navigation_and_notes_ask_nobody_to_look(tmp_path: Path) -> None:
    result = of(tmp_path, form() + "<p>打印本页 关闭窗口<p>主办：云溪市人民政府")
    assert looked_at(result) == set()
    assert "打印本页" in "".join(flag.message for flag in result.document.flags)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "云溪市水务局绩效自评\n指标名称\t计量单位\t指标性质\t指标值\n巡查水库\t座\t≥\t58\n到岗率\t%\t≥\t95\n",
            "没有项目名称",
        ),
        ("产出指标 数量指标 巡查水库 ≥58座\n质量指标 到岗率 ≥95%\n时效指标 完成率 ≥90%\n", "行和列"),
        ("䄽餤绩䅖䐚鲝䄽錀鱩銋䫏㨋釼㧦魌䡎騬㡄鏼魮鱩㱆財䅍㻵䝖醽㹄頨鋾䅖䐚\n" * 4, "乱码"),
    ],
)
def test_signs_of_projects_that_were_not_read_are_failures(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "source.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LayoutError, match=says):
        extract(path, model=None, cache=False)


def signs(tmp_path: Path, text: str) -> Signs:
    path = tmp_path / "source.txt"
    path.write_text(text, encoding="utf-8")
    document = read(path)
    rows = (row for table in document.tables for row in table.rows)
    return signs_in(document, sorted([*document.lines, *rows], key=lambda piece: piece.start), terms())


@pytest.mark.parametrize(
    ("text", "are_of_projects"),
    [
        ("产出指标 数量指标 巡查 ≥58座 质量指标 到岗率 ≥95%", True),
        ("产出指标数量指标巡查水库≥58座质量指标到岗率≥95%时效指标完成及时率100%", True),
        ("一级指标 二级指标 三级指标 指标值\n产出指标 数量指标 巡查 58座", True),
        ("1、巡查；年度指标值：58座。\n2、到岗；年度指标值：95%。", True),
        ("【产出指标-数量指标】指标1:巡查(≥58座)【效益指标-社会效益指标】指标1:到岗(≥95%)", True),
        ("(1)项目概述。巡查。(2)立项依据。办法。(3)绩效目标。安全度汛。", True),
        ("数量指标：巡查58座；质量指标：到岗率95%；时效指标：完成率90%。", True),
        ("要从数量指标、质量指标、时效指标、成本指标等方面设定，覆盖率达到95%。", False),
        ("各部门要科学设定绩效目标，细化一级指标、二级指标和三级指标。", False),
        ("产出指标 数量指标 指标1： 质量指标 指标1： 时效指标 指标1：", False),
        ("一、项目概况\n采购校服。\n二、预算安排\n186.50万元。", False),
    ],
)
def test_signs(tmp_path: Path, text: str, are_of_projects: bool) -> None:
    assert signs(tmp_path, text).are_of_projects is are_of_projects


@pytest.mark.parametrize("text", ["Budget 2025: 1,200.00\n" * 9, "项目支出绩效目标表≥95%（万元）" * 9, "䄽"])
def test_what_anybody_may_have_written_is_plausible(text: str) -> None:
    assert not is_implausible(text)
