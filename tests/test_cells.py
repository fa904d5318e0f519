"""The built-in reader of cells: grids, what it says of a reading by the cells in which its values stand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.builtin import hear
from extractor.builtin.cells import lost
from extractor.compare import Comparison
from extractor.errors import WeightsError
from extractor.ground.paths import leaves
from extractor.messages import worded
from extractor.pipeline import cut, finish, survey
from extractor.readers import RawFile, parse
from extractor.schemas.document import Block, Document
from extractor.schemas.record import FlagCode
from extractor.settings import Settings
from extractor.tagger.cells import see, weights
from extractor.tagger.cells.grids import ABOVE, ANCHOR, LEFT, WINDOW, grids, letters, windows
from extractor.tagger.cells.network import Network
from extractor.tagger.cells.roles import FIELDS, ROLES, STRUCTURE, label, other, value
from extractor.tagger.cells.seen import Seen
from extractor.tagger.cells.synthesis import samples
from extractor.tagger.reading import TaggedDocument
from extractor.text import Squashed
from tests import golden_sources
from tests.cell_mistakes import MISTAKES, sheet_of
from tests.second_readers import needs_weights

FORM = """<table>
<tr><td colspan="4">项目支出绩效自评表</td></tr>
<tr><td>项目名称</td><td colspan="3">沙棘林抚育</td></tr>
<tr><td>主管部门</td><td>苇湖县林业局</td><td>实施单位</td><td>苇湖县林场</td></tr>
<tr><td rowspan="3">项目资金（万元）</td><td></td><td>全年预算数</td><td>全年执行数</td></tr>
<tr><td>年度资金总额</td><td>46.20</td><td>45.10</td></tr>
<tr><td>其中：财政拨款</td><td>46.20</td><td>45.10</td></tr>
<tr><td>年度目标</td><td>年初设定目标</td><td colspan="2">实际完成情况</td></tr>
<tr><td></td><td>抚育沙棘林900亩，成活率保持在八成五以上。</td><td colspan="2">抚育沙棘林912亩，成活率九成。</td></tr>
<tr><td>一级指标</td><td>二级指标</td><td>三级指标</td><td>年度指标值</td></tr>
<tr><td rowspan="2">产出指标</td><td>数量指标</td><td>抚育面积</td><td>≥900亩</td></tr>
<tr><td>质量指标</td><td>成活率</td><td>≥85%</td></tr>
<tr><td>满意度指标</td><td>服务对象满意度指标</td><td>林农满意度</td><td>≥90%</td></tr>
</table>"""


def page(body: str) -> Document:
    text = f'<html><head><meta charset="utf-8"></head><body><p>单位：万元</p>{body}</body></html>'
    return parse(RawFile("form.html", text.encode(), "0" * 64))


# Grids


def test_a_grid_has_its_cells_where_they_stand() -> None:
    (grid,) = grids(page(FORM))
    texts = [cell.text for cell in grid.cells]
    assert texts[:3] == ["单位：万元", "项目支出绩效自评表", "项目名称"]
    row = texts.index("项目资金（万元）")
    assert grid.kinds[:, 0].tolist().count(ABOVE) == 3, "two rows of the money, one of the category"
    first = grid.cells[row]
    assert grid.at[first.row + 2, 0] == row
    assert grid.kinds[0].tolist() == [ANCHOR, LEFT, LEFT, LEFT]


def test_columns_in_which_no_cell_begins_are_dropped() -> None:
    row = '<tr><td colspan="3">甲</td><td>乙</td></tr>'
    (grid,) = grids(page(f"<table>{row}{row}</table>"))
    assert grid.at.shape == (3, 2)


def test_tables_of_one_width_below_one_another_are_one_grid() -> None:
    table = "<table><tr><td>甲</td><td>乙</td></tr></table>"
    wide = "<table><tr><td>甲</td><td>乙</td><td>丙</td></tr></table>"
    assert [grid.at.shape for grid in grids(page(table + "<p>说明</p>" + table + wide))] == [(4, 2), (1, 3)]


@given(st.integers(0, 1200))
def test_every_row_is_answered_for_once(rows: int) -> None:
    found = list(windows(rows))
    assert [row for one in found for row in one.new] == list(range(rows))
    assert all(set(one.new) <= set(one.rows) and len(one.rows) <= WINDOW for one in found)


def test_a_cell_is_looked_at_from_both_ends() -> None:
    assert letters("甲" * 38 + "乙" * 500 + "丙" * 10) == "甲" * 38 + "丙" * 10


# Synthetic tables


def test_the_same_seed_gives_the_same_tables() -> None:
    one, two, another = ([sample.grid.cells for sample in islice(samples(seed), 20)] for seed in (3, 3, 4))
    assert one == two != another


@pytest.mark.parametrize("seed", range(4))
def test_every_place_of_a_synthetic_table_has_its_cell(seed: int) -> None:
    roles: set[str] = set()
    for sample in islice(samples(seed), 150):
        count = len(sample.grid.cells)
        assert count == len(sample.roles)
        assert sample.grid.rows == len(sample.starts)
        assert sample.grid.at.max(initial=-1) < count
        begun = {int(cell) for cell in sample.grid.at[sample.grid.kinds == ANCHOR]}
        assert begun == set(range(count))
        roles |= {ROLES[role] for role in sample.roles}
    assert len(roles) > 0.9 * len(ROLES)


def test_roles_are_numbered_without_gaps() -> None:
    numbers = [*map(value, FIELDS), *map(label, FIELDS), *map(other, STRUCTURE)]
    assert numbers == list(range(len(ROLES)))


def test_every_role_can_be_told_in_both_languages() -> None:
    from extractor.builtin.cells import _role

    for role in (*ROLES, "row"):
        for language in ("zh", "en"):
            assert worded(_role(role), language)


# The network

needs_network = needs_weights


@needs_network
def test_weights_are_known_by_their_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    weights.load.cache_clear()
    monkeypatch.setattr(weights, "DIGEST", "0" * 64)
    with pytest.raises(WeightsError, match="hash differs"):
        weights.load()


@needs_network
def test_weights_are_small_and_read_without_unpickling() -> None:
    file = Path(weights.__file__).with_name(weights.FILE)
    assert file.stat().st_size < 1_000_000
    with np.load(file, allow_pickle=False) as arrays:
        assert {arrays[name].dtype.kind for name in arrays.files} <= {"f", "u"}


@needs_network
def test_padding_changes_nothing() -> None:
    """A text's vector does not hang on the texts beside it, nor a cell's role on other grids."""
    network = Network.build(weights.load())
    texts = ["项目名称", "≥95%", "", "提升" * 40, "12.50"]
    together = network.texts(texts)
    for index, text in enumerate(texts):
        assert np.allclose(network.texts([text])[0], together[index], atol=1e-5)


@needs_network
def test_probabilities_add_up() -> None:
    (seen,) = see(page(FORM)).grids
    assert np.allclose(seen.roles.sum(axis=1), 1.0, atol=1e-4)
    assert ((seen.starts >= 0) & (seen.starts <= 1)).all()


# What it says


def read(document: Document) -> tuple[list[tuple[str, str]], frozenset[str], int]:
    opened = cut(document)
    result = finish(survey(opened), {}, Settings(model="none"))
    (block,), (record,) = opened.chunks.blocks, result.records
    say = hear(see(document), block, Comparison(record.project, record.spans, (), frozenset(), 0))
    return [(str(one.code), one.path) for one in say.findings], say.same, sum(1 for _ in leaves(record.project))


@needs_network
def test_a_form_that_is_read_right_is_borne_out() -> None:
    disputes, same, fields = read(page(FORM))
    assert not disputes
    assert {"name", "department", "unit", "amounts.total", "goal", "indicators[1].annual_value"} <= same
    assert len(same) >= 0.95 * fields


class Counted:
    """The built-in readers, and how many blocks each was given to read by their characters."""

    def __init__(self) -> None:
        self.given: list[int] = []

    def read(self, document: Document, blocks: Sequence[Block], views: Sequence[Squashed]) -> TaggedDocument:
        self.given.append(len(blocks))
        return TaggedDocument({})

    def see(self, document: Document) -> Seen:
        return see(document)


@needs_network
@pytest.mark.parametrize(("has_model", "blocks"), [(False, 0), (True, 1)])
def test_characters_are_read_where_the_cells_leave_something_or_a_model_may_answer(
    has_model: bool, blocks: int
) -> None:
    opened, reader = cut(page(FORM)), Counted()
    surveyed = survey(opened, reader, has_model=has_model)
    (record,) = finish(surveyed, {}, Settings(model="builtin")).records
    assert reader.given == [blocks]
    assert "cells" in record.readers


@needs_network
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_mistakes_of_rules_are_noticed(mistake: object) -> None:
    document = page(FORM)
    opened = cut(document)
    (record,) = finish(survey(opened), {}, Settings(model="none")).records
    (block,) = opened.chunks.blocks
    right = sheet_of(document, block, record.project, record.spans)
    made = mistake(right, Random(1))  # type: ignore[operator]
    if made is None:
        pytest.skip("the form has nothing of the kind")
    path, wrong = made
    say = hear(see(document), block, Comparison(wrong.project, dict(wrong.spans), (), frozenset(), 0))
    assert path not in say.same
    assert say.findings, path


@needs_network
def test_a_project_that_it_alone_sees_is_told_of_the_document() -> None:
    document = page(FORM)
    (found,) = lost(see(document), document, ())
    assert (found.code, found.path, found.facts["count"]) == (FlagCode.BOUNDARY_UNSURE, "document", 1)
    assert not lost(see(document), document, cut(document).chunks.blocks)


@needs_network
def test_a_column_that_is_disputed_is_one_question() -> None:
    document = page(FORM)
    opened = cut(document)
    (record,) = finish(survey(opened), {}, Settings(model="none")).records
    (block,) = opened.chunks.blocks
    sheet = sheet_of(document, block, record.project, record.spans)
    for index in range(3):
        sheet = sheet.put(f"indicators[{index}].annual_value", None)
    say = hear(see(document), block, Comparison(sheet.project, dict(sheet.spans), (), frozenset(), 0))
    (found,) = [one for one in say.findings if one.variant == "cell_column"]
    assert (found.code, found.facts["count"], len(found.spans)) == (FlagCode.ONLY_MODEL, 3, 3)


def test_without_cells_it_says_nothing() -> None:
    document = parse(RawFile("a.txt", "项目名称：甲\n".encode(), "0" * 64))
    assert list(grids(document)) == []
    assert Seen(()).within(0, 10) == []


# All golden cases


@pytest.mark.golden
@needs_network
def test_golden_fields_are_borne_out_and_hardly_ever_disputed() -> None:
    """The rules read these documents as labelled, so every dispute is one too many."""
    fields = same = disputed = 0
    for case in golden_sources.cases():
        document = _document(case.source)
        if document is None or not document.tables:
            continue
        opened = cut(document)
        result = finish(survey(opened), {}, Settings(model="none"))
        seen = see(document)
        for block, record in zip(opened.chunks.blocks, result.records, strict=True):
            if opened.layout_of(block).spec.source not in ("form", "grid"):
                continue
            say = hear(seen, block, Comparison(record.project, record.spans, (), frozenset(), 0))
            fields += sum(1 for _ in leaves(record.project)) - len(say.elsewhere)
            same += len(say.same)
            disputed += len(say.findings)
    assert fields > 4000
    assert same > 0.93 * fields
    assert disputed <= 0.004 * fields


def _document(source: object) -> Document | None:
    from extractor.errors import ExtractorError
    from extractor.readers import read as read_file

    try:
        return read_file(str(source))
    except ExtractorError:
        return None
