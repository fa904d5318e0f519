"""Tables as other programs leave them in a text: each kind of text, and the rows that it is read as."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor import extract
from extractor.readers import read
from extractor.schemas.document import Document
from extractor.schemas.record import FlagCode, Record


def document(folder: Path, text: str, name: str = "a.txt") -> Document:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read(path)


def rows(folder: Path, text: str, name: str = "a.txt") -> list[list[str]]:
    found = document(folder, text, name)
    for table in found.tables:
        for row in table.rows:
            for cell in row.cells:
                for character, offset in zip(cell.content.text, cell.content.offsets, strict=True):
                    assert found.text[offset] == character or (character == "\n" and found.text[offset] == "\\")
    return [[cell.content.text for cell in row.cells] for table in found.tables for row in table.rows]


def records(folder: Path, text: str, name: str = "a.txt") -> list[Record]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return extract(path, model="none").records


def test_a_bar_by_itself_is_no_row(tmp_path: Path) -> None:
    head = "|序号|项目名称|预算金额|绩效目标|\n|---|---|---|---|\n"
    found = rows(tmp_path, f"{head}|1|河道保洁|12.5|保洁河道|\n|\n|2|苗圃扩建|8.0|扩建苗圃|\n|")
    assert [row[:2] for row in found] == [["序号", "项目名称"], ["1", "河道保洁"], ["2", "苗圃扩建"]]


def boundary(record: Record) -> bool:
    return any(flag.code == FlagCode.BOUNDARY_UNSURE for flag in record.flags)


GRID = """\
+----------+--------+----------------+
| 项目名称 | 总计   | 绩效目标       |
+==========+========+================+
| 堤岸绿化 | 12.00  | 绿化堤岸3公里  |
|          |        | ，方便群众。   |
|          |        |                |
|          |        | 年底前完成。   |
+----------+--------+----------------+
| 苗圃     | 3.50   | 育苗           |
|          +--------+----------------+
|          | 1.50   | 移栽           |
+----------+--------+----------------+
"""


def test_grid_tables(tmp_path: Path) -> None:
    assert rows(tmp_path, GRID, "a.md") == [
        ["项目名称", "总计", "绩效目标"],
        ["堤岸绿化", "12.00", "绿化堤岸3公里\n，方便群众。\n年底前完成。"],
        ["苗圃", "3.50", "育苗"],
        ["", "1.50", "移栽"],
    ]
    last = document(tmp_path, GRID, "a.md").tables[0].rows[-1]
    assert [cell.merged for cell in last.cells] == ["above", None, None]


def test_lines_around_a_grid_table_stay_lines(tmp_path: Path) -> None:
    found = document(tmp_path, f"题\n\n{GRID}\n第 1 页\n", "a.md")
    assert [found.text[line.start : line.end] for line in found.lines if line.end > line.start] == ["题", "第 1 页"]


HEADLESS = """\
村道项目

  ------------ ------------ ------------------ ----------
  项目名称                  村道护栏           

  项目资金\\                总额：             12.00
  （万元）                                     

                            其中：财政拨款     12.00

  一级指标     二级指标     三级指标           指标值

  产出指标     数量指标     安装护栏           \\>=7公里

                            \\--- 加固旧护栏   2公里
  ------------ ------------ ------------------ ----------

第 1 页
"""
HEADED = """\
  项目名称   总计    绩效目标
  ---------- ------- --------------------------------
  堤岸绿化   12.00   `<p>`{=html}绿化堤岸`</p>`{=html}
  苗圃       3.50    育苗

  ---------- ------- ------------
  护栏       7.00    安装护栏
  ---------- ------- ------------
"""


def test_tables_between_rules_of_dashes(tmp_path: Path) -> None:
    assert rows(tmp_path, HEADLESS) == [
        ["项目名称", "", "村道护栏", ""],
        ["项目资金\n（万元）", "", "总额：", "12.00"],
        ["", "", "其中：财政拨款", "12.00"],
        ["一级指标", "二级指标", "三级指标", "指标值"],
        ["产出指标", "数量指标", "安装护栏", ">=7公里"],
        ["", "", "--- 加固旧护栏", "2公里"],
    ]
    found = document(tmp_path, HEADLESS)
    assert [found.text[line.start : line.end] for line in found.lines if line.end > line.start] == [
        "村道项目",
        "第 1 页",
    ]


def test_a_blank_line_ends_a_table_whose_header_stands_above_the_rule(tmp_path: Path) -> None:
    found = document(tmp_path, HEADED, "a.md")
    assert [[[cell.content.text for cell in row.cells] for row in table.rows] for table in found.tables] == [
        [["项目名称", "总计", "绩效目标"], ["堤岸绿化", "12.00", "绿化堤岸"], ["苗圃", "3.50", "育苗"]],
        [["护栏", "7.00", "安装护栏"]],
    ]


BROKEN = """\
项目支出绩效目标表  
---  
（2026年度）  
项目名称| 村道护栏| 实施单位| 杉县公路站  
项目资金  
（万元）| 年度资金总额| 12.00  
其中：财政拨款| 12.00  
   
年度  
目标| 目标1：安装护栏7公里。  
目标2：加固旧护栏。  
一级指标| 二级指标| 三级指标| 指标值  
产出指标  
（50分）| 数量指标| 安装护栏| 7公里  
加固旧护栏| 2公里  
效益指标| 社会效益  
指标| 事故下降| 明显  
  
主办：杉县人民政府
"""


def test_tables_whose_cells_break_as_their_rows_do(tmp_path: Path) -> None:
    assert rows(tmp_path, BROKEN, "a.md") == [
        ["项目支出绩效目标表"],
        ["（2026年度）"],
        ["项目名称", "村道护栏", "实施单位", "杉县公路站"],
        ["项目资金\n（万元）", "年度资金总额", "12.00"],
        ["", "其中：财政拨款", "12.00"],
        ["年度\n目标", "目标1：安装护栏7公里。\n目标2：加固旧护栏。"],
        ["一级指标", "二级指标", "三级指标", "指标值"],
        ["产出指标\n（50分）", "数量指标", "安装护栏", "7公里"],
        ["", "", "加固旧护栏", "2公里"],
        ["效益指标", "社会效益\n指标", "事故下降", "明显"],
    ]
    (record,) = records(tmp_path, BROKEN, "a.md")
    assert record.project.amounts.total == "12.00"
    assert [one.annual_value for one in record.project.indicators] == ["7公里", "2公里", "明显"]


@pytest.mark.parametrize("text", ["项目\n\n------ ------\n\n说明", "------\n项目名称\n------\n", "-- --\n丙 丁"])
def test_rules_without_a_table_are_lines(tmp_path: Path, text: str) -> None:
    assert rows(tmp_path, text) == []


BARE = """\
索引号 | XQ-7 | 日期 | 2026-01-02 |
项目支出绩效目标表 |
项目名称 | 村道护栏 |
主管部门 | 杉县交通局 | 实施单位 | 杉县公路站 |
绩效指标 | 一级指标 | 二级指标 | 三级指标 | 指标值 |
产出指标 | 数量指标 | 安装护栏(≥**公里) | 7公里 |
加固旧护栏 | 2公里 |
时效指标 | 完成时间 | 10月底 |
效益指标 | 社会效益指标 | 事故下降 | 明显 |
"""


def test_pipe_rows_without_a_leading_pipe(tmp_path: Path) -> None:
    found = rows(tmp_path, BARE)
    assert ["项目名称", "村道护栏"] in found
    assert found[-4:] == [
        ["", "产出指标", "数量指标", "安装护栏(≥**公里)", "7公里"],
        ["", "", "", "加固旧护栏", "2公里"],
        ["", "", "时效指标", "完成时间", "10月底"],
        ["", "效益指标", "社会效益指标", "事故下降", "明显"],
    ]
    (record,) = records(tmp_path, BARE)
    assert [one.annual_value for one in record.project.indicators] == ["7公里", "2公里", "10月底", "明显"]
    assert boundary(record)


def test_a_bar_of_links_is_no_table(tmp_path: Path) -> None:
    assert rows(tmp_path, "首页 | 新闻 | 政务 |\n项目名称为村道护栏。\n当前位置：首页 | 公开 |\n") == []


def test_pipe_and_html_tables_in_one_file(tmp_path: Path) -> None:
    pipes = "| 项目名称 | 总计 | 绩效目标 |\n|---|---|---|\n| 甲 | 1 | 好 |\n"
    text = f"{pipes}\n<table><tr><td>乙</td><td>2</td></tr></table>\n"
    assert rows(tmp_path, text, "a.md") == [["项目名称", "总计", "绩效目标"], ["甲", "1", "好"], ["乙", "2"]]


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (r"1\.清淤3公里；2\.补种\(春季\)，占3\-5成", "1.清淤3公里；2.补种(春季)，占3-5成"),
        (r"路径 D:\资料\表", r"路径 D:\资料\表"),
        (r"一个\.就够", r"一个\.就够"),
    ],
)
def test_escapes_of_converters(tmp_path: Path, printed: str, shown: str) -> None:
    assert document(tmp_path, f"题\n{printed}\n", "a.md").text == f"题\n{shown}\n"


def test_nothing_of_converters_is_blank(tmp_path: Path) -> None:
    text = "| 项目名称 | Unnamed: 1 | NaN |\n|---|---|---|\n| 甲 | nan | 一是修渠；\\n二是NaN法。 |\n"
    assert rows(tmp_path, text, "a.md") == [["项目名称", "", ""], ["甲", "", "一是修渠；\n二是NaN法。"]]


COPIED = """\
项目名称\t总计\t绩效目标\t绩效指标
渡口值守\t6.00\t

值守渡口2处；

方便过江。

\t

1、产出指标：值守天数，年度指标值：365天。


灯塔养护\t4.00\t养护灯塔。\t1、产出指标：灯塔，年度指标值：2座。
合计\t10.00\t\t
"""


def test_cells_of_several_paragraphs(tmp_path: Path) -> None:
    found = rows(tmp_path, COPIED)
    assert [row[0] for row in found] == ["项目名称", "渡口值守", "灯塔养护", "合计"]
    assert found[1][2:] == ["值守渡口2处；\n方便过江。", "1、产出指标：值守天数，年度指标值：365天。"]


def test_short_rows_without_paragraphs_stay_rows(tmp_path: Path) -> None:
    text = "项目名称\t总计\t财政拨款\t绩效目标\n甲\t1\n乙\t2\n\n丙\t3\t3\t好\n"
    assert [len(row) for row in rows(tmp_path, text)] == [4, 2, 2, 4]


LISTED = """\
岚县2026年项目绩效目标表
单位：万元
单位名称
项目名称
预算金额
年度绩效目标
一级指标
二级指标
三级指标
指标性质
指标值
度量单位
岚县文化馆
戏曲进校园
8.00
送戏进校，
让学生了解戏曲。
产出指标
数量指标
演出场次
≥
30
场
质量指标
演出完成率
＝
100
%
效益指标
社会效益指标
学生兴趣
定性
提高

非遗展示
5.50
展示非遗项目。
产出指标
数量指标
展示项目
＝
12
项
上一篇
"""


def test_rows_of_one_cell_a_line(tmp_path: Path) -> None:
    assert rows(tmp_path, LISTED)[1:] == [
        [
            "岚县文化馆",
            "戏曲进校园",
            "8.00",
            "送戏进校，\n让学生了解戏曲。",
            "产出指标",
            "数量指标",
            "演出场次",
            "≥",
            "30",
            "场",
        ],
        ["", "", "", "", "", "质量指标", "演出完成率", "＝", "100", "%"],
        ["", "", "", "", "效益指标", "社会效益指标", "学生兴趣", "定性", "提高", ""],
        ["", "非遗展示", "5.50", "展示非遗项目。", "产出指标", "数量指标", "展示项目", "＝", "12", "项"],
    ]
    first, second = records(tmp_path, LISTED)
    assert (first.project.name, len(first.project.indicators)) == ("戏曲进校园", 3)
    assert (second.project.unit, second.project.amounts.total) == ("岚县文化馆", "5.50")
    assert boundary(first)
    assert boundary(second)


FORM = """\
首页
项目支出绩效自评表
（2025年度）
项目名称
水质监测
主管部门
榕县环境局
项目资金
（万元）

年初预算数
全年预算数
全年执行数
年度资金总额
20
18
17.5
其中：财政拨款
20
18
17.5
年度总体目标
预期目标
实际完成情况
监测断面9个。
已监测。
绩效指标
一级指标
二级指标
三级指标
年度指标值
实际完成值
分值
产出指标
(60分)
数量指标
监测断面
9个
9个
30
监测次数
≥12次
12次
30
满意度指标
服务对象满意度指标
居民满意度
≥85%
90%
10
打印本页
关闭
"""


def test_a_form_of_one_cell_a_line(tmp_path: Path) -> None:
    (record,) = records(tmp_path, FORM)
    project = record.project
    assert (project.name, project.department, project.goal) == ("水质监测", "榕县环境局", "监测断面9个。")
    assert (project.amounts.total, project.amounts.fiscal) == ("18", "18")
    assert [(one.level1, one.name, one.annual_value, one.weight) for one in project.indicators] == [
        ("产出指标(60分)", "监测断面", "9个", "30"),
        ("产出指标(60分)", "监测次数", "≥12次", "30"),
        ("满意度指标", "居民满意度", "≥85%", "10"),
    ]
    assert boundary(record)


LINES = """\
项目支出绩效自评表
项目名称 老街 路灯
主管部门 桦镇政府 实施单位 桦镇建设站
项目资金(万元)
年初预算数 全年预算数 全年执行数 分值 执行率 得分
年度资金总额: 9 8 8 10 100% 10
年度总体目标 预期目标 实际完成情况
更换路灯40盏。 已更换。
绩效指标 一级指标 二级指标 三级指标 年度指标值 实际完成值 分值 得分
产出指标 数量指标 更换路灯 40盏 40盏 20 20
效益指标 社会效益指标 夜间出行 方便 方便 20 20
"""


@pytest.mark.parametrize("gap", [" ", "    ", "　　"])
def test_a_form_in_lines(tmp_path: Path, gap: str) -> None:
    text = LINES.replace(" ", gap).replace(f"老街{gap}路灯", "老街 路灯")
    (record,) = records(tmp_path, text)
    project = record.project
    assert (project.name, project.unit, project.goal) == ("老街 路灯", "桦镇建设站", "更换路灯40盏。")
    assert (project.amounts.total, [one.annual_value for one in project.indicators]) == ("8", ["40盏", "方便"])


SIDE = """\
项目名称        总计       财政拨款     绩效目标              绩效指标

合计          30.00    30.00

护林员巡山补助     18.00    18.00    巡护山林，及时报告火      1、产出指标：巡护天数，年度指标值：
及装备                           情。                300天。
                                              2、产出指标：装备，年度指标值：20套。

防火宣传        12.00    12.00    宣传到户。             1、产出指标：宣传户数，年度指标值：
                                              900户。
                      - 1 -
"""


def test_columns_side_by_side(tmp_path: Path) -> None:
    found = rows(tmp_path, SIDE)
    assert found[2] == [
        "护林员巡山补助\n及装备",
        "18.00",
        "18.00",
        "巡护山林，及时报告火\n情。",
        "1、产出指标：巡护天数，年度指标值：\n300天。\n2、产出指标：装备，年度指标值：20套。",
    ]
    first, second = records(tmp_path, SIDE)
    assert (first.project.name, first.project.goal) == ("护林员巡山补助及装备", "巡护山林，及时报告火情。")
    assert [one.annual_value for one in first.project.indicators] == ["300天", "20套"]
    assert second.project.amounts.fiscal == "12.00"
    assert boundary(first)


PROSE = """\
杉县2026年部门预算说明
一、项目名称和绩效目标
本年安排项目资金30.00  万元，绩效目标是保障运转，数量指标和质量指标另行公开。
二、其他
指标
数量
质量
"""


def test_prose_is_no_table(tmp_path: Path) -> None:
    assert rows(tmp_path, PROSE) == []


@pytest.mark.parametrize(
    "piece", ["项目名称\n", "一级指标\n", "a | b |\n", "甲\t乙\t\n", "+---+\n", "\\.", "甲  乙  丙\n", "NaN\\n"]
)
@pytest.mark.large
def test_long_texts_take_no_long_time(tmp_path: Path, piece: str) -> None:
    text = piece * (200_000 // len(piece))
    assert document(tmp_path, text).text


"""Every rule above reads what a text holds, so nothing of it may be lost on the way."""


@pytest.mark.parametrize("text", [GRID, BARE, COPIED, LISTED, FORM, LINES, SIDE])
def test_nothing_is_lost(tmp_path: Path, text: str) -> None:
    found = document(tmp_path, text)
    held = {
        offset for table in found.tables for row in table.rows for cell in row.cells for offset in cell.content.offsets
    }
    held |= {offset for line in found.lines for offset in range(line.start, line.end)}
    left = {character for at, character in enumerate(found.text) if at not in held}
    assert left <= set("|+-=\t \n　")
