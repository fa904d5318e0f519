"""The relational dataset: what goes in comes out of SQLite and Parquet, exactly."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from extractor.errors import OutputError, UsageError
from extractor.export import export, parquet, relations, sqlite
from extractor.export.dataset import SOURCES, dataset
from extractor.export.meanings import models_in
from extractor.ground.paths import INDICATOR_FIELDS
from extractor.normalize.funding import by_source
from extractor.normalize.standing import Standings
from extractor.schemas.project import Amounts, FundingLine, Indicator
from extractor.schemas.record import (
    Division,
    DocumentLine,
    FlagCode,
    MoneyScale,
    Normalized,
    NormalizedFunding,
    NormalizedIndicator,
    Record,
    Total,
)
from extractor.schemas.target import Target
from extractor.store.folder import FORMATS
from tests import peak_memory
from tests.published import AT_LEAST, PER_DAY, SEVERAL, runs
from tests.run_samples import Run, document, flag, reading, record

ROOT = Path(__file__).parents[1]
BOTH = ("sqlite", "parquet")
Tables = dict[str, list[dict[str, Any]]]


def connect(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / "projects.sqlite")
    connection.row_factory = sqlite3.Row
    return connection


def from_sqlite(folder: Path) -> Tables:
    """Every table as its declared types: a double stands for the decimal that it prints."""

    def typed(kind: str, value: Any) -> Any:
        if value is None:
            return None
        if kind == "decimal":
            assert not isinstance(value, str)
            return Decimal(repr(value))
        if kind == "boolean":
            return bool(value)
        return date.fromisoformat(value) if kind == "date" else value

    with closing(connect(folder)) as connection:
        return {
            table.name: [
                {column.name: typed(column.type, row[column.name]) for column in table.columns}
                for row in connection.execute(f"SELECT * FROM {table.name} ORDER BY {', '.join(table.key)}")
            ]
            for table in dataset().tables
        }


def from_parquet(folder: Path) -> Tables:
    return {table.name: pq.read_table(folder / f"{table.name}.parquet").to_pylist() for table in dataset().tables}


def written(folder: Path, run: Run, name: str) -> Tables:
    paths = export(run, folder, formats=(name,))
    assert [path.name for path in paths] == list(FORMATS[name])
    return from_sqlite(folder) if name == "sqlite" else from_parquet(folder)


def put_back(tables: Tables) -> None:
    """The numbers that were too long for their columns, back where they belong."""
    for long in tables["long_numbers"]:
        table = dataset().table(long["table_name"])
        key = json.loads(long["row_key"])
        (row,) = [row for row in tables[table.name] if [row[name] for name in table.key] == key]
        assert row[long["column_name"]] is None
        row[long["column_name"]] = Decimal(long["digits"])


def amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def target_of(rows: list[dict[str, Any]], item: int = 0) -> Target | None:
    """A target from its row and the rows of its items."""
    own = [row for row in rows if row["item"] == item]
    if not own:
        return None
    (row,) = own
    span = None if row["span_start"] is None else (row["span_start"], row["span_end"])
    parts = tuple(target_of(rows, part["item"]) for part in rows if part["parent"] == item)
    same = ("kind", "operator", "low", "high", "unit", "per", "period", "average", "formula", "rest")
    return Target(
        **{name: row[name] for name in same}, start=row["date_start"], end=row["date_end"], span=span, items=parts
    )


def check(tables: Tables, lines: Sequence[DocumentLine], records: Sequence[Record]) -> None:
    """Everything that the tables hold is what the lines of the jsonl files say, in their order."""
    put_back(tables)
    assert len(tables["documents"]) == len(lines)
    for row, line in zip(tables["documents"], lines, strict=True):
        head = line.document.model_dump() | line.counts.model_dump()
        plain = {"status": line.status, "reason": line.reason, "encoding": line.encoding, "coverage": line.coverage}
        assert row == {"document_id": row["document_id"]} | head | plain
        totals = [one for one in tables["totals"] if one["document_id"] == row["document_id"]]
        assert [
            Total(
                kind=one["kind"],
                name=one["name"],
                rows=json.loads(one["blocks"]),
                amounts=Amounts(
                    **{kind: one[f"{kind}_printed"] for kind in ("total", "fiscal", "special_account", "other")},
                    unplaced=json.loads(one["unplaced"]),
                    breakdown=[FundingLine(**part) for part in json.loads(one["breakdown"])],
                ),
            )
            for one in totals
        ] == list(line.totals)

    standings = Standings()
    files = {row["document_id"]: row["file"] for row in tables["documents"]}
    assert [row["project_id"] for row in tables["projects"]] == list(range(1, len(records) + 1))
    for row, item in zip(tables["projects"], records, strict=True):
        project, normalized = item.project, item.normalized
        assert (row["record_id"], files[row["document_id"]]) == (item.id, item.document.file)
        assert [row[name] for name in ("block_index", "char_start", "char_end", "page")] == [
            item.block.index,
            item.block.start,
            item.block.end,
            item.block.page,
        ]
        for name in ("department", "unit", "name", "goal", "withheld"):
            assert row[name] == getattr(project, name)
        for name in ("name", "unit", "department"):
            assert row[f"{name}_key"] == getattr(normalized, name)
        for kind in ("total", "fiscal", "special_account", "other"):
            assert row[f"{kind}_printed"] == getattr(project.amounts, kind)
            assert row[f"{kind}_yuan"] == amount(normalized.amounts.get(kind))
        place = normalized.division
        assert row["division_code"] == (place and place.code)
        assert (row["province"], row["city"], row["county"]) == (
            (place.province, place.city, place.county) if place else (None, None, None)
        )
        assert row["unit_yuan"] == (amount(normalized.scale.yuan) if normalized.scale else None)
        assert row["asked"] == ", ".join(item.asked)
        mine = {
            name: [one for one in rows if one.get("project_id") == row["project_id"]] for name, rows in tables.items()
        }
        assert {one["label"]: one["value"] for one in mine["attributes"]} == project.attributes
        check_amounts(mine["amounts"], item)
        assert row["standing"] == standings.of(item)
        assert {one["source"]: one["yuan"] for one in mine["sources"]} == by_source(normalized)
        assert [(one["code"], one["path"], one["message"], json.loads(one["spans"])) for one in mine["flags"]] == [
            (found.code, found.path, found.message, [list(span) for span in found.spans]) for found in item.flags
        ]
        assert row["flags"] == sum(not one["information"] for one in mine["flags"])
        assert row["indicators"] == len(mine["indicators"])
        for one, indicator, means in zip(mine["indicators"], project.indicators, normalized.indicators, strict=True):
            assert {name: one[name] for name in INDICATOR_FIELDS} == indicator.model_dump(exclude={"attributes"})
            cells = [found for found in mine["indicator_attributes"] if found["position"] == one["position"]]
            assert {found["label"]: found["value"] for found in cells} == indicator.attributes
            assert (one["name_key"], one["category1"], one["category2_code"]) == (
                means.name,
                means.level1 and means.level1.term,
                means.level2 and means.level2.code,
            )
            for field, target in (("cycle_value", means.cycle), ("annual_value", means.annual), ("name", means.named)):
                rows = [
                    found
                    for found in mine["targets"]
                    if (found["position"], found["field"]) == (one["position"], field)
                ]
                assert target_of(rows) == target


def check_amounts(rows: list[dict[str, Any]], item: Record) -> None:
    amounts, yuan = item.project.amounts, item.normalized.amounts
    for kind in ("total", "fiscal", "special_account", "other"):
        printed = getattr(amounts, kind)
        assert [one["printed"] for one in rows if one["kind"] == kind] == ([] if printed is None else [printed])
    unplaced = [(one["printed"], one["yuan"]) for one in rows if one["kind"] == "unplaced"]
    assert unplaced == [(text, amount(yuan.get(f"unplaced[{i}]"))) for i, text in enumerate(amounts.unplaced)]
    lines = [one for one in rows if one["kind"] == "breakdown"]
    assert [(one["label"], one["printed"]) for one in lines] == [
        (line.label, line.amount) for line in amounts.breakdown
    ]
    assert [(one["source"], one["term"], one["level"], one["basis"], one["yuan"]) for one in lines] == [
        (line.source, line.term, line.level, line.basis, amount(line.yuan)) for line in item.normalized.funding
    ]


@pytest.mark.large
@pytest.mark.parametrize("name", BOTH)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(run=runs())
def test_what_goes_in_comes_out(tmp_path: Path, name: str, run: tuple[list[DocumentLine], list[Record]]) -> None:
    lines, records = run
    tables = written(tmp_path, Run(records, lines), name)
    check(tables, lines, records)


def with_targets(index: int = 0, file: str = "a.txt", **targets: Target) -> Record:
    """A record with one indicator."""
    indicator = Indicator(
        name="抽查合格率不低于95%", annual_value="≥95%；有所提升；6月底前", cycle_value="≤550元/人/天"
    )
    normalized = Normalized(
        amounts={"total": "1200000", "fiscal": "1000000.50"},
        division=Division(
            code="440106",
            name="天河区",
            province="广东省",
            city="广州市",
            county="天河区",
            printed="天河",
            evidence="unit",
        ),
        scale=MoneyScale(unit="万元", yuan="10000", evidence="header"),
        funding=(NormalizedFunding(label="上年结转", source="fiscal", term="上年结转", yuan="32500"),),
        indicators=(NormalizedIndicator(**targets),),
    )
    return record(index, file, project=reading(index, indicators=(indicator,)), normalized=normalized)


@pytest.mark.parametrize("name", BOTH)
def test_targets_have_a_row_for_each_item(tmp_path: Path, name: str) -> None:
    tables = written(tmp_path, Run([with_targets(annual=SEVERAL, cycle=PER_DAY, named=AT_LEAST)]), name)
    shown = [(row["field"], row["item"], row["parent"], row["kind"], row["low"]) for row in tables["targets"]]
    assert sorted(shown, key=lambda row: row[:2]) == [
        ("annual_value", 0, None, "list", None),
        ("annual_value", 1, 0, "number", Decimal(95)),
        ("annual_value", 2, 0, "qualitative", None),
        ("annual_value", 3, 0, "deadline", None),
        ("cycle_value", 0, None, "number", None),
        ("name", 0, None, "number", Decimal(95)),
    ]
    (due,) = [row for row in tables["targets"] if row["kind"] == "deadline"]
    assert (due["date_end"], due["last_day"], due["date_start"], due["first_day"]) == (
        "2026-06",
        date(2026, 6, 30),
        None,
        None,
    )
    (funding,) = [row for row in tables["amounts"] if row["kind"] == "breakdown"]
    assert (funding["label"], funding["source"], funding["yuan"]) == ("上年结转", "fiscal", Decimal(32500))


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(
    ("digits", "fits"),
    [
        ("0", True),
        ("0.00000000", True),
        ("-0.5", True),
        ("0.1", True),
        ("123456789012.345", True),
        ("9223372036854775807", True),
        ("9223372036854775808", False),
        ("100000000000000000000", True),
        ("1234567890123456.7", False),
        ("0.00000001", True),
        ("0.000000001", False),
        ("1" + "0" * 30, False),
        ("1" + "0" * 400, False),
    ],
)
def test_numbers_are_exact_or_put_by(tmp_path: Path, name: str, digits: str, fits: bool) -> None:
    target = Target(kind="number", low=Decimal(digits), high=Decimal(digits))
    tables = written(tmp_path, Run([with_targets(annual=target)]), name)
    (row,) = tables["targets"]
    assert row["low"] == (Decimal(digits) if fits else None)
    put = [
        (long["table_name"], long["row_key"], long["column_name"], long["digits"]) for long in tables["long_numbers"]
    ]
    key = '[1, 1, "annual_value", 0]'
    assert put == ([] if fits else [("targets", key, "low", digits), ("targets", key, "high", digits)])


HOSTILE = ("合\x00计\x1b[2J", "=1+1", "'; DROP TABLE projects; --", "\u202e反", "\U0010ffff", "字" * 20_000, "\r\n\t")


@pytest.mark.parametrize("name", BOTH)
def test_hostile_text_stays_as_it_is(tmp_path: Path, name: str) -> None:
    records = [
        record(
            index, project=reading(index, name=text, attributes={text: text}), flags=(flag(message=text, rules=text),)
        )
        for index, text in enumerate(HOSTILE)
    ]
    tables = written(tmp_path, Run(records), name)
    assert [row["name"] for row in tables["projects"]] == list(HOSTILE)
    assert [(row["label"], row["value"]) for row in tables["attributes"]] == [(text, text) for text in HOSTILE]
    assert [(row["message"], row["rules"]) for row in tables["flags"]] == [(text, text) for text in HOSTILE]


@pytest.mark.parametrize("name", BOTH)
def test_half_a_character_costs_only_itself(tmp_path: Path, name: str) -> None:
    item = record(project=reading().model_copy(update={"name": "合\ud800计", "goal": "\ud83d\ude00"}))
    (row,) = written(tmp_path, Run([item]), name)["projects"]
    assert (row["name"], row["goal"]) == ("合\ufffd计", "😀")


def test_flags_point_at_their_indicator(tmp_path: Path) -> None:
    flags = (
        flag(path="indicators[0].annual_value"),
        flag(FlagCode.ONLY_RULES, "indicators[99].name"),
        flag(FlagCode.WITHHELD, ""),
    )
    lines = [document("a.txt", 1, flags=(flag(FlagCode.SUM_MISMATCH, "totals[0]"),)), document("b.txt", 0)]
    tables = written(tmp_path, Run([record(0, flags=flags)], lines), "sqlite")
    assert [(row["project_id"], row["position"], row["code"], row["information"]) for row in tables["flags"]] == [
        (None, None, "sum_mismatch", False),
        (1, 1, "disagreement", False),
        (1, None, "only_rules", False),
        (1, None, "withheld", True),
    ]
    with closing(connect(tmp_path)) as connection:
        found = [(row["project"], row["indicator"]) for row in connection.execute("SELECT * FROM v_to_check")]
    name = record(0).project.name
    assert found == [(None, None), (name, "清淤河道长度"), (name, None)]


def test_sqlite_keeps_its_promises(tmp_path: Path) -> None:
    records = [with_targets(index, annual=SEVERAL, cycle=PER_DAY, named=AT_LEAST) for index in range(3)]
    export(Run(records), tmp_path, formats=("sqlite",))
    with closing(connect(tmp_path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for table in dataset().tables:
            declared = {row["table"] for row in connection.execute(f"PRAGMA foreign_key_list({table.name})")}
            assert declared == {reference.table for reference in table.refs}
            stored = [row["name"] for row in connection.execute(f"PRAGMA table_info({table.name})")]
            assert stored == [column.name for column in table.columns]
        connection.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            connection.execute("DELETE FROM projects")
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            connection.execute("UPDATE targets SET parent = 77 WHERE parent IS NOT NULL")
        row = connection.execute("SELECT * FROM v_indicators").fetchone()
        assert (row["annual_kind"], row["cycle_high"], row["cycle_per"], row["division_code"]) == (
            "list",
            550,
            "人",
            "440106",
        )
        single = connection.execute("SELECT * FROM v_targets WHERE project_id = 1 ORDER BY field, low").fetchall()
        assert [(row["field"], row["kind"], row["last_day"]) for row in single] == [
            ("annual_value", "qualitative", None),
            ("annual_value", "deadline", "2026-06-30"),
            ("annual_value", "number", None),
            ("cycle_value", "number", None),
            ("name", "number", None),
        ]
        total = connection.execute("SELECT sum(total_yuan), max(fiscal_yuan), count(*) FROM v_projects").fetchone()
        assert tuple(total) == (3_600_000, 1_000_000.5, 3)
        plan = connection.execute("EXPLAIN QUERY PLAN SELECT * FROM targets WHERE unit = '%' AND low > 90").fetchall()
        assert "USING INDEX ix_targets_unit_low" in plan[0]["detail"]


def test_parquet_carries_types_and_meanings(tmp_path: Path) -> None:
    export(Run([with_targets(annual=AT_LEAST)]), tmp_path, formats=("parquet",))
    schema = pq.read_schema(tmp_path / "targets.parquet")
    assert (str(schema.field("low").type), str(schema.field("last_day").type)) == ("decimal128(38, 8)", "date32[day]")
    assert schema.field("low").nullable
    assert not schema.field("kind").nullable
    assert schema.field("low").metadata[b"zh"].decode() == dataset().table("targets").columns[7].meaning.zh
    assert "下限" in schema.field("low").metadata[b"zh"].decode()


def test_empty_run(tmp_path: Path) -> None:
    for name in BOTH:
        tables = written(tmp_path, Run([], []), name)
        assert {table for table, rows in tables.items() if rows} == {"dictionary"}
        assert len(tables["dictionary"]) == sum(1 + len(table.columns) for table in dataset().tables)


def test_a_record_without_its_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"b\.txt"):
        list(relations.rows(iter([document("a.txt")]), iter([record(0, "b.txt")])))


def test_what_a_database_cannot_take_is_an_error(tmp_path: Path) -> None:
    rows = [("documents", [None] * len(dataset().table("documents").columns))]
    with pytest.raises(OSError, match="NOT NULL"):
        sqlite.write(tmp_path / "projects.sqlite", iter(rows))


def test_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'budget-extractor\[parquet\]'"):
        export(Run([]), tmp_path, formats=("jsonl", "parquet"))
    assert list(tmp_path.iterdir()) == []


def test_files_are_replaced_only_when_all_are_complete(tmp_path: Path) -> None:
    export(Run([record(0)]), tmp_path, formats=BOTH)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    class Broken(Run):
        def records(self, language: str | None = None) -> Iterator[Record]:
            yield record(1)
            raise OSError(28, "No space left on device")

    for name in BOTH:
        with pytest.raises(OutputError, match="No space left"):
            export(Broken([record(1)]), tmp_path, formats=(name,))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


# The declaration


def test_declared_columns_fit_the_schemas() -> None:
    """A column that may not be null comes from fields that are always there; its type is that of the field."""
    kinds = {"str": "text", "int": "integer", "bool": "boolean", "Decimal": "decimal", "float": "share"}
    for table in dataset().tables:
        for column in table.columns:
            source, *steps = column.path.split(".")
            if not steps or steps[-1] in {"value", "is_information"}:
                continue
            model, null = SOURCES[source], source == "funding"
            for step in steps:
                annotation = model.model_fields[step].annotation
                null = null or type(None) in getattr(annotation, "__args__", ())
                inner = next(models_in(annotation), None)
                if inner is None:
                    break
                model = inner
            name = f"{table.name}.{column.name}"
            if "dict" in str(annotation) or column.name.endswith("yuan"):
                assert (column.type, column.null) == ("decimal", True), name
                continue
            assert column.null == null, name
            found = {kind for word, kind in kinds.items() if word in str(annotation)} or {"text"}
            assert column.type in found, name


def test_files_of_the_format_are_the_tables() -> None:
    described = {f"{table.name}.parquet" for table in dataset().tables} | {"parquet.datapackage.json"}
    assert set(FORMATS["parquet"]) == described
    names = [table.name for table in dataset().tables]
    for table in dataset().tables:
        assert all(names.index(reference.table) <= names.index(table.name) for reference in table.refs)
        assert set(table.key) <= {column.name for column in table.columns if not column.null}
        for column in table.columns:
            assert column.meaning.zh
            assert column.meaning.en


# Memory


@pytest.mark.memory
@pytest.mark.skipif(not peak_memory.STATUS.exists(), reason="peak memory is read from /proc")
@pytest.mark.parametrize("name", BOTH)
def test_memory_stays_flat(tmp_path: Path, name: str) -> None:
    """20,000 projects may take little more than 2,000, and a row group of Parquet."""
    peaks = {}
    for number in (2_000, 20_000):
        code = f"""
            from tests.peak_memory import peak
            from tests.run_samples import document, record
            from extractor.export import export

            class Run:
                def documents(self, language):
                    return (document(f"{{file:05}}.txt", 100) for file in range({number // 100}))
                def records(self, language):
                    return (record(n, f"{{n // 100:05}}.txt") for n in range({number}))

            from pathlib import Path
            export(Run(), Path({str(tmp_path / str(number))!r}), formats=({name!r},))
            print(peak() // 1024)
        """
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, capture_output=True, text=True, check=True
        )
        peaks[number] = int(done.stdout)
    assert peaks[20_000] < peaks[2_000] + (100 if name == "parquet" else 10), f"MiB at the peak: {peaks}"
