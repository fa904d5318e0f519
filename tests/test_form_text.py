"""Forms printed as text, a table row a line, cells parted by one blank."""

from __future__ import annotations

import pytest

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


def test_many_words_cost_no_more_than_their_number() -> None:
    rows = "".join(f"新建 泵站 {at} 号 ≥{at} 座\n" for at in range(20_000))
    text = FORM.replace("新建泵站 3座\n", rows + " ".join(["字"] * 50_000) + "\n")
    decoded, _ = decode(text.encode(), "a.txt")
    (found,) = read(decoded)
    assert len(found) > 20_000
