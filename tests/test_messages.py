"""Messages of the flags: complete in both languages, filled in, none unused."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

from extractor.messages import flag, message
from extractor.schemas.finding import finding
from extractor.schemas.record import FlagCode

TABLE: dict[str, dict[str, str]] = tomllib.loads(files("extractor").joinpath("messages.toml").read_text("utf-8"))
SOURCES = "".join(path.read_text("utf-8") for path in Path(str(files("extractor"))).rglob("*.py"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PRINTED_TERMS = re.compile("元|万元|总计|时效指标|项目支出绩效目标表|绩效目标|整体支出")
"""Words of the documents that an English message quotes."""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", TABLE)
def test_both_languages_say_the_same(key: str) -> None:
    entry = TABLE[key]
    assert set(entry) == {"zh", "en"}
    assert placeholders(entry["zh"]) == placeholders(entry["en"])
    assert CHINESE.search(entry["zh"])
    assert not CHINESE.search(PRINTED_TERMS.sub("", entry["en"]))
    assert entry["en"].isascii() or PRINTED_TERMS.search(entry["en"])


@pytest.mark.parametrize("key", TABLE)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_placeholder_is_filled_even_with_braces(key: str, language: str) -> None:
    facts = {name: f"<{name}{{}}>" for name in placeholders(TABLE[key][language])}
    filled = message(key, language, **facts)
    assert all(fact in filled for fact in facts.values())
    assert "{}" not in filled.replace("{}>", "")


@pytest.mark.parametrize("code", list(FlagCode))
def test_every_code_has_a_message(code: FlagCode) -> None:
    assert code in TABLE or any(key.startswith(f"{code}_") for key in TABLE)


@pytest.mark.parametrize("key", TABLE)
def test_no_message_is_unused(key: str) -> None:
    codes = [code for code in FlagCode if key == code or key.startswith(f"{code}_")]
    if key in codes:
        return
    variants = [key.removeprefix(f"{code}_") for code in codes]
    # The variants of compare are put together: reader + "_ungrounded".
    words = [word for variant in variants for word in (variant, *variant.split("_", 1))]
    # Readers, roles of cells and fields are named by what they are: f"reader_{reader}".
    named = any(key.startswith(kind) and f'f"{kind}' in SOURCES for kind in ("reader_", "role_", "field_"))
    assert named or any(f'"{word}"' in SOURCES or f"_{word}" in SOURCES for word in (key, *words))


def test_a_flag_carries_its_message_and_values() -> None:
    raised = finding(
        FlagCode.SUM_MISMATCH,
        "totals[0].amounts.total",
        variant="rounding",
        rules="1",
        model="2",
        spans=((1, 2),),
        name="合计",
        column="总计",
        printed="1.00",
        count=3,
        computed="1.01",
        difference="0.01",
    )
    found = flag(raised, "en")
    assert found.message == "Rounding: 合计, 总计: printed 1.00, its 3 rows add up to 1.01: 0.01 apart."
    assert (found.code, found.path, found.rules, found.model, found.spans) == (
        FlagCode.SUM_MISMATCH, "totals[0].amounts.total", "1", "2", ((1, 2),),
    )  # fmt: skip


@pytest.mark.parametrize(("key", "language"), [("no_such", "zh"), ("withheld", "fr")])
def test_an_unknown_message_is_an_error(key: str, language: str) -> None:
    with pytest.raises(KeyError):
        message(key, language)
