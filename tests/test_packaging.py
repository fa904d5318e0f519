"""What is installed, what it imports, and what its pins say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from extractor.version import __version__
from tests.patience import HANG
from tests.second_readers import needs_weights

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
INSTALLED_AS = {"extractor": "extractor", "schemas": "extractor/schemas", "prompts": "extractor/prompts"}
"""Folders of the repository, and what they are called where the wheel is installed."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

HEAVY = {"openai", "instructor", "sqlalchemy", "xlsxwriter", "rich", "diskcache", "pydantic", "numpy"}
PIN = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[0-9][0-9a-z.+!]*)(?: ; (?P<marker>[^\\/:]+?))? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def imported(*arguments: str, cwd: Path = ROOT) -> set[str]:
    """Top-level packages that `extractor ARGUMENTS` imports, in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("EXTRACTOR_", "OPENAI_"))}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "extractor", *arguments],
        cwd=cwd,
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=HANG,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    modules = re.findall(r"^import time:[^|]*\|[^|]*\|\s*(\S+)$", done.stderr, re.MULTILINE)
    assert "click" in modules, "the list of imports is not in the expected form"
    return {module.partition(".")[0] for module in modules}


@pytest.mark.parametrize("command", [(), ("run",), ("doctor",)], ids=["extractor", "run", "doctor"])
def test_help_imports_nothing_heavy(command: tuple[str, ...]) -> None:
    assert imported(*command, "--help") & HEAVY == set()


@pytest.mark.parametrize("model", ["none", pytest.param("builtin", marks=needs_weights)])
def test_without_a_language_model_no_client_is_imported(tmp_path: Path, model: str) -> None:
    source = ROOT / "golden" / "tab-labelled-a" / "source.tsv"
    names = imported("run", str(source), "--out", str(tmp_path / "out"), "--model", model, cwd=tmp_path)
    assert "sqlalchemy" in names
    assert names & {"openai", "instructor", "diskcache", "tenacity", "torch"} == set()
    assert ("numpy" in names) == (model == "builtin")


def pins(lock: Path) -> dict[str, str]:
    """The lock's versions by name; every line must be a pin, a hash or a comment."""
    found: dict[str, str] = {}
    for number, line in enumerate(lock.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#") or HASH.fullmatch(line):
            continue
        pin = PIN.fullmatch(line)
        assert pin is not None, f"{lock.name}:{number}: neither a pin nor a hash: {line}"
        found[pin["name"]] = pin["version"]
    return found


@pytest.mark.parametrize("lock", [LOCK, *sorted((ROOT / ".ci").glob("*.lock"))], ids=lambda lock: lock.name)
def test_lock_holds_names_and_hashes_only(lock: Path) -> None:
    assert pins(lock)
    text = lock.read_text(encoding="utf-8")
    comments = re.findall(r"^#(.*)$", text, re.MULTILINE)
    assert all(re.fullmatch(r"[\w ]*:?", comment) for comment in comments), "a comment may hold no address or path"
    for name, rest in re.findall(r"^(\S+)==(.*(?:\n    .*)*)", text, re.MULTILINE):
        assert "--hash=sha256:" in rest, f"{name} has no hash"


def test_lock_satisfies_every_requirement() -> None:
    pinned = pins(LOCK)
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    for requirement in map(Requirement, [*wanted, *PROJECT["build-system"]["requires"]]):
        version = pinned.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement} is not in {LOCK.name}; run `make lock`"
        assert requirement.specifier.contains(version), (
            f"{LOCK.name} pins {version}, not {requirement}; run `make lock`"
        )


def test_quick_leaves_out_every_slow_kind_and_contributors_are_told() -> None:
    kinds = {one.partition(":")[0] for one in PROJECT["tool"]["pytest"]["ini_options"]["markers"]}
    left_out = re.search(r"^SLOW = (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert left_out is not None
    assert set(left_out[1].split(" or ")) == kinds
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert {kind for kind in kinds if f"`{kind}`" not in contributing} == set()


def test_version_is_the_same_everywhere() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    assert newest is not None
    assert PROJECT["project"]["version"] == __version__ == newest[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as an installer would build it."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=HANG,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return next(folder.glob("*.whl"))


@pytest.mark.wheel
def test_wheel_holds_every_module_and_data_file(wheel: Path) -> None:
    kinds = {".py", ".toml", ".tsv", ".npz", ".md", ".typed", ".jinja", ".css", ".js"}
    wanted = {
        f"{installed}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, installed in INSTALLED_AS.items()
        for path in (ROOT / folder).rglob("*")
        if path.suffix in kinds
    }
    assert wanted - set(ZipFile(wheel).namelist()) == set()
    assert {f"{installed}/py.typed" for installed in INSTALLED_AS.values()} <= wanted


@pytest.mark.wheel
def test_wheel_holds_nothing_else(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {"extractor", f"budget_extractor-{__version__}.dist-info"}
    assert any(name.endswith("/licenses/LICENSE") for name in names)


@pytest.mark.wheel
def test_the_wheel_lives_beside_a_users_own_schemas_and_prompts(wheel: Path, tmp_path: Path) -> None:
    site, work = tmp_path / "site", tmp_path / "work"
    ZipFile(wheel).extractall(site)
    (work / "prompts").mkdir(parents=True)
    for name in ("schemas.py", "prompts/__init__.py"):
        (work / name).write_text("raise AssertionError('the extractor imported what is not its own')", "utf-8")
    source = ROOT / "golden" / "tab-labelled-a" / "source.tsv"
    code = f"import extractor; print(extractor.__file__, len(extractor.extract({str(source)!r}, model=None).records))"
    # The wheel before the checkout, which an editable install put on the path.
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(1, {str(site)!r}); {code}"],
        cwd=work,
        capture_output=True,
        encoding="utf-8",
        timeout=HANG,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    file, count = done.stdout.split()
    assert Path(file).is_relative_to(site)
    assert int(count) > 0
