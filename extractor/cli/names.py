"""`extractor names`: printed names under their keys, with the rules that joined them, and names to look at."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from extractor.cli import printable
from extractor.cli.display import console
from extractor.cli.runs import opened
from extractor.export.cells import guarded
from extractor.names import Aliases
from extractor.names.divisions import name_of
from extractor.names.keys import about
from extractor.names.listing import Group, Listing, Printed, Proposal, list_names

_FIELDS = {"department": "主管部门", "unit": "预算单位"}
_WHY = {
    "place": "除地名外相同 same but for the place's name",
    "itself": "只差“本级” with and without 本级",
    "alike": "相似 alike",
}
_HEADINGS = ("kind", "field", "key", "printed", "projects", "rules", "division_code", "division", "score", "note")
_BOTH = "同一文件中两种写法并存 one document prints it with 本级 and without"


def print_names(directories: Sequence[Path], aliases: Aliases, form: str) -> None:
    """The names of the run folders as a table, as CSV or as JSON."""
    listing = list_names(_printed(directories), aliases)
    if form == "json":
        click.echo(json.dumps(_plain(listing), ensure_ascii=False, indent=2))
    elif form == "csv":
        click.echo(_csv(listing), nl=False)
    else:
        _print_tables(listing)


def _printed(directories: Sequence[Path]) -> Iterator[Printed]:
    for directory in directories:
        with opened(directory) as store:
            for record in store.records():
                project, document = record.project, record.document
                yield Printed(project.unit, project.department, document.title, document.file)


def _print_tables(listing: Listing) -> None:
    for field, title in (("department", "主管部门 Departments"), ("unit", "预算单位 Budget units")):
        groups = [group for group in listing.groups if group.field == field]
        if not groups:
            console.print(f"{title}: 没有印出 none printed")
            continue
        table = _table(title, "统一名称 key", "印出的写法 printed", "项目 projects", "依据 rules", "行政区划 division")
        for group in groups:
            for position, form in enumerate(group.forms):
                first = position == 0
                rules = ", ".join(form.rules) + (f"  {_BOTH}" if group.both and first else "")
                cells = (group.key if first else "", form.printed, f"{form.projects:,}", rules)
                table.add_row(*map(printable, (*cells, _division(group.division) if first else "")))
        console.print(table)
    for rule in sorted({rule for group in listing.groups for form in group.forms for rule in form.rules}):
        console.print(f"{printable(rule)}: {printable(about(rule))}", markup=False)
    if not listing.proposals:
        console.print("没有发现可能相同的其他名称 no other names look like one body")
        return
    proposed = _table(
        "可能是同一单位，请核对 May be one body: a person decides",
        *("得分 score", "字段 field", "名称 name", "另一名称 other name", "理由 why", "行政区划 division"),
    )
    for one in listing.proposals:
        place = _division(one.division)
        row = (f"{one.score:.2f}", _FIELDS[one.field], *one.keys, _WHY[one.why], place)
        proposed.add_row(*map(printable, row))
    console.print(proposed)
    console.print("名称确属同一单位的，写入别名表（--aliases）。Put those that are one body into an alias table.")


def _table(title: str, *headings: str) -> Table:
    """Names are not cut off: on a narrow terminal they run over several lines."""
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _csv(listing: Listing) -> str:
    """With a byte order mark, so that Excel shows Chinese."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADINGS)
    for row in (*_name_rows(listing.groups), *_proposal_rows(listing.proposals)):
        writer.writerow([guarded(printable(cell)) for cell in row])
    return "\ufeff" + text.getvalue()


def _name_rows(groups: Sequence[Group]) -> Iterator[list[str]]:
    for group in groups:
        place = [group.division or "", _division(group.division)]
        for form in group.forms:
            own = ["name", group.field, group.key, form.printed, str(form.projects), " ".join(form.rules)]
            yield [*own, *place, "", _BOTH if group.both else ""]


def _proposal_rows(proposals: Sequence[Proposal]) -> Iterator[list[str]]:
    for one in proposals:
        place = [one.division or "", _division(one.division)]
        yield ["proposal", one.field, *one.keys, "", "", *place, f"{one.score:.2f}", _WHY[one.why]]


def _plain(listing: Listing) -> dict[str, object]:
    return {
        "names": [asdict(group) | {"division_name": _division(group.division)} for group in listing.groups],
        "proposals": [asdict(one) | {"division_name": _division(one.division)} for one in listing.proposals],
    }


def _division(code: str | None) -> str:
    return name_of(code) if code else ""
