"""The tables of words that a person extends: their form, and what is said of a wrong one."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from extractor.errors import UsageError
from extractor.layouts import taxonomy, terms
from extractor.layouts.shared import Shared
from extractor.normalize import funding
from extractor.tables import WordSection, read
from extractor.targets.words import Words

TABLES = {
    "extractor.layouts": ("terms.toml", "taxonomy.toml"),
    "extractor.targets": ("words.toml",),
    "extractor.normalize": ("funding.toml",),
    "extractor.names": ("rules.toml", "places.toml"),
}
_STRING = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*')"""
_SEVERAL = re.compile(rf"^(?:[\w-]+|{_STRING}) *= *\[ *{_STRING} *, *{_STRING}|^ *{_STRING}, *{_STRING}")
"""Two words of a list on one line; groups within a list may stand on one."""


@pytest.mark.parametrize(("package", "name"), [(package, name) for package, names in TABLES.items() for name in names])
def test_a_list_stands_one_word_a_line(package: str, name: str) -> None:
    lines = files(package).joinpath(name).read_text(encoding="utf-8").splitlines()
    assert len(lines) > 50
    assert [line for line in lines if _SEVERAL.match(line)] == []


@pytest.mark.parametrize(
    ("line", "several"),
    [
        ('number = ["序号", "编号"]', True),
        ("fields = ['a', \"b\"]", True),
        ('  "台套", "台件",', True),
        ('"≥" = [">=", "=>"]', True),
        ('fields = ["department"]', False),
        ('  "\\"[^\\"]{1,30}\\"",', False),
        ('  ["台", "套"],', False),
    ],
)
def test_two_words_on_a_line_are_seen(line: str, several: bool) -> None:
    assert (_SEVERAL.match(line) is not None) == several


MODELS: dict[str, tuple[str, type[WordSection]]] = {
    "funding.toml": ("extractor.normalize", funding.Table),
    "taxonomy.toml": ("extractor.layouts", taxonomy.Table),
    "terms.toml": ("extractor.layouts", Shared),
    "words.toml": ("extractor.targets", Words),
}


@pytest.mark.parametrize(
    ("name", "right", "wrong", "said"),
    [
        # A key that no section has, and a section that no table has.
        ("words.toml", "\nsized = ", "\nsizd = ", "[doubts] sizd: there is no such key"),
        ("words.toml", "\n[quantities]", "\n[quantites]", "[quantites]: there is no such key"),
        ("words.toml", '[before]\n"≥" = [', '[before]\n"=>" = [', "[before] =>: "),
        ("terms.toml", "\nnext_part = ", "\nnextpart = ", "[furniture] nextpart: there is no such key"),
        ("terms.toml", "\nsums = ", "\nsum = ", "[form.words] sum: there is no such key"),
        (
            "terms.toml",
            '\ncycle_value = [\n  "实施周期指标值"',
            '\ncycel_value = [\n  "实施周期指标值"',
            "[columns] cycel_value: ",
        ),
        ("terms.toml", "\n[withheld]", "\n[withhold]", "[withhold]: there is no such key"),
        (
            "taxonomy.toml",
            '"满意率指标",\n]\npatterns = ',
            '"满意率指标",\n]\npattern = ',
            "[level1.3] pattern: there is no such key",
        ),
        (
            "funding.toml",
            '[term."上年结转"]\nkind = ',
            '[term."上年结转"]\nkin = ',
            "[term.上年结转] kin: there is no such key",
        ),
        ("funding.toml", "[of_level]\n", "[of_levels]\n", "[of_levels]: there is no such key"),
        # A pattern that is none, a word that is none, a list that is none.
        ("words.toml", "\ngraded = ", "\ngraded = '(' # ", "[columns] graded: "),
        ("words.toml", '\n  "顶",', "\n  7,", "[units] counted[0]: "),
        ("words.toml", '\n"旬" = [', '\n"旬" = "旬" # ', "[periods] 旬: "),
        ("words.toml", "\nonce = ", "\nonce : ", "not a valid TOML file: "),
    ],
)
def test_a_wrong_table_is_explained(name: str, right: str, wrong: str, said: str) -> None:
    package, model = MODELS[name]
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    assert text.count(right) == 1
    assert read(text, name, model)
    with pytest.raises(UsageError) as raised:
        read(text.replace(right, wrong), name, model)
    assert str(raised.value).startswith(f"{name}: ")
    assert said in str(raised.value)


def test_every_pattern_of_prose_is_used_and_every_one_that_is_used_is_there() -> None:
    folders = files("extractor.chunk"), files("extractor.chunk").joinpath("prose")
    sources = (file for folder in folders for file in folder.iterdir() if file.name.endswith(".py"))
    code = "".join(file.read_text(encoding="utf-8") for file in sources)
    assert set(re.findall(r'patterns\["(\w+)"\]', code)) == set(terms().shared.prose.patterns)
