"""Folding, squashing, joining wrapped lines, and the way back to the source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.schemas.document import SYNTHETIC, MappedText
from extractor.text import Squashed, concat, fold, join_lines, squash

BLANKS = " \t\n\r\f\v\u3000\xa0\u2003\u2028"
printed = st.text(
    st.sampled_from("项目绩效ａＡ９9％%：:；，。、“”（）()①²㎡≧—–•～㈠Ａ" + BLANKS)
    | st.characters(exclude_categories=["Cs"])
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("９５％", "95%"),
        ("（单位：万元）", "(单位:万元)"),
        ("≧９５", "≥95"),
        ("≦3", "≤3"),
        ("“一站式”", '"一站式"'),
        ("1—2次", "1-2次"),
        ("1−2", "1-2"),
        ("〔2021〕101号", "[2021]101号"),
        ("3～5", "3~5"),
        ("人员•设备", "人员·设备"),
        ("ＡＢｃ", "ABc"),
        ("\u3000", " "),
        ("①²½", "①²½"),  # not the digits 1 and 2
        ("。、《》", "。、《》"),  # no ASCII counterpart
        ("m㎡", "m㎡"),  # two characters if it were folded
        ("⾦", "金"),  # a radical that PDF fonts print for the character
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(printed)
def test_fold_is_one_to_one_and_idempotent(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)
    assert fold(text) == "".join(map(fold, text))


@given(st.text(st.sampled_from("项目绩效Ａ９％：；,."), min_size=1), st.data())
def test_squash_ignores_white_space_anywhere(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    blank = data.draw(st.text(st.sampled_from(BLANKS), max_size=4))
    assert squash(text[:at] + blank + text[at:]) == squash(text)
    assert not any(character.isspace() for character in squash(text))


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("来穗人员\n服务经费", "来穗人员服务经费"),
        ("  来穗人员 \n\n  服务经费  ", "来穗人员服务经费"),
        ("来穗人员\r\n服务", "来穗人员服务"),
        ("来穗人员\r服务", "来穗人员服务"),
        ("上一页\f下一页", "上一页下一页"),
        ("软换行\v下一行", "软换行下一行"),
        ("行\u2028段\u2029末\x85尾", "行段末尾"),
        ("信息平台 and 系统", "信息平台 and 系统"),
        ("信息平台   and\t系统", "信息平台 and 系统"),
        ("加强管理； 2.完成", "加强管理；2.完成"),
        ("项目 （含配套） 经费", "项目（含配套）经费"),
        ("“ 一站式 ” 平台", "“一站式”平台"),
        ("5 % 以上", "5 % 以上"),
        ("a, b", "a, b"),  # half-width punctuation keeps its blank
        ("全角\u3000空格", "全角 空格"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_join_lines(text: str, joined: str) -> None:
    assert join_lines(text) == joined


@given(printed)
def test_join_lines_loses_no_ink_and_is_idempotent(text: str) -> None:
    joined = join_lines(text)
    assert "".join(joined.split()) == "".join(text.split())
    assert join_lines(joined) == joined


def test_join_lines_takes_no_longer_for_long_blanks() -> None:
    text = "甲" + " " * 200_000 + "乙"
    assert join_lines(text) == "甲 乙"


@given(printed, st.integers(0, 1_000), st.data())
def test_squashed_leads_back_to_the_source(text: str, base: int, data: st.DataObject) -> None:
    view = Squashed(MappedText(text, range(base, base + len(text))))
    assert view.text == squash(text)
    assert len(view.positions) == len(view.text)
    start = data.draw(st.integers(0, len(view.text)))
    end = data.draw(st.integers(start, len(view.text)))
    span = view.source_span(start, end)
    if start == end:
        assert span is None
        assert view.value(start, end) == ""
        return
    assert span is not None
    first, last = span[0] - base, span[1] - base
    assert squash(text[first:last]) == view.text[start:end]
    assert not text[first].isspace()
    assert not text[last - 1].isspace()
    assert squash(view.value(start, end)) == view.text[start:end]
    assert view.squashed_range(first, last) == (start, end)


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("甲乙\n丙丁", {0, 2}),
        ("甲乙\r\n\r\n  丙丁", {0, 2}),
        ("甲乙\r丙丁\f戊", {0, 2, 4}),
        ("\n甲\n", {0, 1}),
        ("甲 乙", {0}),
    ],
)
def test_line_starts(text: str, starts: set[int]) -> None:
    assert Squashed(MappedText(text, range(len(text)))).line_starts == starts


def test_synthetic_characters_have_no_place_in_the_source() -> None:
    joined = concat([MappedText("【目标】", [SYNTHETIC] * 4), MappedText("完成", range(7, 9))])
    view = Squashed(joined)
    assert view.source_span(0, 4) is None
    assert view.source_span(0, 6) == (7, 9)
    assert view.source_span(5, 6) == (8, 9)
