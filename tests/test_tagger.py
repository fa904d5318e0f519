"""The built-in second reader: decoding, network, weights, readings, and what it makes of the golden documents."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from functools import lru_cache
from itertools import islice, product
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from threadpoolctl import threadpool_info

from extractor.builtin import is_read
from extractor.errors import WeightsError
from extractor.ground.paths import leaves
from extractor.pipeline import OpenDocument, cut, finish, survey
from extractor.readers import read
from extractor.schemas.document import Block, BlockContext, Document, MappedText
from extractor.schemas.project import Amounts
from extractor.schemas.record import FlagCode
from extractor.settings import Settings
from extractor.tagger import TaggedDocument, Tagger, TaggerReading, weights
from extractor.tagger.decode import Decoded, Value, _grammar, _is_grammatical, _viterbi, decode
from extractor.tagger.labels import FIELDS, OUTSIDE, TAGS, UNREADABLE, begin, inside
from extractor.tagger.network import DILATIONS, REACH, Network, encode
from extractor.tagger.reader import SURE
from extractor.tagger.synthesis import samples
from extractor.tagger.vocabulary import CLASSES, UNKNOWN_IDEOGRAPH, characters
from extractor.text import Squashed, squash
from tests.conftest import ROOT
from tests.golden_sources import sources
from tests.patience import HANG
from tests.second_readers import CharactersAlone

Floats = NDArray[np.float32]
Pieces = Sequence[tuple[str, str]]

COMPARED = {FlagCode.DISAGREEMENT, FlagCode.ONLY_RULES, FlagCode.ONLY_MODEL}
WEIGHTS = ROOT / "extractor" / "tagger" / weights.FILE


def one_hot(tags: Sequence[int] | NDArray[Any], sure: float = 1.0) -> Floats:
    rows = np.full((len(tags), TAGS), (1 - sure) / (TAGS - 1), dtype=np.float32)
    rows[np.arange(len(tags)), np.asarray(tags, dtype=np.int64)] = sure
    return rows


def tagged(*pieces: tuple[str, str]) -> tuple[str, Floats]:
    """A text and the probabilities of one who is sure of it.

    A piece is (text, field); the field is empty for what belongs to none, X for what cannot be read, and
    `+field` goes on with a value that was begun before.
    """
    tags: list[int] = []
    for text, field in pieces:
        name = field.removeprefix("+")
        within = {"": OUTSIDE, "X": UNREADABLE}.get(name, -1)
        within = inside(name) if within < 0 else within
        first = begin(field) if field in FIELDS else within
        tags += [first, *[within] * (len(text) - 1)]
    return "".join(text for text, _ in pieces), one_hot(tags)


def shown(text: str, value: Value) -> str:
    """A value's parts as they stand in the text."""
    return "|".join(text[piece.start : piece.end] for piece in value.pieces)


def found(text: str, decoded: Decoded) -> dict[str, Any]:
    own = {"name": decoded.name, "goal": decoded.goal}
    values: dict[str, Any] = {field: shown(text, value) for field, value in own.items() if value}
    items = [{field: shown(text, value) for field, value in item.items()} for item in decoded.indicators]
    return values | ({"indicators": items} if items else {})


# Decoding

ITEM: Pieces = [("1", "number"), ("、", ""), ("验收率", "indicator"), ("；年度指标值：", ""), ("95%", "annual")]
READ_ITEM = {"number": "1", "indicator": "验收率", "annual": "95%"}

DECODED: dict[str, tuple[Pieces, dict[str, Any]]] = {
    "nothing": ([("部门名称：教育局", "")], {}),
    "a project": (
        [("维修经费", "name"), (" ", ""), ("8.00", "amount"), ("\n", ""), ("修好。", "goal"), *ITEM, ("。", "")],
        {"name": "维修经费", "goal": "修好。", "indicators": [READ_ITEM]},
    ),
    "a value wrapped over lines": ([("校舍维\n\n  修经费", "name"), ("\n", "")], {"name": "校舍维\n\n  修经费"}),
    "a name that goes on behind its amounts": (
        [("校舍维", "name"), ("\n", ""), ("8.0", "amount"), (" ", ""), ("8.0", "amount"), ("\n", ""), ("修", "+name")],
        {"name": "校舍维|修"},
    ),
    "a goal that goes on behind the amounts": (
        [("修好", "goal"), ("\n", ""), ("8.00", "amount"), ("\n", ""), ("全部。", "+goal")],
        {"goal": "修好|全部。"},
    ),
    "a page's foot inside of a value": (
        [("修好全部", "goal"), ("\n— 12 —\n", ""), ("校舍。", "+goal")],
        {"goal": "修好全部|校舍。"},
    ),
    "a page's foot and a form feed": (
        [("修好全部", "goal"), ("\n第 3 页\f", ""), ("校舍。", "+goal")],
        {"goal": "修好全部|校舍。"},
    ),
    "a hole in a line is filled": ([("修好", "goal"), ("，", ""), ("校舍。", "+goal")], {"goal": "修好，校舍。"}),
    "a blank hole is filled": ([("修好", "goal"), ("\n\n", ""), ("校舍。", "+goal")], {"goal": "修好\n\n校舍。"}),
    "a hole at the end of a line is filled": ([("修", "goal"), ("。\n", ""), ("好", "+goal")], {"goal": "修。\n好"}),
    "a bracket takes its closing one": (
        [("1", "number"), ("、", ""), ("进度（%", "indicator"), ("）；", "")],
        {"indicators": [{"number": "1", "indicator": "进度（%）"}]},
    ),
    "a bracket that was not opened": (
        [("1", "number"), ("、", ""), ("进度", "indicator"), ("）；", "")],
        {"indicators": [{"number": "1", "indicator": "进度"}]},
    ),
    "a further number begins the next indicator": (
        [*ITEM, ("。", ""), ("2", "number"), ("、", ""), ("合格率", "indicator")],
        {"indicators": [READ_ITEM, {"number": "2", "indicator": "合格率"}]},
    ),
    "without numbers": (
        [("产出指标", "level1"), ("：", ""), ("甲", "indicator"), ("；", ""), ("乙", "indicator"), ("5%", "annual")],
        {"indicators": [{"level1": "产出指标", "indicator": "甲"}, {"indicator": "乙", "annual": "5%"}]},
    ),
    "values in any order": (
        [("2", "number"), (" ", ""), ("4", "annual"), (" ", ""), ("2", "cycle"), (" ", ""), ("甲", "indicator")],
        {"indicators": [{"number": "2", "annual": "4", "cycle": "2", "indicator": "甲"}]},
    ),
    "a category behind values begins the next indicator": (
        [("甲", "indicator"), (":", ""), ("4", "annual"), ("。", ""), ("质量指标", "level2"), ("5", "annual")],
        {"indicators": [{"indicator": "甲", "annual": "4"}, {"level2": "质量指标", "annual": "5"}]},
    ),
    "cycle and annual value": (
        [("甲", "indicator"), (":", ""), ("4", "cycle"), (";", ""), ("2", "annual"), ("。", ""), ("乙", "indicator")],
        {"indicators": [{"indicator": "甲", "cycle": "4", "annual": "2"}, {"indicator": "乙"}]},
    ),
    "a value that nothing begins": ([("修经费", "+name"), ("\n", "")], {"name": "修经费"}),
    # The most likely tags break the grammar.
    "a second goal is the first one's rest": (
        [("修好", "goal"), ("\n", ""), ("校舍。", "goal")],
        {"goal": "修好\n校舍。"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DECODED)
def test_values_of_tags(case: str) -> None:
    pieces, expected = DECODED[case]
    text, probabilities = tagged(*pieces)
    assert found(text, decode(text, probabilities)) == expected


def test_a_name_does_not_come_behind_the_indicators() -> None:
    text, probabilities = tagged(*ITEM, ("\n", ""), ("河道清淤", "name"))
    assert decode(text, probabilities).name is None


def test_amounts_may_stand_anywhere() -> None:
    amount = ("1,200.00", "amount")
    text, probabilities = tagged(amount, ("维修", "name"), amount, ("修好", "goal"), amount, ("\n", ""), *ITEM, amount)
    decoded = decode(text, probabilities)
    assert found(text, decoded) == {"name": "维修", "goal": "修好", "indicators": [READ_ITEM]}
    assert [shown(text, value) for value in decoded.amounts] == ["1,200.00"] * 4


def test_an_empty_text() -> None:
    assert found("", decode("", one_hot([]))) == {}


@lru_cache
def paths(length: int) -> frozenset[tuple[int, ...]]:
    """Every sequence of tags that the grammar allows, by going all of its ways."""
    tags, allowed, first = _grammar()
    ways = [(int(state),) for state in np.flatnonzero(first)]
    for _ in range(length - 1):
        ways = [(*way, int(following)) for way in ways for following in np.flatnonzero(allowed[way[-1]])]
    return frozenset(tuple(int(tags[state]) for state in way) for way in ways)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_the_quick_test_of_a_sequence_agrees_with_the_grammar(length: int) -> None:
    accepted = {
        tags for tags in product(range(UNREADABLE), repeat=length) if _is_grammatical(np.array(tags, dtype=np.uint8))
    }
    assert accepted == paths(length)


@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
@settings(max_examples=40)
def test_the_best_path_is_found(seed: int, length: int) -> None:
    rows = np.random.default_rng(seed).random((length, TAGS), dtype=np.float32) ** 4
    ways = np.array(sorted(paths(length)))
    scores = np.log(rows + 1e-12)[np.arange(length), ways].sum(axis=1)
    best = _viterbi(rows)
    assert tuple(best.tolist()) in paths(length)
    assert np.log(rows + 1e-12)[np.arange(length), best].sum() == pytest.approx(scores.max(), abs=1e-3)


NAME, GOAL, NUMBER, LEVEL, ANNUAL, AMOUNT = map(begin, ("name", "goal", "number", "level1", "annual", "amount"))


@pytest.mark.parametrize(
    ("tags", "is_grammatical"),
    [
        ((NAME, AMOUNT, NAME + 1, GOAL, AMOUNT, GOAL + 1, NUMBER, AMOUNT), True),
        ((NUMBER, NUMBER, ANNUAL, LEVEL), True),
        ((NAME, OUTSIDE, NAME + 1), True),
        ((NAME + 1, GOAL), True),  # begun before the block
        ((GOAL, GOAL), False),
        ((GOAL, NAME), False),
        ((NUMBER, NAME), False),
        ((NUMBER, GOAL), False),
        ((GOAL + 1,), False),
        ((NUMBER, ANNUAL, NUMBER + 1), False),
        ((NAME, ANNUAL + 1), False),
    ],
)
def test_grammar(tags: tuple[int, ...], is_grammatical: bool) -> None:
    assert _is_grammatical(np.array(tags, dtype=np.uint8)) == is_grammatical


def labelled_values(text: str, tags: bytes) -> list[tuple[str, str]]:
    """Field and squashed text of the values of a sample, in order, read off its tags one by one."""
    values: list[tuple[str, list[str]]] = []
    for character, tag in zip(text, tags, strict=True):
        if tag in (OUTSIDE, UNREADABLE):
            continue
        field = FIELDS[(tag - 1) // 2]
        if tag == begin(field):
            values.append((field, []))
        next(parts for name, parts in reversed(values) if name == field).append(character)
    return [(field, squash("".join(parts))) for field, parts in values]


@given(st.integers(0, 10_000), st.sampled_from(["block", "bracketed"]))
@settings(max_examples=60)
def test_the_labels_of_a_synthetic_project_give_back_its_values(seed: int, kind: str) -> None:
    (sample,) = islice(samples(seed, kind), 1)
    expected, tags = labelled_values(sample.text, sample.tags), np.frombuffer(sample.tags, dtype=np.uint8)
    # A table may have its goal behind the indicators, which is beyond the grammar.
    assume([field for field, _ in expected].count("name") == 1 and _is_grammatical(tags))
    decoded = decode(sample.text, one_hot(tags))
    own = [value for value in (decoded.name, decoded.goal) if value]
    values = own + decoded.amounts + [value for item in decoded.indicators for value in item.values()]
    values.sort(key=lambda value: value.start)
    got = [(value.field, squash(shown(sample.text, value).replace("|", ""))) for value in values]
    assert got == [(field, text.replace("|", "")) for field, text in expected]


# Network


def random_weights(seed: int, channels: int = 16) -> dict[str, NDArray[np.float16]]:
    generator = np.random.default_rng(seed)

    def array(*shape: int, scale: float = 0.3) -> NDArray[np.float16]:
        return (generator.standard_normal(shape) * scale).astype(np.float16)

    made = {
        "characters": array(len(characters()) + 2, 8),
        "kinds": array(CLASSES, 4),
        "input": array(12, channels),
        "input_bias": array(channels),
        "mean": array(channels, channels),
        "output": array(channels, TAGS),
        "output_bias": array(TAGS),
    }
    for at in range(len(DILATIONS)):
        made[f"kernel_{at}"] = array(3, channels, channels, scale=0.4 / channels**0.5)
        made[f"bias_{at}"] = array(channels)
    return made


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.build(random_weights(1))


def printed(size: int) -> str:
    text = (ROOT / "golden" / "text-coded-a" / "source.txt").read_text(encoding="utf-8")
    return (text * (size // len(text) + 1))[:size]


def test_probabilities(network: Network) -> None:
    for text in ("", "1", "校舍维修", printed(700), printed(7000)):
        rows = network.tag(text)
        assert rows.shape == (len(text), TAGS)
        assert rows.dtype == np.float32
        assert np.allclose(rows.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("size", [2048 + 2 * REACH, 2048 + 2 * REACH + 1, 4096, 6500])
def test_windows_read_as_one_run_does_but_for_the_mean(network: Network, size: int) -> None:
    text = printed(size)
    local = replace(network, mean=np.zeros_like(network.mean))
    windows, whole = local.tag(text), local._run(encode(text))
    assert np.allclose(windows, whole, atol=1e-4)
    two = np.sort(whole, axis=1)[:, -2:]
    clear = two[:, 1] - two[:, 0] > 1e-3
    assert (windows.argmax(axis=1) == whole.argmax(axis=1))[clear].all()


def test_a_character_sees_no_further_than_its_reach(network: Network) -> None:
    local = replace(network, mean=np.zeros_like(network.mean))
    text = printed(1500)
    changed = "满" + text[1:]
    one, other = local.tag(text), local.tag(changed)
    assert np.array_equal(one[REACH + 1 :], other[REACH + 1 :])
    assert not np.array_equal(one[:REACH], other[:REACH])


def test_a_text_is_read_alike_whatever_was_read_before(network: Network) -> None:
    texts = [printed(size) for size in (30, 900, 5000)]
    alone = [network.tag(text) for text in texts]
    for order in ((2, 0, 1), (1, 1, 2)):
        for at in order:
            assert np.array_equal(network.tag(texts[at]), alone[at])


def test_width_variants_are_one_character() -> None:
    assert encode("（９５％）；：,　").tolist() == encode("(95%);:, ").tolist()
    assert encode("“一”").tolist() == encode('"一"').tolist()
    assert len({int(number) for number in encode("①1、，。\n")}) == 6


def test_any_character_has_a_number() -> None:
    text = "\ud800𠮷😀\udfff\x00\U0010ffff龘é\u2028"
    numbers = encode(text)
    assert len(numbers) == len(text)
    assert int(numbers.max()) < len(characters()) + 2
    assert numbers[1] == UNKNOWN_IDEOGRAPH


@given(st.text(st.characters(), max_size=40))
@settings(max_examples=30)
def test_any_text_is_tagged(text: str) -> None:
    rows = Network.build(small_weights()).tag(text)
    assert rows.shape == (len(text), TAGS)
    assert np.isfinite(rows).all()
    decode(text, rows)


@lru_cache
def small_weights() -> dict[str, NDArray[np.float16]]:
    return random_weights(2, channels=4)


def test_memory_does_not_grow_with_the_text_but_for_the_answer() -> None:
    network = Network.build(random_weights(3, channels=64))
    size = 15_000
    tracemalloc.start()
    network.tag(printed(size))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * size * TAGS * 4 + 5_000_000


# Weights


class Bomb:
    """Makes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.path,)


def test_weights_come_back_as_they_were_saved(tmp_path: Path) -> None:
    made, target = random_weights(4), tmp_path / "weights.npz"
    digests = {weights.save(target, made) for _ in range(2)}
    assert len(digests) == 1
    back = weights.parse(target.read_bytes())
    assert back.keys() == made.keys()
    assert all(np.array_equal(back[name], made[name]) and back[name].dtype == np.float16 for name in made)


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    target, mark = tmp_path / "weights.npz", tmp_path / "mark"
    np.savez(target, vocabulary=np.array([Bomb(mark)], dtype=object))
    with pytest.raises(WeightsError, match="cannot be understood"):
        weights.parse(target.read_bytes())
    target.write_bytes(b"\x80\x04" + b"garbage")
    with pytest.raises(WeightsError, match="cannot be understood"):
        weights.parse(target.read_bytes())
    assert not mark.exists()


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[: len(data) // 2], lambda data: data[:-9]])
def test_damaged_weights(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    weights.save(tmp_path / "w.npz", small_weights())
    with pytest.raises(WeightsError, match="cannot be understood"):
        weights.parse(damage((tmp_path / "w.npz").read_bytes()))


def test_weights_for_another_vocabulary(tmp_path: Path) -> None:
    target = tmp_path / "weights.npz"
    np.savez(target, vocabulary=np.array([0x4E00], dtype=np.uint16), **cast(Any, small_weights()))
    with pytest.raises(WeightsError, match="another vocabulary"):
        weights.parse(target.read_bytes())


def test_the_package_takes_its_own_weights_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "files", lambda package: tmp_path)
    load = weights.load.__wrapped__
    with pytest.raises(WeightsError, match="cannot be read"):
        load()
    digest = weights.save(tmp_path / weights.FILE, small_weights())
    with pytest.raises(WeightsError, match="its hash differs"):
        load()
    monkeypatch.setattr(weights, "DIGEST", digest)
    assert load().keys() == small_weights().keys()


# Readings

CONTEXT = BlockContext("test", None, None, None, None, (), Amounts())


class Scripted:
    """A network that knows one text by heart."""

    def __init__(self, text: str, probabilities: Floats) -> None:
        self.known, self.probabilities = text, probabilities

    def tag(self, text: str) -> Floats:
        assert text == self.known
        return self.probabilities


def block_of(text: str, start: int = 0, end: int | None = None, index: int = 0) -> Block:
    end = len(text) if end is None else end
    return Block(index, MappedText(text[start:end], range(start, end)), CONTEXT, start, end, None)


def document_of(text: str) -> Document:
    return Document("one.txt", "", "text", "utf-8", text, ())


def read_blocks(text: str, probabilities: Floats, *blocks: Block) -> TaggedDocument:
    views = [Squashed(block.content) for block in blocks]
    return Tagger(cast(Network, Scripted(text, probabilities))).read(document_of(text), blocks, views)


def read_pieces(*pieces: tuple[str, str]) -> TaggerReading | None:
    text, probabilities = tagged(*pieces)
    return read_blocks(text, probabilities, block_of(text)).readings.get(0)


PROJECT: Pieces = [
    ("\n  ", ""), ("校舍维", "name"), ("\n", ""), ("1,200.00", "amount"), ("\n", ""), ("修经费", "+name"), ("\n", ""),
    ("修好。", "goal"), ("\n", ""), *ITEM, ("。\n", ""),
]  # fmt: skip


def test_a_reading_with_its_places() -> None:
    reading = read_pieces(*PROJECT)
    assert reading is not None
    assert reading.reading.model_dump(exclude_defaults=True) == {
        "name": "校舍维修经费",
        "goal": "修好。",
        "indicators": ({"number": 1, "name": "验收率", "annual_value": "95%"},),
    }
    squashed = squash("".join(text for text, _ in PROJECT))
    stand = {path: squashed[slice(*place)] for path, place in reading.places.items()}
    assert stand == {
        "name": "",  # amounts stand in between
        "goal": "修好。",
        "indicators[0].number": "1",
        "indicators[0].name": "验收率",
        "indicators[0].annual_value": "95%",
    }
    assert list(reading.places.values()) == sorted(reading.places.values())
    assert (reading.unsure, reading.doubt, reading.openings) == (frozenset(), (), (0,))


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("1", 1), ("12", 12), ("1\n2", 12), ("１２", 12), ("①", 1), ("⑫", 12), ("一", 1), ("十", 10),
        ("½", None), ("第一", None), ("1234567", None),
    ],
)  # fmt: skip
def test_item_numbers(printed: str, number: int | None) -> None:
    reading = read_pieces((printed, "number"), ("）", ""), *ITEM[2:])
    assert reading is not None
    assert reading.reading.indicators[0].number == number
    assert ("indicators[0].number" in reading.unsure) == (number is None)


@pytest.mark.parametrize(
    ("printed", "value"),
    [("95%。；", "95%"), ("95\n%", "95%"), ("1.甲；\n  2.乙；", "1.甲；2.乙"), ("按时；", "按时")],
)
def test_values_as_they_are_published(printed: str, value: str) -> None:
    reading = read_pieces(*ITEM[:-1], (printed, "annual"), ("\n", ""))
    assert reading is not None
    assert reading.reading.indicators[0].annual_value == value


def test_what_it_is_not_sure_of_does_not_vote() -> None:
    text, probabilities = tagged(*PROJECT)
    at = text.index("95%")
    probabilities[at + 1] = one_hot([inside("annual")], SURE - 0.1)
    reading = read_blocks(text, probabilities, block_of(text)).readings[0]
    assert reading.unsure == {"indicators[0].annual_value"}
    assert [squash(text)[slice(*stretch)] for stretch in reading.doubt] == ["5"]


def test_whether_a_value_goes_on_is_part_of_its_confidence() -> None:
    text, probabilities = tagged(*PROJECT)
    behind = text.index("。\n1") + 3  # 1 is the item's number; the 、 behind it
    probabilities[behind, :] = 0
    probabilities[behind, [OUTSIDE, inside("number")]] = 0.55, 0.45
    assert read_blocks(text, probabilities, block_of(text)).readings[0].unsure == {"indicators[0].number"}


@pytest.mark.parametrize(("share", "is_read"), [(0.05, True), (0.3, False)])
def test_a_form_has_no_reading(share: float, is_read: bool) -> None:
    text, _ = tagged(*PROJECT)
    strange = "表" * int(share * len(text))
    assert (read_pieces(*PROJECT, (strange or "表", "X")) is not None) == is_read


@pytest.mark.parametrize(("more", "is_read"), [(0, True), (20_000, False)])
def test_a_block_longer_than_any_project_has_no_reading(more: int, is_read: bool) -> None:
    assert (read_pieces(*PROJECT, ("\n" + "k" * more, "")) is not None) == is_read


def test_text_in_which_it_sees_nothing_has_no_reading() -> None:
    assert read_pieces(("部门名称：教育局", "")) is None


@pytest.mark.parametrize("text", ["", "\n\n \u3000\f"])
def test_blocks_without_ink(text: str, network: Network) -> None:
    nothing = Tagger(network).read(document_of(text), [block_of(text)], [Squashed(block_of(text).content)])
    assert nothing == TaggedDocument({})
    assert Tagger(network).read(document_of(text), [], []) == TaggedDocument({})


def test_projects_outside_of_all_blocks() -> None:
    before = (("路灯", "name"), ("\n", ""), ("保障照明", "goal"), ("\n", ""))
    behind = (("\n", ""), ("绿化费", "name"), ("\n", ""), ("补种", "goal"), ("\n", ""))
    text, probabilities = tagged(*before, *PROJECT, *behind)
    start, end = text.index("照明") + 3, text.index("绿化")
    read = read_blocks(text, probabilities, block_of(text, start, end))
    assert [text[slice(*span)] for span in read.missed] == ["路灯", "绿化费"]
    assert read.readings[0].openings == (0,)
    both = read_blocks(text, probabilities, block_of(text, start, len(text)))
    assert [squash(text[start:])[at:] for at in both.readings[0].openings][1:] == ["绿化费补种"]


def test_a_name_that_no_goal_follows_opens_no_project() -> None:
    text, probabilities = tagged(("教育局", "name"), ("\n", ""), *PROJECT, ("\n", ""), ("财政局", "name"))
    read = read_blocks(text, probabilities, block_of(text, 4, len(text)))
    assert read.missed == ()
    assert read.readings[0].openings == (0,)


def test_readers_leave_the_threads_of_others_as_they_were(
    network: Network, golden_documents: list[OpenDocument]
) -> None:
    before, tagger = threadpool_info(), Tagger(network)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: read_document(tagger, one), golden_documents * 3))
    assert threadpool_info() == before


# The package's own weights


@pytest.fixture(scope="module")
def own_network() -> Network:
    return Network.build(weights.load())


@pytest.fixture(scope="module")
def golden_documents() -> list[OpenDocument]:
    opened = (cut(read(str(source))) for source in sources())
    return [one for one in opened if one.chunks.blocks]


def read_all(network: Network, documents: Sequence[OpenDocument]) -> list[TaggedDocument]:
    tagger = Tagger(network)
    return [read_document(tagger, one) for one in documents]


def read_document(tagger: Tagger, opened: OpenDocument) -> TaggedDocument:
    blocks = opened.chunks.blocks
    return tagger.read(opened.document, blocks, [Squashed(block.content) for block in blocks])


def readings_of(documents: Sequence[TaggedDocument]) -> Iterator[dict[int, Any]]:
    return ({index: one.reading for index, one in document.readings.items()} for document in documents)


def test_the_weights_are_small(own_network: Network) -> None:
    assert WEIGHTS.stat().st_size <= 1_500_000
    assert all(getattr(own_network, field.name) is not None for field in fields(own_network))


MADE_FOR = ("dump-coded-spaced", "dump-coded", "dump-labelled", "dump-plain", "grid-coded", "grid-labelled")
"""Layouts in which it has to have a reading of every project."""


def test_golden_fields_are_hardly_ever_disputed(own_network: Network, golden_documents: list[OpenDocument]) -> None:
    """The rules read these documents as labelled, so every dispute is one too many."""
    tagger, settings = Tagger(own_network), Settings.load({}, environ={})
    business = disputed = without = 0
    for opened in golden_documents:
        for record in finish(survey(opened, CharactersAlone(tagger)), {}, settings).records:
            business += sum(is_read(path) for path, _ in leaves(record.project))
            without += record.readings.model is None and record.document.layout in MADE_FOR
            for flag in record.flags:
                is_whole_item = flag.path.startswith("indicators") and "." not in flag.path
                disputed += (8 if is_whole_item else 1) * (flag.code in COMPARED)
    assert business > 1500
    assert without == 0
    assert disputed <= 0.005 * business


@pytest.mark.golden
def test_readings_do_not_hang_on_the_last_bit(own_network: Network, golden_documents: list[OpenDocument]) -> None:
    generator = np.random.default_rng(1)

    def shaken(array: Floats) -> Floats:
        towards = np.where(generator.random(array.shape) < 0.5, -np.inf, np.inf).astype(np.float32)
        return np.nextafter(array, towards)

    changes: dict[str, Any] = {}
    for field in fields(own_network):
        value = getattr(own_network, field.name)
        changes[field.name] = tuple(map(shaken, value)) if isinstance(value, tuple) else shaken(value)
    one, other = read_all(own_network, golden_documents), read_all(replace(own_network, **changes), golden_documents)
    assert list(readings_of(one)) == list(readings_of(other))


@pytest.mark.golden
def test_two_threads_at_once_read_the_same(own_network: Network, golden_documents: list[OpenDocument]) -> None:
    tagger = Tagger(own_network)
    alone = [read_document(tagger, one) for one in golden_documents]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda one: read_document(tagger, one), golden_documents * 2))
    assert list(readings_of(together)) == [*readings_of(alone)] * 2


# Imports


@pytest.mark.parametrize("code", ["import extractor", "import extractor.cli", "import extractor.tagger"])
def test_numpy_is_imported_where_text_is_tagged_and_nowhere_else(code: str) -> None:
    script = f"{code}; import json, sys; print(json.dumps(sorted({{'numpy', 'threadpoolctl'}} & set(sys.modules))))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=HANG)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


def test_help_does_without_numpy() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "extractor", "run", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=HANG)
    assert done.returncode == 0
    assert "numpy" not in done.stderr
