"""Forms printed as text, a table row a line, cells parted by one blank."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor import extract
from extractor.readers.plain.decode import decode
from extractor.readers.plain.formtext import read_form_text
from extractor.readers.plain.lines import split_lines
from extractor.schemas.document import Table

FORM = """\
索引号: 0042 发布机构: 云溪市财政局
项目支出绩效目标申报表
(2026年度)
项目名称 河道清淤 项目联系人 王某
主管部门 云溪市水务局 实施单位 云溪市河道管理所
项目资金
(万元)
 年度资金总额: 42
   其中:财政拨款 40
         其他资金 2
总体
目标
完成清淤6公里,改善水质。 保障行洪安全
绩效指标 一级指标 二级指标 三级指标 指标值
项目完成
指标
数量指标 清淤长度 ≥6公里
新建泵站 3座
时效指标 完工时间 6月底前
效益指标 社会效益
指标
沿河居民出行 条件 明显改善
满意度指标 服务对象满意度指标 居民满意度 ≥90%
注: 1.其他资金是指自有资金。
"""


def cells(table: Table) -> list[list[str]]:
    return [[cell.content.text.replace("\n", "") for cell in row.cells] for row in table.rows]


def read(text: str) -> list[list[list[str]]]:
    return [cells(table) for table in read_form_text(text, split_lines(text))[1]]


def test_a_form_of_lines_is_a_table_again() -> None:
    (found,) = read(FORM)
    assert found == [
        ["项目名称", "河道清淤", "项目联系人", "王某"],
        ["主管部门", "云溪市水务局", "实施单位", "云溪市河道管理所"],
        ["项目资金(万元)", "年度资金总额:", "42"],
        ["", "其中:财政拨款", "40"],
        ["", "其他资金", "2"],
        ["总体目标", "完成清淤6公里,改善水质。 保障行洪安全"],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "指标值"],
        ["", "项目完成指标", "数量指标", "清淤长度", "≥6公里"],
        ["", "", "", "新建泵站", "3座"],
        ["", "", "时效指标", "完工时间", "6月底前"],
        ["", "效益指标", "社会效益指标", "沿河居民出行 条件", "明显改善"],
        ["", "满意度指标", "服务对象满意度指标", "居民满意度", "≥90%"],
    ]


def test_every_cell_leads_back_to_the_text() -> None:
    outside, (table,) = read_form_text(FORM, split_lines(FORM))
    assert table.rebuilt
    for row in table.rows:
        for cell in row.cells:
            for character, offset in zip(cell.content.text, cell.content.offsets, strict=True):
                assert FORM[offset] == character or character == "\n"
    assert [FORM[line.start : line.end] for line in outside][-1].startswith("注")


def test_two_headings_stand_over_two_texts() -> None:
    text = FORM.replace(
        "总体\n目标\n完成清淤6公里,改善水质。 保障行洪安全\n",
        "总体目标 预期目标 实际完成情况\n清淤6公里。\n已清淤7公里。\n",
    )
    assert [row for row in read(text)[0] if len(row) == 3][-2:] == [
        ["总体目标", "预期目标", "实际完成情况"],
        ["", "清淤6公里。", "已清淤7公里。"],
    ]


def test_words_of_a_note_stay_behind_the_numbers_of_a_row() -> None:
    """The rows that lack nothing tell which columns hold numbers."""
    header = "绩效指标 一级指标 二级指标 三级指标 年度指标值 实际完成值 分值 得分 偏差原因分析及改进\n措施\n"
    rows = "产出\n指标\n(50分)\n数量指标 清淤长度 ≥6公里 7公里 10 10\n时效指标 完工时间 6月底 按时 15 14 雨季 较长\n"
    rows += "满意度\n指标\n(10分)\n服务对象\n满意度指标\n居民满意度 ≥90% 95% 10 10\n"
    (found,) = read(FORM.split("绩效指标")[0] + header + rows)
    assert found[-4][-1] == "偏差原因分析及改进措施"
    assert [row[1:] for row in found[-3:]] == [
        ["产出指标(50分)", "数量指标", "清淤长度", "≥6公里", "7公里", "10", "10", ""],
        ["", "时效指标", "完工时间", "6月底", "按时", "15", "14", "雨季 较长"],
        ["满意度指标(10分)", "服务对象满意度指标", "居民满意度", "≥90%", "95%", "10", "10", ""],
    ]


def test_a_category_of_either_level_is_inside_of_the_one_that_it_belongs_to() -> None:
    rows = "产出指标 数量指标 清淤长度 ≥6公里\n成本指标 每公里成本 ≤7万元\n"
    rows += "效益指标 社会效益指标 出行 改善\n满意度指标 居民满意度 ≥90%\n"
    later = "成本指标\n经济成本指标 总成本 ≤42万元\n"
    (found,) = read(FORM.split("项目完成")[0] + rows + later)
    assert [row[1:3] for row in found[-5:]] == [
        ["产出指标", "数量指标"],
        ["", "成本指标"],
        ["效益指标", "社会效益指标"],
        ["满意度指标", ""],
        ["成本指标", "经济成本指标"],
    ]


def test_a_sum_a_label_and_a_seal_end_the_indicators() -> None:
    for end in ("总分 100", "其他需要说明的问题 无", "财政部门审核意见 (盖章)"):
        text = FORM.replace("注: 1.其他资金是指自有资金。", f"{end}\n以上各项 由财政局 负责解释")
        last = read(text)[0][-1]
        assert "解释" not in "".join(last)
        assert last[1] in {"满意度指标", "总分"}


def test_two_forms_are_two_tables() -> None:
    first, second = read(FORM + FORM.replace("河道清淤", "堤防维护"))
    assert first[0][1] == "河道清淤"
    assert second[0][1] == "堤防维护"


@pytest.mark.parametrize(
    "text",
    [
        "项目名称 一级指标 二级指标 三级指标 指标值\n校舍维修 产出指标 数量指标 面积 10\n",
        "一级指标 二级指标 三级指标 指标值\n产出指标 数量指标 面积 10\n",
        "关于绩效指标的通知\n一级指标包括产出、效益和满意度 三项\n",
    ],
)
def test_what_is_no_form_stays_as_it_is(text: str) -> None:
    lines = split_lines(text)
    assert read_form_text(text, lines) == (lines, ())


@pytest.mark.large
def test_many_words_cost_no_more_than_their_number() -> None:
    rows = "".join(f"新建 泵站 {at} 号 ≥{at} 座\n" for at in range(5_000))
    text = FORM.replace("新建泵站 3座\n", rows + " ".join(["字"] * 50_000) + "\n")
    decoded, _ = decode(text.encode(), "a.txt")
    (found,) = read(decoded)
    assert len(found) > 5_000


SELF_EVALUATION = (
    "李某 2026-03-01 15.00 附件: 项目支出绩效自评表 项目名称 集镇保洁 主管部门 12-溪口镇 实施单位 12001-溪口镇环卫所 "
    "项目资金 (万元) 年初预算数 全年预算数 全年执行数 分值 执行率 得分 年度资金总额: 30 28 27 10 96% 9.6 "
    "其中:财政拨款 30 28 27 - 96% - 其他资金 年度总体目标 预期目标 实际完成情况 保洁9个村。 已保洁9个村。 "
    "绩效指标 一级指标 二级指标 三级指标 年度指标值 实际完成值 分值 得分 偏差原因 "
    "产出指标(50分) 数量指标 保洁村数 ≥9个 9 20 20 保洁队伍 4支 4 10 10 质量指标 合格率 ≥95% 97% 20 20 "
    "效益指标(30分) 经济效益指标 社会效益指标 村容 明显改善 达成预期 30 30 "
    "满意度指标(10分) 满意度指标 村民满意度 ≥90% 93% 10 10 总分 100 99.6 以上由财政所填写\n"
)


def test_a_form_in_one_line_has_its_rows_again() -> None:
    (found,) = read(SELF_EVALUATION)
    assert found[3:7] == [
        ["项目资金 (万元)", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["", "年度资金总额:", "30", "28", "27", "10", "96%", "9.6"],
        ["", "其中:财政拨款", "30", "28", "27", "-", "96%", "-"],
        ["", "其他资金", ""],
    ]
    assert found[7:9] == [["年度总体目标", "预期目标", "实际完成情况"], ["", "保洁9个村。", "已保洁9个村。"]]
    assert [row[1:7] for row in found[10:-1]] == [
        ["产出指标(50分)", "数量指标", "保洁村数", "≥9个", "9", "20"],
        ["", "", "保洁队伍", "4支", "4", "10"],
        ["", "质量指标", "合格率", "≥95%", "97%", "20"],
        ["效益指标(30分)", "社会效益指标", "村容", "明显改善", "达成预期", "30"],
        ["满意度指标(10分)", "满意度指标", "村民满意度", "≥90%", "93%", "10"],
    ]
    assert found[-1][1] == "总分"


GLUED = (
    "关于下达古道修缮专项资金46万元的通知附件专项转移支付绩效目标表(2026年度)部门(单位)名称云溪市文化局部门预算编码230001"
    "项目名称古道修缮专项资金补助区域溪口县、望川市资金情况(万元)资金总额:46其中:财政拨款40其他资金6"
    "总体目标修缮古道三处,保护沿线遗迹。绩效指标一级指标二级指标三级指标指标值产出指标数量指标修缮处数312"
)


def test_glued_words_are_parted_where_labels_tell() -> None:
    (found,) = read(GLUED)
    assert found[:-1] == [
        ["部门(单位)名称", "云溪市文化局"],
        ["部门预算编码", "230001"],
        ["项目名称", "古道修缮专项资金"],
        ["资金情况(万元)", "资金总额:", "46"],
        ["", "其中:财政拨款", "40"],
        ["", "其他资金", "6"],
        ["总体目标", "修缮古道三处,保护沿线遗迹。"],
    ]
    outside = read_form_text(GLUED, split_lines(GLUED))[0]
    assert any("修缮处数312" in GLUED[line.start : line.end] for line in outside)


def test_a_run_of_digits_under_several_columns_is_nobodys_amount() -> None:
    text = GLUED.replace(
        "资金情况(万元)资金总额:46其中:财政拨款40其他资金6", "资金情况(万元)全年预算数全年执行数分值资金总额:464510"
    )
    (found,) = read(text)
    assert not any("464510" in cell for row in found for cell in row)


def test_two_glued_goals_are_nobodys() -> None:
    (found,) = read(GLUED.replace("总体目标修缮", "年初设定目标年度总体目标修缮"))
    assert not any("修缮古道三处" in cell for row in found for cell in row)


def test_what_could_not_be_parted_is_flagged_where_it_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(GLUED, encoding="utf-8")
    [record] = extract(path, model="none").records
    assert (record.project.name, record.project.amounts.total) == ("古道修缮专项资金", "46")
    assert {flag.path for flag in record.flags if flag.code.value == "boundary_unsure"} == {"name", "indicators"}


def test_labels_with_colons_and_numbered_goals() -> None:
    text = """\
项目名称：河道清淤 项目属性：延续项目
主管部门：云溪市水务局 实施单位：云溪市河道所
资金来源（万元）：年度资金总额：42 其中：财政拨款 42
总体目标
实施期目标 年度目标
目标 1：清淤 18 公里
目标 2：水质改善
目标 1：清淤 6 公里
一级指标 二级指标 三级指标 指标值 二级指标 三级指标 指标值
产出指标 数量指标 指标 1：清淤长度 ≥18公里 数量指标 指标 1：清淤长度 ≥6公里
"""
    (found,) = read(text)
    assert found == [
        ["项目名称：", "河道清淤", "项目属性：", "延续项目"],
        ["主管部门：", "云溪市水务局", "实施单位：", "云溪市河道所"],
        ["资金来源（万元）：", "年度资金总额：", "42"],
        ["", "其中：财政拨款", "42"],
        ["总体目标", "实施期目标", "年度目标"],
        ["", "目标 1：清淤 18 公里目标 2：水质改善", "目标 1：清淤 6 公里"],
        ["一级指标", "二级指标", "三级指标", "指标值", "二级指标", "三级指标", "指标值"],
        ["产出指标", "数量指标", "指标 1：清淤长度", "≥18公里", "数量指标", "指标 1：清淤长度", "≥6公里"],
    ]


def test_a_long_line_costs_little() -> None:
    assert read(GLUED.replace("数312", "数312河道" * 30_000))
    assert read("\n".join([GLUED] * 300))
    assert read(SELF_EVALUATION.replace("保洁队伍 4支 4 10 10", "保洁队伍 4支 4 10 10 " * 5_000))
