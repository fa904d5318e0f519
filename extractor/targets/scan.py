"""What stands where in a printed value: amounts, dates, periods, and the marks between them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from extractor.schemas.target import Operator
from extractor.targets import amounts, dates, each, numerals
from extractor.targets.amounts import Amount
from extractor.targets.dates import Printed
from extractor.targets.numbering import MARKER
from extractor.targets.words import CHINESE_DIGITS, Words, grouped, words

BOUND = "bound"
"""Word of a number that is not understood by itself, since a sign follows: the 90% of 90%≤完成率≤100%."""

Kind = Literal["amount", "date", "number", "bad", "operator", "each", "by", "mean", "denial", "unclear", "cut"]
_DATE = re.compile(
    """
      [0-9]{1,4}[-年月./~至到]                    # 2026年
    | [一二三四五六七八九十〇零]{1,4}[年月季至到-]  # 二〇二六年
    | 年|上|下|第|[1-4]季度                       # 年底, 上半年, 第一季度
    """,
    re.VERBOSE,
)
_DATE_SHAPE = re.compile(
    """
    (?: (?:19|20)[0-9]{2}年                             # 2026年
      | (?:[0-9]{1,2}|十?[一二三四五六七八九十])月 )    # 6月
    [0-9年月日号底前]*                                  # 30日前
    """,
    re.VERBOSE,
)
_RUN = re.compile(r"[0-9][0-9.,:/~-]*(?:[十百千万亿]+[0-9][0-9.,]*)*")
_ROUND = re.compile("10*(?![0-9])")
_JOINED = frozenset("至到~-")
_LONGEST_UNIT = 4
_SIGNS = frozenset("≤≥<>")
_YUAN = "元"
_GLUE = frozenset(":/.+*×÷^·")
_TEARING = frozenset("'`´_|\\")
"""Between two digits these leave open whether they are one number."""
_FOREIGN = frozenset("$€£")


@dataclass(slots=True)
class Hit:
    """Something at [start, end); `depth` counts the brackets around it."""

    kind: Kind
    start: int
    end: int
    depth: int = 0
    amount: Amount | None = None
    date: Printed | None = None
    operator: Operator | None = None
    word: str = ""
    per: str | None = None
    period: str | None = None


@lru_cache
def _token() -> re.Pattern[str]:
    table = words()
    means = table.averages
    period, per = "|".join(means.period), "|".join(means.per)
    kinds = {
        "once": table.by.once,
        "relative": table.doubts.relative,
        "stop": table.stops.pattern,
        "day": "年底|年末|[上下]半年|第?[一二三四1-4]季度",
        "number": "±?[0-9]",
        "chinese": f"[百千]分之|[{CHINESE_DIGITS}]+",
        "operator": "|".join(re.escape(word) for word in sorted(table.operators, key=len, reverse=True)),
        "denial": table.denials.verbs.pattern,
        "both": f"(?<![{means.not_before_both}])[年月日](?:{per})均",
        # 3年均 is not 年均, but PM2.5年均 is
        "mean": f"(?<![{means.not_after}])(?<!(?<![.])[0-9])(?<!残疾)(?<!老年)(?:(?:{period}|{per})均"
        f"|(?<![{means.not_before_plain}])(?:{period})平均)(?![{means.not_before}]|水平)|{means.plain}",
        "each": "每",
        "unclear": table.doubts.irregular.pattern,
        "by": grouped(table.by.words),
        "cut": f"[,;。、\n{MARKER}]",
        "open": r"\(",
        "close": r"\)",
    }
    starts = re.escape(f"{table.starts}±年半上下百千万亿逐平(),;。、{(period + per).replace('|', '')}") + "\n" + MARKER
    return re.compile(f"(?=[{starts}])(?:{'|'.join(f'(?P<{name}>{pattern})' for name, pattern in kinds.items())})")


def scan(text: str) -> list[Hit]:
    """Everything in folded text without white space that tells of a target, in order."""
    return _Scan(text).run()


class _Scan:
    def __init__(self, text: str) -> None:
        self.text = text
        self.table: Words = words()
        self.found: list[Hit] = []
        self.depth = 0

    def run(self) -> list[Hit]:
        search, position = _token().search, 0
        while match := search(self.text, position):
            kind = match.lastgroup
            position = match.end()
            if kind == "number":
                position = self._number(match.start())
            elif kind == "chinese":
                position = self._chinese(match)
            elif kind == "operator":
                self._operator(match)
            elif kind == "day":
                position = self._date(match.start()) or position
            elif kind == "each":
                end = self._each(match.start())
                if end is None:
                    self._add("unclear", match.start(), position, word="每")
                position = end or position
            elif kind == "relative":
                self._add("unclear", match.start(), position, word="每")
            elif kind == "unclear":
                self._add("unclear", match.start(), position)
            elif kind == "once":
                self._add("each", match.start(), position, period=self.table.period[match[0].removeprefix("一")])
            elif kind == "mean":
                self._mean(match)
            elif kind == "both":
                self._add("mean", match.start(), position, period=match[0][0], per=match[0][1:-1])
            elif kind == "by":
                word = match[0][1:]
                self._add("by", match.start(), position, period=self.table.period.get(word, word))
            elif kind == "denial":
                self._add("denial", match.start(), position)
            elif kind == "cut":
                self._add("cut", match.start(), position, word=match[0])
            elif kind == "open":
                self.depth += 1
            elif kind == "close":
                self.depth = max(0, self.depth - 1)
        return self.found

    def _add(
        self,
        kind: Kind,
        start: int,
        end: int,
        *,
        amount: Amount | None = None,
        date: Printed | None = None,
        operator: Operator | None = None,
        word: str = "",
        per: str | None = None,
        period: str | None = None,
    ) -> None:
        self.found.append(Hit(kind, start, end, self.depth, amount, date, operator, word, per, period))

    def _operator(self, match: re.Match[str]) -> None:
        start, word = match.start(), match[0]
        if start and self.text[start - 1] in self.table.adverbs.not_after.get(word, ""):
            return
        self._add("operator", start, match.end(), operator=self.table.operators[word], word=word)

    def _mean(self, match: re.Match[str]) -> None:
        word = match[0].removesuffix("均").removesuffix("平")
        plain = match[0] == "平均"
        period = None if plain else self.table.period.get(word)
        self._add("mean", match.start(), match.end(), period=period, per=None if plain or period else word)

    def _each(self, at: int) -> int | None:
        found = each.before(self.text, at)
        if found is None:
            return None
        self._add("each", at, found.end, per=found.per, period=found.period)
        return found.end

    def _before(self, at: int) -> Hit | None:
        """The operator that stands before `at`, with nothing but fillers, periods and 每户 in between."""
        for finding in reversed(self.found):
            if finding.end == at or (
                at - finding.end <= 8
                and self.table.words.between_operator_and_number.fullmatch(self.text, finding.end, at)
            ):
                if finding.kind == "operator":
                    return finding
                if finding.kind == "each":
                    at = finding.start
                    continue
            return None
        return None

    def _date(self, at: int) -> int | None:
        if not _DATE.match(self.text, at):
            return None
        before = self._before(at)
        if before and before.word not in self.table.words.before_dates:
            before = None
        date = dates.read(self.text, at, before.operator if before else None)
        if date is None:
            return None
        if self.text.endswith(self.table.words.not_this_year, 0, date.begin):
            self._add("bad", at, date.end)
            return date.end
        this_year = self.table.words.ends_this_year.search(self.text, max(0, date.begin - 3), date.begin)
        start = this_year.start() if this_year else date.begin
        if before:
            self.found.remove(before)
            start = before.start
        self._add("date", start, date.end, date=date)
        return date.end

    def _number(self, at: int) -> int:
        text = self.text
        end = self._day_of_month(at) or self._date(at)
        if end:
            return end
        shape = _DATE_SHAPE.match(text, at)
        if shape:
            self._add("bad", at, shape.end())
            return shape.end()
        start, previous = at, text[at - 1] if at else ""
        if (previous in _JOINED and self._follows_a_number(at - 1)) or self._goes_on(at):
            return self._unread(at, bad=True)
        before = self._before(at)
        negative = False
        if previous in ("-", "~"):
            before = self._before(at - 1)
            negative = previous == "-" and (at == 1 or before is not None or text[at - 2] == ":")
            if not negative:
                return self._unread(at, bad=True)
            start = at - 1
        elif previous and (previous in _GLUE or (previous.isascii() and previous.isalpha())):
            if not (previous == ":" and at > 1 and not text[at - 2].isdigit()):
                return self._unread(at, bad=previous in _GLUE)
        elif self._is_vague(at) or previous in _FOREIGN or (previous in _TEARING and text[at - 2 : at - 1].isdigit()):
            return self._unread(at, bad=True)
        elif previous in ("点", "时") and at > 1 and text[at - 2].isdigit():
            return self._unread(at)
        if text[at] == "0" and self.table.numerals.zero.match(text, at + 1):
            self._add("amount", at, at + 1, amount=amounts.zero(at))
            return at + 1
        # A number that an operator stands before can not be passed over.
        return self._amount(at, start, before, negative=negative) or self._unread(at, bad=before is not None)

    def _follows_a_number(self, at: int) -> bool:
        """Whether a number that is not understood stands just before: what follows it belongs to it."""
        last = self.found[-1] if self.found else None
        return last is not None and last.kind in ("number", "bad") and at - last.end <= _LONGEST_UNIT

    def _goes_on(self, at: int) -> bool:
        """Whether numbers are enumerated: 3、5个."""
        cut, last = self.found[:-3:-1] if len(self.found) > 1 else (None, None)
        return (
            cut is not None
            and last is not None
            and (cut.word, cut.end, last.kind, last.end) == ("、", at, "number", cut.start)
        )

    def _is_vague(self, at: int) -> bool:
        """Whether the word before a number makes it vague: 数100家, 每隔2天, but not 人数100人, 数35个, 间隔2天."""
        word = self.text[at - 1 : at]
        if word == "隔" and self.text.endswith("间隔", 0, at):
            return self.text.endswith("每间隔", 0, at)
        if word != "数":
            return word in self.table.numerals.vague_before
        noun = self.text[at - 2 : at - 1]
        return not (noun in self.table.numerals.counted or noun in self.table.units.known) and bool(
            _ROUND.match(self.text, at)
        )

    def _day_of_month(self, at: int) -> int | None:
        last = self.found[-1] if self.found else None
        if last is None or last.kind != "each" or last.period != "月" or last.end != at:
            return None
        date = dates.day_of_month(self.text, at)
        if date is None:
            return None
        self._add("date", at, date.end, date=date)
        return date.end

    def _chinese(self, match: re.Match[str]) -> int:
        at = match.start()
        end = self._day_of_month(at) or self._date(at)
        if end:
            return end
        shape = _DATE_SHAPE.match(self.text, at)
        if shape:
            self._add("bad", at, shape.end())
            return shape.end()
        if at and self.text[at - 1].isascii() and self.text[at - 1].isdigit():
            self._add("bad", at, match.end())  # 10一15人
            return match.end()
        if at and self.text[at - 1] in self.table.numerals.vague_before:
            self._add("number", at, match.end())
            return match.end()
        if match[0] in ("零", "〇") and self.table.numerals.zero.match(self.text, match.end()):
            self._add("amount", at, match.end(), amount=amounts.zero(at))
            return match.end()
        end = self._amount(at, at, self._before(at), negative=False)
        if end:
            return end
        self._add("number", at, match.end())
        return match.end()

    def _amount(self, at: int, start: int, before: Hit | None, *, negative: bool) -> int | None:
        if before and self._is_contradicted(before):
            return None
        amount = amounts.read(self.text, at, before.operator if before else None, negative=negative)
        if amount is None:
            return None
        if amount.unit is None and self.text[at - 1 : at] in ("¥", "￥"):
            amount.unit = _YUAN
        amount.start = before.start if before else start
        if before:
            self.found.remove(before)
        self._add("amount", amount.start, amount.end, amount=amount)
        return amount.end

    def _is_contradicted(self, operator: Hit) -> bool:
        """Whether another operator stands right before one: ≥≤90%."""
        return any(
            one.kind == "operator" and one.end == operator.start and one.operator != operator.operator
            for one in self.found
        )

    def _unread(self, at: int, *, bad: bool = False) -> int:
        """A number that is not understood; `bad` where what is around it can not be trusted either."""
        run = _RUN.match(self.text, at + (self.text[at] == "±"))
        end = run.end() if run else at + 1
        digits = run[0].rstrip(".,:/~-") if run else ""
        unit_end = self.table.units.at(self.text, at + len(digits))[1]
        if self.text[unit_end : unit_end + 1] in _SIGNS and not (at and self.text[at - 1].isascii()):
            self._add("bad", at, end, word=BOUND)
            return end
        self._add("bad" if bad or numerals.digits(digits) is None else "number", at, end)
        return end
