"""What changed between two runs."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from extractor.changes import Change, Held, HeldIndicator, Kind, RunComparison, compare, hold
from extractor.changes.table import COLUMNS, rows, write
from extractor.cli import main
from extractor.errors import OutputError
from extractor.normalize import normalize
from extractor.schemas.document import PrintedUnit
from extractor.schemas.project import Amounts, Indicator, ProjectReading
from extractor.schemas.record import BlockInfo, DocumentInfo, Flag, FlagCode, Readings, Record
from extractor.store import RunStore
from extractor.store.folder import DATABASE
from tests.run_samples import document, info


def project(name: str, total: str | None = "10.00", **fields: object) -> ProjectReading:
    amounts = fields.pop("amounts", None) or Amounts(total=total)
    return ProjectReading.model_validate({"name": name, "unit": "云溪区民政局", "amounts": amounts} | fields)


def run(
    *projects: ProjectReading,
    unit: str | None = "万元",
    status: str = "agreed",
    flags: Mapping[int, tuple[Flag, ...]] = MappingProxyType({}),
) -> list[Held]:
    """A run's projects, held for comparing; the number in each id is the project's place."""
    document = DocumentInfo(file="a.txt", sha256="0" * 64, amount_unit=unit)
    printed = PrintedUnit(unit) if unit else None
    return hold(
        Record(
            id=f"a-{index}",
            document=document,
            block=BlockInfo(index=index, start=0, end=1),
            project=one,
            normalized=normalize(one, printed, document),
            status=status,
            flags=flags.get(index, ()),
            readings=Readings(),
        )
        for index, one in enumerate(projects)
    )


def shown(comparison: RunComparison) -> list[tuple[str, str | None, str | None, str | None]]:
    return [
        (
            change.kind.value,
            change.before,
            change.after,
            None if change.difference is None else f"{change.difference:f}",
        )
        for change in comparison.changes
    ]


def indicator(name: str, annual: str, cycle: str | None = None) -> Indicator:
    return Indicator(name=name, annual_value=annual, cycle_value=cycle)


ROWS = [
    pytest.param(project("社工服务"), project("社工服务"), [], id="nothing"),
    pytest.param(project("社工（站）服务"), project("社工(站)服务"), [], id="width of brackets"),
    pytest.param(
        project("社工服务", "10.00"),
        project("社工服务", "12.50"),
        [("amount_changed", "10.00 万元", "12.50 万元", "25000")],
        id="amount",
    ),
    pytest.param(
        project("社工服务", amounts=Amounts(total="5", fiscal="5")),
        project("社工服务", amounts=Amounts(total="5", other="5")),
        [("amount_changed", "5 万元", None, None), ("amount_changed", None, "5 万元", None)],
        id="another column",
    ),
    pytest.param(
        project("社工服务", goal="服务100人"),
        project("社工服务", goal="服务 100 人"),
        [],
        id="goal wrapped otherwise",
    ),
    pytest.param(
        project("社工服务", goal="服务100人"),
        project("社工服务", goal="服务120人"),
        [("goal_changed", "服务100人", "服务120人", None)],
        id="goal",
    ),
    pytest.param(
        project("社工服务"),
        project("社工服务", withheld=True),
        [("withheld_changed", "false", "true", None)],
        id="withheld",
    ),
    pytest.param(
        project("社工服务", indicators=(indicator("服务人数", "≥100人"),)),
        project("社工服务", indicators=(indicator("服务人数", "不少于120人"),)),
        [("target_changed", "≥100人", "不少于120人", "20")],
        id="target",
    ),
    pytest.param(
        project("社工服务", indicators=(indicator("合格率", "≥95%"),)),
        project("社工服务", indicators=(indicator("合格率", "95%以上"),)),
        [],
        id="target in other words",
    ),
    pytest.param(
        project("社工服务", indicators=(indicator("服务人数", "≥100人"),)),
        project("社工服务", indicators=(indicator("服务人数", "≥8场"),)),
        [("target_changed", "≥100人", "≥8场", None)],
        id="target in another unit",
    ),
    pytest.param(
        project("社工服务", indicators=(indicator("服务人数", "1人"), indicator("场次", "2场"))),
        project("社工服务", indicators=(indicator("场次", "2场"), indicator("满意度", "≥90%"))),
        [("indicator_added", None, "≥90%", None), ("indicator_gone", "1人", None, None)],
        id="indicators come and go, in another order",
    ),
    pytest.param(
        project("社工服务", indicators=(indicator("社工服务覆盖人数", "1人"),)),
        project("社工服务", indicators=(indicator("社工服务覆盖的人数", "1人"),)),
        [("indicator_renamed", "社工服务覆盖人数", "社工服务覆盖的人数", None)],
        id="indicator renamed",
    ),
    pytest.param(
        project("社工服务"),
        project("道路清扫保洁"),
        [("project_added", None, "10.00 万元", "100000"), ("project_gone", "10.00 万元", None, "-100000")],
        id="another project",
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), ROWS)
def test_changes(
    old: ProjectReading, new: ProjectReading, expected: list[tuple[str, str | None, str | None, str | None]]
) -> None:
    assert shown(compare(run(old), run(new))) == expected


def test_a_renamed_project_shows_score_and_reason() -> None:
    found = compare(run(project("2025年社工站运营服务经费")), run(project("2026年社工站运营和服务经费")))
    (change,) = found.changes
    assert change.kind == Kind.RENAMED
    assert change.pair is not None
    assert 0.7 <= change.pair.score < 1
    row = dict(zip(COLUMNS, next(rows(found)), strict=True))
    assert row["score"] == f"{change.pair.score:.2f}" != "1.00"
    assert row["why"]


def test_amounts_of_unknown_unit_are_compared_as_printed_and_not_counted() -> None:
    found = compare(run(project("社工服务", "10"), unit=None), run(project("社工服务", "12"), unit=None))
    assert shown(found) == [("amount_changed", "10", "12", None)]
    assert found.bridge.missing_old == found.bridge.missing_new == 1
    assert not compare(run(project("社工服务", "10"), unit=None), run(project("社工服务", "10.0"), unit=None)).changes


def test_the_same_money_in_another_unit_is_no_change() -> None:
    assert not compare(run(project("社工服务", "10")), run(project("社工服务", "100000"), unit="元")).changes


def test_blocks_that_could_not_be_read_are_counted() -> None:
    found = compare(run(project("社工服务"), status="failed"), run(project("社工服务")))
    assert (found.unread_old, found.unread_new, len(found.added)) == (1, 0, 1)


def test_what_is_printed_twice_is_counted_once() -> None:
    """As in the report: a project that its document repeats is in no sum, and neither gone nor added."""
    again = Flag(code=FlagCode.REPEATED_PROJECT, path="", message="与第 1 个项目内容完全相同。")
    old = run(project("社工服务"), project("社工服务"), flags={1: (again,)})
    found = compare(old, run(project("社工服务")))
    assert (found.changes, found.unchanged) == ((), 1)
    assert (found.bridge.old, found.bridge.new) == (100_000, 100_000)
    assert (found.again_old, found.again_new, found.unread_old) == (1, 0, 0)


def test_sums_of_any_size_are_exact() -> None:
    large, small = run(project("桥梁工程", "9" * 18), unit="亿元"), run(project("绿化养护", "0.00000001"), unit="元")
    bridge = compare([], large + small).bridge
    assert bridge.new == bridge.added == Decimal("9" * 18 + "0" * 8 + ".00000001")


def test_values_that_an_older_version_did_not_analyse_are_counted() -> None:
    plain = project("社工服务", indicators=(indicator("服务人数", "≥100人", "≥300人"),))
    old = [replace(one, indicators=tuple(map(unanalysed, one.indicators))) for one in run(plain)]
    found = compare(old, run(plain))
    assert (found.unanalysed_old, found.unanalysed_new) == (2, 0)


def unanalysed(one: HeldIndicator) -> HeldIndicator:
    return replace(one, values={period: (printed, None) for period, (printed, _) in one.values.items()})


NAMES = st.lists(st.sampled_from(["社工服务", "道路保洁", "会议费", "2025年社工服务", "设备购置"]), max_size=6)
TOTALS = st.sampled_from([None, "0.00", "1.50", "20", "300.25"])


@given(NAMES, NAMES, st.data())
def test_nothing_is_lost_and_the_bridge_adds_up(old: list[str], new: list[str], data: st.DataObject) -> None:
    before, after = (run(*(project(name, data.draw(TOTALS)) for name in names)) for names in (old, new))
    found = compare(before, after)
    assert len(found.pairs) + len(found.gone) == len(before)
    assert len(found.pairs) + len(found.added) == len(after)
    bridge = found.bridge
    assert bridge.old - bridge.gone + bridge.added + bridge.more - bridge.less == bridge.new
    counted = [one for one in found.changes if one.field == "amounts.total" and one.difference is not None]
    assert (
        sum((one.difference for one in counted), Decimal(0)) == bridge.new - bridge.old
        or bridge.missing_old
        or bridge.missing_new
    )
    assert bridge.new == sum((one.known.total or Decimal(0) for one in after), Decimal(0))


@given(NAMES)
def test_a_run_does_not_differ_from_itself(names: list[str]) -> None:
    projects = [project(name, indicators=(indicator("人数", "≥3人"),)) for name in names]
    found = compare(run(*projects), run(*projects))
    assert (found.changes, found.unchanged) == ((), len(names))


def test_the_table_is_guarded_and_keeps_numbers(tmp_path: Path) -> None:
    found = compare(run(project("=cmd()", "12.00")), run(project("=cmd()", "10.00")))
    write(tmp_path / "deep" / "changes.csv", found)
    with (tmp_path / "deep" / "changes.csv").open(encoding="utf-8-sig", newline="") as file:
        heading, row = list(csv.reader(file))
    table = dict(zip(heading, row, strict=True))
    assert table["项目名称"] == "'=cmd()"
    assert (table["增减"], table["增减比例"], table["变化"]) == ("-20000", "-16.7", "金额变化")


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "changes.csv").mkdir()
    with pytest.raises(OutputError, match=r"changes\.csv"):
        write(tmp_path / "changes.csv", compare([], []))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_has_its_own_word(language: str) -> None:
    (one,) = run(project("社工服务"))
    changes = tuple(Change(kind, one, one, "amounts.total", before="true", after="false") for kind in Kind)
    comparison = RunComparison((), (), (), 0, changes, compare([], []).bridge)
    assert len({row[0] for row in rows(comparison, language)}) == len(Kind)


def stored(folder: Path, *projects: ProjectReading, sha256: str) -> Path:
    """A run folder that holds them."""
    head = info("a.txt", sha256=sha256 * 64)
    records = [
        Record(
            id=f"{sha256}-{index}",
            document=head,
            block=BlockInfo(index=index, start=0, end=1),
            project=one,
            normalized=normalize(one, PrintedUnit("万元"), head),
            status="agreed",
            readings=Readings(),
        )
        for index, one in enumerate(projects)
    ]
    folder.mkdir()
    with RunStore(folder / DATABASE) as store:
        store.save(document("a.txt", len(records), document=head), records, [""] * len(records), "f")
    return folder


@pytest.mark.parametrize("width", [80, 160])
def test_the_screen_shows_proposals_as_proposals(tmp_path: Path, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Score and reason beside whatever rests on them, numbers in one form, and no column that is empty."""
    monkeypatch.setattr("extractor.cli.display.console.width", width)
    old = stored(
        tmp_path / "old", project("2025年社工站运营服务经费", "1000.50"), project("会议费", "3.00"), sha256="1"
    )
    new = stored(tmp_path / "new", project("社工站运营和服务经费", "1200.50"), sha256="2")
    done = CliRunner().invoke(main, ["compare", str(old), str(new), "--out", str(tmp_path / "c.csv")])
    assert done.exit_code == 0, done.output
    text = done.output
    renamed = text[text.index("名称变化 (1)") :]
    assert "配对得分" in renamed
    assert "项目名称相似" in "".join(re.sub(r"[│\s]", "", renamed))
    gone = text[text.index("取消项目 (1)") : text.index("名称变化 (1)")]
    assert "现为" not in gone
    assert "+2,000,000" in text
    assert "10,035,000 │" in text
