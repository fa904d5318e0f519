"""Paths of values and keys of cells: what is put together is taken apart again, whatever a label holds."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.ground.paths import leaves
from extractor.schemas import cells, paths
from extractor.schemas.layout import AMOUNT_COLUMNS, CONTENT_COLUMNS, INDICATOR_COLUMNS, Column
from extractor.schemas.project import Amounts, FundingLine, Indicator, ProjectReading
from tests.strategies import projects

TRICKY = (
    *("indicators[0].name", "amounts.total", "attributes.a", "breakdown:a", "unread.总计", "own.a"),
    *("extra", "extra(2)", "a.b", "+", "a+", "]"),
)
LABELS = st.text(min_size=1, max_size=12) | st.sampled_from(TRICKY)
FIELDS = st.sampled_from(tuple(Indicator.model_fields))
INDICES = st.integers(min_value=0, max_value=10**6)
PARSERS = (
    cells.breakdown_label,
    cells.unread_label,
    cells.own_label,
    paths.attribute_label,
    paths.indicator_of,
)
"""Of these at most one understands a key: the kinds of keys do not overlap."""


@given(LABELS)
def test_a_labelled_key_leads_back_to_its_label(label: str) -> None:
    for build, parse in (
        (cells.breakdown, cells.breakdown_label),
        (cells.unread, cells.unread_label),
        (cells.own, cells.own_label),
        (paths.attribute, paths.attribute_label),
    ):
        assert parse(build(label)) == label
        assert [other for other in PARSERS if other(build(label)) is not None] == [parse]


@given(INDICES, FIELDS)
def test_a_path_of_an_indicator_leads_back_to_it(index: int, field: str) -> None:
    path = paths.indicator(index, field)
    assert paths.indicator_of(path) == (index, field)
    assert path == paths.indicator_prefix(index) + field
    assert paths.indicator_of(paths.indicator(index)) == (index, "")
    assert paths.field_of(path) == field
    assert paths.printed_first(paths.again(path)) == path
    assert paths.printed_first(path) is None


@given(st.lists(LABELS, max_size=40))
def test_counted_keys_are_all_different_and_count_without_gaps(labels: list[str]) -> None:
    taken: dict[str, str] = {}
    for label in labels:
        taken[cells.counted(paths.attribute(label), taken)] = label
    assert len(taken) == len(labels)
    for label in set(labels):
        own = paths.attribute(label)
        assert own in taken
        counts = [key for key in taken if taken[key] == label]
        assert all(key == own or key.startswith(f"{own}(") for key in counts)


@given(LABELS)
def test_a_cell_that_no_field_takes_is_known_as_one(label: str) -> None:
    for key in (cells.labelled(label), cells.labelled(label, cells.UNREAD), cells.labelled("")):
        assert cells.is_left_over(key)
        assert cells.is_left_over(cells.counted(key, {key}))
        assert not cells.is_money(key)
    assert not cells.is_left_over(cells.breakdown(label))


@pytest.mark.parametrize("column", AMOUNT_COLUMNS)
def test_columns_of_money(column: str) -> None:
    assert cells.is_money(column)
    assert paths.is_amount(paths.amount(column))


@given(projects())
def test_every_value_of_a_reading_has_a_path_of_the_grammar(project: ProjectReading) -> None:
    extra = Amounts(total="1.00", unplaced=("2.00",), breakdown=(FundingLine(label="上年结转", amount="3.00"),))
    project = project.model_copy(update={"amounts": extra, "attributes": {"编码": "A1"}})
    for path, value in leaves(project):
        of, label = paths.indicator_of(path), paths.attribute_label(path)
        if of is not None:
            assert getattr(project.indicators[of.position], of.field) == value
        elif label is not None:
            assert project.attributes[label] == value
        elif path.startswith(paths.AMOUNTS):
            assert paths.is_amount(path) is not paths.is_funding_label(path)
        else:
            assert getattr(project, path) == value


def test_columns_of_money_and_of_indicators_are_the_fields_of_a_reading() -> None:
    single = [
        name
        for name, field in Amounts.model_fields.items()
        if field.annotation == Amounts.model_fields["total"].annotation
    ]
    assert list(AMOUNT_COLUMNS) == single
    fields = [paths.field_of(column).replace("indicator_name", "name") for column in INDICATOR_COLUMNS]
    assert fields == [name for name in Indicator.model_fields if name != "number" and not name.endswith("_code")]
    assert {*AMOUNT_COLUMNS, *INDICATOR_COLUMNS, *CONTENT_COLUMNS} <= set(get_args(Column))
