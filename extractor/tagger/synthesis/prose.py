"""Text around the tables and in other documents: reports, news, notes, tables of sums. Nothing in it is to be read."""

from __future__ import annotations

from collections.abc import Callable

from extractor.tagger.synthesis.content import Author, habits

_PARTS = (
    "部门概况",
    "收支预算总体情况",
    "名词解释",
    "预算绩效情况说明",
    "其他重要事项说明",
    "2025年部门预算表",
    "“三公”经费预算说明",
    "项目支出绩效目标",
    "机构设置",
    "主要职责",
    "绩效目标设置情况",
    "政府采购情况",
    "国有资产占有使用情况",
    "专业名词解释",
)
_TERMS = (
    "一般公共预算拨款收入：指本级财政当年拨付的一般公共预算资金。",
    "项目支出：指在基本支出之外，为完成特定的工作任务和事业发展目标所发生的支出。",
    "绩效目标：指预算资金在一定期限内计划达到的产出和效果。",
    "绩效指标：是绩效目标的细化和量化，包括产出指标、成本指标、效益指标和满意度指标等。",
    "基本支出：指为保障机构正常运转、完成日常工作任务所发生的人员经费和公用经费。",
    "“三公”经费：指因公出国（境）费、公务用车购置及运行费和公务接待费。",
    "上年结转：指以前年度尚未完成、结转到本年按有关规定继续使用的资金。",
    "产出指标：反映预期完成的数量、质量、时效目标。",
    "年度指标值：指本年度计划达到的指标水平。",
    "财政专户管理资金：指缴入财政专户、实行专项管理的教育收费等。",
)
_HEADS = (
    "收入 预算数 支出 预算数",
    "项目 本年预算 上年预算 增减",
    "科目编码 科目名称 合计 基本支出 项目支出",
    "项目名称 合计 财政拨款 其他资金",
    "序号 项目名称 预算金额 备注",
    "单位编码 单位名称 总计 一般公共预算 政府性基金",
    "采购项目 采购目录 数量 金额",
)
_LINES = (
    "一般公共预算拨款收入",
    "政府性基金预算拨款收入",
    "国有资本经营预算拨款收入",
    "一般公共服务支出",
    "社会保障和就业支出",
    "卫生健康支出",
    "住房保障支出",
    "本年收入合计",
    "本年支出合计",
    "上年结转结余",
    "工资福利支出",
    "商品和服务支出",
    "对个人和家庭的补助",
    "资本性支出",
    "因公出国（境）费用",
    "公务接待费",
    "公务用车运行维护费",
    "机关事业单位基本养老保险缴费",
    "行政运行",
    "一般行政管理事务",
)


def _heading(author: Author) -> str:
    dice = author.dice
    number = dice.one("一二三四五六七八")
    return dice.one((
        f"{number}、{author.thing()}{author.lexicon.word('works')}情况",
        f"（{number}）{author.thing()}{author.lexicon.word('works')}",
        f"第{number}部分 {dice.one(_PARTS)}",
        f"{number}、{dice.one(_PARTS)}",
        f"{author.organisation()}{author.year()}年部门预算说明",
        f"目 录\n{number}、{dice.one(_PARTS)}{'.' * dice.number(6, 40)}{dice.number(1, 90)}",
    ))  # fmt: skip


def _money(author: Author) -> str:
    return f"{author.dice.number(0, 9000)}.{author.dice.number(10, 99)}万元"


def _text(author: Author) -> str:
    dice = author.dice
    year = author.year()
    opening = dice.one((
        f"{year}年，{author.organisation()}",
        f"（{dice.one('一二三四五')}）{author.thing()}{author.lexicon.word('works')}。",
        f"根据绩效目标管理要求，{author.organisation()}对{dice.number(2, 60)}个项目设置了绩效目标和绩效指标，",
        f"{year}年{author.thing()}经费预算{_money(author)}，比上年增加{_money(author)}，主要原因是",
        f"{dice.number(1, 9)}.{author.thing()}：指",
        f"本部门{year}年对全部项目实行绩效目标管理，涉及预算金额{_money(author)}；",
        f"其中{author.name()}{_money(author)}，",
        f"{author.organisation()}相关负责人介绍，",
        "",
    ))  # fmt: skip
    clauses = "，".join(author.clause() for _ in range(dice.number(2, 6)))
    return f"{opening}{clauses}。"


def _listed(author: Author) -> str:
    """Numbered duties or measures, on one line or on several."""
    dice = author.dice
    marker = dice.one(("{}.", "{}、", "（{}）", "({})"))
    between = dice.one(("", "\n", "\n"))
    items = (f"{marker.format(at)}{author.clause()}{dice.one('；。')}" for at in range(1, dice.number(3, 8)))
    return between.join(items)


def _term(author: Author) -> str:
    number = author.dice.one(("", *"一二三四五六七八"))
    return f"{number}{'、' if number else ''}{author.dice.one(_TERMS)}"


def _sums(author: Author) -> str:
    """A table of sums: names and amounts, and neither goals nor indicators."""
    dice = author.dice
    own = habits(dice)._replace(amounts=dice.number(1, 4))
    listed: Callable[[], str] = author.name if dice.whether(0.4) else lambda: dice.one(_LINES)
    lines = [
        dice.one(("收支总表", "项目支出表", "支出预算总表", "部门收入总表", "政府采购预算表")),
        "单位：万元",
        dice.one(_HEADS),
    ]
    for at in range(dice.number(4, 16)):
        front = dice.one(("", "", f"{at + 1} ", f"20{dice.number(101, 999)}0{dice.number(1, 9)} "))
        lines.append(f"{front}{listed()} {' '.join(author.amounts(own))}")
    return "\n".join(lines[dice.number(0, 2) :])


_WRITERS: dict[Callable[[Author], str], float] = {_text: 0.5, _heading: 0.2, _listed: 0.1, _term: 0.1, _sums: 0.1}


def paragraph(author: Author) -> str:
    """One paragraph, heading, list or small table."""
    return author.dice.weighted(_WRITERS)(author)


__all__ = ["paragraph"]
