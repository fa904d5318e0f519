"""The text that the tagger is trained on: its labels are right, whatever was done to it."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from random import Random

import pytest

from extractor.tagger.labels import FIELDS, OUTSIDE, TAGS, UNREADABLE, begin, inside
from extractor.tagger.synthesis import KINDS, Sample, samples
from extractor.tagger.synthesis.content import Author, Habits, Project, habits
from extractor.tagger.synthesis.damage import DAMAGES
from extractor.tagger.synthesis.labelled import Builder, Labelled
from extractor.tagger.synthesis.page import Writer
from extractor.tagger.synthesis.render import cells, columns
from extractor.tagger.synthesis.words import Dice, Lexicon, words

Values = list[tuple[str, str]]


def values(labelled: Labelled | Sample) -> Values:
    """Fields and values in the order in which they begin, without white space."""
    found: list[tuple[str, list[str]]] = []
    for character, tag in zip(labelled.text, labelled.tags, strict=True):
        if tag in (OUTSIDE, UNREADABLE):
            continue
        field = FIELDS[(tag - 1) // 2]
        if tag == begin(field):
            found.append((field, []))
        latest = next((parts for name, parts in reversed(found) if name == field), [])
        latest.append(character)  # of a value that began before the sample nothing is kept
    return [(field, "".join("".join(parts).split())) for field, parts in found]


def expected(project: Project) -> Counter[tuple[str, str]]:
    """What is to be read of the project, item numbers apart."""
    known: Values = [("name", project.name), ("goal", project.goal)]
    known += [("amount", amount) for amount in project.amounts]
    known += [pair for item in project.indicators for pair in zip(FIELDS[4:], item[1:], strict=True)]
    return Counter((field, "".join(value.split())) for field, value in known if value)


def writer_of(seed: int) -> Writer:
    """A writer of documents that print all of an indicator, which bracket notation does not."""
    dice = Dice(Random(seed))
    while (writer := Writer(dice, dice.one((0.0, 0.3, 1.0)))).printer.grammar.bracketed:
        pass
    return writer


def project_of(writer: Writer) -> Project:
    return writer.author.project(writer.habits, withheld=writer.dice.whether(0.1))


@pytest.fixture(scope="module")
def many() -> list[Sample]:
    return list(islice(samples(1), 500))


def test_the_seed_decides() -> None:
    assert list(islice(samples(7), 20)) == list(islice(samples(7), 20))
    assert list(islice(samples(7), 20)) != list(islice(samples(8), 20))


def test_every_kind_appears(many: list[Sample]) -> None:
    assert {sample.kind for sample in many} == set(KINDS)


def test_one_kind_alone() -> None:
    assert {sample.kind for sample in islice(samples(2, "bracketed"), 5)} == {"bracketed"}


def test_one_tag_for_each_character(many: list[Sample]) -> None:
    for sample in many:
        assert sample.text.strip()
        assert len(sample.text) == len(sample.tags)
        assert max(sample.tags) < TAGS


def test_values_are_well_formed(many: list[Sample]) -> None:
    """No value goes on that has not begun, unless the sample begins within it; none has a blank at its ends."""
    for sample in many:
        begun: set[str] = set()
        ends = [0, *sample.tags, 0]
        for at, tag in enumerate(sample.tags):
            if tag in (OUTSIDE, UNREADABLE):
                continue
            field = FIELDS[(tag - 1) // 2]
            within = (begin(field), inside(field))
            if tag == inside(field) and ends[at] not in within and begun:
                # Cut anywhere, a window may go on with what began before it.
                assert field in begun or sample.kind in ("window", "compilation")
            begun.add(field)
            if sample.text[at].isspace():
                assert tag == inside(field)
                assert ends[at] in within
                assert ends[at + 2] == inside(field)


def test_all_of_an_unreadable_page_is_unreadable() -> None:
    for sample in islice(samples(3, "unreadable"), 60):
        assert all((tag == UNREADABLE) != one.isspace() for one, tag in zip(sample.text, sample.tags, strict=True))


def test_nothing_is_read_from_prose() -> None:
    assert all(not any(sample.tags) for sample in islice(samples(3, "prose"), 20))


@pytest.mark.parametrize("seed", range(120))
def test_a_printed_project_is_still_the_project(seed: int) -> None:
    writer = writer_of(seed)
    project = project_of(writer)
    printed = Counter(pair for pair in values(writer.block(project)) if pair[0] != "number")
    assert printed == expected(project)


@pytest.mark.parametrize("seed", range(60))
def test_a_project_in_cells_is_still_the_project(seed: int) -> None:
    writer = writer_of(seed)
    project = project_of(writer)
    table = columns(writer.dice, writer.lexicon, writer.habits)
    row = Builder()
    for label, cell in cells(writer.dice, writer.lexicon, writer.printer, project, table, "云溪市教育局"):
        row.plain(f"【{label}】")
        row.add(cell)
    printed = Counter(pair for pair in values(row.build()) if pair[0] != "number")
    assert printed == expected(project)


def test_bracket_notation_prints_its_one_value() -> None:
    """【产出指标-数量指标】指标1:NAME(VALUE)"""
    writer = writer_of(1)
    writer.printer.grammar = writer.printer.grammar._replace(bracketed=True)
    project = writer.author.project(writer.habits)
    read = values(writer.printer.indicators(project.indicators))
    assert [value for field, value in read if field == "number"] == [item.number for item in project.indicators]
    names = ["".join(item.name.split()) for item in project.indicators]
    assert [value for field, value in read if field == "indicator"] == names


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_leaves_the_labels_right(damage) -> None:  # type: ignore[no-untyped-def]
    """Values keep their characters; only where characters are misread may they differ."""
    for seed in range(40):
        writer = writer_of(seed)
        printed = writer.block(project_of(writer)).stripped()
        made = damage(printed, writer.dice).bounded()
        assert len(made.text) == len(made.tags)
        before, after = values(printed), values(made)
        assert [field for field, _ in after] == [field for field, _ in before]
        if damage.__name__ not in ("misread", "halved"):
            assert after == before


def test_numbers_of_items_are_tagged_without_their_punctuation() -> None:
    writers = [writer_of(seed) for seed in range(100)]
    printed = [writer.block(project_of(writer)) for writer in writers]
    numbers = {value for block in printed for field, value in values(block) if field == "number"}
    assert numbers
    assert all(re.fullmatch(r"[0-9]+|[①-⑳]|[一二三四五六七八九十]", number) for number in numbers)


def test_categories_are_printed_alone_as_what_they_are() -> None:
    """数量指标 without a level-1 term before it is a level-2 term."""
    author = Author(Lexicon(Dice(Random(1)), 0.0))
    alone = habits(Dice(Random(1)))._replace(level1=True, level2=False, coded=False)
    items = [author.indicator(alone, 1) for _ in range(300)]
    assert {item.level1 for item in items} >= {"产出指标", "效益指标", "满意度指标", "成本指标", ""}
    assert all(bool(item.level1) != bool(item.level2) for item in items)


def test_strange_words_are_of_known_characters() -> None:
    lexicon = Lexicon(Dice(Random(1)), 1.0)
    assert all("\u4e00" <= one <= "\u9fff" for _ in range(50) for one in lexicon.word("objects"))


def test_word_lists_are_full() -> None:
    assert sum(map(len, words().values())) > 900
    assert all(found for found in words().values())


def test_habits_allow_a_cycle_alone() -> None:
    made: list[Habits] = [habits(Dice(Random(seed))) for seed in range(200)]
    assert any(one.cycle and not one.annual for one in made)
    assert all(one.cycle or one.annual for one in made)
