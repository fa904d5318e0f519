"""Administrative divisions: the list hangs together; what is recognised, and what is rather left open."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.names import division_of
from extractor.names.divisions import name_of, place, place_within
from extractor.text import squash


def lines() -> list[list[str]]:
    text = files("extractor.names").joinpath("divisions.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


CURRENT = {code: name for code, name, *former in lines() if not former}
FORMER = {code: name for code, name, *former in lines() if former}


def test_the_list_hangs_together() -> None:
    codes = [code for code, *_ in lines()]
    assert codes == sorted(set(codes))
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    levels = Counter("province" if c.endswith("0000") else "city" if c.endswith("00") else "county" for c in CURRENT)
    # 34 provinces and 333 prefectures; 2,846 counties at the end of 2024 and 金门县, which has a code.
    assert levels == {"province": 34, "city": 333, "county": 2847}
    for code in codes:
        assert f"{code[:2]}0000" in CURRENT
        municipality = code[:2] in {"11", "12", "31", "50"}
        assert code.endswith("0000") or municipality or code[2:4] == "90" or f"{code[:4]}00" in CURRENT, code
    assert {"".join(former) for _, _, *former in lines()} == {"former", ""}


def test_names_end_like_divisions_and_are_told_apart_by_their_parents() -> None:
    assert all(name.endswith(("省", "市", "区", "县", "旗", "州", "盟")) for name in CURRENT.values())
    within = Counter((code[:4], name) for code, name in CURRENT.items() if not code.endswith("00"))
    assert max(within.values()) == 1
    assert all(name != CURRENT.get(code) for code, name in FORMER.items())


@pytest.mark.parametrize("code", [code for code in CURRENT if code[:2] in {"44", "11", "46", "65", "22"}])
def test_every_whole_name_is_recognised(code: str) -> None:
    found = division_of(f"{name_of(code)}财政局")
    assert found is not None
    assert (found.code, found.evidence) == (code, "unit")
    assert found.province == CURRENT[f"{code[:2]}0000"]
    assert found.city == (None if code.endswith("0000") else CURRENT.get(f"{code[:4]}00"))
    assert found.county == (CURRENT[code] if not code.endswith("00") else None)


@pytest.mark.parametrize(
    ("name", "code", "printed"),
    [
        ("广东省广州市番禺区民政局", "440113", "广东省广州市番禺区"),
        ("广州市番禺区民政局", "440113", "广州市番禺区"),
        ("番禺区民政局", "440113", "番禺区"),
        ("广州番禺区民政局", "440113", "广州番禺区"),
        ("广东番禺区民政局", "440113", "广东番禺区"),
        ("广东广州市番禺区民政局", "440113", "广东广州市番禺区"),
        ("中国共产党广州市番禺区委员会政法委员会", "440113", "广州市番禺区"),
        ("中共番禺区委政法委", "440113", "番禺区"),
        ("国家税务总局广州市番禺区税务局", "440113", "广州市番禺区"),
        ("中国人民政治协商会议广州市委员会", "440100", "广州市"),
        ("[108]广州市 番禺区民政局", "440113", "广州市番禺区"),
        ("108001-番禺区民政局", "440113", "番禺区"),
        ("广州市法学会", "440100", "广州市"),
        ("广东省农业农村厅", "440000", "广东省"),
        ("北京市朝阳区教育局", "110105", "北京市朝阳区"),
        ("长春市朝阳区教育局", "220104", "长春市朝阳区"),
        ("朝阳市教育局", "211300", "朝阳市"),
        ("吉林省吉林市昌邑区民政局", "220202", "吉林省吉林市昌邑区"),
        ("湖北省仙桃市民政局", "429004", "湖北省仙桃市"),
        ("恩施州民政局", "422800", "恩施州"),
        ("连南县民政局", "441826", "连南县"),
        ("内蒙古呼和浩特市财政局", "150100", "内蒙古呼和浩特市"),
        ("海南省海口市龙华区民政局", "460106", "海南省海口市龙华区"),
        ("深圳市龙华区民政局", "440309", "深圳市龙华区"),
        ("广州市南沙区民政局", "440115", "广州市南沙区"),
        ("义乌市民政局", "330782", "义乌市"),
        ("和县民政局", "340523", "和县"),
        ("洛阳市老城区民政局", "410302", "洛阳市老城区"),
        ("杭州市江干区民政局", "330104", "杭州市江干区"),  # abolished in 2021; older documents print it
        # Districts that are no divisions lie in the city that is printed.
        ("合肥高新区管委会", "340100", "合肥高新区"),
        ("合肥市高新技术产业开发区管委会", "340100", "合肥市"),
        ("广州经济技术开发区财政局", "440100", "广州经济技术开发区"),
        ("长春净月高新技术产业开发区管委会", "220100", "长春净月高新技术产业开发区"),
        ("苏州工业园区教育局", "320500", "苏州工业园区"),
        ("河北雄安新区管委会", "130000", "河北雄安新区"),
        ("昆山开发区管委会", "320583", "昆山开发区"),
        ("东莞市长安镇人民政府", "441900", "东莞市"),
    ],
)
def test_recognised(name: str, code: str, printed: str) -> None:
    found = division_of(name)
    assert found is not None
    assert (found.code, found.printed) == (code, printed)
    assert found.name == (CURRENT | FORMER)[code]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "民政局",
        "政府办公室本级",
        "朝阳区教育局",  # 北京, 长春
        "鼓楼区民政局",
        "南沙区民政局",  # 广州, 三沙
        "高新区管委会",
        "开发区管理委员会",
        "云溪市临川区水务局",  # no 云溪市, so not the 临川区 of 抚州
        "云溪市民政局",
        "白鹭市水务局",
        "老城区改造办公室",  # a common word, though 洛阳 has a 老城区
        "城区供水所",
        "西区街道办事处",
        "市中区域发展中心",
        "滨江区域治理中心",
        "广州市临川区水务局",  # contradicts itself
        "吉林高新技术产业开发区",  # the province or the city
        "区民政局",
        "第一中学",
        "来穗人员和番禺区服务中心",  # not at the beginning
        "123",
        "全州教育局",
    ],
)
def test_left_open(name: str) -> None:
    assert division_of(name) is None


@pytest.mark.parametrize(
    ("unit", "department", "title", "file", "code", "evidence"),
    [
        ("政府办公室本级", "番禺区人民政府办公室（本级）", None, "x.txt", "440113", "department"),
        (None, None, "2026年广州市番禺区部门预算项目支出绩效目标表", "x.txt", "440113", "title"),
        (None, None, "中国共产党广州市增城区委员会政法委员会2024年项目支出绩效目标表", "x", "440118", "title"),
        (None, None, "项目支出绩效目标表", "data/03-广州市番禺区政法委_2026.pdf", "440113", "file"),
        (None, None, None, "广东省/a.zip/番禺区民政局.docx", "440113", "file"),
        ("鼓楼区民政局", "南京市鼓楼区民政局", None, "", "320106", "unit"),
        ("鼓楼区民政局", None, "南京市2026年部门预算", "", "320106", "unit"),
        ("鼓楼区民政局", None, None, "福建省/福州市鼓楼区.pdf", "350102", "unit"),
        ("鼓楼区民政局", None, "广州市2026年部门预算", "", None, None),
        ("鼓楼区民政局", None, "江苏省2026年部门预算", "", None, None),  # 南京 and 徐州
        ("广州市第一小学", "广州市番禺区教育局", None, "", "440113", "department"),
        ("广州市法学会", "中国共产党广州市委员会政法委员会", None, "", "440100", "unit"),
        ("番禺区民政局", "广州市民政局", None, "", "440113", "unit"),
        ("东城区教育局", None, "北京市2026年部门预算", "", "110101", "unit"),
        ("东城区教育局", None, "2026年部门预算", "东城区.pdf", None, None),
        ("老城区改造办公室", "洛阳市老城区住房和城乡建设局", None, "", "410302", "unit"),
        ("滨江区域治理中心", "杭州市民政局", None, "", "330100", "department"),
        ("老城区改造办公室", "广州市住房和城乡建设局", None, "", "440100", "department"),
        ("临川区水务局", "云溪市水务局", None, "", None, None),  # a city that there is not
        ("临川区水务局", None, "云溪市2026年部门预算", "", None, None),
        ("临川区水务局", None, "2026年部门预算", "", "361002", "unit"),
        ("临川区水务局", "广州市水务局", None, "", None, None),
        ("抚州市临川区水务局", "广州市水务局", None, "", "361002", "unit"),
        (None, None, "广州市番禺区与北京市朝阳区协作项目", "", "440113", "title"),
        (None, None, "广州市番禺区（北京市朝阳区）", "", None, None),
    ],
)
def test_names_one_after_the_other(
    unit: str | None, department: str | None, title: str | None, file: str, code: str | None, evidence: str | None
) -> None:
    found = division_of(unit, department, title, file)
    assert (found.code if found else None, found.evidence if found else None) == (code, evidence)


WORDS = "广东省 广州市 番禺区 朝阳区 广州 高新区 中共 委员会 2026年 （ 云溪市 教育局 老城区 区"
TEXTS = st.lists(st.sampled_from(WORDS.split()) | st.text(max_size=3), max_size=6).map("".join)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_the_place_that_is_found_is_printed(unit: str, department: str, title: str, file: str) -> None:
    assert all(
        at is None or at.printed in squash(text) for text in (unit, title) for at in (place(text), place_within(text))
    )
    found = division_of(unit, department, title, file)
    if found is not None:
        assert found.name == (CURRENT | FORMER)[found.code]
        source = {"unit": unit, "department": department, "title": title, "file": Path(file).stem}[found.evidence]
        assert found.printed in squash(source)


INVENTED = (
    "云溪市临川区水务局",
    "青禾县卫生院",
    "镜湖县文化馆",
    "松岭县民政局",
    "澜江县水务局",
    "海平市浦湾区绿化事务中心",
)


@pytest.mark.parametrize("name", INVENTED)
def test_the_invented_places_of_the_golden_cases_are_no_divisions(name: str) -> None:
    assert division_of(name, None, "2026年项目支出绩效目标表", "golden/docx-a/source.docx") is None
