"""Hypothesis strategies for readings as budget tables print them."""

from __future__ import annotations

from hypothesis import strategies as st

from extractor.schemas.project import Amounts, Indicator, ProjectReading

WORDS = (
    "乡村", "学校", "校舍", "维修", "公共", "文化", "场馆", "开放", "水利", "河道", "整治", "应急", "物资", "储备",
    "信息", "系统", "运行", "维护", "社区", "养老", "服务", "档案", "数字化", "宣传", "培训", "疾病", "防控", "监测",
    "公园", "绿化", "交通", "设施", "“一站式”", "平台", "AI", "2025年", "（含配套）", "质量", "安全",
)  # fmt: skip
ENDINGS = ("经费", "专项经费", "项目", "补助资金", "服务费", "运维项目")
CATEGORIES = (
    ("1", "产出指标", "11", "数量指标"), ("1", "产出指标", "12", "质量指标"), ("1", "产出指标", "13", "时效指标"),
    ("2", "效益指标", "21", "经济效益"), ("2", "效益指标", "22", "社会效益"),
    ("3", "满意度指标", "31", "服务对象满意度"), ("4", "成本指标", "41", "经济成本指标"),
)  # fmt: skip
VALUES = (
    "100%", "≥95%", "不低于90%", "95%以上", "≥300支", "≤550元/人/天", "月均≥15单", "1-2次", "2026年6月30日前完成",
    "有所提升", "按计划完成", "1.酒店不少于10家；2.房间不少于1000间", "约4批", "已登记数/应登记数≥98%", "每季度一次",
    "12个", "3", "0.5万次", "及时运维，立即响应", "标准：100%",
)  # fmt: skip

words = st.lists(st.sampled_from(WORDS), min_size=2, max_size=6).map("".join)
names = st.builds(lambda head, tail: head + tail, words, st.sampled_from(ENDINGS))
sentences = st.builds(lambda verb, what: f"{verb}{what}", st.sampled_from(("推进", "完成", "保障", "提升")), words)
plain_goals = st.lists(sentences, min_size=1, max_size=5).map(lambda parts: "，".join(parts) + "。")
listed_goals = st.lists(sentences, min_size=2, max_size=4).map(
    lambda parts: "".join(f"{index}.{part}。" for index, part in enumerate(parts, 1))
)
goals = st.one_of(plain_goals, listed_goals)
cents = st.integers(min_value=1, max_value=99_999_999).map(lambda value: f"{value // 100}.{value % 100:02d}")


@st.composite
def indicators(draw: st.DrawFn, number: int, *, coded: bool = True, cycle: bool = True) -> Indicator:
    level1_code, level1, level2_code, level2 = draw(st.sampled_from(CATEGORIES))
    annual = draw(st.sampled_from(VALUES))
    return Indicator(
        number=number,
        level1_code=level1_code if coded else None,
        level1=level1 if coded else None,
        level2_code=level2_code if coded else None,
        level2=level2 if coded else None,
        name=draw(words) + draw(st.sampled_from(("率", "数量", "情况", "（%）", "次数"))),
        cycle_value=draw(st.one_of(st.just(annual), st.sampled_from(VALUES))) if cycle else None,
        annual_value=annual,
    )


@st.composite
def projects(draw: st.DrawFn, *, coded: bool = True, cycle: bool = True) -> ProjectReading:
    """A project financed by 财政拨款 alone, as nearly all are."""
    amount = draw(cents)
    count = draw(st.integers(min_value=1, max_value=11))
    return ProjectReading(
        department=None,
        unit=None,
        name=draw(names),
        amounts=Amounts(total=amount, fiscal=amount),
        goal=draw(goals),
        indicators=tuple(draw(indicators(number, coded=coded, cycle=cycle)) for number in range(1, count + 1)),
    )
