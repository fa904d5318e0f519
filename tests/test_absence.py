"""Documents without projects: none is invented, in whatever format, and the reason is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from extractor import extract
from extractor.errors import LayoutError
from extractor.schemas.record import DocumentLine
from tests import formats
from tests.formats import Printed, Row
from tests.pdf_writer import Span

WHOLE: list[Row] = [
    ["部门名称", Span("云溪市教育局", 1, 3)],
    [Span("年度主要任务", 2), "任务名称", "主要内容", "预算金额（万元）"],
    ["义务教育保障", "保障学校运转", "8,650.00"],
    ["年度总体目标", Span("办好人民满意的教育。", 1, 3)],
    ["一级指标", "二级指标", "三级指标", "指标值"],
    ["产出指标", "数量指标", "保障学校数", "≥46所"],
    ["满意度指标", "服务对象满意度指标", "家长满意度", "≥90%"],
]
HEADER = ("项目名称", "预算数", "年度目标", "一级指标", "二级指标", "三级指标", "指标值")
BLANK: list[Row] = [
    HEADER,
    [Span("", 3), Span("", 3), Span("", 3), Span("产出指标", 2), "数量指标", "", ""],
    ["质量指标", "", ""],
    ["效益指标", "社会效益指标", "", ""],
]
SAMPLE: list[Row] = [
    HEADER,
    [Span("XX项目", 2), Span("", 2), Span("（100字以内）", 2), "产出指标", "数量指标", "指标1：", ""],
    ["效益指标", "社会效益指标", "……", "≥"],
]
BUDGET: list[Row] = [
    ["单位名称", "项目名称", "合计", "一般公共预算", "政府性基金预算"],
    ["云溪市公路所", "桥梁检测", "200.00", "", "200.00"],
]
NEWS = [
    "会议要求，各部门要科学设定绩效目标，细化一级指标、二级指标和三级指标，做到目标明确、指标可衡量。",
    "全年共审核项目1,260个，涉及资金18.65亿元。",
]
REVIEW = [
    "一、项目基本情况",
    "项目预算560.00万元，全年执行553.20万元，执行率98.79%。",
    "二、绩效目标完成情况",
    "数量指标：年度指标值：新建供水站3座，实际完成3座，与年初设定的三级指标一致。",
]
FLAT = (
    "项目支出绩效自评表(2025年度)项目名称道路巡查项目主管部门交通运输局实施单位公路所项目资金(万元)年度资金总额30"
    "一级指标二级指标三级指标指标值产出指标质量指标巡查合格率≥95%效益指标社会效益指标出行满意度指标服务对象满意度指标"
)
FLAT_CELLS = [
    *("部门预算编码", "241001", "项目名称", "古道修缮资金", "项目单位", "文化局", "资金情况(万元)", "财政拨款", "72"),
    *("总体目标", "保护古道", "产出", "指标", "数量目标", "修缮长度", "10公里"),
]
TRADITIONAL = (
    "項(xiàng)目支出績效自評(píng)表項(xiàng)目名稱道路巡查經(jīng)費(fèi)主管部門交通運(yùn)輸局實(shí)施單位公路所"
    "項(xiàng)目資金年初預(yù)算數(shù)全年執(zhí)行數(shù)年度資金總額3030總體目標(biāo)出行安全"
)
DOCUMENTS: dict[str, tuple[Sequence[str], list[Row], str]] = {
    "department": (["2025年部门整体支出绩效目标表"], WHOLE, "部门整体支出"),
    "department, filled in": (["云溪市教育局整体绩效目标申报表"], WHOLE, "部门整体支出"),
    "header alone": (["项目支出绩效目标表", "单位：万元"], [HEADER], "空白模板"),
    "blank": (["项目支出绩效目标表", "单位：万元"], BLANK, "空白模板"),
    "sample": (["项目支出绩效目标申报表", "单位：万元"], SAMPLE, "空白模板"),
    "budget": (["云溪市2025年项目支出预算表", "单位：万元"], BUDGET, "没有项目支出绩效目标表"),
}
WRITERS = {
    "html": formats.web,
    "xlsx": formats.excel,
    "xls": formats.old_excel,
    "docx": formats.word,
    "pdf": formats.pdf,
}


def read(tmp_path: Path, suffix: str, content: bytes) -> DocumentLine:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content)
    result = extract(path, model="none")
    assert result.records == []
    return result.document


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_tables_without_projects(tmp_path: Path, name: str, suffix: str) -> None:
    title, rows, reason = DOCUMENTS[name]
    columns = sum(cell.columns if isinstance(cell, Span) else 1 for cell in rows[0])
    document = read(tmp_path, suffix, WRITERS[suffix](Printed(title, rows, [1] * columns)))
    assert document.status == "no_projects"
    assert reason in (document.reason or "")
    parts = document.characters.model_dump()
    assert parts.pop("total") == sum(parts.values())


@pytest.mark.parametrize("suffix", ["txt", "html", "docx", "pdf"])
@pytest.mark.parametrize(
    ("title", "lines", "reason"),
    [
        ("云溪市召开预算绩效管理工作会议", NEWS, "没有项目表"),
        ("青禾县2024年度农村供水项目支出绩效自评报告", REVIEW, "自评"),
        ("农村供水项目绩效评价报告", REVIEW, "自评"),
        ("云溪市图书馆2025年部门预算说明", ["本部门2025年预算收入120.00万元。"], "没有项目支出绩效目标表"),
    ],
)
def test_running_text(tmp_path: Path, title: str, lines: list[str], reason: str, suffix: str) -> None:
    printed = Printed([title, *lines], [], [100])
    if suffix == "txt":
        content = "\n".join(printed.title).encode()
    elif suffix == "html":
        content = (
            "<!doctype html><meta charset='utf-8'>" + "".join(f"<p>{line}</p>" for line in printed.title)
        ).encode()
    else:
        content = WRITERS[suffix](Printed(printed.title, [[" "]], [100]))
    document = read(tmp_path, suffix, content)
    assert document.status == "no_projects"
    assert reason in (document.reason or "")
    assert document.document.title == title


@pytest.mark.parametrize(
    "text",
    [
        "2025年度绩效目标\n道路养护\n一级指标 二级指标 三级指标 指标值\n产出指标 数量指标 养护里程 5公里\n",
        "整体支出绩效情况见前。绩效目标 项目名称 道路养护 一级指标 产出指标，三级指标 养护里程 5公里，质量合格。\n",
        "2025年项目绩效目标：道路养护经费 一级指标 产出指标 二级指标 数量指标 三级指标 养护里程，5公里。\n",
        "绩效目标\n1、养护里程；年度指标值：5公里；\n2、合格率；年度指标值：100%；\n",
        "\n\n".join(["专项转移支付绩效目标表", *FLAT_CELLS]),
        TRADITIONAL,
        "一、绩效目标分解下达情况\n共下达91.8万元。其绩效目?biāo)为：帮助农户改善条件。\n",
        "2017年财政支出项目绩效目标表\n专项名称 河道疏浚专项经费\n总体绩效目标 通过疏浚河道，提高行洪能力\n"
        "产出 规模 目标1 疏浚河段 5公里\n",
        "2026年绩效目标说明\n安排道路巡查经费30万元，设1条数量指标：巡查里程≥2000公里；设1条质量指标：处置率≥95%。\n",
    ],
)
def test_what_may_be_projects_is_not_called_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LayoutError):
        extract(path, model="none")


@pytest.mark.parametrize("text", [FLAT, FLAT.replace("≥95%", "").replace("2025", "").replace("30", "")])
def test_a_form_without_cells_is_a_project_and_doubtful(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    [record] = extract(path, model="none").records
    assert record.project.unit == "公路所"
    assert {"goal", "indicators"} <= {flag.path for flag in record.flags}


def test_a_form_without_cells_that_nobody_filled_in_holds_no_project(tmp_path: Path) -> None:
    """Instructions below it are no project either: an item number before a label is no value."""
    text = re.sub("道路巡查项目|交通运输局|公路所|30", "", FLAT).replace("巡查合格率≥95%", "1.2.3.")
    text += "填报说明1项目名称:按规范的项目名称填报,与部门预算一致。2主管部门:填写一级预算单位全称。"
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    assert extract(path, model="none").document.status == "no_projects"


SAMPLE = (
    "附227\n项目绩效目标申报表(参考模板)\n(20XX年度)\n项目名称\n残疾人帮扶项目\n项目负责人及电话\n"
    "主管部门\n实施单位\n资金情况 (万元)\n"
    "年度资金总额: 其中:财政拨款 其他资金\n体 目标1: 目 目标2: 标 目标3: ……\n"
    "年度目标\n一级指标 二级指标\n三级指标\n★残疾人护理补贴标准\n成本指标 辅助器具补贴标准\n"
    "社会效益指标 政策知晓率\n"
    "可持续影响指标 ……\n指标值 **人 ≥**人次 ≥**% ≥**% **元/人·月 ≥**万元\n"
)
UNFILLED = (
    "云溪县财政支出项目绩效目标申报表 ( 年度) 填报单位(盖章) 项目名称 项目属性 新增项目 □ 主管部门 "
    "项目起止时间 资金总额:\n"
    "项目概况 项目立项情况 项目实施进度计划 开始时间 1、 2、 …… 项目绩效目标 长期目标 年度目标\n"
    "年度绩效指标 一级指标 二级指标 指标内容 指标值 备注 产出指标 数量指标 质量指标 效益指标 "
    "社会效益指标 … 填报日期:\n"
    "云溪县财政支出项目绩效目标申报表填报说明\n(一)单个项目金额达到20万元的,均应填报本表。\n"
    "项目名称应与部门预算项目名称一致;项目属性在选项中划“√”。\n"
)


@pytest.mark.parametrize(
    ("text", "filled"),
    [(SAMPLE, ("≥**%", "≥95%")), (SAMPLE, ("**人", "320人")), (UNFILLED, ("社会效益指标 …", "社会效益指标 受益320人"))],
)
def test_a_template_without_cells_holds_no_project_until_a_value_is_filled_in(
    tmp_path: Path, text: str, filled: tuple[str, str]
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    assert extract(path, model="none").document.status == "no_projects"
    path.write_text(text.replace(*filled, 1), encoding="utf-8")
    with pytest.raises(LayoutError):
        extract(path, model="none")


def test_a_name_alone_is_no_template(tmp_path: Path) -> None:
    """Its goal and its indicators were left out: that is a project, and flagged."""
    row: Row = ["桥梁检测", "", "", "产出指标", "数量指标", "", ""]
    path = tmp_path / "a.html"
    path.write_bytes(formats.web(Printed(["项目支出绩效目标表"], [HEADER, row], [1])))
    [record] = extract(path, model="none").records
    assert record.project.name == "桥梁检测"
    assert "template_left_empty" in {flag.code.value for flag in record.flags}


def test_template_rows_below_projects_are_left_out(tmp_path: Path) -> None:
    row: Row = ["桥梁检测", "8.00", "查清隐患。", "产出指标", "数量指标", "座数", "9座"]
    path = tmp_path / "a.html"
    path.write_bytes(formats.web(Printed(["项目支出绩效目标表"], [HEADER, row, *SAMPLE[1:]], [1])))
    [record] = extract(path, model="none").records
    assert [one.name for one in record.project.indicators] == ["座数"]
