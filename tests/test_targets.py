"""Targets read from printed values: tables of examples, and what holds of any text."""

from __future__ import annotations

import re
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.checks.targets import contradictions
from extractor.messages import worded
from extractor.normalize import normalize
from extractor.schemas.project import Indicator, ProjectReading
from extractor.schemas.record import FlagCode
from extractor.schemas.target import Target
from extractor.targets import complete, difference, excludes, named, numerals, parse, reading, same_unit
from extractor.targets.words import words
from extractor.text import fold, squash

Fields = dict[str, Any]


def said(target: Target) -> Fields:
    """What a target says, its place and its other words left out; numbers as printed in JSON."""
    fields = target.model_dump(mode="json", exclude_defaults=True, exclude={"span", "rest", "items"})
    if fields["kind"] == "number":
        del fields["kind"]
    for bound in ("low", "high"):
        if bound in fields:
            fields[bound] = float(fields[bound])
    if target.items:
        fields["items"] = [said(item) for item in target.items]
    return fields


def exactly(number: float, unit: str | None = None, **more: Any) -> Fields:
    return at_least(number, unit, **{"operator": None, "high": number, **more})


def at_least(number: float, unit: str | None = None, **more: Any) -> Fields:
    fields = {"operator": "≥", "low": float(number), "unit": unit, **more}
    return {name: value for name, value in fields.items() if value is not None}


def at_most(number: float, unit: str | None = None, **more: Any) -> Fields:
    return at_least(number, unit, **{"operator": "≤", "low": None, "high": number, **more})


def between(low: float, high: float, unit: str | None = None, **more: Any) -> Fields:
    return exactly(low, unit, **{"kind": "range", "high": high, **more})


def by(end: str, **more: Any) -> Fields:
    return {"kind": "deadline", "operator": "≤", "end": end, **more}


def within(start: str, end: str, **more: Any) -> Fields:
    return {"kind": "deadline", "start": start, "end": end, **more}


def often(number: float, period: str, **more: Any) -> Fields:
    return exactly(number, "次", kind="frequency", period=period, **more)


def several(*items: Fields) -> Fields:
    return {"kind": "list", "items": list(items)}


def computed(formula: str, **more: Any) -> Fields:
    return {"kind": "formula", "formula": formula, **more}


WORDS: Fields = {"kind": "qualitative"}
WITHHELD: Fields = {"kind": "withheld"}

NUMBERS: list[tuple[str, Fields]] = [
    ("100%", exactly(100, "%")),
    ("95%以上", at_least(95, "%")),
    ("85%以上", at_least(85, "%")),
    ("90%及以上", at_least(90, "%")),
    ("95%（含）以上", at_least(95, "%")),
    ("95%以上（含95%）", at_least(95, "%")),
    ("不低于90%", at_least(90, "%")),
    ("不得低于90%", at_least(90, "%")),
    ("未超过3起", at_most(3, "起")),
    ("保持在90%以上", at_least(90, "%")),
    ("控制在5%以内", at_most(5, "%")),
    ("低于5%", at_most(5, "%", operator="<")),
    ("大于5%", at_least(5, "%", operator=">")),
    ("≥95%以上", at_least(95, "%")),
    ("≥300支", at_least(300, "支")),
    ("≥９５％", at_least(95, "%")),
    ("≧95%", at_least(95, "%")),
    (">=95%", at_least(95, "%")),
    ("＞＝95%", at_least(95, "%")),
    ("≥100百分比", at_least(100, "%")),
    ("=100.00(%)", exactly(100, "%", operator="=")),
    ("(≥**株)>=17600株", at_least(17600, "株")),
    ("约4批", exactly(4, "批", operator="≈")),
    ("100场左右", exactly(100, "场", operator="≈")),
    ("15万宗", exactly(150_000, "宗")),
    ("≥0.026万次", at_least(260, "次")),
    ("3亿元", exactly(300_000_000, "元")),
    ("2.5万元", exactly(25_000, "元")),
    ("5千元", exactly(5_000, "元")),
    ("5千米", exactly(5, "千米")),
    ("120万人次", exactly(1_200_000, "人次")),
    ("≥50人次", at_least(50, "人次")),
    ("1,260平方米", exactly(1260, "平方米")),
    ("三十", exactly(30)),
    ("一百二十人", exactly(120, "人")),
    ("两次", exactly(2, "次")),
    ("百分之九十五以上", at_least(95, "%")),
    ("0.9‰", exactly(0.9, "‰")),
    ("下降2个百分点", exactly(2, "百分点")),
    ("≤15天", at_most(15, "天")),
    ("3个工作日内", at_most(3, "工作日")),
    ("接到报修后1小时内响应", at_most(1, "小时")),
    ("2台（套）", exactly(2, "台(套)")),
    ("3台/套", exactly(3, "台/套")),
    ("100人/次", exactly(100, "人/次")),
    ("安全事故为零", exactly(0)),
    ("零事故", exactly(0)),
    ("-5%", exactly(-5, "%")),
    ("建成一项自动化服务", exactly(1, "项")),
    ("≤550元/人/天", at_most(550, "元", per="人", period="天")),
    ("300元/（人·天）", exactly(300, "元", per="人", period="天")),
    ("550元/人天", exactly(550, "元", per="人", period="天")),
    ("≤6万元/公里", at_most(60_000, "元", per="公里")),
    ("50元/标准班", exactly(50, "元", per="标准班")),
    ("每户不少于1次", at_least(1, "次", per="户")),
    ("每百万人口不超过3例", at_most(3, "例", per="百万人口")),
    ("每所学校不少于4次", at_least(4, "次", per="学校")),
    ("每个工作室培养青年教师不少于3名", at_least(3, "名", per="工作室")),
    ("人均2件及以下投诉", at_most(2, "件", per="人", average=True)),
    ("月均≥15单", at_least(15, "单", period="月", average=True)),
    ("月均2次", exactly(2, "次", period="月", average=True)),
    ("日均协同业务量≥0.026万次", at_least(260, "次", period="日", average=True)),
    ("全区出租屋平均抽查登记率达95%", exactly(95, "%", average=True)),
    ("各项指标均达到95%以上", at_least(95, "%")),
    ("高于全市平均水平3个百分点以上", at_least(3, "百分点")),
    ("每月2场", exactly(2, "场", period="月")),
    ("每人每月上报20件", exactly(20, "件", per="人", period="月")),
    ("每日安排不少于1名工作人员24小时在岗", at_least(1, "名", period="日")),
    ("按月报送12期", exactly(12, "期")),
    ("每季度通报，共4次", exactly(4, "次")),
    ("全年不少于6000册", at_least(6000, "册")),
    ("参与的青年学者(40岁以下)占专家总人数不低于10%", at_least(10, "%")),
    ("约12万人（含流动人口3万人）", exactly(120_000, "人", operator="≈")),
    ("12328热线工单5个工作日内回复率100%", exactly(100, "%")),
    ("春秋两季共筛查不少于9.6万人次", at_least(96_000, "人次")),
    ("2026年12月底前完成管道铺设的80%以上", at_least(80, "%")),
    ("不低于总数的95%", at_least(95, "%")),
    ("至少宣传报道一名典型", at_least(1, "名")),
    ("PM2.5浓度≤35", at_most(35)),
    ("预约100人", exactly(100, "人")),
    ("附近10个社区", exactly(10, "个")),
    ("不合格率≤5%", at_most(5, "%")),
    ("全年不发生负面舆情事件网站正常访问率在99%以上", at_least(99, "%")),
    ("95%（含95%）以上", at_least(95, "%")),
    ("低于10%（含）", at_most(10, "%")),
    ("12万人以上（含流动人口）", at_least(120_000, "人")),
    ("超2000人次", at_least(2000, "人次", operator=">")),
    ("不超3次", at_most(3, "次")),
    ("3万5千人", exactly(35_000, "人")),
    ("1亿2000万元", exactly(120_000_000, "元")),
    ("3门课程", exactly(3, "门")),
    ("≥24个月", at_least(24, "个月")),
    ("≥800kW·h", at_least(800, "kW·h")),
    ("≤10mg/L", at_most(10, "mg", per="L")),
    ("PM2.5年均浓度≤32微克/立方米", at_most(32, "微克", per="立方米", period="年", average=True)),
    ("每名社工探访不少于20人次", at_least(20, "人次", per="社工")),
    ("设备完好率（≥95%）", at_least(95, "%")),
    ("处置率100%，无一例延误", exactly(100, "%")),
    ("60周岁以上老人1000人", exactly(1000, "人")),
    ("10秒内导出50条数据", at_most(10, "秒")),
    ("事故0起", exactly(0, "起")),
    ("统防统治60万亩次", exactly(600_000, "亩次")),
    ("监测设备120台套", exactly(120, "台套")),
    ("帐篷2000顶", exactly(2000, "顶")),
    ("储能50兆瓦时", exactly(50, "兆瓦时")),
    ("专线带宽500M", exactly(500, "M")),
    ("安排3人日常巡查", exactly(3, "人")),
    ("20人年底前到岗", exactly(20, "人")),
    ("10人次日到岗", exactly(10, "人")),
    ("改造3条次干道", exactly(3, "条")),
    ("5个次级指标", exactly(5, "个")),
    ("制服50套，制氧机2台", several(exactly(50, "套"), exactly(2, "台"))),
    ("2台制氧机", exactly(2, "台")),
    ("50套制服", exactly(50, "套")),
    ("每期印数3000册", exactly(3000, "册", per="期")),
    ("参训人数100人", exactly(100, "人")),
    ("覆盖数35个村", exactly(35, "个")),
    ("得分95", exactly(95)),
    ("95%（不含）以上", at_least(95, "%", operator=">")),
    ("95%以上（不含95%）", at_least(95, "%", operator=">")),
    ("5%以下（不含本数）", at_most(5, "%", operator="<")),
    ("≥100人（不含5人）", at_least(100, "人")),
    ("2026年6月前完成10座", exactly(10, "座")),
    ("“≥95%”", at_least(95, "%")),
    ("（95%以上）", at_least(95, "%")),
    ("逾100家", {"operator": ">", "low": 100.0, "unit": "家"}),
    ("不止3次", {"operator": ">", "low": 3.0, "unit": "次"}),
    ("不下50家", at_least(50, "家")),
    ("最高不超过50万元", at_most(500000, "元")),
    ("突破关键技术5项", exactly(5, "项")),
    ("未突破100万元", at_most(1000000, "元")),
    ("不得突破3%", at_most(3, "%")),
    ("最低生活保障标准650元/月", exactly(650, "元", period="月")),
    ("每个村各1名", exactly(1, "名", per="村")),
    ("￥3000", exactly(3000, "元")),
    ("年节水300万方", exactly(3000000, "方")),
    ("人均公共文化设施面积0.3平方米", exactly(0.3, "平方米", per="人", average=True)),
    ("高龄津贴80-89周岁每人每月50元", exactly(50, "元", per="人", period="月")),
    ("培训4期每期不少于50人", at_least(50, "人", per="期")),
    ("月人均工资5000元", exactly(5000, "元", per="人", period="月", average=True)),
    ("月平均2次", exactly(2, "次", period="月", average=True)),
    ("全年平均2次", exactly(2, "次", average=True)),
    ("主题党日12次", exactly(12, "次")),
    ("零投诉", exactly(0)),
]

RANGES: list[tuple[str, Fields]] = [
    ("1-2次", between(1, 2, "次")),
    ("6-12宗", between(6, 12, "宗")),
    ("2至3条", between(2, 3, "条")),
    ("95%～98%", between(95, 98, "%")),
    ("95%以上至100%", between(95, 100, "%")),
    ("≥90%，≤95%", between(90, 95, "%")),
    ("满意度≥90%且≤95%", between(90, 95, "%")),
    ("±3%以内", between(-3, 3, "%")),
    ("±3%", between(-3, 3, "%")),
    ("100±2", between(98, 102)),
    ("1-2万元", between(10_000, 20_000, "元")),
    ("5000-1万元", between(5_000, 10_000, "元")),
    ("每周1-2次", between(1, 2, "次", kind="frequency", period="周")),
    ("-5%至5%", between(-5, 5, "%")),
    ("-10%～-5%", between(-10, -5, "%")),
    ("介于40%和60%之间", between(40, 60, "%")),
    ("10%-15%之间", between(10, 15, "%")),
    ("90%≤完成率≤100%", between(90, 100, "%")),
    ("不少于10个且不超过20个", between(10, 20, "个")),
    ("3-5个工作日内", between(3, 5, "工作日")),
    ("发车间隔5—8分钟", between(5, 8, "分钟")),
]

DATES: list[tuple[str, Fields]] = [
    ("2026年6月30日前完成", by("2026-06-30")),
    ("截至2026年12月31日", by("2026-12-31")),
    ("2026年12月31日止", by("2026-12-31")),
    ("2026年11月底前完成", by("2026-11")),
    ("12月底前", by("--12")),
    ("当年12月底前", by("--12")),
    ("年底前完成", by("--12")),
    ("2026年底前", by("2026-12")),
    ("每月10日前", by("---10", period="月")),
    ("每年3月底前", by("--03", period="年")),
    ("每月15日", within("---15", "---15", period="月")),
    ("2026年6月30日前完成合同签订", by("2026-06-30")),
    ("2026年1-12月", within("2026-01", "2026-12")),
    ("1-12月", within("--01", "--12")),
    ("2026年6月1日至12月31日", within("2026-06-01", "2026-12-31")),
    ("2026-06-30", within("2026-06-30", "2026-06-30")),
    ("2024-2026年", within("2024", "2026")),
    ("2026年", within("2026", "2026")),
    ("上半年完成", within("--01", "--06")),
    ("第三季度", within("--07", "--09")),
    ("6月下旬完成", within("--06-21", "--06-30")),
    ("2026年10月1日起", {"kind": "deadline", "operator": "≥", "start": "2026-10-01"}),
    ("三月底前", by("--03")),
    ("二〇二六年十月底前", by("2026-10")),
    ("2026-06", within("2026-06", "2026-06")),
    ("2026.1-2026.12", within("2026-01", "2026-12")),
    ("由2026年3月至2027年2月", within("2026-03", "2027-02")),
    ("项目建设周期为2026年3月至2026年11月", within("2026-03", "2026-11")),
    ("5月1日起实施", {"kind": "deadline", "operator": "≥", "start": "--05-01"}),
    ("不超过2026年6月30日", by("2026-06-30")),
    ("2月下旬", within("--02-21", "--02")),
    ("2026年年底前", by("2026-12")),
    ("6月（含）前", by("--06")),
    ("第一季度", within("--01", "--03")),
    ("第一季度末", within("--03", "--03")),
    ("2026年上半年末前", by("2026-06")),
    ("截至2026年6月", by("2026-06")),
    ("不早于2026年6月", {"kind": "deadline", "operator": "≥", "start": "2026-06"}),
]

FREQUENCIES: list[tuple[str, Fields]] = [
    ("每季度一次", often(1, "季度")),
    ("每季度组织一次", often(1, "季度")),
    ("每年不少于2次", often(2, "年", operator="≥", high=None)),
    ("1次/年", often(1, "年")),
    ("每两年1次", often(1, "2年")),
    ("一年两次", often(2, "年")),
    ("1年2次", often(2, "年")),
    ("一季度一次", often(1, "季度")),
    ("按季度开展1次", often(1, "季度")),
    ("不少于每月2次", often(2, "月", operator="≥", high=None)),
    ("每周一次", often(1, "周")),
    ("半年一次", often(1, "半年")),
    ("2次/人/年", often(2, "年", per="人")),
    ("1次（年）", often(1, "年")),
    ("≥1次（每月）", often(1, "月", operator="≥", high=None)),
    ("每个工作日1次", often(1, "工作日")),
]

FORMULAS: list[tuple[str, Fields]] = [
    ("办结数/上报数", computed("办结数/上报数")),
    ("实际完成数/计划数*100%", computed("实际完成数/计划数*100%")),
    ("电子化档案/总档案", computed("电子化档案/总档案")),
    ("日均交易量=全年交易数/365天", computed("全年交易数/365天")),
    ("报送4条/月*12=48条", computed("报送4条/月*12", operator="=", low=48.0, high=48.0, unit="条")),
    ("幸福感+安全感/抽样总数≥95%", computed("幸福感+安全感/抽样总数", operator="≥", low=95.0, unit="%")),
    ("合格人数/参训人数×100%≥92%", computed("合格人数/参训人数×100%", operator="≥", low=92.0, unit="%")),
    (
        "货车超限率=查获超限货车数/检测货车总数×100%，控制在2%以内",
        computed("查获超限货车数/检测货车总数×100%", operator="≤", high=2.0, unit="%"),
    ),
    ("（增加投入资金-建设资金）/总投入=成本减少比例", computed("（增加投入资金-建设资金）/总投入")),
    ("满意率=（满意+基本满意）/总数", computed("（满意+基本满意）/总数")),
    ("参训人数+旁听人数", computed("参训人数+旁听人数")),
    ("成本节约额=预算金额-中标金额", computed("预算金额-中标金额")),
    ("合格批次/抽检批次≥98%", computed("合格批次/抽检批次", operator="≥", low=98.0, unit="%")),
    ("整改/关闭", WORDS),
    ("≤项目立项/预算批复数", WORDS),
    ("7×24小时", WORDS),
    ("互联网+政务服务", WORDS),
    ("满意/基本满意≥90%", at_least(90, "%")),
]

LISTS: list[tuple[str, Fields]] = [
    ("1.酒店不少于10家；2.房间不少于1000间", several(at_least(10, "家"), at_least(1000, "间"))),
    ("（1）酒店10家（2）房间20间", several(exactly(10, "家"), exactly(20, "间"))),
    ("①酒店10家②房间20间", several(exactly(10, "家"), exactly(20, "间"))),
    ("一是酒店10家；二是房间20间", several(exactly(10, "家"), exactly(20, "间"))),
    ("1.满意率90%以上；2.12345热线投诉不超过10件", several(at_least(90, "%"), at_most(10, "件"))),
    ("规划文本1份、图集1册、项目库1个", several(exactly(1, "份"), exactly(1, "册"), exactly(1, "个"))),
    ("10家，20间，有所提升", several(exactly(10, "家"), exactly(20, "间"), WORDS)),
    ("10家\n20间", several(exactly(10, "家"), exactly(20, "间"))),
    ("≥30场；其中农村学校不少于10场", several(at_least(30, "场"), at_least(10, "场"))),
    ("共30场：1.农村10场；2.城市20场", several(exactly(30, "场"), exactly(10, "场"), exactly(20, "场"))),
    ("轮椅、助听器各10台，假肢5例", several(WORDS, exactly(5, "例"))),
    ("分别为10个、20个", several(exactly(10, "个"), exactly(20, "个"))),
    ("抽样率=抽样数/总数；注销率=注销数/总数", several(computed("抽样数/总数"), computed("注销数/总数"))),
    (
        "参与≥100人、企业≥25家；讲堂≥400人",
        several(several(at_least(100, "人"), at_least(25, "家")), at_least(400, "人")),
    ),
]

QUALITATIVE = [
    # Words.
    "有所提升", "按计划完成", "不适用", "无", "全年", "全覆盖", "持续改善，有所提高", "≤定额标准", "不超过定编人数",
    "汛期结束前", "每月",
    # Numerals that count nothing.
    "24小时在岗值守", "第一", "统一管理、一体化推进", "十四五规划", "三级医院", "12345热线", "5A级景区",
    "“三公”经费只减不增", "一次性通过", "攻克一批重点案件", "最多跑一次", "2026年度", "2026年度考核合格", "1:3",
    "8:00-22:00", "5G网络", "ISO9001", "V2.0", "COVID-19", "365*24", "7*24h", "全市前3名", "前5%", "2025-2026学年",
    "2025届毕业生", "打造15分钟生活圈", "365天不间断", "每周一、周三", "≥Ⅲ类", "每日8时至17时", "3+2",
    # Dates that can not be written, or can not be told from numbers.
    "2026", "2026.12", "次年3月底前", "15日前", "6月30日前10天", "2026年2月30日前", "6月内", "2020-2025",
    # 前 behind a month or a year: its first day or its last.
    "9月前", "9月份前", "2026年前", "6月前完成", "2026年6月之前", "2026-06前", "第三季度前", "上半年前", "6月上旬前",
    # Several times, months or batches at once.
    "每日早晚各1次", "每年春秋两季各1次", "第1、2批次", "3、5个", "完成1、2标段建设",
    # Clock times, and names that begin with a number.
    "8点30分开放", "晚8点闭馆", "7天24小时服务", "1小时交通圈", "打通最后一公里", "5人制足球", "10万吨级码头",
    "见附件2", "排名前3", "双11", "Φ500", "100分制",
    # Whom or what it is about, not what is asked.
    "低于上年水平5个百分点", "不低于2023年的90%", "65周岁以上老年人免费乘车", "10万元以上项目全覆盖",
    "50人以上企业10家", "不低于2023年水平",
    # What is not to be.
    "不发生3起以上事故", "不得有超过3次投诉",
    # The opposite of what is printed beside it.
    "不等于0", "≠0", "!=0", "！=0", "不为零", "非100%", "不是3个", "不≥95%", "负5%", "早于6月30日", "不低于2024年",
    # A bound that is not understood, or may be one of a name.
    "突破100万人次", "破10亿元", "不突破预算100万元", "满3年", "限5人", "上限100万元",
    "控制上限为100万元", "最高奖励100万元",
    "最高限价120万元", "最低价格50元", "100家起", "100万元封顶", "500元为限", "100元不等", "50家有余", "100人开外",
    "3家上下", "3个多月", "5公里以外", "3年后", "30分钟后",
    # How many each, but not how many in all.
    "东西部各10个", "省、市级课题各1项", "6月、12月各一次", "A村10个、B村、C村各5个", "甲、乙分别不少于10人",
    "一村两名", "一村一月一场电影", "万人拥有公交车8标台", "亿元GDP死亡率≤0.02", "每一位学员2次", "每晚1次",
    # How often is not said.
    "双月一次", "每双月1次", "隔日一次", "半月1次", "月1次",
    # Parts of names, and what something is rated at.
    "8小时工作制", "三年行动计划", "十年禁渔", "90天攻坚行动", "3天2夜", "三天两夜", "一年四季", "24小时在线",
    "110千伏变电站", "10kV线路", "30户以上自然村通硬化路", "50人以上企业", "3公里以内学校",
    "死亡3人以上事故不发生", "2人一组", "4个9", "95分位", "约一半", "不少于一半",
    # One or the other.
    "≥3篇或专利2项",
    # Misprints, and days that look like numbers.
    "10一15人", "95一98%", "200一人", "1'200人", "95。5%", "20251231", "$3000", "20-30日", "每月1-5日", "9点至17点",
    "10场/2000人次",
    # Numbers that can not be told.
    "约3-5次", "约3-5次左右", "万分之三以内", "万分之0.5", "3比1", "按1比3比例配套", "零下5℃", "95%（不含）", "不含95%",
    "两个半小时", "3个半月", "3年半内", "1小时30分钟内", "1年6个月以内", "200人公里", "数10家", "每间隔2天1次",
    "培训3期150人次", "不超过预算500万元",
    "≥95%以下", "约10个以上", "10-5次", "2-3-4次", "至少2-3条", "64.864.864.8100%", "1.95%以上；2.10家", "007",
    "12,34", "1/3", "三分之二以上", "10²", "10^3", "100余人", "几十次", "十余场", "二十多个", "一百五", "三四个",
    "完成率-95%", "3万人·次", "培训10人3天", "≥≤90%", "90%≥", "≥9?%", "大于10小于20", "10＜x≤20", "1名专职+2名兼职",
    "≥90/100分", "每隔3天1次", "0:011", "3万5", "1234567890123456789012345%", "10+场", "9 5%", "64.8 64.8 100%",
    "10 20家",
]  # fmt: skip

WITHHOLDING = ["（保密）", "保密项目", "涉密", "涉密，不予公开", "不对外公开", "本项目属于涉密项目"]

ALL = [
    *NUMBERS, *RANGES, *DATES, *FREQUENCIES, *FORMULAS, *LISTS,
    *((text, WORDS) for text in QUALITATIVE), *((text, WITHHELD) for text in WITHHOLDING),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ALL, ids=[text for text, _ in ALL])
def test_value(text: str, expected: Fields) -> None:
    assert said(parse(text)) == expected


@pytest.mark.parametrize(
    ("text", "understood", "rest"),
    [
        ("人均2件及以下投诉", "人均2件及以下", "投诉"),
        ("日均协同业务量≥0.026万次", "日均协同业务量≥0.026万次", "协同业务量"),
        ("2026年6月30日前完成合同签订", "2026年6月30日前", "合同签订"),
        ("满意度达85%以上", "85%以上", "满意度"),
        ("完成率98%", "98%", "完成率"),
        ("≥4批（每季度1批）", "≥4批", "每季度1批"),
        ("每日安排不少于1名人员24小时在岗", "每日安排不少于1名", "安排 人员24小时在岗"),
        ("有所提升。", None, "有所提升"),
        ("保密项目", None, None),
        ("成活率 不低于 95 %，\n缺株及时补种", "不低于 95 %", "成活率 缺株及时补种"),
        ("满意度=满意数/总数≥90%", "满意数/总数≥90%", "满意度"),
        ("培训10人3天", None, "培训10人3天"),
    ],
)
def test_what_is_understood_and_what_is_left(text: str, understood: str | None, rest: str | None) -> None:
    target = parse(text)
    assert (text[slice(*target.span)] if target.span else None) == understood
    assert target.rest == rest


@pytest.mark.parametrize("word", words().stops.folded)
def test_words_in_which_a_numeral_counts_nothing(word: str) -> None:
    assert parse(f"推进{word}工作").kind == "qualitative"
    assert said(parse(f"{word}工作完成率≥95%")) == at_least(95, "%")


def test_items_are_placed_in_the_whole_value() -> None:
    text = "1.文本 1份；2.参与≥100人、企业≥25家"
    first, second = parse(text).items
    assert [text[slice(*item.span)] for item in (first, *second.items) if item.span] == ["1份", "≥100人", "≥25家"]
    assert second.span is None


COLUMNS: list[tuple[tuple[str, str | None, str | None], Fields, list[str]]] = [
    (("95", "≥", "%"), at_least(95, "%"), []),
    (("95", "＝", "百分比"), exactly(95, "%", operator="="), []),
    (("3.2", ">=", "万平方米"), at_least(32_000, "平方米"), []),
    (("24", "≤", "个小时"), at_most(24, "小时"), []),
    (("4", "≥", "次/年"), at_least(4, "次", kind="frequency", period="年"), []),
    (("300", "≤", "元/人·天"), at_most(300, "元", per="人", period="天"), []),
    (("8", "≥", "年"), at_least(8, "年"), []),
    (("12", "≤", "月"), at_most(12, "月"), []),
    (("2026", "＝", "年"), within("2026", "2026"), []),
    (("2026", "≥", "户"), at_least(2026, "户"), []),
    (("5", "≥", "棚"), at_least(5, "棚"), []),
    (("1-2", "＝", "次"), between(1, 2, "次"), []),
    (("2026年12月", "≤", "月"), by("2026-12"), []),
    (("2025年8月31日前", "定性", None), by("2025-08-31"), []),
    (("2025年8月31日前", "＝", None), by("2025-08-31"), []),
    (("持续提升", "定性", None), WORDS, []),
    (("Ⅲ类", "≥", None), WORDS, []),
    (("优", "≥", "等级"), WORDS, []),
    (("不超过预算", "≤", "元"), WORDS, []),
    (("90", "/", "-"), exactly(90), []),
    (("15个工作日", "≤", "工作日"), at_most(15, "工作日"), []),
    (("3万人次", "≥", "万人次"), at_least(30_000, "人次"), []),
    (("10台（套）", "≥", "台"), at_least(10, "台(套)"), []),
    (("30日", "≤", "天"), at_most(30, "日"), []),
    (("约12批", "≥", "批"), exactly(12, "批", operator="≈"), []),
    (("≤95%", "≥", "%"), at_most(95, "%"), ["operator"]),
    (("95%以上", "＝", "%"), at_least(95, "%"), ["operator"]),
    (("10件", "≥", "个"), at_least(10, "件"), ["unit"]),
    (("≤10件", "≥", "个"), at_most(10, "件"), ["unit", "operator"]),
    (("95%", "定性", None), exactly(95, "%"), ["number"]),
    (("显著改善", "≥", None), WORDS, ["words"]),
]


@pytest.mark.parametrize(("printed", "expected", "conflicts"), COLUMNS, ids=[str(row[0]) for row in COLUMNS])
def test_columns_complete_a_value(
    printed: tuple[str, str | None, str | None], expected: Fields, conflicts: list[str]
) -> None:
    target, found = complete(*printed)
    assert said(target) == expected
    assert [conflict.what for conflict in found] == conflicts


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("抽查合格率不低于95%", at_least(95, "%")),
        ("设备完好率（≥ 95%）", at_least(95, "%")),
        ("被投诉率低于5%", at_most(5, "%", operator="<")),
        ("全年办理材料约4批", exactly(4, "批", operator="≈")),
        ("2026年6月30日前完成", by("2026-06-30")),
        ("编外人员稳定性80%", None),
        ("12345系统案件处置量达15万宗", None),
        ("24小时内报告率", None),
        ("老年人体检数（65岁以上）", None),
        ("发布10部以上作品", None),
        ("资金支出进度（%）", None),
        ("对在册1400余名患者购买2023年度保险", None),
        ("酒店不少于10家；房间不少于1000间", None),
    ],
)
def test_the_target_of_a_name(name: str, expected: Fields | None) -> None:
    target = named(name)
    assert (said(target) if target else None) == expected


@pytest.mark.parametrize(
    ("cycle", "annual", "outcome", "by_how_much", "share"),
    [
        ("95%以上", "≥95%", "same", None, None),
        ("满意度达95%以上", "≥95%", "same", None, None),
        ("每季度一次", "1次/季度", "same", None, None),
        ("0.1万人", "1000人", "same", None, None),
        ("＝95%", "95%", "same", None, None),
        ("≥2000件", "≥1000件", "differ", "-1000", "50.0"),
        ("≤9%", "≤11%", "differ", "2", "122.2"),
        ("0起", "2起", "differ", "2", None),
        ("95%", "≥95%", "differ", None, None),
        ("≥90%", "≤80%", "differ", None, None),
        ("6-12宗", "8-12宗", "differ", None, None),
        ("10家", "10间", "differ", None, None),
        ("10家酒店", "10家医院", "differ", None, None),
        ("每月10件", "120件", "differ", None, None),
        ("2027年4月15日前", "2026年4月15日前", "differ", None, None),
        ("10家，20间", "20间，10家", "differ", None, None),
        ("有所提升", "明显提升", "unknown", None, None),
        ("有所提升", "≥95%", "unknown", None, None),
    ],
)
def test_difference(cycle: str, annual: str, outcome: str, by_how_much: str | None, share: str | None) -> None:
    found = difference(parse(cycle), parse(annual))
    assert found.outcome == outcome
    assert found.by == (None if by_how_much is None else Decimal(by_how_much))
    assert found.share == (None if share is None else Decimal(share))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("≥95%", "90%", True),
        ("≥95%", "≥90%", False),
        ("≥95%", "≤90%", True),
        ("≥95%", "95%", False),
        (">95%", "95%", True),
        ("低于5%", "5%", True),
        ("低于5%", "0", False),
        ("1-2次", "3次", True),
        ("约4批", "9批", False),
        ("≥4次", "每月1次", False),
        ("≥95%", "90分", False),
        ("≥95", "90", False),
    ],
)
def test_excludes(name: str, value: str, expected: bool) -> None:
    assert excludes(parse(name), parse(value)) is expected
    assert excludes(parse(value), parse(name)) is expected


def test_units_of_one_measure() -> None:
    assert same_unit("公里", "千米")
    assert same_unit(None, None)
    assert not same_unit("天", None)
    assert not same_unit("工作日", "天")


def flags(language: str = "zh", **printed: str) -> list[tuple[str, str, str]]:
    spans = {f"indicators[3].{name}": (index, index + 1) for index, name in enumerate(printed)}
    found = contradictions(Indicator(**printed), "indicators[3]", spans)
    return [(one.code, one.path.removeprefix("indicators[3]"), worded(one.said, language)) for one in found]


def test_contradictions_are_flagged() -> None:
    assert flags(name="合格率不低于95%", annual_value="90%") == [
        (
            FlagCode.NAME_VALUE_DIFFER,
            ".annual_value",
            "指标名称“合格率不低于95%”与指标值“90%”不能同时满足，请核对。",
        )
    ]
    (conflict,) = flags(annual_value="10件", operator="≥", measure_unit="个")
    assert conflict[:2] == (FlagCode.OPERATOR_CONFLICT, ".annual_value")
    assert "个" in conflict[2]
    assert "10件" in conflict[2]
    assert flags("en", cycle_value="≥2000件", annual_value="≥1000件") == [
        (
            FlagCode.CYCLE_ANNUAL_DIFFER,
            "",
            "The cycle value and the annual value differ by 1000 件; the annual value is 50 % of the cycle value.",
        )
    ]
    assert flags(cycle_value="≥98%", annual_value="≥95%")[0][2] == "实施周期指标值与年度指标值不同，相差 3 个百分点。"
    assert [flag[0] for flag in flags(cycle_value="有所提升", annual_value="提升")] == [FlagCode.CYCLE_ANNUAL_DIFFER]


def test_what_agrees_is_not_flagged() -> None:
    assert (
        flags(name="合格率不低于95%", cycle_value="95%以上", annual_value="≥ 95%", operator="≥", measure_unit="%") == []
    )
    assert flags(name="完成时间", annual_value="2026年12月底前", operator="定性") == []
    assert flags(name="合格率不低于95%", annual_value="100%") == []


def test_targets_stand_in_the_normalized_indicator() -> None:
    printed = Indicator(
        name="合格率不低于95%", cycle_value="按计划完成", annual_value="96", operator="≥", measure_unit="%"
    )
    (indicator,) = normalize(ProjectReading(indicators=(printed,)), None).indicators
    assert indicator.cycle is not None
    assert indicator.annual is not None
    assert indicator.named is not None
    assert (indicator.cycle.kind, said(indicator.annual), said(indicator.named)) == (
        "qualitative",
        at_least(96, "%"),
        at_least(95, "%"),
    )


# What holds of any text.

_PIECES = [
    *"0123456789.,，%％≥≤<>=±~～-—至到()（）/*×+÷年月日前",
    *"后以上下内每季度一二三十百千万亿零两个次人元家%约均的；;。、：:\n \t\"“”《",
    *"》①②²",
    "不低于", "不少于", "不超过", "以上", "以内", "及以下", "每季度", "人均", "平均", "2026年", "6月30日", "万元",
    "人次", "百分之", "工作日", "1.", "2.", "办结数", "总数", "率", "完成", "达到", "左右", "至少", "保密",
    "第三季度", "上半年", "12345热线", "不发生",
]  # fmt: skip
values = st.one_of(
    st.lists(st.sampled_from(_PIECES), max_size=14).map("".join),
    st.lists(st.sampled_from([text for text, _ in ALL]), min_size=1, max_size=3).map("，".join),
    st.text(max_size=30),
)


def leaves(target: Target) -> list[Target]:
    return [leaf for item in target.items for leaf in leaves(item)] if target.items else [target]


def width_aside(target: Target) -> Target:
    """The formula and the rest are as printed: squashed here."""
    changes = {"formula": target.formula and squash(target.formula), "rest": target.rest and squash(target.rest)}
    return target.model_copy(update={**changes, "items": tuple(width_aside(item) for item in target.items)})


def printed_numbers(text: str) -> set[Decimal]:
    """Every number that a text prints, as digits or as a numeral, multiplied by each scale."""
    folded = "".join(fold(text).split())
    found = {Decimal(0)} if "零" in folded or "〇" in folded else set()
    for pattern in (r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?", r"[0-9]+(?:\.[0-9]+)?"):
        found |= {Decimal(match[0].replace(",", "")) for match in re.finditer(pattern, folded)}
    for start in range(len(folded)):
        for end in range(start + 1, min(len(folded), start + 12) + 1):
            value = numerals.chinese(folded[start:end])
            if value is not None:
                found.add(value)
    if "百分之百" in folded:
        found.add(Decimal(100))
    found |= {value * scale for value in found for scale in words().scales.values()}
    for match in re.finditer(r"([0-9.]+)([千万亿]+)([0-9.]+)([百千万]+)", folded):
        one, two = (numerals.digits(match[group]) for group in (1, 3))
        scales = [words().scales.get(match[group]) for group in (2, 4)]
        if one is not None and two is not None and scales[0] and scales[1]:
            found.add(one * scales[0] + two * scales[1])
    return found


@given(values)
def test_every_number_published_is_printed(text: str) -> None:
    numbers = printed_numbers(text)
    for leaf in leaves(parse(text)):
        for bound in (leaf.low, leaf.high):
            if bound is not None and "±" not in text:
                assert abs(bound) in numbers


@given(values)
def test_the_span_lies_in_the_text(text: str) -> None:
    for leaf in leaves(parse(text)):
        assert (leaf.span is None) == (leaf.kind in ("qualitative", "withheld"))
        if leaf.span:
            start, end = leaf.span
            assert 0 <= start < end <= len(text)
            assert not text[start].isspace()
            assert not text[end - 1].isspace()


@given(values)
def test_bounds_fit_the_operator(text: str) -> None:
    for leaf in leaves(parse(text)):
        if leaf.operator in ("≥", ">") and leaf.kind != "deadline":
            assert leaf.low is not None
            assert leaf.high is None
        if leaf.operator in ("≤", "<") and leaf.kind != "deadline":
            assert leaf.low is None
            assert leaf.high is not None
        if leaf.kind in ("number", "frequency", "range") and leaf.low is not None and leaf.high is not None:
            assert leaf.low <= leaf.high
        if leaf.kind == "range":
            assert leaf.operator is None
        if leaf.kind == "deadline":
            assert leaf.start or leaf.end


_WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


@given(values)
def test_width_changes_nothing(text: str) -> None:
    wide, narrow = parse(text.translate(_WIDE)), parse(text)
    assert width_aside(wide) == width_aside(narrow)


@given(values, st.text("。；", max_size=3))
def test_full_stops_at_the_end_change_nothing(text: str, stops: str) -> None:
    assert parse(text + stops) == parse(text)


@given(values)
def test_targets_survive_json(text: str) -> None:
    target = parse(text)
    written = target.model_dump_json()
    assert Target.model_validate_json(written) == target
    assert not re.search(r'"(?:low|high)":"[^"]*[eE]', written)


@given(
    values, st.sampled_from(["≥", "≤", "＝", "定性", "", "？"]), st.sampled_from(["%", "万元", "次/年", "个", "年", ""])
)
def test_columns_never_fail(text: str, operator: str, unit: str) -> None:
    target, conflicts = complete(text, operator or None, unit or None)
    assert target.kind == parse(text).kind or unit
    assert len(conflicts) <= 2


HOSTILE = [
    "9", "1,", "1.2", "≥", "(", "每", "每月", "一", "\"", "《", "不", "1-", "1-12月", "2026年", "A/B", "1/", "=5",
    "10家；", "10家，", "10家、", "a、", "以上", "(5%),", "±", "百分之", "5元/人/", "人均", "5%的", "[", "零",
    "第一", "≥5%且", "至少", "年底", "5%\n", "1:1", "①5%②", "1.a;2.b;", "、", "\n", "完成", "不得有", "*", "×5",
    "+1", "第一、", "3、", "1比", "1万分", "人日", "9月前", "95%（不含）", "每日各1次", "1点", "２", "\x01", "\x02",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_no_time(piece: str) -> None:
    text = (piece * 1_990)[:1_990]
    started = time.process_time()
    reading.read(text)
    reading.read(f"{text}5%")
    reading.read(f"5%{text}")
    assert time.process_time() - started < 2


def test_a_whole_page_is_no_value() -> None:
    assert parse("≥95%，" * 1_000).kind == "qualitative"
