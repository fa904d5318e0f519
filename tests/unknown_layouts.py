"""Three invented layouts unlike any built-in one, each with the answer that describes it."""

from __future__ import annotations

from typing import Any, NamedTuple


class Unknown(NamedTuple):
    """A document nobody has seen, the right answer about it, and what is then read of it."""

    file: str
    text: str
    answer: dict[str, Any]
    projects: tuple[tuple[str, str, str, int], ...]
    """(name, total, last indicator's annual value, number of indicators)"""


def _columns(**meanings: str) -> list[dict[str, str]]:
    return [{"header": header, "meaning": meaning} for header, meaning in meanings.items()]


CLAUSES = Unknown(
    "clauses.tsv",
    "汀溪县2026年部门预算绩效目标一览\n"
    "事由\t牵头科室\t所需经费（万元）\t办成什么样\t怎样考核\n"
    "汇总\t\t64.50\t\t\n"
    "古桥修缮\t文物科\t40.00\t修好两座古桥，桥面恢复通行。"
    "\t第1条：修缮桥数，须达到：2座。第2条：验收合格率，须达到：100%。第3条：完工月份，须达到：10月以前。\n"
    "夜校开班\t教育科\t12.00\t办好成人夜校，方便居民学习。\t第1条：开班数，须达到：6个。第2条：学员满意度，须达到：≥90%。\n"
    "渡口值守\t交通科\t12.50\t渡口全年有人值守，不出事故。\t第1条：值守天数，须达到：365天。第2条：事故数，须达到：0起。\n",
    {
        "holds_projects": True,
        "title": "事由与考核表",
        "columns": _columns(
            事由="name",
            牵头科室="attribute",
            **{"所需经费（万元）": "total"},
            办成什么样="goal",
            怎样考核="indicators",
        ),
        "item_numbers": ["第N条："],
        "categories": "none",
        "annual_labels": ["须达到"],
        "total_words": ["汇总"],
        "projects": ["古桥修缮", "夜校开班", "渡口值守"],
        "all_projects": True,
    },
    (("古桥修缮", "40.00", "10月以前", 3), ("夜校开班", "12.00", "≥90%", 2), ("渡口值守", "12.50", "0起", 2)),
)
ARROWS = Unknown(
    "arrows.txt",
    "白鹭区林业站2026年绩效目标公开\n单位：万元\n"
    "办理事项 安排经费 想要的成效 验收要点\n"
    "    湿地巡护\n35.20\n组织护林员每日巡护湿地，制止偷猎。\n"
    "〈1〉巡护里程 达标→1200公里；〈2〉巡护天数 达标→365天；\n"
    "    苗圃扩建\n18.80\n扩建苗圃一处，培育本地树苗。\n"
    "〈1〉新增苗床 达标→40畦；〈2〉出圃树苗 达标→≥2万株；〈3〉成活率 达标→≥85%；\n"
    "    林火瞭望\n9.00\n瞭望塔全天有人，发现火情及时报告。\n"
    "〈1〉瞭望塔座数 达标→3座；〈2〉报告用时 达标→≤10分钟；\n",
    {
        "holds_projects": True,
        "title": "办理事项与验收要点",
        "columns": _columns(办理事项="name", 安排经费="total", 想要的成效="goal", 验收要点="indicators"),
        "item_numbers": ["〈N〉"],
        "categories": "none",
        "annual_labels": ["达标→"],
        "projects": ["湿地巡护", "苗圃扩建", "林火瞭望"],
        "all_projects": True,
    },
    (("湿地巡护", "35.20", "365天", 2), ("苗圃扩建", "18.80", "≥85%", 3), ("林火瞭望", "9.00", "≤10分钟", 2)),
)
DIMENSIONS = Unknown(
    "dimensions.html",
    "<html><body><h1>石门镇2026年举措绩效目标</h1><table>"
    "<tr><th>举措</th><th>花费（元）</th><th>要办成的事</th><th>考核维度</th><th>考核点</th><th>应达水平</th><th>占分</th></tr>"
    "<tr><td rowspan=2>老街排水</td><td rowspan=2>86000.00</td><td rowspan=2>疏通老街排水沟，雨天不积水。</td>"
    "<td>产出指标</td><td>疏通长度</td><td>≥1.2公里</td><td>30</td></tr>"
    "<tr><td>效益指标</td><td>积水点</td><td>0处</td><td>30</td></tr>"
    "<tr><td rowspan=3>集市保洁</td><td rowspan=3>54000.00</td><td rowspan=3>每个集日保洁两次，摊位整洁。</td>"
    "<td>产出指标</td><td>保洁次数</td><td>≥96次</td><td>20</td></tr>"
    "<tr><td>产出指标</td><td>清运量</td><td>≥60吨</td><td>20</td></tr>"
    "<tr><td>满意度指标</td><td>摊主满意度</td><td>≥90%</td><td>20</td></tr>"
    "</table></body></html>\n",
    {
        "holds_projects": True,
        "title": "举措与考核维度",
        "columns": _columns(
            举措="name",
            **{"花费（元）": "total"},
            要办成的事="goal",
            考核维度="level1",
            考核点="indicator_name",
            应达水平="annual_value",
            占分="weight",
        ),
        "projects": ["老街排水", "集市保洁"],
        "all_projects": True,
    },
    (("老街排水", "86000.00", "0处", 2), ("集市保洁", "54000.00", "≥90%", 3)),
)
UNKNOWN = {one.file.partition(".")[0]: one for one in (CLAUSES, ARROWS, DIMENSIONS)}


def changed(unknown: Unknown, **changes: Any) -> dict[str, Any]:
    """The answer with some of its fields changed."""
    return unknown.answer | changes


def with_meanings(unknown: Unknown, **meanings: str) -> dict[str, Any]:
    """The answer with other meanings for some headers."""
    columns = [{**one, "meaning": meanings.get(one["header"], one["meaning"])} for one in unknown.answer["columns"]]
    return unknown.answer | {"columns": columns}
