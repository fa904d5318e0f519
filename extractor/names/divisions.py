"""The administrative division that printed names lie in (GB/T 2260).

A name begins with its place, so places are read at its beginning only: 云溪市临川区水务局 does not lie in 临川区, for
there is no 云溪市. What fits several divisions, or contradicts itself, is no division: None, never a guess.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Literal, NamedTuple, get_args

from extractor.schemas.record import Division
from extractor.text import squash

Evidence = Literal["unit", "department", "title", "file"]

_HAN = re.compile("[\u4e00-\u9fff]+")
_YEAR = re.compile("^年度?")
_SUFFIX = re.compile("(?:特别行政区|[省市盟]|地区)$")
_REGIONS = re.compile("^(内蒙古|广西|西藏|宁夏|新疆)")
_CITY = re.compile("[\u4e00-\u9fff]{2,3}(?<![全我本各该省])市(?![场政容民])")
_LONGEST = 15


class Place(NamedTuple):
    """What is read at the beginning of a name: the codes it may stand for, and whether a parent is printed with it.

    No code: the printed names contradict each other. `is_common`: it may be a word and no place.
    """

    printed: str
    codes: tuple[str, ...]
    has_parent: bool
    is_common: bool = False


class _Tables(NamedTuple):
    names: dict[str, str]
    whole: dict[str, tuple[str, ...]]
    short: dict[str, tuple[str, ...]]
    common: frozenset[str]
    before: re.Pattern[str]
    functional: re.Pattern[str]


@lru_cache
def _tables() -> _Tables:
    folder = files("extractor.names")
    words = tomllib.loads(folder.joinpath("places.toml").read_text(encoding="utf-8"))
    names: dict[str, str] = {}
    whole: dict[str, list[str]] = {}
    short: dict[str, list[str]] = {}
    former: list[tuple[str, str]] = []
    peoples = "|".join(sorted(words["peoples"], key=len, reverse=True))
    autonomous = re.compile(f"^(.{{2,6}}?)(?:{peoples})+自治([州县])$")
    for line in folder.joinpath("divisions.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        code, name, *rest = line.split("\t")
        names[code] = name
        if rest:
            former.append((code, name))
            continue
        whole.setdefault(name, []).append(code)
        if found := autonomous.match(name):
            whole.setdefault(found[1] + found[2], []).append(code)
        if region := _REGIONS.match(name):
            short.setdefault(region[1], []).append(code)
        elif (bare := _SUFFIX.sub("", name)) != name and len(bare) > 1:
            short.setdefault(bare, []).append(code)
    for code, name in former:  # an abolished division counts where no other has its name
        whole.setdefault(name, [code])
    before = "|".join(sorted(words["before"], key=len, reverse=True))
    return _Tables(
        names,
        {name: tuple(codes) for name, codes in whole.items()},
        {name: tuple(codes) for name, codes in short.items()},
        frozenset(words["common"]),
        re.compile(f"(?:{before})+"),
        re.compile(words["functional"]),
    )


def division_of(
    unit: str | None = None, department: str | None = None, title: str | None = None, file: str | None = None
) -> Division | None:
    """The division that a project's names lie in: the unit's, else the department's, the title's, the file's.

    A name that fits several divisions is decided by the names after it, where they name a city of one of them. A unit
    of a county's department lies in that county.
    >>> found = division_of("广州市番禺区来穗人员服务中心")
    >>> found.code, found.province, found.city, found.county, found.printed, found.evidence
    ('440113', '广东省', '广州市', '番禺区', '广州市番禺区', 'unit')
    >>> division_of("鼓楼区民政局"), division_of("鼓楼区民政局", title="南京市2026年部门预算").code
    (None, '320106')
    >>> division_of("云溪市临川区水务局") is None
    True
    """
    return _division_of(unit or "", department or "", title or "", file or "")


@lru_cache(maxsize=16_384)
def _division_of(unit: str, department: str, title: str, file: str) -> Division | None:
    read = (place(unit), place(department), place_within(title), place_within(PurePosixPath(file).stem))
    printed = [(evidence, found) for evidence, found in zip(get_args(Evidence), read, strict=True) if found]
    sure = [found.codes for _, found in printed if not found.is_common]
    places = [(evidence, found) for evidence, found in printed if not found.is_common or _fits(found, sure)]
    if not places:
        return None
    evidence, found = places[0]
    codes = found.codes
    if not found.has_parent and any(map(_names_unknown_city, (unit, department, title))):
        return None
    for _, other in places[1:]:
        fitting = tuple(code for code in codes if any(_related(code, one) for one in other.codes))
        if len(codes) > 1 and fitting:
            codes = fitting
        elif len(codes) == 1 and not fitting and not found.has_parent:
            return None
    if len(codes) != 1:
        return None
    if evidence == "unit" and len(places) > 1 and places[1][0] == "department":
        deeper = places[1][1]
        if len(deeper.codes) == 1 and deeper.codes != codes and _stem(deeper.codes[0]).startswith(_stem(codes[0])):
            evidence, found, codes = "department", deeper, deeper.codes
    return _division(codes[0], found.printed, evidence)


def _fits(common: Place, sure: list[tuple[str, ...]]) -> bool:
    """Whether another name prints the place of one that may be a word."""
    return any(_related(code, other) for codes in sure for other in codes for code in common.codes)


def _names_unknown_city(text: str) -> bool:
    """Whether a name begins with a city that is in no list: a district alone cannot be trusted beside it."""
    runs = (_YEAR.sub("", run) for run in _HAN.findall(squash(text)))
    return any(_CITY.match(run) and not _read(run) for run in runs)


def name_of(code: str) -> str:
    """The whole printed name of a division.

    >>> name_of("440113"), name_of("110105"), name_of("429004")
    ('广东省广州市番禺区', '北京市朝阳区', '湖北省仙桃市')
    """
    names = _tables().names
    return "".join(dict.fromkeys(names[one] for one in (f"{code[:2]}0000", f"{code[:4]}00", code) if one in names))


@lru_cache(maxsize=65_536)
def place(name: str) -> Place | None:
    """The place that the name of a body begins with; None where it begins with none.

    >>> place("[108]中共广州市番禺区委政法委").printed, place("广州番禺区民政局").codes
    ('广州市番禺区', ('440113',))
    >>> place("合肥高新区管委会"), place("高新区管委会")
    (Place(printed='合肥高新区', codes=('340100',), has_parent=True, is_common=False), None)
    >>> place("老城区改造办公室").is_common
    True
    """
    run = _HAN.search(squash(name))
    return _read(run[0]) if run else None


def place_within(text: str) -> Place | None:
    """The place that a title or a file's name speaks of, at the beginning of any of its runs of Chinese characters.

    >>> place_within("2026年广州市番禺区部门预算").codes, place_within("附件3-番禺区政法委_2026").codes
    (('440113',), ('440113',))
    """
    read = (_read(_YEAR.sub("", run)) for run in _HAN.findall(squash(text)))
    found = [one for one in read if one and not one.is_common]
    if not found:
        return None
    deepest = max(found, key=lambda one: (len(_stem(one.codes[0])) if one.codes else 0, one.has_parent))
    if all(any(_related(code, one) for code in other.codes for one in deepest.codes) for other in found):
        return deepest
    return Place(deepest.printed, (), has_parent=True)


def _read(text: str) -> Place | None:
    tables = _tables()
    start = found.end() if (found := tables.before.match(text)) else 0
    position, levels = start, 0
    codes: tuple[str, ...] = ()
    while True:
        end, fitting, clash = _longest(text, position, codes)
        if clash:
            return Place(text[start:end], (), has_parent=True)
        if not fitting:
            break
        position, codes = end, fitting
        levels += 1
    if not codes:
        return _behind_short(text, start)
    printed = text[start:position]
    if printed.endswith("区") and text.startswith("域", position):
        return None  # 滨江区域
    return Place(printed, codes, has_parent=levels > 1, is_common=levels == 1 and _is_common(printed))


def _longest(text: str, position: int, parents: tuple[str, ...]) -> tuple[int, tuple[str, ...], bool]:
    """The longest name of a division at a position, inside of the parents; True where it lies in none of them."""
    whole = _tables().whole
    for length in range(min(_LONGEST, len(text) - position), 1, -1):
        end = position + length
        codes = whole.get(text[position:end])
        if codes is None:
            continue
        if not parents:
            return end, codes, False
        inside = tuple(code for code in codes if any(_is_in(code, parent) for parent in parents))
        if inside:
            return end, inside, False
        if not _is_common(text[position:end]):
            return end, (), True
    return position, (), False


def _behind_short(text: str, start: int) -> Place | None:
    """A city or province without its 市 or 省, where a place of it follows (广州番禺区, 合肥高新区)."""
    tables = _tables()
    for length in range(min(_LONGEST, len(text) - start), 1, -1):
        end = start + length
        cities = tables.short.get(text[start:end])
        if cities is None:
            continue
        last, codes, clash = _longest(text, end, cities)
        if codes and not clash:
            deeper, more, clash = _longest(text, last, codes)
            if clash:
                return Place(text[start:deeper], (), has_parent=True)
            return Place(text[start : deeper if more else last], more or codes, has_parent=True)
        if zone := tables.functional.match(text, end):
            return Place(text[start : zone.end()], cities, has_parent=True)
    return None


def _is_common(name: str) -> bool:
    """Whether a name says something without its city as well."""
    return name in _tables().common or (name.endswith("区") and len(name) == 2)


def _stem(code: str) -> str:
    """The digits that a division shares with all that lies in it."""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def _is_in(code: str, parent: str) -> bool:
    return code != parent and code.startswith(_stem(parent))


def _related(one: str, other: str) -> bool:
    return one.startswith(_stem(other)) or other.startswith(_stem(one))


def _division(code: str, printed: str, evidence: Evidence) -> Division:
    names = _tables().names
    is_county, is_city = not code.endswith("00"), code.endswith("00") and not code.endswith("0000")
    return Division(
        code=code,
        name=names[code],
        province=names[f"{code[:2]}0000"],
        city=names.get(f"{code[:4]}00") if is_county or is_city else None,
        county=names[code] if is_county else None,
        printed=printed,
        evidence=evidence,
    )
