"""docs/architecture.md against the packages that there are, and against the contract of imports."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from pathlib import Path

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
LAYERS = next(contract["layers"] for contract in CONTRACTS if contract["type"] == "layers")
MOST_FLOORS = 10
ONE_MEANING = ("Column", "Finding", "Format", "Reading", "Section", "Source")
"""Names that several classes once had."""


def packages() -> set[str]:
    """What stands at the top of the package: folders with code, and modules."""
    top = ROOT / "extractor"
    folders = {path.name for path in top.iterdir() if (path / "__init__.py").is_file()}
    return folders | {path.stem for path in top.glob("*.py") if not path.stem.startswith("__")}


def rows() -> list[tuple[int, str, str]]:
    found = re.findall(r"^\| (\d+) \| `(\w+)` \| (.+) \|$", PAGE, re.MULTILINE)
    return [(int(floor), name, what) for floor, name, what in found]


def test_every_package_has_a_line_and_no_other_has() -> None:
    assert sorted(name for _, name, _ in rows()) == sorted(packages())


def test_the_floors_are_those_of_the_contract() -> None:
    drawn: dict[int, set[str]] = {}
    for floor, name, _ in rows():
        drawn.setdefault(floor, set()).add(name)
    assert [drawn[floor] for floor in sorted(drawn)] == [set(layer.split(" | ")) for layer in LAYERS]
    assert list(drawn) == list(range(1, len(LAYERS) + 1))
    assert len(LAYERS) <= MOST_FLOORS


def test_the_drawing_names_packages_that_exist() -> None:
    drawing = PAGE.split("```mermaid")[1].split("```")[0]
    arrows = re.findall(r"--? (?!>)([a-z, ]+?) (?:--|\.-)>|-\. ([a-z ]+?) \.->", drawing)
    named = {name for pair in arrows for part in pair for name in part.split(", ") if name and " " not in name}
    assert {"readers", "chunk", "rules", "tagger", "model", "compare", "checks"} <= named <= packages()


def test_it_fits_one_screen_and_is_linked() -> None:
    assert len(PAGE.splitlines()) <= 100
    for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md"):
        assert "docs/architecture.md" in (ROOT / name).read_text(encoding="utf-8")


def test_a_name_means_one_thing() -> None:
    """The cutters and the comparison have names of their own, which nobody else imports."""
    files = [path for top in ("extractor", "schemas") for path in (ROOT / top).rglob("*.py")]
    classes = Counter(
        node.name
        for path in {path.resolve() for path in files}
        if not {"chunk", "compare"} & set(path.relative_to(ROOT).parts)
        for node in ast.parse(Path(path).read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name in ONE_MEANING if classes[name] > 1] == []
