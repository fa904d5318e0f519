"""Layouts as data: every built-in file loads, its words are unambiguous, and a wrong file is explained."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from extractor.errors import UsageError
from extractor.layouts import Terms, built_in, candidates, compiled, load, terms
from extractor.layouts.taxonomy import category, category_of_code, labels
from extractor.schemas.layout import LayoutSpec
from extractor.text import squash

BUILT_IN = sorted(
    Path(str(path)) for path in files("extractor.layouts").joinpath("built_in").iterdir() if path.name.endswith(".toml")
)
VALID = 'name = "mine"\ntitle = "我的"\nsource = "grid"\ncolumns = ["name", "goal", "indicators"]\n'


@pytest.mark.parametrize("path", BUILT_IN, ids=lambda path: path.stem)
def test_built_in_layouts(path: Path) -> None:
    spec = load(path)
    assert spec.name == path.stem
    assert spec in built_in()
    assert spec.source == spec.name.split("-")[0]
    assert {"name", "goal", "indicators"} <= set(spec.columns)
    assert len(set(spec.columns)) == len(spec.columns)
    layout = compiled(spec)
    assert layout is compiled(spec.model_copy())
    assert layout.marker.match("1、")
    assert layout.value_label.match("年度指标值:")


def test_layouts_of_one_kind_come_most_specific_first() -> None:
    mine = LayoutSpec(name="mine", title="我的", source="grid", columns=("name",))
    assert candidates("grid", [mine])[0] is mine
    assert mine not in candidates("dump", [mine])
    assert candidates("dump")[-1].indicators.categories == "none"


def test_no_word_names_two_columns() -> None:
    named: dict[str, str] = {}
    shared = terms().shared
    for column, words in [*shared.columns.items(), ("funding", shared.funding.labels)]:
        for word in words:
            assert named.setdefault(squash(word), column) == column, word
        assert len({squash(word) for word in words}) == len(words), column


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        ("项目名称", "name"),
        ("项目名称（资金使用单位）", "name"),
        ("项目名称（资金使用\n单位）", "name"),
        ("项 目 名 称", "name"),
        ("  项目  ", "name"),
        ("总计", "total"),
        ("总 计", "total"),
        ("总计（万元）", "total"),
        ("财政拨款", "fiscal"),
        ("财政\r\n拨款", "fiscal"),
        ("财政专户拨款", "special_account"),
        ("其他资金", "other"),
        ("其它资金", "other"),
        ("绩效目标", "goal"),
        ("绩效指标", "indicators"),
        ("主管部门", "department"),
        ("预算单位", "unit"),
        ("序号", "number"),
        ("上年结转", "breakdown:上年结转"),
        ("一般公共预算（元）", "breakdown:一般公共预算"),
        ("", None),
        (" \n", None),
        ("80.00", None),
        ("项目名称和别的", None),
        ("完成项目名称", None),
        ("总计" * 40, None),
        ("（项目名称）", None),
    ],
)
def test_header_cells(cell: str, column: str | None) -> None:
    assert terms().column(cell) == column


@pytest.mark.parametrize(
    ("cell", "unit"),
    [
        ("总计（万元）", "万元"),
        ("总计(元)", "元"),
        ("总计（单位：万元）", "万元"),
        ("金额（ 亿 元 ）", "亿元"),
        ("预算数（千元）", "千元"),
        ("总计", None),
        ("项目名称（资金使用单位）", None),
        ("总计万元", None),
        ("总计（美元）", None),
        ("总计（百元）", None),
    ],
)
def test_unit_in_header(cell: str, unit: str | None) -> None:
    assert terms().unit_in_header(cell) == unit


def test_a_layout_adds_synonyms_to_those_it_shares() -> None:
    mine = Terms(terms().shared, {"name": ["支出事项"]})
    assert mine.column("支出事项（全称）") == "name"
    assert mine.column("项目名称") == "name"
    assert terms().column("支出事项") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('name = "x"', "title: Field required"),
        (VALID.replace("grid", "pdf"), "source: Input should be"),
        (VALID.replace('"goal"', '"gaol"'), r"columns\.1: Input should be"),
        (VALID + "colour = 1", "colour: Extra inputs are not permitted"),
        (VALID + 'total_words = [""]', r"total_words\.0: "),
        (VALID + '[indicators]\nmarkers = ["N;"]', r"indicators\.markers\.0: "),
        (VALID + '[indicators]\ncategories = "all"', r"indicators\.categories: "),
        (VALID + "[column_synonyms]\nname = 3", r"column_synonyms\.name: "),
        (VALID + "name =", "not a valid TOML file"),
        (b"\xff\xfe\x00", "not a valid TOML file"),
    ],
)
def test_a_wrong_layout_file_is_explained(tmp_path: Path, text: str | bytes, says: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(UsageError, match=says) as caught:
        load(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", ["absent.toml", "."])
def test_a_layout_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path / name)


def test_a_right_layout_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(VALID, encoding="utf-8")
    assert load(path).columns == ("name", "goal", "indicators")


# Taxonomy


@pytest.mark.parametrize(
    ("level", "label", "code"),
    [
        ("level1", "产出指标", "1"),
        ("level1", "产出", "1"),
        ("level1", "效益指标", "2"),
        ("level1", "满意度指标", "3"),
        ("level1", "成本指标", "4"),
        ("level2", "数量指标", "11"),
        ("level2", "数 量\n指标", "11"),
        ("level2", "质量", "12"),
        ("level2", "时效指标", "13"),
        ("level2", "成本指标", "14"),
        ("level2", "经济效益", "21"),
        ("level2", "社会效益指标", "22"),
        ("level2", "生态环境效益指标", "23"),
        ("level2", "可持续影响", "24"),
        ("level2", "服务对象满意度", "31"),
        ("level2", "经济成本指标", "41"),
        ("level1", "数量指标", None),
        ("level2", "产出指标", None),
        ("level2", "数量指标等", None),
        ("level1", "", None),
        ("level1", None, None),
    ],
)
def test_category_of_a_label(level: str, label: str | None, code: str | None) -> None:
    found = category(level, label)  # type: ignore[arg-type]
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("level", "code", "term"),
    [
        ("level1", "1", "产出指标"),
        ("level1", "１", "产出指标"),
        ("level2", "11", "数量指标"),
        ("level2", " 31 ", "服务对象满意度指标"),
        ("level2", "1", None),
        ("level1", "11", None),
        ("level2", "99", None),
        ("level2", None, None),
        ("level2", "", None),
    ],
)
def test_category_of_a_code(level: str, code: str | None, term: str | None) -> None:
    found = category_of_code(level, code)  # type: ignore[arg-type]
    assert (found.term if found else None) == term


@pytest.mark.parametrize("level", ["level1", "level2"])
def test_taxonomy_is_consistent(level: str) -> None:
    for label in labels(level):  # type: ignore[arg-type]
        found = category(level, label)  # type: ignore[arg-type]
        assert found is not None
        assert category_of_code(level, found.code) == found  # type: ignore[arg-type]
        assert category(level, found.term) == found  # type: ignore[arg-type]
        if level == "level2":
            assert category_of_code("level1", found.code[0]) is not None


def test_total_words_of_a_layout(tmp_path: Path) -> None:
    spec = LayoutSpec(name="own", title="own", source="dump", columns=("name", "total"), total_words=("各项总和",))
    assert compiled(spec).terms.is_grand_total("各项 总和")
    assert not compiled(built_in()[0]).terms.is_grand_total("各项总和")
