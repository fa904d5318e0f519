"""Forms on a page that keeps its columns by position alone: labels, values and rows that stand around their middles."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor import extract
from extractor.readers import read
from extractor.schemas.record import FlagCode

FORM = """\
                     项目支出绩效目标表
                        （2026年度）
项目支出名
         青溪县乡村道路日常养护              主管部门    青溪县交通局
称
实施单位     青溪县公路所                   项目期     2026年1月至
                                               12月
            年度资金总额：                       186.50
  项目资金      其中：财政拨款                       160.00
  （万元）       其他资金                          26.50
总
体 目标1：养护道路126公里，保持路面整洁；
目 目标2：修补桥梁3座。
标
                           指标值            度量单
   一级指标     二级指标    三级指标       指标值           备注
                            性质             位
                  养护道路
                           ≥      126    公里   含村道
          数量指标     里程
   产出指标             修补桥梁     =      3      座
绩         质量指标     工程合格率    ≥      98     %
                  投诉件数
效  效益指标    社会效益指标           ≤      12     件    按月
指                 减少
标
   满意度指标  服务对象满意    群众满意度    ≥      90     %
          度指标
其他需要说明的问题：无
"""


def tables(folder: Path, text: str) -> list[list[list[str]]]:
    path = folder / "a.txt"
    path.write_text(text, encoding="utf-8")
    found = read(path)
    return [[[cell.content.text for cell in row.cells] for row in table.rows] for table in found.tables]


def test_a_form_by_position(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(FORM, encoding="utf-8")
    (record,) = extract(path, model="none").records
    project = record.project
    assert (project.name, project.unit, project.department) == (
        "青溪县乡村道路日常养护",
        "青溪县公路所",
        "青溪县交通局",
    )
    assert (project.amounts.total, project.amounts.fiscal, project.amounts.other) == ("186.50", "160.00", "26.50")
    assert project.goal == "目标1：养护道路126公里，保持路面整洁；目标2：修补桥梁3座。"
    assert [(one.level1, one.level2, one.name) for one in project.indicators] == [
        ("产出指标", "数量指标", "养护道路里程"),
        ("产出指标", "数量指标", "修补桥梁"),
        ("产出指标", "质量指标", "工程合格率"),
        ("效益指标", "社会效益指标", "投诉件数减少"),
        ("满意度指标", "服务对象满意度指标", "群众满意度"),
    ]
    assert [(one.operator, one.annual_value, one.measure_unit) for one in project.indicators] == [
        ("≥", "126", "公里"),
        ("=", "3", "座"),
        ("≥", "98", "%"),
        ("≤", "12", "件"),
        ("≥", "90", "%"),
    ]
    assert (record.status, record.document.amount_unit) == ("flagged", "万元")
    assert (FlagCode.BOUNDARY_UNSURE, "name") in {(flag.code, flag.path) for flag in record.flags}


MONEY = """\
项目名称      草原监测                     主管部门      青溪县农业局
                        年初预算数      全年预算数      执行率
项目资金        年度资金总额         46.00      51.20     97.3%
（万元）        其他资金           6.00       6.00      100%
年度目标      监测草原12处。
一级指标     二级指标       三级指标         指标值
产出指标     数量指标       监测草原         12处
效益指标     生态效益指标     草原盖度         稳中有升
"""


def test_columns_of_money_stand_below_their_headings(tmp_path: Path) -> None:
    (rows,) = tables(tmp_path, MONEY)
    heading = next(row for row in rows if "年初预算数" in row)
    total = next(row for row in rows if "年度资金总额" in row)
    assert [total[heading.index(word)] for word in ("年初预算数", "全年预算数", "执行率")] == [
        "46.00",
        "51.20",
        "97.3%",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "一级指标      二级指标      三级指标      指标值\n产出指标      数量指标      监测草原      12处\n" * 2,
        "项目名称      总计      绩效目标      一级指标      二级指标      三级指标      指标值\n" * 3,
    ],
)
def test_without_a_name_or_in_a_list_there_is_no_form_by_position(tmp_path: Path, text: str) -> None:
    from extractor.readers.plain.lines import split_lines
    from extractor.readers.plain.positionform import read_positions

    lines = split_lines(text)
    assert read_positions(text, lines) == (lines, ())
