"""The READMEs and docs/ say what the program does: options, settings, codes, examples, links."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tomllib
from contextlib import redirect_stdout
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

import click
import pytest
from pydantic import BaseModel

from extractor import extract
from extractor.cli import main
from extractor.layouts import built_in
from extractor.schemas.layout import LayoutSpec
from extractor.schemas.project import ProjectReading
from extractor.schemas.record import INFORMATION, DocumentLine, FlagCode, Record, Status
from extractor.settings import ENVIRONMENT, Settings
from tests.patience import HANG

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
PAGES = (
    *READMES,
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/architecture.md",
    "docs/names.md",
    "docs/targets.md",
    "docs/records.md",
    "docs/dictionary.md",
    "docs/cell-reader.md",
    "docs/second-reader.md",
    "golden/README.md",
)
EXAMPLE = "golden/text-plain-a/source.txt"

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
OF_OTHERS = {"--count", "--editable", "--fix", "--seed", "--strict", "--weights"}
"""Options of other programs that the pages name."""


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def sections(text: str) -> dict[str, str]:
    """Text below each heading, up to the next heading of any level."""
    parts = re.split(r"^#{1,6} (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(text: str) -> list[list[str]]:
    """Cells of the first table in a text, without its heading."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


def table(text: str, *headings: str) -> list[list[str]]:
    """Rows of the one table whose first column is headed by one of the words."""
    found = re.findall(rf"^\| (?:{'|'.join(headings)}) \|.*(?:\n\|.*)+", text, re.MULTILINE)
    assert len(found) == 1, f"{len(found)} tables are headed {headings}"
    return rows(found[0])


def plain(cell: str) -> str:
    return cell.replace("`", "")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def options(command: click.Command) -> set[str]:
    return {name for option in command.params if isinstance(option, click.Option) for name in option.opts}


def flat(group: click.Group, prefix: str = "") -> dict[str, click.Command]:
    """Every command under its whole name: `run`, `layouts list`."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        found |= flat(command, f"{prefix}{name} ") if isinstance(command, click.Group) else {prefix + name: command}
    return found


COMMANDS = flat(main)
EVERY_OPTION = {name for command in COMMANDS.values() for name in options(command)} | {"--help", "--version"}
MODEL_OPTIONS = set.intersection(*(options(COMMANDS[name]) for name in ("run", "evaluate", "doctor")))


@pytest.mark.parametrize("name", READMES)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_section_with_its_options(name: str, command: str) -> None:
    own = {heading: text for heading, text in sections(page(name)).items() if f"`extractor {command}" in heading}
    assert len(own) == 1, f"{name} needs one section headed `extractor {command}`"
    ((heading, text),) = own.items()
    takes = options(COMMANDS[command])
    own_options = takes if not takes >= MODEL_OPTIONS else takes - MODEL_OPTIONS
    assert {plain(row[0]).split()[0] for row in rows(text)} == own_options
    for argument in COMMANDS[command].params:
        if isinstance(argument, click.Argument):
            assert argument.make_metavar(click.Context(COMMANDS[command])) in heading


@pytest.mark.parametrize("name", READMES)
def test_model_options_have_a_section(name: str) -> None:
    shared = [text for heading, text in sections(page(name)).items() if "`run`" in heading and "`doctor`" in heading]
    assert len(shared) == 1
    assert {plain(row[0]).split()[0] for row in rows(shared[0])} == MODEL_OPTIONS
    of_others = {"--out", "--layout", "--language", "--aliases"}
    for command, found in COMMANDS.items():
        assert options(found) >= MODEL_OPTIONS or not options(found) & (MODEL_OPTIONS - of_others), command


@pytest.mark.parametrize("name", PAGES)
def test_no_page_names_what_does_not_exist(name: str) -> None:
    text = page(name)
    assert set(OPTION.findall(text)) - OF_OTHERS <= EVERY_OPTION
    commands = re.findall(r"(?:^|[`/$] ?)extractor ([a-z]+)", text, re.MULTILINE)
    assert set(commands) <= {name.split()[0] for name in COMMANDS}
    variables = set(re.findall(r"\b(?:EXTRACTOR|OPENAI)_[A-Z_]+\b", text))
    assert variables <= {*ENVIRONMENT.values(), "EXTRACTOR_SHARED"}
    targets = set(re.findall(r"^([a-z]+):", page("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE)) <= targets


def default_of(setting: str) -> str:
    value = Settings.model_fields[setting].get_default(call_default_factory=True)
    if setting == "cache_dir":
        return "~/.cache/budget-extractor"
    return str(value).lower() if isinstance(value, bool) else "" if value in (None, (), {}) else str(value)


@pytest.mark.parametrize("name", READMES)
def test_settings_table(name: str) -> None:
    found = {plain(row[0]): [plain(cell) for cell in row[1:4]] for row in table(page(name), "Setting", "设置")}
    assert list(found) == list(Settings.model_fields)
    for setting, (flag, variable, default) in found.items():
        expected = {"cache": "--no-cache", "layouts": "--layout"}.get(setting, f"--{setting.replace('_', '-')}")
        assert flag == (expected if expected in MODEL_OPTIONS | options(COMMANDS["run"]) else "")
        assert variable == ENVIRONMENT.get(setting, "")
        assert default in ({default_of(setting)} if default_of(setting) else {"none", "无"}), setting


@pytest.mark.parametrize("name", READMES)
def test_codes_statuses_layouts(name: str) -> None:
    text = page(name)
    flags = table(text, "Code", "代码")
    assert [plain(row[0]) for row in flags] == [str(code) for code in FlagCode]
    marked = {plain(row[0]) for row in flags if re.search(r"\*Information\.\*|仅提示", row[1])}
    assert marked == {str(code) for code in INFORMATION}
    assert [plain(row[0]) for row in table(text, "Status", "状态")] == list(get_args(Status))
    assert {plain(row[0]) for row in table(text, "Layout", "版式")} == {spec.name for spec in built_in()}


@pytest.mark.parametrize("name", READMES)
def test_exit_statuses(name: str) -> None:
    from extractor import cli

    numbers = {int(plain(row[0])) for row in table(page(name), "Exit status", "退出状态")}
    assert numbers == {0, cli.FAILED, cli.WRONG_USE, cli.FLAGGED, 130}


@pytest.mark.parametrize("name", READMES)
def test_settings_file_example(name: str) -> None:
    settings, layout = blocks(page(name), "toml")
    assert Settings(**tomllib.loads(settings)).model == "my-model"
    assert LayoutSpec(**tomllib.loads(layout)).name == "my-layout"


@pytest.mark.parametrize("name", READMES)
def test_layout_example_reads_what_it_says(name: str, tmp_path: Path) -> None:
    (tmp_path / "my-layout.toml").write_text(blocks(page(name), "toml")[1], encoding="utf-8")
    (tmp_path / "source.txt").write_text(
        "项目支出绩效目标表\n部门名称：云溪市教育局 单位：万元\n"
        "项目名称 总计 财政拨款 财政专户拨款 其他资金 工作任务 绩效指标\n合计 80.00 80.00\n"
        "    校舍维修经费 80.00 80.00\n保障校舍安全。\n1、维修面积；完成值:≥300平方米；2、合格率；完成值:100%；\n",
        encoding="utf-8",
    )
    result = extract(tmp_path / "source.txt", model="none", layouts=[tmp_path / "my-layout.toml"])
    assert result.document.document.layout == "my-layout"
    (record,) = result.records
    assert (record.project.goal, [one.annual_value for one in record.project.indicators]) == (
        "保障校舍安全。",
        ["≥300平方米", "100%"],
    )


@pytest.mark.parametrize("name", READMES)
def test_python_example(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for variable in ENVIRONMENT.values():
        monkeypatch.delenv(variable, raising=False)
    ((code, printed),) = re.findall(r"^```python\n(.*?)^```\n+```text\n(.*?)^```$", page(name), re.M | re.S)
    with redirect_stdout(io.StringIO()) as output:
        exec(compile(code, name, "exec"), {})
    assert output.getvalue() == printed


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A run over the READMEs' document: its folder, and what it printed."""
    out = tmp_path_factory.mktemp("example") / "out"
    environment = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT.values()}
    done = subprocess.run(
        [sys.executable, "-m", "extractor", "run", EXAMPLE, "--out", str(out)],
        cwd=ROOT,
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=HANG,
    )
    assert done.returncode == 0, done.stderr
    return out, done.stdout.replace(f"{out.as_posix()}/", "out/")


def without_time(text: str) -> list[str]:
    return [re.sub(r" +\d+\.\d s", " … s", line.rstrip()) for line in text.strip().splitlines()]


@pytest.mark.parametrize("name", READMES)
def test_printed_summary(name: str, example: tuple[Path, str]) -> None:
    (shown,) = blocks(page(name), "console")
    command, _, output = shown.partition("\n")
    assert command == f"$ extractor run {EXAMPLE}"
    assert without_time(output) == without_time(example[1])


@pytest.mark.parametrize("name", READMES)
def test_input_excerpt(name: str) -> None:
    excerpt = next(block for block in blocks(page(name), "text") if block.startswith("项目支出绩效目标表"))
    source = page(EXAMPLE)
    for part in excerpt.split("[…]"):
        assert part.strip("\n") in source


def is_part(shown: Any, actual: Any) -> bool:
    """True where `shown` is `actual` with keys and the ends of long lists left out."""
    if isinstance(shown, dict):
        return isinstance(actual, dict) and all(
            key in actual and is_part(value, actual[key]) for key, value in shown.items()
        )
    if isinstance(shown, list) and shown and isinstance(shown[0], dict):
        return len(shown) <= len(actual) and all(map(is_part, shown, actual))
    return bool(shown == actual)


@pytest.mark.parametrize("name", READMES)
def test_record_and_flags(name: str, example: tuple[Path, str]) -> None:
    (text,) = blocks(page(name), "json")
    shown = json.loads(text)
    lines = (example[0] / "projects.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    (record,) = [record for record in records if record["id"] == shown["id"]]
    assert is_part(shown, record)
    for path, (start, end) in shown["spans"].items():
        assert page(EXAMPLE)[start:end].strip() == page(EXAMPLE)[start:end] != "", path

    documents = (example[0] / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    owners = [*records, *map(json.loads, documents)]
    raised = {(flag["code"], flag["message"]) for owner in owners for flag in owner["flags"]}
    (examples,) = [block for block in blocks(page(name), "text") if block.startswith("repeated_project")]
    assert {tuple(line.split(maxsplit=1)) for line in examples.splitlines()} <= raised


@pytest.mark.parametrize("name", READMES)
def test_output_files(name: str, example: tuple[Path, str]) -> None:
    (text,) = [text for heading, text in sections(page(name)).items() if heading in {"Output files", "输出文件"}]
    listed = {file for row in rows(text) for file in re.findall(r"`([^`]+)`", row[0])}
    assert listed == {path.name for path in example[0].iterdir()}


def slug(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", page(name), flags=re.DOTALL)):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        path = (ROOT / name).parent / file if file else ROOT / name
        assert path.exists(), f"{name}: {target}"
        if anchor:
            assert anchor in map(slug, sections(path.read_text(encoding="utf-8"))), f"{name}: {target}"


def fields(model: type[BaseModel]) -> set[str]:
    """Names of a model's fields, and of the models inside it."""
    found = set(model.model_fields)
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            found |= fields(inner) if inner is not model else set()
    return found


def models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return [annotation] if issubclass(annotation, BaseModel) else []
    if get_origin(annotation) is not None or isinstance(annotation, UnionType):
        return [model for argument in get_args(annotation) for model in models_in(argument)]
    return []


def test_every_field_of_a_record_is_described() -> None:
    described = set(re.findall(r"`([a-z0-9_]+)`", page("docs/dictionary.md")))
    assert fields(Record) | fields(DocumentLine) | fields(ProjectReading) <= described
    assert {"unplaced", "annual_value", "coverage"} <= fields(Record) | fields(DocumentLine)


def test_speed_has_its_place() -> None:
    for name in READMES:
        assert re.search(r"<!-- speed:begin -->\n.+\n<!-- speed:end -->", page(name), re.DOTALL)
