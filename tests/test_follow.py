"""Projects followed over years and districts: which pairs are proposed, which never, and what is written."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from extractor.cli import main
from extractor.errors import OutputError
from extractor.follow import Known, Pairing, Reason, dated, follow, known_of, pair
from extractor.follow.score import score
from extractor.follow.table import headings, reason, rows, shown, write
from extractor.names import key
from extractor.names.alike import look_alikes, ratio
from extractor.names.divisions import place
from extractor.schemas.project import Amounts, ProjectReading
from extractor.schemas.record import FlagCode, Normalized
from extractor.store import RunStore
from extractor.store.folder import DATABASE
from tests.run_samples import document, flag, info, record

UNIT = "广州市番禺区委政法委"


def known(
    name: str | None, year: int | None = 2025, unit: str | None = UNIT, total: str | None = "100", **changes: Any
) -> Known:
    """A project; its id is made of all that it is."""
    at = place(unit) if unit else None
    keys = {field: key("name" if field == "name" else "unit", text) for field, text in (("name", name), ("unit", unit))}
    values: dict[str, Any] = {
        "id": f"{name}|{year}|{unit}|{total}|{sorted(changes.items())}",
        "name": name,
        "unit": unit,
        "name_key": keys["name"].text if keys["name"] else None,
        "unit_key": keys["unit"].text if keys["unit"] else None,
        "division": at.codes[0] if at and len(at.codes) == 1 else None,
        "year": year,
        "total": Decimal(total) if total is not None else None,
    }
    return Known(**(values | changes))


def names_of(pairing: Pairing) -> list[tuple[str | None, str | None]]:
    return [(one.old.name, one.new.name) for one in pairing.pairs]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("平安创建经费", "平安创建经费", "same_name"),
        ("2025年平安创建经费", "2026年平安创建经费", "same_stem"),
        ("广州市番禺区委政法委2025年平安创建经费", "平安创建经费", "same_stem"),
        ("平安创建经费（2025年度）", "平安创建经费", "same_stem"),
        ("平安创建工作经费", "平安创建专项经费", "same_core"),
        ("来穗人员和出租屋管理专项经费", "来穗人员和出租屋服务管理专项经费", "alike_name"),
        ("应急平台建设", "应急平台建设一期", "alike_name"),
    ],
)
def test_names_that_go_together(old: str, new: str, code: str) -> None:
    found = score(known(old), known(new, 2026))
    assert found is not None
    assert found.why[0].code == code
    assert found.value > 0.7


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("行财06", "行财07"),
        ("番禺区道路改造项目", "黄埔区道路改造项目"),
        ("13600101", "13600102"),
        ("WWZXJF", "WWZXJE"),
        ("政法大数据平台二期项目", "政法大数据平台三期项目"),
        ("岸线巡查（第一批）", "岸线巡查（第二批）"),
        ("平安创建经费", "党费经费"),
        ("平安创建经费", None),
        (None, None),
    ],
)
def test_names_that_do_not(old: str | None, new: str | None) -> None:
    assert score(known(old), known(new, 2026)) is None


def test_the_score_says_why_and_falls_with_what_differs() -> None:
    old = known("平安创建经费", department_key="d")
    same = score(old, known("平安创建经费", 2026))
    assert same is not None
    assert same == (1.0, (Reason("same_name"), Reason("same_unit"), Reason("same_amount"), Reason("years", 1)))
    others = [
        known("平安创建经费", 2026, total="50"),
        known("平安创建经费", 2026, total="0"),
        known("平安创建经费", 2028),
        known("平安创建经费", 2026, unit="广州市番禺区委统战部"),
        known("平安创建经费", 2026, unit=None),
        known("2026年平安创建经费", 2026),
    ]
    scores = [found.value for other in others if (found := score(old, other))]
    assert len(scores) == len(others)
    assert max(scores) < 1
    assert score(known("平安创建经费", None, total=None), known("平安创建经费", None, total=None)) is not None


def test_pairs_within_a_unit_one_to_one() -> None:
    old = [
        known("机构运行辅助经费", total="10"),
        known("机构运行辅助经费", total="90"),
        known("工作经费"),
        known("党费经费"),
    ]
    new = [
        known("机构运行辅助经费", 2026, total="88"),
        known("机构运行辅助经费", 2026, total="11"),
        known("工作经费", 2026),
    ]
    new += [known("工作经费", 2026, unit="广州市法学会")]
    found = pair(old, new)
    assert [(one.old.total, one.new.total) for one in found.pairs] == [(10, 11), (90, 88), (100, 100)]
    assert found.unpaired_old == (old[3],)
    assert found.unpaired_new == (new[3],)


def test_units_printed_with_and_without_their_place_are_one_place() -> None:
    one = known("平安创建经费", unit="番禺区民政局")
    found = pair([one], [known("平安创建经费", 2026, unit="广州市番禺区民政局")])
    assert [reason.code for reason in found.pairs[0].why] == ["same_name", "same_unit_in_place", "same_amount", "years"]
    # Two places that are in no list are two places.
    elsewhere = pair([known("平安创建经费", unit="云溪市民政局")], [known("平安创建经费", 2026, unit="望川市民政局")])
    assert elsewhere.pairs == ()


def test_districts_are_never_paired_with_each_other() -> None:
    old, new = known("平安创建专项经费"), known("平安创建专项经费", 2026, unit="广州市黄埔区委政法委")
    assert pair([old], [new], min_score=0).pairs == ()


def test_a_project_that_went_over_to_another_unit() -> None:
    old = known("来穗人员信息采集补助", unit="广州市番禺区来穗人员服务管理局", total="35.5")
    assert pair([old], [known("来穗人员信息采集补助", 2026, total="35.5")]).pairs[0].score == 0.85
    assert pair([old], [known("来穗人员信息采集补助", 2026, total="99")]).pairs == ()


def test_unit_and_project_both_under_a_new_name() -> None:
    old = known("区城市运行指挥中心综合业务经费", unit="政府办", division="440113")
    new = known("区城市运行管理指挥中心综合业务经费", 2026, unit="区政府办", division="440113")
    assert names_of(pair([old], [new])) == [(old.name, new.name)]
    assert pair([old], [replace(new, division="440112")]).pairs == ()
    # A unit that is there both times is not given away to one that looks like it.
    stays = replace(known("党费", 2026, unit="政府办", division="440113"))
    assert pair([old], [new, stays]).pairs == ()


def test_the_same_record_of_two_runs() -> None:
    first = known("工作经费")
    found = pair([first], [replace(first, run=1, total=Decimal(5))])
    assert found.pairs[0].why == (Reason("same_record"),)
    assert pair([first], [replace(first, run=1, name="党费", name_key="党费")]).pairs == ()


POOL = (
    "平安创建经费",
    "2025年平安创建经费",
    "平安创建工作经费",
    "平安建设经费",
    "行财06",
    "行财07",
    "机构运行辅助经费",
    "工作经费",
)
KNOWN = st.builds(
    known,
    st.sampled_from((*POOL, None)),
    st.sampled_from((2024, 2025, 2026, None)),
    st.sampled_from((UNIT, "广州市法学会", "番禺区委政法委", None)),
    st.sampled_from(("0", "1", "2.5", "100", None)),
)


def listed(side: str) -> st.SearchStrategy[list[Known]]:
    return st.lists(KNOWN, max_size=12).map(
        lambda found: [replace(one, id=f"{side}{position}", index=position) for position, one in enumerate(found)]
    )


@given(listed("a"), listed("b"), st.sampled_from((0.0, 0.7, 0.9)))
def test_pairing_is_one_to_one_symmetric_and_loses_nothing(old: list[Known], new: list[Known], least: float) -> None:
    found = pair(old, new, min_score=least)
    olds, news = [one.old for one in found.pairs], [one.new for one in found.pairs]
    assert sorted(one.id for one in (*olds, *found.unpaired_old)) == sorted(one.id for one in old)
    assert sorted(one.id for one in (*news, *found.unpaired_new)) == sorted(one.id for one in new)
    assert all(least <= one.score <= 1 for one in found.pairs)
    back = pair(new, old, min_score=least)
    assert {(one.old.id, one.new.id, one.score) for one in found.pairs} == {
        (one.new.id, one.old.id, one.score) for one in back.pairs
    }


@given(KNOWN, KNOWN)
def test_the_score_does_not_depend_on_the_order(one: Known, two: Known) -> None:
    there, back = score(one, two), score(two, one)
    assert (there and (there.value, set(there.why))) == (back and (back.value, set(back.why)))


def test_a_large_unit_is_not_compared_each_with_each() -> None:
    """Every candidate of a large list is found by a rare piece; the order of the lists makes no difference."""
    ours = [f"{chr(0x4E00 + 3 * number)}{chr(0x5E00 + 2 * number)}巡查专项经费" for number in range(120)]
    theirs = [f"{text[:2]}日常{text[2:]}" for text in reversed(ours)]
    found = set(look_alikes(ours, theirs, 0.6))
    assert {(number, 119 - number) for number in range(120)} <= found
    assert len(found) < 120 * 12
    assert found == {(i, j) for j, i in look_alikes(theirs, ours, 0.6)}
    assert all(ratio(ours[i], theirs[j]) >= 0.6 for i, j in found)


def test_a_large_unit_finds_what_a_small_one_does() -> None:
    old = [known(f"第{number}中学校舍维修经费{chr(0x4E00 + number)}{chr(0x5E00 + number)}") for number in range(80)]
    new = [replace(one, id=one.id + "n", year=2026, run=1) for one in reversed(old)]
    found = pair(old, new)
    assert len(found.pairs) == 80
    assert all(one.old.name == one.new.name for one in found.pairs)


# Over the years, and in other districts


def test_a_project_is_followed_over_a_year_in_which_it_is_missing() -> None:
    projects = [known("平安创建经费", year, total=total) for year, total in ((2023, "1"), (2025, "2"), (2026, "3"))]
    found = follow([*projects, known("党费", 2025), projects[0]])
    assert [[(one.old.year, one.new.year) for one in steps] for steps in found.years] == [[(2023, 2025), (2025, 2026)]]
    assert (found.projects, found.alone, found.repeated) == (4, 1, 1)
    assert follow([projects[0], known("平安创建经费", 2027)]).years == ()


def test_without_a_year_runs_follow_each_other() -> None:
    first, second = known("平安创建经费", None, run=0), known("平安创建经费", None, run=1)
    assert [(one.old.run, one.new.run) for steps in follow([second, first]).years for one in steps] == [(0, 1)]
    assert follow([first, known("平安创建经费", None, run=0, index=1)]).years == ()


def test_one_document_is_not_followed_into_itself() -> None:
    assert follow([known("2022-2023年桌面运维"), known("2024-2025年桌面运维")]).years == ()


def test_the_same_project_in_other_districts() -> None:
    here, there = known("番禺区平安创建经费"), known("2025年平安创建经费", unit="广州市黄埔区委政法委")
    nowhere = known("平安创建经费", unit="云溪市青禾区委政法委")
    found = follow([there, here, nowhere, known("行财06"), known("行财06", unit="广州市黄埔区委政法委")])
    assert found.years == ()
    assert [[(one.old.name, one.new.name) for one in pairs] for pairs in found.districts] == [
        [("2025年平安创建经费", "番禺区平安创建经费")]
    ]
    why = [reason.code for reason in found.districts[0][0].why]
    assert why == ["same_stem", "other_unit", "same_amount"]


def test_years_that_a_header_does_not_print() -> None:
    projects = [known("甲", 2023), *(known("甲", None, file=file) for file in ("b/2024.pdf", "c.pdf", "2024-2025.pdf"))]
    titles = ["2022年", "2026年预算（2026）", "2025年与2026年", None]
    assert [one.year for one in dated(projects, titles, "out-2027")] == [2023, 2026, 2027, 2027]
    assert [one.year for one in dated(projects[1:], [None] * 3, "out")] == [2024, None, None]


def test_known_of_a_record() -> None:
    project = ProjectReading(name="平安创建", unit="番禺区政法委", amounts=Amounts(total="1.5"))
    one = record(3, "x.txt", project=project, normalized=Normalized(amounts={"total": "15000"}))
    found = known_of(one, run=2)
    assert (found.unit_key, found.division, found.total, found.year) == ("番禺区政法委", "440113", 15000, 2026)
    assert (found.file, found.index, found.run, found.id) == ("x.txt", 3, 2, one.id)


# follow.csv and the command


def test_the_table_says_everything_once(tmp_path: Path) -> None:
    old = known("=平安创建\x0b经费", total="100.5", file="a.txt")
    new = known("=平安创建\x0b经费", 2026, total="99", file="b.txt", run=1)
    following = follow([old, new])
    write(tmp_path / "new" / "follow.csv", following, ["out/2025", "-out/2026"])
    text = (tmp_path / "new" / "follow.csv").read_text(encoding="utf-8")
    assert text.startswith("\ufeff")
    (row,) = csv.DictReader(text.removeprefix("\ufeff").splitlines())
    assert (row["类别"], row["编组"], row["得分"], row["金额差（元）"]) == ("跨年度", "1", "0.99", "-1.5")
    assert (row["前：项目名称"], row["前：总计（元）"], row["后：年度"]) == ("'=平安创建经费", "100.5", "2026")
    assert (row["后：运行目录"], row["前：行政区划"]) == ("'-out/2026", "广东省广州市番禺区")
    assert row["理由"].startswith("项目名称相同；单位相同；金额之比 99%")
    assert [len(row) for row in rows(following, ["a", "b"], "en")] == [len(headings("en"))]
    with pytest.raises(OutputError, match="cannot be written"):
        write(tmp_path / "new" / "follow.csv" / "x.csv", following, ["a", "b"])


def test_nothing_looks_surer_than_it_is() -> None:
    """What is rounded never says 1.00 or 100% of a pair that differs, nor 0% of what is not nothing."""
    assert [shown(value) for value in (1.0, 0.9967, 0.995, 0.8049)] == ["1.00", "0.99", "0.99", "0.80"]
    said = [reason([Reason("amount", value)], "en").rpartition(" ")[2] for value in (1.0, 0.9999, 0.875, 0.001, 0.0)]
    assert said == ["100%", "99%", "88%", "<1%", "0%"]


def test_every_reason_has_words() -> None:
    from typing import get_args

    from extractor.follow.score import ReasonCode

    for code in get_args(ReasonCode):
        for language in ("zh", "en"):
            assert "{" not in reason([Reason(code, 0.5)], language)


def run_folder(path: Path, year: int, names: Sequence[str]) -> Path:
    path.mkdir()
    with RunStore(path / DATABASE) as store:
        head = info(f"{year}.txt", fiscal_year=year, sha256=f"{year:064}")
        records = [
            record(index, f"{year}.txt", document=head, project=ProjectReading(name=name, unit=UNIT))
            for index, name in enumerate(names)
        ]
        store.save(document(f"{year}.txt", len(records), document=head), records, [""] * len(records), "f")
    return path


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, ["follow", *map(str, arguments)], catch_exceptions=False)


def test_follow_writes_and_shows(tmp_path: Path) -> None:
    one = run_folder(tmp_path / "one", 2025, ["平安创建经费", "党费\x1b[31m", "行财06"])
    two = run_folder(tmp_path / "two", 2026, ["行财07", "平安创建专项经费"])
    done = run(one, two, "--out", tmp_path / "f.csv", "--top", 0)
    assert done.exit_code == 0
    assert "nothing is merged" in done.output
    found = list(csv.DictReader((tmp_path / "f.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["前：项目名称"], row["后：项目名称"]) for row in found] == [("平安创建经费", "平安创建专项经费")]
    shown = run(one, two, "--out", tmp_path / "f.csv", "--min-score", 0.99, "--language", "en")
    assert "平安创建专项经费" not in shown.output
    assert (tmp_path / "f.csv").read_text(encoding="utf-8-sig").startswith("Kind,")
    again = run(one, one, "--out", tmp_path / "f.csv")
    assert "counted once: 3" in again.output


def test_what_is_printed_again_is_counted_once(tmp_path: Path) -> None:
    """A project twice in its document, the same file under another name, a block that could not be read."""
    with RunStore(tmp_path / DATABASE) as store:
        for year, file in ((2025, "a.txt"), (2025, "copy of a.txt"), (2026, "b.txt")):
            head = info(file, fiscal_year=year, sha256=f"{year:064}")
            plain = ProjectReading(name="平安创建经费", unit=UNIT)
            again = (flag(FlagCode.REPEATED_PROJECT, ""),)
            own: list[dict[str, Any]] = [{}, {"flags": again}, {"status": "failed"}]
            records = [record(at, file, document=head, project=plain, **one) for at, one in enumerate(own)]
            store.save(document(file, 3, document=head), records, [""] * 3, "f")
    done = run(tmp_path, "--out", tmp_path / "f.csv")
    assert "projects 2;" in done.output
    assert "counted once: 4" in done.output
    assert "could not be read: 3" in done.output
    (row,) = csv.DictReader((tmp_path / "f.csv").read_text(encoding="utf-8-sig").splitlines())
    assert (row["前：来源文件"], row["后：来源文件"]) == ("a.txt", "b.txt")


def test_follow_says_what_is_wrong(tmp_path: Path) -> None:
    assert run(tmp_path / "nothing").exit_code == 2
    assert run(tmp_path, "--min-score", 2).exit_code == 2
