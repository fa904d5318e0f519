"""Keys of names: what has one key and why, what never has, the user's own alias table, and the listing."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from extractor import extract
from extractor.cli import main
from extractor.errors import UsageError
from extractor.follow import MIN_SCORE
from extractor.follow import score as scoring
from extractor.names import Aliases, Field, division_of, key, load_aliases
from extractor.names.keys import FIELDS, about, form, rules, shortened
from extractor.names.listing import Printed, list_names
from extractor.names.stems import place_before, stem, without_place
from extractor.normalize import normalize
from extractor.run.fingerprint import fingerprint
from extractor.schemas.project import ProjectReading
from extractor.settings import Settings
from extractor.store import RunStore
from extractor.store.folder import DATABASE
from tests.run_samples import document, info, reading, record

ROOT = Path(__file__).parents[1]


def text_of(field: Field, printed: str) -> str:
    found = key(field, printed)
    assert found is not None
    return found.text


@pytest.mark.parametrize(
    ("field", "key_text", "printed"),
    [
        (
            "unit",
            "广州市番禺区委政法委",
            (
                "中国共产党广州市番禺区委员会政法委员会（本级）",
                "中国共产党广州市番禺区委员会政法委员会",
                "中共广州市番禺区委政法委员会",
                "中共广州市番禺区委政法委",
                "广州市番禺区委政法委",
                "广州市番禺区委员会政法委员会",
                "广州市番禺区委政法委本级",
                "广州市番禺区委政法委(委本级)",
            ),
        ),
        (
            "department",
            "广州市黄埔区委政法委",
            ("中共广州市黄埔区委政法委员会（部门）", "中国共产党广州市黄埔区委员会政法委员会", "广州市黄埔区委 政法委"),
        ),
        ("unit", "云溪市民政局", ("云溪市民政局。（本级）", "“云溪市民政局”、本级")),
        ("unit", "番禺区政府办", ("番禺区人民政府办公室（本级）", "番禺区政府办公室本级", "番禺区政府办")),
        ("department", "番禺区政府办本级", ("番禺区人民政府办公室（本级）", "番禺区政府办公室【本级】")),
        ("unit", "云溪市文广旅体局", ("云溪市文化广电旅游体育局", "云溪市文广旅体局")),
        ("unit", "云溪市委编办", ("中共云溪市委机构编制委员会办公室", "云溪市委编办", "云溪市委编委办公室")),
        ("unit", "广州市番禺区市桥街道办", ("广州市番禺区人民政府市桥街道办事处", "广州市番禺区市桥街道办事处")),
        ("department", "镜湖县文旅局", ("[108]镜湖县文化和旅游局", "108001-镜湖县文化和旅游局", "镜湖县文化和旅游局")),
        ("unit", "共青团云溪市委", ("中国共产主义青年团云溪市委员会", "共青团云溪市委")),
        ("unit", "政协云溪市委员会", ("中国人民政治协商会议云溪市委员会", "政协云溪市委员会")),
        ("unit", "云溪市委办", ("中国共产党云溪市委员会办公室", "中共云溪市委办公室", "云溪市委办")),
        ("unit", "云溪市残联", ("云溪市残疾人联合会", "云溪市残联（本级）")),
        ("name", "口袋公园建设(2期)", ("“口袋公园”建设（２期）", '"口袋公园"建设【2期】。', "「口袋公园」 建设[2期]")),
    ],
)
def test_printed_alike_but_for_form(field: Field, key_text: str, printed: tuple[str, ...]) -> None:
    assert {text_of(field, name) for name in printed} == {key_text}


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        # The department as a whole and its own office are two things where departments are listed.
        ("department", "广州市番禺区民政局", "广州市番禺区民政局（本级）"),
        # 部门 is no word for a unit.
        ("unit", "广州市番禺区民政局", "广州市番禺区民政局（部门）"),
        # 某市本级 is a level of government, not the office of a body.
        ("unit", "云溪市", "云溪市本级"),
        ("unit", "云溪市民政局", "云溪市民政局下属事业单位"),
        ("unit", "广州市番禺区民政局", "番禺区民政局"),
        ("unit", "云溪市信访办公室", "云溪市信访办"),
        ("unit", "云溪市委办公室", "云溪市政府办公室"),
        ("unit", "110指挥中心", "120指挥中心"),
        ("unit", "云溪市第一小学", "云溪市第二小学"),
        ("unit", "中共云溪市委", "政协云溪市委员会"),
        ("name", "行财06", "行财07"),
        ("name", "平台建设（二期）项目", "平台建设（三期）项目"),
        ("name", "云溪市政法委员会2024年运维项目", "云溪市政法委2024年运维项目"),
        ("name", "2024年运维项目", "2025年运维项目"),
        ("name", "工作经费", "工作专项经费"),
        ("name", "1,200人培训", "1200人培训"),
        ("name", '1"2', "12"),
        ("name", "养老（补贴）", "养老补贴"),
    ],
)
def test_two_bodies_or_projects_have_two_keys(field: Field, one: str, other: str) -> None:
    assert text_of(field, one) != text_of(field, other)


@pytest.mark.parametrize(
    ("field", "printed", "ids"),
    [
        ("unit", "云溪市民政局", ()),
        ("unit", "云溪市民政局（本级）", ("width", "unit-itself")),
        ("unit", "云溪市 民政局【本级】", ("blank", "bracket", "unit-itself")),
        ("department", "[108]云溪市科学技术协会（部门）", ("width", "bracket", "code", "whole-department", "科协")),
        ("name", "“书香”活动 。", ("blank", "width", "quote", "end")),
        ("unit", "\ufeff云溪市\u200b民政局\x0b", ("blank",)),
    ],
)
def test_why(field: Field, printed: str, ids: tuple[str, ...]) -> None:
    found = key(field, printed)
    assert found is not None
    assert found.rules == ids


def test_nothing_printed_has_no_key() -> None:
    assert [key("unit", nothing) for nothing in (None, "", "　 \n")] == [None] * 3
    assert text_of("unit", "（本级）") == "(本级)"
    assert text_of("name", "。。") == "。。"


def test_what_is_too_long_for_a_name_takes_no_time() -> None:
    """Hostile cells: each of these would take minutes if every rule were tried on it again and again."""
    started = time.process_time()
    for printed in (
        "（本级）" * 20_000,
        "经费" * 40_000 + "x",
        "1" + '"' * 40_000 + "1",
        "。" * 40_000 + "a",
        "中共区委" * 20_000,
    ):
        for field in FIELDS:
            found = key(field, printed)
            assert found is not None
            assert key(field, found.text) == (found.text, ())
        assert stem(printed).text
        assert division_of(printed, printed, printed, printed) is None
    assert time.process_time() - started < 10


def test_every_rule_makes_shorter_and_says_what_it_is_for() -> None:
    for rule in rules():
        assert rule.about in about(rule.id)
    texts = [full for rule in rules() if " → " in rule.about for full in rule.about.split("：")[0].split(" → ")[:1]]
    assert len(texts) > 40
    for text in texts:
        for field in ("unit", "department"):
            assert len(shortened(form(text)[0], field)[0]) <= len(text)


LETTERS = (
    "中国共产党广州市番禺区县委员会政法办公室人民政府街道处本级部门编局（）()【】[]“”\"'《》 \u3000\n，。:：-—12３Ａa"
)
NAMES = st.text(st.sampled_from(LETTERS), max_size=30)
WORDS = """
中国共产党 中共 广州市 番禺区 委员会 委 政法委员会 人民政府 政府 办公室 机构编制委员会 （本级） 本级 （部门）
街道办事处 工作委员会 [108] 108- 民政局 “ ” （ ） １ 2 。
"""
PIECES = st.lists(st.sampled_from([*WORDS.split(), " "]), max_size=8).map("".join)


@given(st.sampled_from(FIELDS), NAMES | PIECES | st.text(max_size=20))
def test_a_key_is_its_own_key(field: Field, printed: str) -> None:
    found = key(field, printed)
    if found is not None:
        again = key(field, found.text)
        assert again is not None
        assert again == (found.text, ())
        assert len(found.text) <= len("".join(printed.split()))


WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


@given(
    st.sampled_from(FIELDS),
    PIECES,
    st.sampled_from(("（）", "()", "[]", "【】", "〔〕")),
    st.sampled_from(("", " ", "\u3000", "\n")),
)
def test_width_brackets_and_blanks_make_no_other_key(field: Field, printed: str, brackets: str, blank: str) -> None:
    other = blank.join(printed).translate(WIDE)
    for kind in ("（）", "［］"):
        other = other.replace(kind[0], brackets[0]).replace(kind[1], brackets[1])
    one, two = key(field, printed), key(field, other)
    assert (one and one.text) == (two and two.text)


def golden_names() -> dict[Field, set[str]]:
    found: dict[Field, set[str]] = {field: set() for field in FIELDS}
    for path in sorted((ROOT / "golden").glob("*/expected.json")):
        labels = json.loads(path.read_text(encoding="utf-8"))
        for labelled in labels.get("members", {"": labels}).values():
            for project in labelled["projects"] if labelled else ():
                for field in FIELDS:
                    if project.get(field):
                        found[field].add(project[field])
    return found


def test_two_projects_of_the_golden_cases_never_share_a_key() -> None:
    names = golden_names()
    assert len(names["name"]) > 90
    keys: dict[str, set[str]] = defaultdict(set)
    for name in names["name"]:
        keys[text_of("name", name)].add(name)
    assert [printed for printed in keys.values() if len(printed) > 1] == []


def test_bodies_of_the_golden_cases_share_keys_by_the_suffix_alone() -> None:
    names = golden_names()
    assert len(names["unit"]) > 30
    keys: dict[str, set[str]] = defaultdict(set)
    for name in names["unit"]:
        keys[text_of("unit", name)].add(name.removesuffix("（本级）"))
    assert [printed for printed in keys.values() if len(printed) > 1] == []


# Aliases


def table(folder: Path, text: str, name: str = "names.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


ALIASES = """
[[alias]]
key = "番禺区人民政府办公室"
names = ["政府办公室", "区政府办"]
field = "unit"
division = "440113"
note = "番禺区的表格不印地名"

[[alias]]
key = "云溪市民政局"
names = ["云溪市民政和社会事务局"]
"""


def test_an_alias_takes_the_place_of_a_key(tmp_path: Path) -> None:
    aliases = load_aliases([table(tmp_path, ALIASES)])
    assert aliases.key("unit", "政府办公室（本级）", "440113") == (
        "番禺区政府办",
        ("width", "unit-itself", "office", "alias:names.toml#1"),
    )
    assert aliases.key("unit", "政府办公室（本级）", "440112") == key("unit", "政府办公室（本级）")
    assert aliases.key("unit", "政府办公室（本级）") == key("unit", "政府办公室（本级）")
    assert aliases.key("department", "政府办公室", "440113") == key("department", "政府办公室")
    for field in ("unit", "department"):
        found = aliases.key(field, "云溪市民政和社会事务局", "440113")  # type: ignore[arg-type]
        assert found is not None
        assert found.text == "云溪市民政局"
    assert aliases.key("name", "云溪市民政和社会事务局") == key("name", "云溪市民政和社会事务局")
    assert aliases.key("unit", None) is None


def test_normalize_uses_aliases_and_division(tmp_path: Path) -> None:
    aliases = load_aliases([table(tmp_path, ALIASES)])
    project = ProjectReading(name="工作经费", unit="政府办公室本级", department="番禺区人民政府办公室（本级）")
    found = normalize(project, None, info(title=None), aliases)
    assert (found.unit, found.department, found.name) == ("番禺区政府办", "番禺区政府办本级", "工作经费")
    assert found.division is not None
    assert (found.division.code, found.division.evidence) == ("440113", "department")


def test_a_run_takes_the_alias_table(tmp_path: Path) -> None:
    file = str(ROOT / "golden" / "text-plain-a" / "source.txt")
    aliases = table(tmp_path, "[[alias]]\nkey='云溪市望川区应急管理局'\nnames=['应急管理局']\nfield='unit'\n")
    plain, joined = (extract(file, model=None, aliases=given).records for given in ((), (aliases,)))
    assert {one.normalized.unit for one in plain} == {"应急局"}
    assert {one.normalized.unit for one in joined} == {"云溪市望川区应急局"}
    assert {one.project.unit for one in joined} == {"应急管理局本级"}
    with pytest.raises(UsageError, match="nowhere"):
        extract(file, model=None, aliases=(tmp_path / "nowhere.toml",))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[alias]]\nkey = 'A局'\n", r"names\.toml: not a valid alias table: entry 1, line 1, names: Field required"),
        ("\n\n[[alias]]\nkey = 'A局'\nnames = []\n", "entry 1, line 3, names"),
        ("[[alias]]\nkey = 'A局'\nnames = ['B局']\nwhy = 'x'\n", "entry 1, line 1, why: Extra inputs"),
        ("[[alias]]\nkey = ' '\nnames = ['B局']\n", "line 1, entry 1: the key ' ' is blank"),
        ("[[alias]]\nkey = 'A局'\nnames = ['B局', '']\n", "the name '' is blank"),
        ("[[alias]]\nkey = 'A局'\nnames = ['B局']\ndivision = '999999'\n", "no division has the code 999999"),
        ("[[alias]]\nkey = 'A局'\nnames = ['B局']\ndivision = '44'\n", "entry 1, line 1, division"),
        ("alias = 1\n", "not a valid alias table: alias: "),
        ("[[alias]\n", "not a valid TOML file"),
        (
            "[[alias]]\nkey = 'A局'\nnames = ['B局']\n\n"
            "[[alias]]\nkey = 'C局'\nnames = ['B局（本级）']\nfield = 'unit'\n",
            r"line 5, entry 2: 'B局（本级）' is to be 'C局' here, but 'A局' in .*line 1, entry 1; keep one",
        ),
        (
            "[[alias]]\nkey = 'A局'\nnames = ['B局']\n[[alias]]\nkey = 'B局'\nnames = ['A局']\n",
            r"line 1, entry 1: 'B局' is to be 'A局', which .*line 4, entry 2 makes 'B局' \(a cycle\)",
        ),
        (
            "[[alias]]\nkey = 'A局'\nnames = ['B局']\n[[alias]]\nkey = 'B局'\nnames = ['C局']\ndivision = '440113'\n",
            r"line 4, entry 2: 'C局' is to be 'B局', which .*line 1, entry 1 makes 'A局' \(a chain\)",
        ),
        (
            "[[alias]]\nkey = 'A局'\nnames = ['B局']\n[[alias]]\nkey = 'C局'\nnames = ['A局']\ndivision = '440113'\n",
            r"line 1, entry 1: 'B局' is to be 'A局', which .*makes 'C局' \(a chain\)",
        ),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        load_aliases([table(tmp_path, text)])


def test_tables_contradict_each_other_across_files(tmp_path: Path) -> None:
    one = table(tmp_path, "[[alias]]\nkey='A局'\nnames=['B局']\n", "one.toml")
    two = table(tmp_path, "[[alias]]\nkey='C局'\nnames=['B局']\n", "two.toml")
    with pytest.raises(
        UsageError, match=r"two\.toml, line 1, entry 1: 'B局' is to be 'C局' here, but 'A局' in .*one\.toml"
    ):
        load_aliases([one, two])
    with pytest.raises(UsageError, match="cannot be read"):
        load_aliases([tmp_path / "none.toml"])
    empty = load_aliases([table(tmp_path, "", "empty.toml")])
    assert empty.digest == Aliases().digest == load_aliases([]).digest


def test_a_changed_table_is_read_again_and_reads_documents_again(tmp_path: Path) -> None:
    path = table(tmp_path, ALIASES)
    settings = Settings(aliases=(path,))
    before = fingerprint(settings)
    assert before != fingerprint(Settings())
    table(tmp_path, ALIASES.replace("云溪市民政局", "云溪市民政和公益局"))
    found = load_aliases([path]).key("unit", "云溪市民政和社会事务局")
    assert found is not None
    assert found.text == "云溪市民政和公益局"
    assert fingerprint(settings) != before


# Stems and listing


@pytest.mark.parametrize(
    ("name", "bodies", "left"),
    [
        ("2024年平安创建工作经费", (), "平安创建工作经费"),
        ("平安创建（2024年度）", (), "平安创建"),
        ("2024-2025年桌面运维", (), "桌面运维"),
        ("桌面运维2024至2025年度", (), "桌面运维"),
        ("中国共产党广州市增城区委政法委2023年桌面运维", ("广州市增城区委政法委",), "桌面运维"),
        ("穗埔内收[2021]485号网络项目", (), "穗埔内收(2021)485号网络项目"),
        ("13600101", (), "13600101"),
        ("2025年", (), "2025年"),
        ("12025人培训", (), "12025人培训"),
    ],
)
def test_stem(name: str, bodies: tuple[str, ...], left: str) -> None:
    assert stem(name, bodies).text == left


@given(NAMES | PIECES | st.text(max_size=20))
def test_stems_and_places_of_anything(name: str) -> None:
    found = stem(name)
    assert bool(found.text) == bool(form(name)[0])
    assert found.text.startswith(found.core)
    assert name.startswith(place_before(name))
    assert without_place(name) or not name


def names_of(*printed: tuple[str | None, str | None]) -> list[Printed]:
    return [Printed(unit, department, None, "a.txt") for unit, department in printed]


def test_listing_groups_and_proposes() -> None:
    whole, short, other = "广州市番禺区民政局", "番禺区民政局", "广州市番禺区民政事务局"
    printed = names_of((f"{whole}（本级）", whole), (whole, f"{whole}（本级）"), (short, whole), (other, None))
    elsewhere = names_of(("广州市黄埔区民政局", None), ("云溪市民政局", None))
    listing = list_names([*printed, *elsewhere])
    units = {group.key: group for group in listing.groups if group.field == "unit"}
    assert set(units) == {whole, short, other, "广州市黄埔区民政局", "云溪市民政局"}
    assert [form.printed for form in units[whole].forms] == [whole, f"{whole}（本级）"]
    assert units[whole].both
    assert units[whole].projects == 2
    assert (units[short].division, units["云溪市民政局"].division) == ("440113", None)
    found = {(one.field, frozenset(one.keys)): (one.why, one.score) for one in listing.proposals}
    assert found["unit", frozenset((whole, short))] == ("place", 0.98)
    assert found["unit", frozenset((whole, other))] == ("alike", 0.75)
    assert found["department", frozenset((whole, f"{whole}本级"))] == ("itself", 0.95)
    # Bodies of two places are never proposed as one.
    assert not any("黄埔" in "".join(one.keys) or "云溪" in "".join(one.keys) for one in listing.proposals)


def test_listing_follows_the_alias_table(tmp_path: Path) -> None:
    aliases = load_aliases([table(tmp_path, "[[alias]]\nkey='云溪市民政局'\nnames=['云溪市民政事务局']\n")])
    names = names_of(("云溪市民政局", None), ("云溪市民政事务局", None))
    assert len(list_names(names, Aliases()).proposals) == 1
    listing = list_names(names, aliases)
    assert listing.proposals == ()
    assert [[form.printed for form in group.forms] for group in listing.groups] == [
        ["云溪市民政事务局", "云溪市民政局"]
    ]


# The command


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    projects = [
        reading(0, unit="云溪市民政局（本级）", department="云溪市民政局"),
        reading(1, unit="云溪市民政局", department="云溪市民政局（部门）"),
        reading(2, unit="=云溪市民政事务局\x1b[31m", department="广州市番禺区民政局"),
    ]
    with RunStore(folder / DATABASE) as store:
        records = [record(index, project=project) for index, project in enumerate(projects)]
        store.save(document(records=3), records, [""] * 3, "f")
    return folder


def names(*arguments: Any) -> Result:
    return CliRunner().invoke(main, ["names", *map(str, arguments)], catch_exceptions=False)


def test_names_as_a_table(run_folder: Path) -> None:
    done = names(run_folder)
    assert done.exit_code == 0
    assert "云溪市民政局" in "".join(done.output.split())
    assert "unit-itself: " in done.output
    assert "\x1b[31m" not in done.output


def test_names_as_json_and_csv(run_folder: Path, tmp_path: Path) -> None:
    data = json.loads(names(run_folder, "--format", "json").output)
    unit = next(one for one in data["names"] if one["field"] == "unit" and one["key"] == "云溪市民政局")
    assert {one["printed"] for one in unit["forms"]} == {"云溪市民政局（本级）", "云溪市民政局"}
    assert unit["both"] is True
    department = next(one for one in data["names"] if one["division"] == "440113")
    assert department["division_name"] == "广东省广州市番禺区"

    output = names(run_folder, "--format", "csv").output
    assert output.startswith("\ufeff")
    found = list(csv.DictReader(io.StringIO(output.removeprefix("\ufeff"))))
    assert {row["kind"] for row in found} <= {"name", "proposal"}
    assert not any(cell.startswith("=") or "\x1b" in cell for row in found for cell in row.values())
    assert any(row["printed"].startswith("'=云溪市") for row in found)

    aliases = table(tmp_path, "[[alias]]\nkey='云溪市民政局'\nnames=['云溪市民政事务局']\nfield='unit'\n")
    assert names(run_folder, "--aliases", aliases).exit_code == 0


def test_names_says_what_is_wrong(run_folder: Path, tmp_path: Path) -> None:
    bad = table(tmp_path, "[[alias]]\n")
    refused = names(run_folder, "--aliases", bad)
    assert refused.exit_code == 2
    assert "entry 1" in refused.output
    assert names(tmp_path / "nowhere").exit_code == 2


def test_the_page_about_names_tells_the_truth(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "names.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    aliases = load_aliases([table(tmp_path, example)])
    found = aliases.key("unit", "区政府办", "440113")
    assert found is not None
    assert found.text == text_of("unit", "番禺区人民政府办公室")
    for weight in (scoring.NAME, scoring.AMOUNT, scoring.YEAR, scoring.LEAST_ALIKE, MIN_SCORE):
        assert f"{weight:.2f}" in page or f"{weight} " in page
