"""What is left of a name when that which changes from year to year, or from place to place, is taken away.

Stems are for following and for proposals only. They are no keys: two projects may have one stem.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from extractor.names.divisions import place
from extractor.names.keys import form, key, shortened

_YEAR = r"(?:19|20)\d\d"
_SPAN = rf"{_YEAR}(?:年度?)?(?:[-~至到、]{_YEAR})?"
_YEARS = re.compile(
    rf"\({_SPAN}(?:学?年度?)?\)(?!\d*号)|(?<!\d){_SPAN}学?年度?|(?<!\d){_YEAR}[-~至到]{_YEAR}(?!\d)"
    rf"|^{_YEAR}(?!\d)|(?<![\d(]){_YEAR}$"
)
_NUMBERS = re.compile(r"\d+(?:\.\d+)?|[一二三四五六七八九十百]+(?=期|批|标|阶段|轮|包|号|类|组|队|所|站)")
_TAILS = re.compile(r"(?:专项|工作|业务)*(?:经费|资金|项目|费用)+$")
_CODE = re.compile(r"[0-9A-Za-z._/()-]+|[\u4e00-\u9fff]{1,3}-?\d+")
_LONGEST = 300
_LIKE_A_PLACE = re.compile("(?:[\u4e00-\u9fff]{2,3}[省市州盟])?[\u4e00-\u9fff]{2,3}[市区县旗]")
_NOTHING = re.compile(r"^[-_,、]+|\(\)")


class Stem(NamedTuple):
    """The lasting part of a project's name; `core` is without words such as 专项经费, `numbers` are its numbers.

    A code (行财06) stands for a project that is not named: only the same code is the same project.
    """

    text: str
    core: str
    numbers: tuple[str, ...]
    is_code: bool


@lru_cache(maxsize=131_072)
def stem(name: str, bodies: tuple[str, ...] = ()) -> Stem:
    """The stem of a project's name: no years, and not the name of the body that it stands under (keys in `bodies`).

    >>> unit = key("unit", "中国共产党广州市增城区委员会政法委员会").text
    >>> stem("中国共产党广州市增城区委员会政法委员会2024-2025年“增穗通”信息系统运维项目", (unit,)).text
    '增穗通信息系统运维项目'
    >>> stem("穗埔内收[2021]485号网络通信服务项目").numbers, stem("行财06").is_code
    (('2021', '485'), True)
    """
    text, _ = form(name)
    if len(text) > _LONGEST:
        return Stem(text, text, (), is_code=False)
    text, _ = shortened(text)
    for body in sorted(bodies, key=len, reverse=True):
        if body and text.startswith(body) and len(text) > len(body) + 1:
            text = text[len(body) :]
            break
    bare = _NOTHING.sub("", _YEARS.sub("", text))
    text = bare or text
    core = _TAILS.sub("", text)
    return Stem(text, core if len(core) > 1 else text, tuple(_NUMBERS.findall(text)), bool(_CODE.fullmatch(text)))


@lru_cache(maxsize=65_536)
def place_before(name: str, *, guess: bool = True) -> str:
    """The place that a key begins with: one that is known, else (`guess`) what is printed like one.

    >>> place_before("广州市番禺区委政法委"), place_before("云溪市青禾区民政局"), place_before("政府办")
    ('广州市番禺区', '云溪市青禾区', '')
    >>> place_before("老旧小区改造", guess=False), place_before("番禺区老旧小区改造", guess=False)
    ('', '番禺区')
    """
    if (found := place(name)) and not found.is_common:
        return found.printed if name.startswith(found.printed) and len(name) > len(found.printed) else ""
    like = _LIKE_A_PLACE.match(name) if guess else None
    return like[0] if like and len(name) > like.end() else ""


def without_place(name: str, *, guess: bool = True) -> str:
    """A key without the place that it begins with; see `place_before`.

    >>> without_place("广州市番禺区委政法委"), without_place("云溪市青禾区民政局"), without_place("政府办")
    ('区委政法委', '民政局', '政府办')
    """
    before = place_before(name, guess=guess)
    rest = name[len(before) :]
    # 番禺区委 is the 委 of the 区: the word that says so stays.
    return before[-1] + rest if before and rest.startswith("委") else rest


def bodies_of(unit: str | None, department: str | None) -> tuple[str, ...]:
    """The keys of printed names, for `stem`."""
    found = (key("unit", unit), key("department", department))
    return tuple(dict.fromkeys(one.text for one in found if one is not None))
