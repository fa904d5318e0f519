"""The report as one HTML file: the tables by a template, the projects packed beneath them, scripts and styles inline.

What stands in a document is hostile here: the template escapes everything, data reaches scripts as JSON in which no
markup can begin, and the page's own policy lets no script run but the two whose hashes it names, and nothing load.
"""

from __future__ import annotations

import base64
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryFile
from types import SimpleNamespace
from typing import Any

from extractor.export.labels import Labels, labels
from extractor.normalize.funding import PARTS
from extractor.normalize.standing import STANDINGS
from extractor.report import ReportedRun
from extractor.report.charts import charts
from extractor.report.counting import Counting
from extractor.report.entries import Entries, Entry, packed, visible
from extractor.report.figures import Figures, Group, folded
from extractor.report.money import exact, headline, share, wan
from extractor.report.targets import KINDS
from extractor.report.words import Words, words
from extractor.version import __version__

UNITS = 30
MORE_UNITS = 500
TABLE = 300
"""Rows of a table of which there may be any number; what is left out is said below it."""
FIRST = 50
"""Projects of the list that are there without scripts."""
_PIECES = "<!--pieces-->"
"""Where the packed projects go in the template; no text of a document can hold markup."""
_JSON_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class _Part:
    """A script or style sheet and the hash by which the page's policy knows it."""

    text: str
    hash: str


def write(path: Path, store: ReportedRun, language: str) -> None:
    """Write the report of `store` to `path`; the texts of the projects pass through a temporary file."""
    said, names = words(language), labels(language)
    with TemporaryFile("w+", encoding="ascii") as pieces:
        counting = Counting(store.documents(language), language)
        entries = Entries(pieces, said, names)
        for record, source in store.records_with_sources(language):
            entries.add(record, source, counting.add(record))
        entries.close()
        figures = counting.result()
        pieces.seek(0)
        with path.open("w", encoding="utf-8", newline="\n") as file:
            before, _, after = _rendered(figures, entries, said, names, store.unfinished).partition(_PIECES)
            file.write(before)
            for line in pieces:
                file.write(f'<script type="text/plain" class="piece">{line.rstrip()}</script>\n')
            file.write(after)


def _rendered(
    figures: Figures, entries: Entries, said: Words, names: Labels, unfinished: tuple[int, int] | None
) -> str:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {
        "wan": wan,
        "exact": exact,
        "printed": lambda amount: f"{amount:,f}",
        "number": lambda number: f"{number:,}",
        "seen": lambda text: visible(str(text)),
    }
    environment.finalize = lambda value: visible(value) if type(value) is str else value
    template = environment.from_string(_file("report.html.jinja"))
    style, script = _part("report.css"), _part("report.js")
    library = _part("vendor/echarts.common.min.js")
    units = {group.position: group for group in figures.units}
    folder = common_folder([document.file for document in figures.documents])
    files_shown = [document.file[len(folder) :] for document in figures.documents]
    context: dict[str, Any] = {
        "w": SimpleNamespace(**said.text),
        "say": said.say,
        "words": said,
        "status": names.status,
        "standing": names.standing,
        "f": figures,
        "unfinished": unfinished,
        "share": share,
        "style": style,
        "script": script,
        "library": library,
        "library_version": tomllib.loads(_file("vendor/vendor.toml"))["echarts"]["version"],
        "version": __version__,
        "policy": _policy(style, script, library),
        "charts": (drawn := charts(figures, said)),
        "chart_data": _json(drawn),
        "headline": headline(figures.whole.total.yuan, said.language),
        "standings": [one for one in STANDINGS if figures.standings[one].projects or one == "counted"],
        "parts": [part for part in PARTS if part != "conflict" or figures.whole.parts[part].projects],
        "kinds": [kind for kind in KINDS if figures.kinds[kind]],
        "unit_tables": _unit_tables(figures),
        "withheld_units": _withheld_units(figures),
        "folder": folder,
        "files": files_shown,
        "analysed": sum(figures.kinds[kind] for kind in ("numeric", "dated", "formula", "qualitative", "withheld")),
        "checkable": figures.kinds["numeric"] + figures.kinds["dated"],
        "read_documents": [(index, one) for index, one in enumerate(figures.documents) if one.status == "read"],
        "states": {state: sum(one.state == state for one in figures.sums) for state in said.states},
        "limit": TABLE,
        "rows": [_plain_row(row, files_shown, units) for row in entries.rows[:FIRST]],
        "list_data": packed(_list(files_shown, entries, said, names, units)),
    }
    return template.render(context)


def _unit_tables(figures: Figures) -> tuple[list[Group], list[Group], Group | None]:
    """Units that are shown at once, those to unfold, and the others as one."""
    shown, rest = folded(figures.units, UNITS + MORE_UNITS)
    return list(shown[:UNITS]), list(shown[UNITS:]), rest


def common_folder(names: Sequence[str]) -> str:
    """The folder that all files lie in, with its slash; nothing where there is one file only.

    >>> common_folder(["in/2025/a.txt", "in/2026/b.txt"]), common_folder(["in/a.txt"])
    ('in/', '')
    """
    if len(names) < 2:
        return ""
    first, last = min(names), max(names)
    same = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[: max(first.rfind("/", 0, same), first.rfind("\\", 0, same)) + 1]


def _withheld_units(figures: Figures) -> list[Group]:
    found = [group for group in figures.units if group.withheld_projects]
    return sorted(found, key=lambda group: (-group.withheld.yuan, -group.withheld_projects, group.position))


def _list(
    files_shown: Sequence[str], entries: Entries, said: Words, names: Labels, units: dict[int, Group]
) -> dict[str, Any]:
    """What the script needs to know of every project at once."""
    return {
        "words": dict(said.text),
        "standings": [names.standing[one] for one in STANDINGS],
        "kinds": [said.kinds[kind] for kind in KINDS],
        "status": dict(names.status),
        "codes": [[code, said.codes.get(code, code)] for code in entries.codes],
        "units": [visible(units[position].name or "") for position in range(len(units))],
        "documents": [visible(file) for file in files_shown],
        "rows": entries.rows,
    }


def _plain_row(row: Entry, files_shown: Sequence[str], units: dict[int, Group]) -> dict[str, Any]:
    return {
        "id": row[0],
        "name": row[1],
        "unit": units[row[2]].name,
        "document": files_shown[row[3]],
        "place": row[4],
        "amount": row[6],
        "standing": STANDINGS[row[7]],
        "withheld": row[8],
        "status": row[9],
        "decisions": row[11],
        "indicators": row[12],
    }


def _policy(style: _Part, *scripts: _Part) -> str:
    allowed = " ".join(f"'{script.hash}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src '{style.hash}'; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _part(name: str) -> _Part:
    text = _file(name)
    return _Part(text, f"sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}")


def _file(name: str) -> str:
    return files("extractor.report").joinpath(name).read_text(encoding="utf-8")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_never).translate(_JSON_ESCAPES)


def _never(value: object) -> str:
    raise TypeError(f"not for the page: {type(value).__name__} {value!r}")
