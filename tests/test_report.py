"""The report: figures, arithmetic, what a hostile document can do to the page, size, the same bytes again."""

from __future__ import annotations

import base64
import gzip
import json
import re
import tomllib
from collections.abc import Sequence
from decimal import Decimal, localcontext
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from extractor.cli import main
from extractor.errors import OutputError, UsageError
from extractor.export.labels import labels
from extractor.normalize.funding import PARTS, by_source
from extractor.normalize.standing import STANDINGS, Standings
from extractor.report import report
from extractor.report.charts import charts
from extractor.report.counting import figures_of
from extractor.report.entries import marks, visible
from extractor.report.figures import Figures, Group, folded
from extractor.report.money import share, wan
from extractor.report.targets import KINDS, kind_of
from extractor.report.words import words
from extractor.schemas.project import Amounts, FundingLine, Indicator
from extractor.schemas.record import (
    Division,
    DocumentLine,
    Flag,
    FlagCode,
    Normalized,
    NormalizedFunding,
    NormalizedIndicator,
    Record,
    Status,
    Total,
)
from extractor.schemas.target import Target
from extractor.store import Planned, RunStore
from tests.run_samples import document, fill, flag, info, reading, record
from tests.test_funding import projects as funded

REPEATED = flag(FlagCode.REPEATED_PROJECT, "", message="与第 1 个项目内容完全相同。")


def project(index: int = 0, amounts: Amounts | None = None, **changes: Any) -> Record:
    """A record of 万元 whose amounts in yuan fit its printed ones."""
    printed = amounts if amounts is not None else Amounts(total="10.00", fiscal="10.00")
    own = {key: changes.pop(key) for key in ("unit", "name", "withheld", "indicators", "department") if key in changes}
    values = {
        name: value for name in ("total", "fiscal", "special_account", "other") if (value := getattr(printed, name))
    }
    yuan = {name: f"{Decimal(value) * 10_000:f}" for name, value in values.items()}
    yuan |= {f"unplaced[{at}]": f"{Decimal(value) * 10_000:f}" for at, value in enumerate(printed.unplaced)}
    normalized = {"amounts": yuan, "unit": own.get("unit")} | changes.pop("normalized", {})
    return record(
        index,
        project=reading(index, **({"amounts": printed, "indicators": ()} | own)),
        normalized=Normalized(**normalized),
        **changes,
    )


def figures(records: Sequence[Record], lines: Sequence[DocumentLine] = ()) -> Figures:
    found = {one.document.file: document(one.document.file, 1) for one in records}
    return figures_of(lines or found.values(), records)


STANDING = [
    ("counted", project()),
    ("counted", project(amounts=Amounts(total="0.00"))),
    ("no_total", project(amounts=Amounts(fiscal="5.00"))),
    ("no_total", project(amounts=Amounts(unplaced=("5.00",)))),
    ("unknown_unit", project(normalized={"amounts": {}})),
    ("no_amount", project(amounts=Amounts())),
    ("repeated", project(flags=(REPEATED,))),
    ("failed", project(status="failed")),
]


@pytest.mark.parametrize(("standing", "one"), STANDING, ids=[f"{name}-{at}" for at, (name, _) in enumerate(STANDING)])
def test_every_project_has_one_standing(standing: str, one: Record) -> None:
    assert Standings().of(one) == standing


def test_only_counted_projects_are_added_up_and_all_are_counted() -> None:
    found = figures(
        [
            one.model_copy(update={"block": one.block.model_copy(update={"index": at})})
            for at, (_, one) in enumerate(STANDING)
        ]
    )
    assert found.projects == len(STANDING)
    assert {name: tally.projects for name, tally in found.standings.items()} == {
        "counted": 2, "no_total": 2, "unknown_unit": 1, "no_amount": 1, "repeated": 1, "same_file": 0, "failed": 1,
    }  # fmt: skip
    assert found.whole.total.yuan == Decimal(100_000)
    assert found.standings["repeated"].yuan == Decimal(100_000)
    assert found.unplaced.yuan == Decimal(50_000)


def test_a_file_given_twice_is_counted_once() -> None:
    copies = [project(document=info(name)) for name in ("a.txt", "b.txt")]
    other = project(document=info("c.txt", sha256="cd" * 32))
    lines = [document(one.document.file, 1).model_copy(update={"document": one.document}) for one in (*copies, other)]
    found = figures_of(lines, [*copies, other])
    assert found.whole.total.projects == 2
    assert found.standings["same_file"].projects == 1
    assert [one.same_as for one in found.documents] == [None, "a.txt", None]


def test_projects_that_another_file_prints_too_are_told_and_not_merged() -> None:
    """The same budget as .docx and .pdf has two hashes; only a person can say that it is one."""
    same = {"unit": "水务局", "name": "河道清淤"}
    records = [
        project(0, document=info("a.docx"), **same),
        project(1, document=info("a.docx"), **same),
        project(0, document=info("a.pdf", sha256="cd" * 32), **same),
        project(1, document=info("a.pdf", sha256="cd" * 32), amounts=Amounts(total="11.00"), **same),
        project(0, document=info("b.pdf", sha256="ef" * 32, fiscal_year=2025), **same),
    ]
    lines = {one.document.file: document(one.document.file, 1, document=one.document) for one in records}
    found = figures(records, tuple(lines.values()))
    assert found.whole.total.projects == 5
    assert (found.elsewhere.projects, found.elsewhere.yuan) == (1, 100_000)
    assert [dict(one.also) for one in found.documents] == [{}, {0: 1}, {}]


def test_withheld_projects_that_print_nothing_but_zero_are_told() -> None:
    found = figures([project(at, Amounts(total=total), withheld=True) for at, total in enumerate(("0.00", "5", "0"))])
    assert (found.whole.withheld.projects, found.withheld_zero) == (3, 2)


def test_parts_make_the_total() -> None:
    found = figures(
        [
            project(0, Amounts(total="10", fiscal="6", other="4")),
            project(1, Amounts(total="10", fiscal="7")),
            project(2, Amounts(total="10", fiscal="8", special_account="5")),
            project(3, Amounts(total="10")),
        ]
    )
    assert {name: (tally.yuan, tally.projects) for name, tally in found.whole.parts.items()} == {
        "fiscal": (130_000, 2), "special_account": (0, 0), "other": (40_000, 1), "unknown": (130_000, 2),
        "conflict": (100_000, 1),
    }  # fmt: skip


def test_sources_that_only_other_funding_columns_tell_are_counted() -> None:
    def printed(total: str, fiscal: str | None, line: str) -> Record:
        funding = (NormalizedFunding(label="一般公共预算", source="fiscal", term="一般公共预算", yuan=line),)
        amounts = {"total": total} | ({"fiscal": fiscal} if fiscal else {})
        return project(normalized={"funding": funding, "amounts": amounts})

    found = figures([printed("10", None, "10"), printed("10", "10", "4"), printed("10", None, "12")])
    assert found.by_breakdown == 1
    assert {name: tally.yuan for name, tally in found.whole.parts.items() if tally.projects} == {
        "fiscal": 20, "conflict": 10,
    }  # fmt: skip


@given(st.lists(funded(), max_size=12))
def test_the_money_of_the_report_is_that_of_by_source(printed: list[Normalized]) -> None:
    """One rule for money by source: every sum of the report is the sum of what by_source says of its projects."""
    records = [
        project(at, unit=f"单位{at % 3}", normalized={"amounts": one.amounts, "funding": one.funding})
        for at, one in enumerate(printed)
    ]
    found = figures(records)
    shown, rest = folded(found.units, 1)
    with localcontext(prec=80):
        for name, group in [(None, found.whole), *((one.name, one) for one in found.units)]:
            own = [one for one in records if name in {None, one.project.unit} and "total" in one.normalized.amounts]
            for part in PARTS:
                said = [money[part] for one in own if part in (money := by_source(one.normalized))]
                assert (group.parts[part].yuan, group.parts[part].projects) == (sum(said, Decimal(0)), len(said))
            assert group.total.yuan == sum(tally.yuan for tally in group.parts.values())
        for part in PARTS:
            listed = [group.parts[part].yuan for group in (*shown, *([rest] if rest else []))]
            assert sum(listed) == found.whole.parts[part].yuan


def test_units_of_one_name_are_kept_apart_by_department_and_division() -> None:
    def place(code: str) -> Division:
        return Division(code=code, name=code, province="省", county=code, printed="区", evidence="unit")

    records = [
        project(0, unit="本级", normalized={"unit": "本级", "department": "水务局"}),
        project(1, unit="本级", normalized={"unit": "本级", "department": "水务局"}),
        project(2, unit="本级", normalized={"unit": "本级", "department": "教育局"}),
        project(3, unit="本级", normalized={"unit": "本级", "department": "教育局", "division": place("440113")}),
        project(4, unit=None, normalized={"unit": None}),
    ]
    found = figures(records)
    assert [(group.name, group.projects) for group in found.units] == [("本级", 2), ("本级", 1), ("本级", 1), (None, 1)]
    assert [(group.detail, group.projects) for group in found.divisions] == [("440113", 1), (None, 4)]


TARGETS: list[tuple[str | None, Target | None, str]] = [
    ("≥95%", Target(kind="number", low=Decimal(95)), "numeric"),
    ("1-2次", Target(kind="range", low=Decimal(1), high=Decimal(2)), "numeric"),
    ("每季度一次", Target(kind="frequency", low=Decimal(1), high=Decimal(1)), "numeric"),
    ("6月底前", Target(kind="deadline", end="--06"), "dated"),
    ("办结数/上报数", Target(kind="formula", formula="办结数/上报数"), "formula"),
    ("a*b=48条", Target(kind="formula", low=Decimal(48), high=Decimal(48)), "numeric"),
    ("有所提升", Target(kind="qualitative"), "qualitative"),
    ("涉密", Target(kind="withheld"), "withheld"),
    (
        "1.≥3件；2.年底前",
        Target(kind="list", items=(Target(kind="deadline"), Target(kind="number", low=Decimal(3)))),
        "numeric",
    ),
    ("1.好；2.年底前", Target(kind="list", items=(Target(kind="qualitative"), Target(kind="deadline"))), "dated"),
    ("≥95%", None, "unknown"),
    (None, None, "empty"),
]


@pytest.mark.parametrize(("value", "target", "kind"), TARGETS)
def test_kinds_of_targets(value: str | None, target: Target | None, kind: str) -> None:
    assert kind_of(Indicator(annual_value=value), NormalizedIndicator(annual=target)) == kind
    assert kind_of(Indicator(cycle_value=value), NormalizedIndicator(cycle=target)) == kind
    assert kind_of(Indicator(name=value), NormalizedIndicator(named=target)) == (kind if target else "empty")


def test_indicators_that_do_not_apply_are_a_kind_of_their_own() -> None:
    numeric = NormalizedIndicator(annual=Target(kind="number", low=Decimal(1)))
    one = project(
        indicators=(Indicator(annual_value="1"), Indicator(annual_value="无")),
        normalized={"indicators": (numeric, NormalizedIndicator(annual=Target(kind="qualitative")))},
        flags=(flag(FlagCode.NOT_APPLICABLE, "indicators[1].annual_value"),),
    )
    assert dict(figures([one]).kinds) == {"numeric": 1, "not_applicable": 1}


def printed(kind: Any, total: str | None, rows: tuple[int, ...], **columns: Any) -> Total:
    return Total(kind=kind, name=kind, amounts=Amounts(total=total, **columns), rows=rows)


TWO = (Amounts(total="1.00", fiscal="1.00"), Amounts(total="2.00", fiscal="2.00"))
SUMS: list[tuple[str, tuple[Amounts, ...], tuple[Total, ...], tuple[Flag, ...], list[tuple[Any, ...]]]] = [
    ("agrees", TWO, (printed("unit", "3.00", (0, 1)),), (), [("total", "agrees", 2, "3.00", "0.00")]),
    ("rounding", TWO, (printed("unit", "3.01", (0, 1)),), (), [("total", "rounding", 2, "3.00", "-0.01")]),
    ("differs", TWO, (printed("unit", "5.00", (0, 1)),), (), [("total", "differs", 2, "3.00", "-2.00")]),
    (
        "fiscal alone makes up the total",
        TWO,
        (printed("unit", "5.00", (0, 1), fiscal="5.00"),),
        (),
        [("total", "differs", 2, "3.00", "-2.00")],
    ),
    (
        "unplaced",
        (Amounts(total="1.00", unplaced=("1.00",)), TWO[1]),
        (printed("unit", "3.00", (0, 1), fiscal="2.00"),),
        (),
        [("total", "agrees", 2, "3.00", "0.00"), ("fiscal", "unchecked", 2, None, None)],
    ),
    (
        "units",
        TWO,
        (printed("grand_total", "4.00", (0, 1)), printed("unit", "1.00", (0,)), printed("unit", "2.00", (1,))),
        (),
        [
            ("total", "differs", 2, "3.00", "-1.00"),
            ("total", "agrees", 1, "1.00", "0.00"),
            ("total", "agrees", 1, "2.00", "0.00"),
            ("units", "differs", 2, "3.00", "-1.00"),
        ],
    ),
    (
        "a run that does not say which rows",
        TWO,
        (printed("unit", "5.00", ()), printed("unit", "9.00", ())),
        (flag(FlagCode.SUM_MISMATCH, "totals[0].amounts.total", message="相差 2.00"),),
        [("total", "noted", 0, None, None), ("total", "unchecked", 0, None, None)],
    ),
]


@pytest.mark.parametrize(
    ("amounts", "totals", "flags", "expected"), [row[1:] for row in SUMS], ids=[row[0] for row in SUMS]
)
def test_arithmetic_of_printed_sums(amounts: Any, totals: Any, flags: Any, expected: list[tuple[Any, ...]]) -> None:
    records = [project(at, one) for at, one in enumerate(amounts)]
    line = document("a.txt", len(records), totals=totals, flags=flags)
    found = [
        (
            one.column,
            one.state,
            one.rows,
            *(None if number is None else str(number) for number in (one.computed, one.difference)),
        )
        for one in figures_of([line], records).sums
    ]
    assert found == expected


def test_sums_over_rows_in_other_units_are_compared_in_that_of_the_total() -> None:
    in_yuan = project(1, Amounts(total="20000"))
    in_yuan = in_yuan.model_copy(update={"document": in_yuan.document.model_copy(update={"amount_unit": "元"})})
    total = printed("unit", "3.00", (0, 1)).model_copy(update={"amount_unit": "万元"})
    records = [project(0, Amounts(total="1.00")), in_yuan]
    (found,) = figures_of([document("a.txt", 2, totals=(total,))], records).sums
    assert (found.state, found.computed) == ("agrees", Decimal("3.00"))


def test_projects_whose_sources_do_not_make_their_total() -> None:
    found = figures([project(0, Amounts(total="10.00", fiscal="6.00")), project(1)])
    assert [(one.position, one.printed, one.computed) for one in found.parts] == [
        (0, Decimal("10.00"), Decimal("6.00"))
    ]


def test_largest_are_in_order_and_limited() -> None:
    found = figures([project(at, Amounts(total=str(at % 1300))) for at in range(1400)])
    assert len(found.largest) == 20
    assert [one.yuan for one in found.largest[:2]] == [12_990_000, 12_980_000]
    assert [one.position for one in figures([project(at) for at in range(30)]).largest] == list(range(20))


def test_flags_are_counted_by_code_project_and_document() -> None:
    twice = flag(FlagCode.UNGROUNDED, "name"), flag(FlagCode.UNGROUNDED, "goal")
    line = document("a.txt", 2, flags=(flag(FlagCode.SUM_MISMATCH, "totals[0]"), flag(FlagCode.UNGROUNDED, "")))
    found = figures_of([line], [project(0, flags=twice), project(1, flags=twice[:1])])
    assert [(one.code.value, one.flags, one.projects, one.documents) for one in found.flags] == [
        ("ungrounded", 4, 2, 1),
        ("sum_mismatch", 1, 0, 1),
    ]


def test_a_record_stored_while_the_report_is_made_is_not_lost() -> None:
    assert figures_of([], [project()]).whole.total.projects == 1


def test_a_bar_is_never_longer_than_its_total() -> None:
    records = [project(at, Amounts(total="10", fiscal="10", other=str(at)), unit=f"单位{at}") for at in range(3)]
    chart = charts(figures(records), words("zh"))["units"]
    assert [sum(one["values"][bar] for one in chart["series"]) for bar in range(3)] == [100_000.0] * 3
    assert chart["series"][-1]["name"] == words("zh").parts["conflict"]


@pytest.mark.parametrize(
    ("yuan", "shown"), [("50", "0.01"), ("49.99", "0.00"), ("-0", "0.00"), ("1e30", f"{10**26:,}.00")]
)
def test_amounts_are_rounded_half_up_at_any_size(yuan: str, shown: str) -> None:
    assert wan(Decimal(yuan)) == shown


def test_share_never_hides_a_rest() -> None:
    assert [share(Decimal(part), Decimal(10_000)) for part in (0, 1, 4999, 9999, 10_000)] == [
        "0%", "<0.1%", "50.0%", ">99.9%", "100%",
    ]  # fmt: skip


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), max_size=8))
def test_marks_cover_the_source(source: str, ranges: list[tuple[int, int]]) -> None:
    spans = {f"attributes.{at}": (start, start + length) for at, (start, length) in enumerate(ranges)}
    one = project(spans=spans).model_copy(update={"block": project().block.model_copy(update={"start": 0})})
    found = marks(one, source)
    covered = {at for start, end in spans.values() if end <= len(source) for at in range(start, end)}
    kinds = [kind for length, kind in zip(found[::2], found[1::2], strict=True) for _ in range(length)]
    assert kinds == ([6 if at in covered else 0 for at in range(len(source))] if covered else [])


# ---- the page


@pytest.fixture
def run(tmp_path: Path) -> Path:
    with RunStore(tmp_path / "run.sqlite") as store:
        for number in range(3):
            head = info(f"{number}.txt", sha256=f"{number:064}")
            records = [project(at, file=head.file, document=head, unit=f"单位{at % 5}") for at in range(20)]
            store.save(document(head.file, 20, document=head), records, ["原文 " * 150] * 20, "f")
    return tmp_path


def made(folder: Path, **options: Any) -> str:
    with RunStore(folder / "run.sqlite", create=False) as store:
        return report(store, folder / "report.html", **options).read_text(encoding="utf-8")


def unpacked(page: str, found: str) -> Any:
    return json.loads(gzip.decompress(base64.b64decode(re.findall(found, page)[0])))


class Elements(HTMLParser):
    """Tags with their attributes, the text outside of scripts, the scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        if tag in {"th", "td", "span"}:
            self.text.append(" ")
        if tag == "script":
            self.scripts.append((dict(attributes), ""))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script" and self.cdata_elem:
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        elif not self.cdata_elem:
            self.text.append(data)


HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>",
    "]]>--!>",
    "\"'><b onmouseover=alert(1)>",
    "javascript:alert(1)",
    "a\u2028b\u2029c",
    "{{ 7*7 }}{% raw %}{a|b}",
    "\x00\x1b[31m\u202egnp.exe",
    "</title></style></noscript></template>",
)


def hostile_run(folder: Path) -> Path:
    with RunStore(folder / "run.sqlite") as store:
        for at, text in enumerate(HOSTILE):
            file = f"{at}{text}"
            evil = reading(
                at,
                department=text, unit=text, name=text, goal=text, attributes={text: text},
                amounts=Amounts(total="10", fiscal="9", breakdown=(FundingLine(label=text, amount="1"),)),
                indicators=(
                    Indicator(level1=text, level2=text, name=text, cycle_value=text, annual_value=text, operator=text),
                ),
            )  # fmt: skip
            head = info(file, title=text, department=text, amount_unit=text, sha256=f"{at:064}")
            one = record(
                at, file,
                document=head, project=evil,
                normalized=Normalized(
                    name=text, unit=text, amounts={"total": str(10_000_000 - at)},
                    funding=(NormalizedFunding(label=text, term=text, level=text, yuan="1"),),
                    division=Division(
                        code=str(at), name=text, province=text, county=text, printed=text, evidence="unit"
                    ),
                ),
                flags=(flag(FlagCode.UNGROUNDED, f"attributes.{text}", message=text),),
            )  # fmt: skip
            line = document(file, 1, document=head, reason=text).model_copy(
                update={
                    "totals": (Total(kind="unit", name=text, amounts=Amounts(total="5"), rows=(at,)),),
                    "flags": (flag(FlagCode.SUM_MISMATCH, "totals[0].amounts.total", message=text),),
                }
            )
            store.save(line, [one], [f"{text} 原文 {text}"], "f")
        store.save(DocumentLine(document=info("z" + HOSTILE[0]), status="failed", reason=HOSTILE[1]), [], [], "f")
    return folder


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_document_can_make_markup(tmp_path: Path, language: str) -> None:
    page = made(hostile_run(tmp_path), language=language)
    found = Elements(page)
    assert {tag for tag, _ in found.tags} <= {
        "html", "head", "meta", "title", "style", "body", "a", "header", "h1", "h2", "h3", "p", "nav", "ul", "li",
        "main", "noscript", "section", "dl", "div", "dt", "dd", "b", "small", "table", "thead", "tbody", "tfoot", "tr",
        "th", "td", "span", "details", "summary", "form", "label", "input", "select", "option", "button", "script",
    }  # fmt: skip
    names = {name for _, attributes in found.tags for name in attributes}
    assert not {name for name in names if name.startswith("on") or name in {"style", "src", "srcset", "action"}}
    assert {
        value
        for _, attributes in found.tags
        for name, value in attributes.items()
        if name == "href" and value and value[0] != "#"
    } == set()
    assert len(found.scripts) == 3 + len(re.findall('class="piece"', page)) + 1 == 5
    text = "".join(found.text)
    for hostile in HOSTILE:
        assert visible(hostile) in text, "the text itself is shown, as text"
    assert not set("\x00\x1b\u202e") & set(page)


def test_the_data_of_the_page_holds_every_text(tmp_path: Path) -> None:
    page = made(hostile_run(tmp_path))
    data = unpacked(page, r'id="list-data">([^<]+)<')
    details = unpacked(page, r'class="piece">([^<]+)<')
    assert [row[1] for row in data["rows"]] == [visible(text) for text in HOSTILE]
    assert [known[5] for known in details] == [visible(f"{text} 原文 {text}") for text in HOSTILE]
    assert [known[3][0][2] for known in details] == [visible(text) for text in HOSTILE]


def test_policy_lets_only_these_scripts_run_and_nothing_load(run: Path) -> None:
    page = made(run)
    found = Elements(page)
    policy = next(str(of["content"]) for tag, of in found.tags if of.get("http-equiv") == "Content-Security-Policy")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(scripts) == 2
    assert len(style) == 1
    hashes = [f"'sha256-{base64.b64encode(sha256(one.encode()).digest()).decode()}'" for one in (*scripts, *style)]
    assert policy.split("; ")[:3] == [
        "default-src 'none'",
        f"script-src {hashes[1]} {hashes[0]}",
        f"style-src {hashes[2]}",
    ]
    assert "unsafe" not in policy
    assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?https?:""", page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_run_that_has_not_ended_is_told(run: Path, language: str) -> None:
    with RunStore(run / "run.sqlite") as store:
        read = sum(store.totals().documents.values())
        text = words(language).text["unfinished"].format(planned=read + 2, read=read)
        assert text not in made(run, language=language)
        stored = [line.document.file for line in store.documents()]
        store.begin([Planned(name) for name in (*stored, "one", "another")])
        assert text in made(run, language=language)


def test_without_scripts_tables_and_totals_are_there(run: Path) -> None:
    page = made(run)
    text = " ".join("".join(Elements(page).text).split())
    with RunStore(run / "run.sqlite", create=False) as store:
        found = figures_of(store.documents(), store.records())
    assert found.whole.total.projects == 60
    assert f"{wan(found.whole.total.yuan)} 100%" in text
    for group in found.units:
        assert f"{group.name} {info().department} {group.projects} {wan(group.total.yuan)}" in text
    rows = [attributes for tag, attributes in Elements(page).tags if tag == "th" and attributes.get("scope") == "row"]
    assert len(rows) > 50, "the first projects of the list"


def test_headings_and_tables_are_told_to_every_reader(run: Path) -> None:
    found = Elements(made(run))
    levels = [int(tag[1]) for tag, _ in found.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all("scope" in attributes for tag, attributes in found.tags if tag == "th")
    assert all(
        attributes.get("aria-label") for _, attributes in found.tags if attributes.get("class") in {"chart", "wide"}
    )
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {str(attributes["href"])[1:] for tag, attributes in found.tags if tag == "a"}
    assert {target for target in targets if not target.startswith("p-")} <= set(ids)


def test_the_same_run_gives_the_same_bytes(run: Path) -> None:
    first = made(run).encode()
    assert made(run).encode() == first
    assert made(run, language="en").encode() != first


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_run_and_one_of_failures(tmp_path: Path, language: str) -> None:
    RunStore(tmp_path / "run.sqlite").close()
    assert words(language).text["empty_run"] in made(tmp_path, language=language)
    with RunStore(tmp_path / "run.sqlite") as store:
        store.save(DocumentLine(document=info("坏.pdf"), status="failed", reason="读不出来"), [], [], "f")
    page = made(tmp_path, language=language)
    assert words(language).text["only_failures"] in page
    assert "坏.pdf" in page
    assert "读不出来" in page


def test_words_cover_every_code_and_both_languages() -> None:
    for language in ("zh", "en"):
        said = words(language)
        assert set(said.codes) == {code.value for code in FlagCode}
        assert set(labels(language).standing) == set(STANDINGS)
        assert set(said.parts) == set(PARTS)
        assert set(said.kinds) == set(said.meanings) == set(KINDS)
    chinese, english = words("zh").text, words("en").text
    for key in chinese:
        assert sorted(re.findall(r"\{\w+\}", chinese[key])) == sorted(re.findall(r"\{\w+\}", english[key])), key


def test_every_word_is_used() -> None:
    folder = files("extractor.report")
    code = "".join(
        one.read_text(encoding="utf-8") for one in folder.iterdir() if one.name.endswith((".py", ".jinja", ".js"))
    )
    of_data = {
        "year_basis",
        "several_years_basis",
        "spent_basis",
        "units",
        "total",
    }
    unused = {key for key in words("zh").text if not re.search(rf"\bw\.{key}\b|['\"]{key}['\"]", code)} - of_data
    assert not unused


def test_vendored_files_are_those_that_were_published() -> None:
    folder = files("extractor.report").joinpath("vendor")
    table = tomllib.loads(folder.joinpath("vendor.toml").read_text(encoding="utf-8"))
    known = {"vendor.toml"}
    for library in table.values():
        assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", library["integrity"])
        for entry in library["files"].values():
            digest = sha256(folder.joinpath(entry["file"]).read_bytes()).digest()
            assert f"sha256-{base64.b64encode(digest).decode()}" == entry["hash"], entry["file"]
            known.add(entry["file"])
    assert {one.name for one in folder.iterdir()} == known
    library_text = folder.joinpath("echarts.common.min.js").read_text(encoding="utf-8")
    assert not re.search(r"</script|<!--|\r", library_text, re.IGNORECASE), "could not stand inside a script element"


@pytest.mark.large
def test_size_of_a_thousand_projects(tmp_path: Path) -> None:
    with RunStore(tmp_path / "run.sqlite") as store:
        fill(store, 1_000)
    assert len(made(tmp_path).encode()) < 1.5 * 1024 * 1024


@pytest.mark.parametrize("status", ["agreed", "flagged", "unchecked", "reviewed", "failed"])
def test_every_status_is_named(tmp_path: Path, status: Status) -> None:
    with RunStore(tmp_path / "run.sqlite") as store:
        store.save(document("a.txt", 1), [project(status=status)], ["原文"], "f")
    assert f'data-status="{status}"' in made(tmp_path)


# ---- the command


def test_command_writes_and_says_where(run: Path) -> None:
    done = CliRunner().invoke(main, ["report", str(run)])
    assert done.exit_code == 0, done.output
    assert "report.html" in done.output
    assert (run / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    done = CliRunner().invoke(main, ["report", str(run), "--out", str(run / "new" / "x.html"), "--language", "en"])
    assert done.exit_code == 0, done.output
    assert '<html lang="en">' in (run / "new" / "x.html").read_text(encoding="utf-8")


def test_command_without_a_run(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["report", str(tmp_path)])
    assert done.exit_code == 2
    assert "no results there yet" in done.output
    assert list(tmp_path.iterdir()) == []


def test_what_is_in_the_way_stays(run: Path) -> None:
    (run / "report.html").mkdir()
    with RunStore(run / "run.sqlite", create=False) as store:
        with pytest.raises(OutputError, match="a folder is in the way"):
            report(store, run / "report.html")
        with pytest.raises(UsageError, match="unknown language"):
            report(store, run / "b.html", language="fr")
    assert not (run / "b.html").exists()


def test_a_report_that_breaks_off_leaves_the_old_one(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = made(run)

    def broken(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("extractor.report.page._rendered", broken)
    with pytest.raises(OutputError, match="No space left"):
        made(run)
    assert (run / "report.html").read_text(encoding="utf-8") == before
    assert not list(run.glob(".export-*"))


def test_group_without_money_has_no_share() -> None:
    assert share(Group(None).total.yuan, Group(None).total.yuan) == "—"
