"""The tables of words that a person extends: their form."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

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
