"""Printed categories of indicators and the canonical ones that they mean."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.layouts.taxonomy import Level, categories, category, category_of_code, category_of_label, labels

LABELS: list[tuple[Level, str, str | None]] = [
    # 财预〔2015〕88号, 财预〔2020〕10号
    ("level1", "产出指标", "1"),
    ("level1", "效益指标", "2"),
    ("level1", "满意度指标", "3"),
    ("level2", "数量指标", "11"),
    ("level2", "质量指标", "12"),
    ("level2", "时效指标", "13"),
    ("level2", "成本指标", "14"),
    ("level2", "经济效益指标", "21"),
    ("level2", "社会效益指标", "22"),
    ("level2", "生态效益指标", "23"),
    ("level2", "可持续影响指标", "24"),
    ("level2", "服务对象满意度指标", "31"),
    # 财预〔2021〕101号
    ("level1", "成本指标", "4"),
    ("level2", "经济成本指标", "41"),
    ("level2", "社会成本指标", "42"),
    ("level2", "生态环境成本指标", "43"),
    # scores of self-evaluation forms, item numbers, white space, widths
    ("level1", "产出指标（50分）", "1"),
    ("level1", "产出指标50分", "1"),
    ("level1", "效益指标\n(30)", "2"),
    ("level1", "满意度指标(10分)", "3"),
    ("level1", "成本指标（权重：20％）", "4"),
    ("level1", "一、产出", "1"),
    ("level2", "数量指标（20分）", "11"),
    ("level2", "（1）质量指标：", "12"),
    ("level2", "1.数 量\n指 标", "11"),
    # local names and typos
    ("level1", "效果（益）指标", "2"),
    ("level1", "项目产出", "1"),
    ("level1", "服务对象满意度指标", "3"),
    ("level1", "社会公众满意度指标（10分）", "3"),
    ("level2", "时效性指标", "13"),
    ("level2", "可持续影响性指标", "24"),
    ("level2", "可持续性影响指标", "24"),
    ("level2", "环境成本", "43"),
    ("level2", "满意度指标", "31"),
    ("level2", "社会公众满意度指标", "31"),
    ("level2", "受益者满意度", "31"),
    ("level2", "师生满意率", "31"),
    # no category of the taxonomy
    ("level1", "投入指标", None),
    ("level1", "预算执行率（10分）", None),
    ("level1", "绩效指标", None),
    ("level2", "指标1", None),
    ("level2", "预算执行", None),
    ("level2", "(20分)", None),
    ("level2", "", None),
]


@pytest.mark.parametrize(("level", "label", "code"), LABELS)
def test_labels(level: Level, label: str, code: str | None) -> None:
    found = category_of_label(level, label)
    assert (found.code if found else None) == code


CATEGORIES = [
    # level1_code, level1, level2_code, level2 -> level1, level2
    ((None, "产出指标", None, "数量指标"), ("1", "11")),
    (("1", "产出指标", "11", "数量指标"), ("1", "11")),
    # a code alone
    (("2", None, "22", None), ("2", "22")),
    ((None, None, "22", None), ("2", "22")),
    (("4", None, None, None), ("4", None)),
    (("9", None, "99", None), (None, None)),
    # label and code contradict each other: the label decides
    (("1", "产出指标", "12", "时效指标"), ("1", "13")),
    (("2", "产出指标", "21", "数量指标"), ("1", "11")),
    (("1", None, "22", "数量指标"), ("1", "11")),
    # a label that is not in the taxonomy maps to nothing, whatever its code
    (("1", "投入指标", "11", "人力指标"), (None, None)),
    (("1", "投入指标", "11", None), (None, "11")),
    # level 1 is not printed: the one that level 2 belongs to
    ((None, None, None, "质量指标"), ("1", "12")),
    ((None, None, None, "社会公众满意度"), ("3", "31")),
    ((None, None, None, "经济成本指标"), ("4", "41")),
    ((None, None, None, "满意度指标"), ("3", "31")),
    # it is printed, though not in the taxonomy: nothing is put in its place
    ((None, "投入指标", None, "质量指标"), (None, "12")),
    # 成本指标: of 产出 in older forms, a level 1 in newer ones
    ((None, "产出指标", None, "成本指标"), ("1", "14")),
    ((None, "产出指标", None, "产出成本指标"), ("1", "14")),
    ((None, "成本指标", None, "成本指标"), ("4", None)),
    ((None, "成本指标", None, "经济成本指标"), ("4", "41")),
    ((None, "成本指标（20分）", None, "成本控制指标"), ("4", None)),
    ((None, None, None, "成本指标"), (None, None)),
    ((None, None, None, "产出成本指标"), ("1", "14")),
    (("1", None, None, "成本指标"), ("1", "14")),
    (("4", None, None, "成本指标"), ("4", None)),
    ((None, None, "14", "成本指标"), ("1", "14")),
    ((None, None, "41", "成本指标"), ("4", None)),
    ((None, "投入指标", None, "成本指标"), (None, None)),
    ((None, None, None, None), (None, None)),
    ((None, "", None, ""), (None, None)),
]


@pytest.mark.parametrize(("printed", "expected"), CATEGORIES)
def test_categories(
    printed: tuple[str | None, str | None, str | None, str | None], expected: tuple[str | None, str | None]
) -> None:
    assert tuple(found.code if found else None for found in categories(*printed)) == expected


@pytest.mark.parametrize("level", ["level1", "level2"])
def test_what_layouts_read_by_is_understood(level: Level) -> None:
    for label in labels(level):
        assert category_of_label(level, label) == category(level, label) is not None


def test_every_level_2_stands_under_a_level_1() -> None:
    for label in labels("level2"):
        found = category("level2", label)
        assert found is not None
        above = category_of_code("level1", found.code[0])
        assert above is not None
        assert categories(None, above.term, None, label) == (above, found)


def test_sources_are_told() -> None:
    text = files("extractor.layouts").joinpath("taxonomy.toml").read_text(encoding="utf-8")
    head = text[: text.index("[level1")]
    assert {"财预〔2015〕88号", "财预〔2020〕10号", "财预〔2021〕101号"} <= set(re.findall(r"财预〔\d{4}〕\d+号", head))


word = st.sampled_from([label for _, label, _ in LABELS]) | st.text(max_size=12)
code = st.sampled_from(["1", "4", "12", "14", "41", "9", ""]) | st.text("0123456789.-", max_size=3)


@given(st.none() | code, st.none() | word, st.none() | code, st.none() | word)
def test_a_printed_label_is_never_overruled(
    level1_code: str | None, level1: str | None, level2_code: str | None, level2: str | None
) -> None:
    found = categories(level1_code, level1, level2_code, level2)
    if level1:
        assert found.level1 == category_of_label("level1", level1)
    if level2:
        assert found.level2 in {None, category_of_label("level2", level2)}
