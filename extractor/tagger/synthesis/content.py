"""What a table says, as plain values: projects with their amounts, goals and indicators. No layout yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from extractor.tagger.synthesis.words import Dice, Lexicon, words


class Indicator(NamedTuple):
    """One indicator; what is not printed is empty."""

    number: str
    level1_code: str
    level1: str
    level2_code: str
    level2: str
    name: str
    cycle: str
    annual: str


class Project(NamedTuple):
    """One project; the goal may hold line ends, and nothing else does."""

    name: str
    amounts: tuple[str, ...]
    goal: str
    indicators: tuple[Indicator, ...]
    withheld: bool = False


class Habits(NamedTuple):
    """What the projects of one document have in common."""

    coded: bool
    level1: bool
    level2: bool
    cycle: bool
    annual: bool
    same: bool
    """The cycle's value is the year's."""
    amounts: int
    thousands: bool
    decimals: int
    wide_digits: bool
    longest_goal: int
    numbered: float
    """How often the parts of a goal are numbered like indicators: 1、 2、"""
    most_indicators: int


_WIDE = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
_CUT = "。；;，, \n"
_CHINESE = "一二三四五六七八九十"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def habits(dice: Dice) -> Habits:
    level1 = dice.whether(0.72)
    level2 = dice.whether(0.8 if level1 else 0.35)
    cycle = dice.whether(0.5)
    return Habits(
        coded=level1 and level2 and dice.whether(0.7),
        level1=level1,
        level2=level2,
        cycle=cycle,
        annual=not cycle or dice.whether(0.9),
        same=dice.whether(0.75),
        amounts=dice.weighted({0: 0.06, 1: 0.2, 2: 0.5, 3: 0.14, 4: 0.1}),
        thousands=dice.whether(0.6),
        decimals=dice.weighted({2: 0.8, 0: 0.08, 1: 0.04, 4: 0.04, 6: 0.04}),
        wide_digits=dice.whether(0.05),
        longest_goal=dice.weighted({2: 0.1, 4: 0.35, 7: 0.35, 11: 0.15, 20: 0.05}),
        numbered=dice.one((0.1, 0.1, 0.3, 0.9)),
        most_indicators=dice.weighted({3: 0.35, 6: 0.45, 10: 0.15, 16: 0.05}),
    )


class Author:
    """Writes names, goals, indicators and values from one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.dice = lexicon.dice
        self._values: tuple[Callable[[], str], ...] = (
            *[self._compared] * 7,
            *[self._quantity] * 5,
            *[self._quality] * 7,
            *[self._deadline] * 3,
            *[self._formula] * 2,
            *[self._sentence] * 3,
            *[self._several] * 2,
            self._labelled,
            self._nested,
            self._product,
        )

    # Numbers

    def count(self) -> str:
        dice = self.dice
        roll = dice.chance()
        if roll < 0.45:
            return str(dice.number(1, 30))
        if roll < 0.7:
            return str(dice.number(10, 600))
        if roll < 0.8:
            return str(dice.number(1, 99) * 100)
        if roll < 0.87:
            return f"{dice.number(1, 99)}.{dice.number(1, 9)}万"
        if roll < 0.92:
            return f"{dice.number(1, 99)},{dice.number(0, 999):03}"
        if roll < 0.96:
            return f"{dice.number(0, 99)}.{dice.number(0, 99):02}"
        return dice.one(_CHINESE)

    def amount(self, habits: Habits) -> str:
        dice = self.dice
        roll = dice.chance()
        size = 10 ** dice.number(0, 5 if habits.decimals else 7)
        value = dice.chance() * size * (1 if roll < 0.97 else -1)
        if roll < 0.03:
            value = 0.0
        elif roll < 0.4:
            value = round(value)
        text = f"{value:,.{habits.decimals}f}" if habits.thousands else f"{value:.{habits.decimals}f}"
        return text.translate(_WIDE) if habits.wide_digits else text

    def amounts(self, habits: Habits) -> tuple[str, ...]:
        if not habits.amounts:
            return ()
        dice = self.dice
        first = self.amount(habits)
        if habits.amounts == 1:
            return (first,)
        if dice.whether(0.65):
            return (first, first)
        return (first, *(self.amount(habits) for _ in range(dice.number(0, habits.amounts - 1))))

    def year(self) -> str:
        return str(self.dice.number(2019, 2030))

    def date(self) -> str:
        dice = self.dice
        roll = dice.chance()
        year = f"{self.year()}年" if roll < 0.7 else ""
        if roll < 0.25:
            return f"{year}{dice.number(1, 12)}月{dice.number(1, 30)}日"
        if roll < 0.8:
            return f"{year}{dice.number(1, 12)}月{dice.one(('', '', '底', '份', '上旬', '末'))}"
        return f"{year}{dice.one(('年底', '上半年', '第三季度', '12月31日', '汛期'))}"

    # Names

    def organisation(self) -> str:
        dice, word = self.dice, self.lexicon.word
        roll = dice.chance()
        place = word("places")
        if roll < 0.15:
            place += word("places")
        elif roll < 0.25:
            place = ""
        name = place + word("organs")
        if roll > 0.8:
            name += dice.one(
                ("（本级）", "(本级)", "本级", "（部门）", "机关", "（汇总）", "（合并）", "幼儿园", "分局")
            )
        return name

    def thing(self) -> str:
        """Something that a department deals with."""
        dice, word = self.dice, self.lexicon.word
        roll = dice.chance()
        if roll < 0.62:
            return word("objects")
        if roll < 0.78:
            return word("objects") + word("objects")
        if roll < 0.84:
            return f"{word('objects')}、{word('objects')}"
        if roll < 0.88:
            return f"{word('objects')}及{word('objects')}"
        if roll < 0.91:
            return self._latin()
        if roll < 0.95:
            return word("people")
        if roll < 0.97:
            return f"“{word('nicknames')}”{word('objects')}"
        return f"{word('objects')}（{word('objects')}）"

    def _latin(self) -> str:
        """A word with Latin letters or digits, set off by blanks here and there."""
        dice = self.dice
        text = self.lexicon.word("latin")
        if dice.whether(0.7):
            return text
        return dice.one((f" {text} ", f"{text} ", f" {text}", f"{text}{dice.number(1, 9)}.0", text.lower()))

    def name(self) -> str:
        """A project's name."""
        dice, word = self.dice, self.lexicon.word
        roll = dice.chance()
        body = self.thing() + word("works")
        if roll < 0.5:
            name = body + word("tails")
        elif roll < 0.58:
            name = f"{self._span()}{body}{word('tails')}"
        elif roll < 0.66:
            name = f"{word('places')}{body}{word('tails')}"
        elif roll < 0.71:
            name = f"{self.organisation()}{self._span() if dice.whether(0.4) else ''}{body}{word('tails')}"
        elif roll < 0.75:
            name = f"{body}与{self.thing()}{word('works')}{word('tails')}"
        elif roll < 0.79:
            name = f"“{word('nicknames')}”{body}{word('tails')}"
        elif roll < 0.82:
            name = f"《{self.thing()}{word('works')}》编制{word('tails')}"
        elif roll < 0.86:
            name = f"{body}{word('tails')}（{dice.one((self.thing, self.year, self.organisation, self._span))()}）"
        elif roll < 0.89:
            name = f"{self._latin()}{body}{word('tails')}"
        elif roll < 0.92:
            name = f"{body}、{self.thing()}{word('works')}及{self.thing()}{word('works')}{word('tails')}"
        elif roll < 0.935:
            name = f"{self.organisation()}{self._span()}{body}及{self.thing()}{word('works')}{word('tails')}（{body}）"
        elif roll < 0.94:
            name = f"{body}-{word('objects')}{word('tails')}"
        elif roll < 0.96:
            name = word("objects") + word("tails")
        elif roll < 0.98:
            name = f"{self._code()}{dice.one(('-', ' ', '_', ''))}{body}{word('tails')}"
        else:
            name = f"{dice.one(('其他', '聘用人员', '本级', '上年结转', '提前下达'))}{body}{word('tails')}"
        return name.strip()

    def _span(self) -> str:
        first = self.dice.number(2020, 2028)
        return self.dice.one((f"{first}年", f"{first}年度", f"{first}-{first + 2}年", f"{first}—{first + 1}年度"))

    def _code(self) -> str:
        dice = self.dice
        roll = dice.chance()
        if roll < 0.3:
            return str(dice.number(10_000_000, 99_999_999))
        if roll < 0.5:
            return f"{self.lexicon.known('codes')}-{dice.number(1, 99):02}"
        return f"{self.lexicon.known('codes')}{dice.number(1, 999):02}"

    # Goals

    def clause(self) -> str:
        dice, word = self.dice, self.lexicon.word
        roll = dice.chance()
        if roll < 0.1:
            return f"{word('verbs')}{self.thing()}{word('works')}"
        if roll < 0.16:
            return f"{word('manners')}{word('verbs')}{self.thing()}{word('works')}"
        if roll < 0.22:
            return f"{word('verbs')}{word('places')}{self.thing()}的{word('works')}和{word('works')}工作"
        if roll < 0.34:
            return f"{word('verbs')}{self.count()}{word('units')}{self.thing()}{word('works')}"
        if roll < 0.5:
            return word("aims")
        if roll < 0.58:
            return f"对{self.count()}{word('units')}{self.thing()}进行{word('works')}"
        if roll < 0.64:
            return f"{self.thing()}{word('measures')}{self._bound()}"
        if roll < 0.7:
            return f"为{word('people')}提供{self.thing()}{word('works')}"
        if roll < 0.75:
            return f"{word('adverbs')}{word('verbs')}{self.thing()}{word('works')}{self.count()}{word('units')}"
        if roll < 0.8:
            return f"按照“{word('nicknames')}”的要求，{word('verbs')}{self.thing()}"
        if roll < 0.85:
            return f"通过{self.thing()}{word('works')}，{word('aims')}"
        if roll < 0.89:
            return f"{word('verbs')}{word('objects')}、{word('objects')}、{word('objects')}等{word('works')}"
        if roll < 0.92:
            return f"{self.date()}前完成{self.thing()}{word('works')}"
        if roll < 0.94:
            return (
                f"根据《{self.thing()}{word('works')}办法》（{word('places')}〔{self.year()}〕{dice.number(1, 99)}号）"
            )
        if roll < 0.955:
            return f"切实{word('verbs')}{self.thing()}，{word('aims')}"
        if roll < 0.965:
            return f"{word('verbs')}{self._latin()}{word('works')}（{self.thing()}）"
        if roll < 0.98:
            return f"{word('manners')}{word('verbs')}{self.thing()}{word('works')}，{word('aims')}"
        if roll < 0.99:
            return f"配齐{word('people')}{self.count()}名、{word('objects')}{self.count()}{word('units')}"
        return f"其中{self.thing()}不少于{self.count()}{word('units')}"

    def _sentences(self, clauses: int) -> str:
        """Prose: clauses with commas, a full stop at the end."""
        dice = self.dice
        text = self.clause()
        for _ in range(clauses - 1):
            text += dice.one("，，，，；。") + self.clause()
        return text

    def goal(self, habits: Habits) -> str:
        dice = self.dice
        clauses = dice.number(1, habits.longest_goal)
        roll = dice.chance()
        end = dice.weighted({"。": 0.8, "": 0.14, "；": 0.03, ".": 0.03})
        if roll < 0.5 or clauses == 1:
            return self._sentences(clauses) + end
        marker = _MARKERS[2] if dice.whether(habits.numbered) else dice.one(_MARKERS)
        between = dice.weighted(_BETWEEN_PARTS)
        parts = [
            marker(index) + self._sentences(dice.number(1, 3))
            for index in range(1, min(9, max(2, clauses * 3 // 4)) + 1)
        ]
        goal = between.join(parts) + end
        if dice.whether(0.1):
            goal = self._sentences(1) + dice.one(("：", "。", "，", "。\n")) + goal
        return goal

    # Indicators

    def indicator(self, habits: Habits, number: int) -> Indicator:
        dice = self.dice
        code1, level1, code2, level2 = self._category(habits)
        value = self.value()
        annual = value if habits.annual else ""
        cycle = "" if not habits.cycle else value if habits.same or dice.whether(0.6) else self.value()
        if dice.whether(0.006):
            cycle = annual = ""
        elif cycle and annual and dice.whether(0.02):
            cycle, annual = dice.one(((cycle, ""), ("", annual)))
        return Indicator(str(number), code1, level1, code2, level2, self._measure().strip(_CUT), cycle, annual)

    def _category(self, habits: Habits) -> tuple[str, str, str, str]:
        if not habits.level1 and not habits.level2:
            return "", "", "", ""
        dice, lexicon = self.dice, self.lexicon
        code2, _, level2 = lexicon.known("level2.coded").partition("-")
        code1 = code2[0]
        level1 = words()["level1.terms"][int(code1) - 1]
        if dice.whether(0.06):  # what is printed contradicts itself now and then
            code2 = f"{code1}{dice.number(1, 5)}"
        if dice.whether(0.04):
            level1 = lexicon.known("level1.variants")
        if dice.whether(0.06):
            level2 = lexicon.known("level2.variants")
        if habits.level1 and habits.level2 and lexicon.strange and dice.whether(lexicon.strange * 0.3):
            level1, level2 = lexicon.word("objects") + "指标", lexicon.word("objects") + "指标"
        if not habits.level2:
            return ("", level1, "", "") if dice.whether(0.78) else ("", "", "", level2)
        if not habits.level1:
            return "", "", "", level2
        return (code1, level1, code2, level2) if habits.coded else ("", level1, "", level2)

    def _measure(self) -> str:
        """What an indicator measures."""
        dice, word = self.dice, self.lexicon.word
        roll = dice.chance()
        if dice.whether(0.05):  # a name may be as long as a goal
            return dice.one("，，，、。；").join(self.clause() for _ in range(dice.number(1, 5)))
        if roll < 0.42:
            return f"{self.thing()}{word('works')}{word('measures')}"
        if roll < 0.62:
            return f"{self.thing()}{word('measures')}"
        if roll < 0.7:
            return f"{word('people')}{dice.one(('', '', '对' + word('objects')))}满意度"
        if roll < 0.76:
            return f"{word('verbs')}{self.thing()}{word('works')}"
        if roll < 0.8:
            return f"{self.thing()}{word('measures')}（{dice.one((word('units'), '%', '％', self.thing()))}）"
        if roll < 0.84:
            return f"{word('works')}{self.thing()}{word('measures')}"
        if roll < 0.87:
            return f"{word('people')}{self.thing()}{dice.one(('水平', '意识', '情况', '率', '能力', ''))}"
        if roll < 0.9:
            return f"{self.clause()}"
        if roll < 0.92:
            return f"{word('verbs')}{self.thing()}，{self.clause()}"
        if roll < 0.94:
            return f"{dice.number(1, 48)}{dice.one(('小时', '日内', '年', '天'))}{self.thing()}{word('measures')}"
        if roll < 0.96:
            return f"“{word('nicknames')}”{self.thing()}{word('measures')}"
        if roll < 0.98:
            return f"{self.thing()}{word('measures')}{self._bound()}"
        return f"{self._latin()}{word('works')}{word('measures')}".strip()

    # Values

    def value(self) -> str:
        """A target, without the punctuation that may close it."""
        values = self._values
        text = values[int(self.dice.chance() * len(values))]()
        return text.rstrip(_CUT).lstrip() or "合格"

    def _unit(self) -> str:
        return self.lexicon.word("units") if self.dice.whether(0.4) else self.dice.one("%%个人次")

    def _bound(self) -> str:
        dice = self.dice
        sign = dice.one(
            ("≥", "≤", "=", "不低于", "不少于", "达到", "达", "为", "控制在", "大于", "＞", "≧", "小于", "＝")
        )
        return f"{sign}{self.count()}{self._unit()}"

    def _compared(self) -> str:
        dice = self.dice
        roll = dice.chance()
        if roll < 0.6:
            sign = dice.one("≥≥≥≥≤≤=＝＞>＜<±≧")
            return f"{sign}{dice.one(('', '', '', '', ' '))}{self.count()}{self._unit()}"
        if roll < 0.8:
            sign = dice.one(
                ("不低于", "不少于", "达到", "不超过", "控制在", "约", "达", "大于等于", "至少", ">=", "<=", "超过")
            )
            return f"{sign}{self.count()}{self._unit()}"
        return f"{self.count()}{self._unit()}{dice.one(('以上', '以内', '左右', '及以上', '以下', '（含）以上', ''))}"

    def _quantity(self) -> str:
        dice = self.dice
        roll = dice.chance()
        if roll < 0.3:
            return dice.one(("100%", "100％", "95%", "90%", "98%", "100", "0", "1", "80.00%", "0.00", "1.00"))
        if roll < 0.85:
            return f"{self.count()}{self._unit()}"
        if roll < 0.93:
            return f"{dice.number(1, 20)}-{dice.number(21, 90)}{self._unit()}"
        return f"{dice.one('一两三四五六七八九十')}{self._unit()}"

    def _quality(self) -> str:
        return self.lexicon.word("qualities")

    def _deadline(self) -> str:
        dice = self.dice
        roll = dice.chance()
        tail = dice.one(("前完成", "前", "底前完成", "前完成" + self.lexicon.word("works"), "", "之前", "前投入使用"))
        if roll < 0.75:
            return f"{self.date()}{tail}"
        return f"{self.thing()}后{dice.number(1, 48)}{dice.one(('小时', '个工作日', '日', '分钟', '天'))}内{tail}"

    def _formula(self) -> str:
        dice, word = self.dice, self.lexicon.word
        name = f"{self.thing()}率=" if dice.whether(0.5) else ""
        divided = dice.one("/÷/／")
        body = f"{word('works')}{word('objects')}数{divided}{word('objects')}总数"
        if dice.whether(0.3):
            body = f"（{body}）"
        times = dice.one(("×100%", "*100%", "x100%", "", "×100％", "×100%"))
        return f"{name}{body}{times}{dice.one(('', '', '', '≥95%', '，控制在2%以内'))}"

    def _sentence(self) -> str:
        dice = self.dice
        text = self.clause()
        for _ in range(dice.number(0, 2) if dice.whether(0.9) else dice.number(3, 6)):
            text += dice.one("，，，；。") + self.clause()
        return text

    def _several(self) -> str:
        dice, word = self.dice, self.lexicon.word
        separator = dice.one("，、；，")
        parts = [f"{word('objects')}{self.count()}{self._unit()}" for _ in range(dice.number(2, 4))]
        return separator.join(parts)

    def _labelled(self) -> str:
        """Parts with names of their own: 完好率：100%；更新：每月1次"""
        dice, word = self.dice, self.lexicon.word
        colon, separator = dice.one("::：："), dice.one("；；，")
        parts = [
            f"{word('objects')}{word('measures')}{colon}{self._compared() if dice.whether(0.6) else self._quality()}"
            for _ in range(dice.number(1, 3))
        ]
        return separator.join(parts)

    def _nested(self) -> str:
        dice = self.dice
        marker = dice.one(_MARKERS)
        separator = dice.one("；；；。，")
        part = self.clause if dice.whether(0.4) else self._short
        return separator.join(marker(index) + part() for index in range(1, dice.number(2, 4) + 1))

    def _short(self) -> str:
        return f"{self.thing()}{self._bound()}"

    def _product(self) -> str:
        dice, word = self.dice, self.lexicon.word
        one, many = dice.number(2, 9), dice.number(2, 12)
        unit = self._unit()
        return dice.one((
            f"{word('works')}{one}{unit}/月*{many}={one * many}{unit}",
            f"{one}{unit}*{many}={one * many}{unit}",
            f"{word('adverbs')}{one}{unit}，共{one * many}{unit}",
            f"{one}{unit}/年",
        ))  # fmt: skip

    # Projects

    def project(self, habits: Habits, withheld: bool = False) -> Project:
        if withheld:
            return self._withheld(habits)
        dice = self.dice
        start = 1 if dice.whether(0.99) else dice.number(2, 9)
        numbers = range(start, start + dice.number(1, habits.most_indicators))
        indicators = [self.indicator(habits, number) for number in numbers]
        if dice.whether(0.03) and len(indicators) > 2:
            del indicators[dice.number(1, len(indicators) - 1)]
        if dice.whether(0.02):
            at = dice.number(0, len(indicators) - 1)
            indicators[at] = indicators[at]._replace(number=str(dice.number(1, 20)))
        goal = "" if dice.whether(0.015) else self.goal(habits).strip()
        return Project(self.name(), self.amounts(habits), goal, tuple(indicators))

    def _withheld(self, habits: Habits) -> Project:
        dice = self.dice
        name = self.name() if dice.whether(0.25) else self._code()
        goal = self.lexicon.known("withheld")
        indicators: tuple[Indicator, ...] = ()
        if dice.whether(0.45):
            indicator = self.indicator(habits, 1)
            value = dice.one(("保密事项", "保密内容", "涉密", goal.rstrip(_CUT), "不宜公开", "无"))
            label = dice.one((value, "保密事项", "涉密项目", "保密内容"))
            indicators = (
                indicator._replace(
                    name=label, cycle=value if habits.cycle else "", annual=value if habits.annual else ""
                ),
            )
        return Project(name, self.amounts(habits), goal, indicators, True)


_BETWEEN_PARTS = {"；": 0.46, "。": 0.24, "；\n": 0.06, "。\n": 0.14, "。 ": 0.03, "； ": 0.02, ";": 0.03, "": 0.02}
_MARKERS: tuple[Callable[[int], str], ...] = (
    lambda index: f"{index}.",
    lambda index: f"{index}.",
    lambda index: f"{index}、",
    lambda index: f"{index}、",
    lambda index: f"{index}、",
    lambda index: f"{index}．",
    lambda index: f"（{index}）",
    lambda index: f"({index})",
    lambda index: f"{index}）",
    lambda index: f"{index})",
    lambda index: _CIRCLED[index - 1],
    lambda index: f"{_CHINESE[index - 1]}是",
    lambda index: f"{_CHINESE[index - 1]}是",
    lambda index: f"{_CHINESE[index - 1]}、",
    lambda index: f"（{_CHINESE[index - 1]}）",
    lambda index: f"目标{index}：",
    lambda index: f"第{_CHINESE[index - 1]}，",
)

__all__ = ["Author", "Habits", "Indicator", "Project", "habits"]
