"""What a document was read with: every data file that can change a record, edited in a copy of the package."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import extractor

PACKAGE = Path(extractor.__file__).parent
DATA = sorted(
    str(path.relative_to(PACKAGE))
    for pattern in ("*.toml", "*.tsv", "*.md", "schemas/*.py")
    for folder in (PACKAGE, PACKAGE / "prompts")
    for path in (folder.rglob(pattern) if folder == PACKAGE else folder.glob(pattern))
)
ABOUT_RECORDS = ("changes/", "export/", "follow/", "report/", "tagger/synthesis/", "tagger/cells/synthesis/")
"""Words of what is made of finished records, and what the built-in reader was trained on: its weights count instead."""
FINGERPRINTS = """
import json, sys
from pathlib import Path
import extractor
from extractor import prompts
from extractor.run.fingerprint import fingerprint
from extractor.settings import Settings

root, settings = Path(extractor.__file__).parent, Settings(model="m")
assert root == Path(sys.argv[1]), root
found = {"": fingerprint(settings)}
for name in sys.argv[2:]:
    path = root / name
    whole = path.read_bytes()
    path.write_bytes(whole + b"\\n# edited\\n")
    prompts.load.cache_clear()
    found[name] = fingerprint(settings)
    path.write_bytes(whole)
print(json.dumps(found))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package that can be edited."""
    return Path(shutil.copytree(PACKAGE, tmp_path / "copy" / "extractor", ignore=shutil.ignore_patterns("__pycache__")))


def python(copy: Path, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(copy.parent)}
    done = subprocess.run(
        [sys.executable, "-P", *arguments], cwd=copy.parent, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_data_file_that_can_change_a_record_is_in_the_fingerprint(copy: Path) -> None:
    found: dict[str, str] = json.loads(python(copy, "-c", FINGERPRINTS, str(copy), *DATA))
    unchanged = [name for name in DATA if found[name] == found[""]]
    assert unchanged == [name for name in DATA if name.startswith(ABOUT_RECORDS)]
    assert {
        "messages.toml",
        "targets/words.toml",
        "layouts/terms.toml",
        "prompts/read_project.md",
        "schemas/record.py",
    } <= set(DATA)
    assert len({found[name] for name in DATA}) == len(DATA) - len(unchanged) + 1


@pytest.mark.large
def test_an_edited_word_reads_a_finished_run_anew(copy: Path) -> None:
    source = copy.parent / "a.md"
    source.write_text(
        "# 岭东市2026年项目支出绩效目标表\n\n单位：万元\n\n"
        "| 项目名称 | 总计 | 绩效目标 | 绩效指标 |\n|---|---|---|---|\n"
        "| 花坛养护经费 | 10.00 | 完成花坛养护。 "
        "| 1、1-产出指标；11-数量指标；养护花坛；年度指标值:不少于8坛。 |\n",
        encoding="utf-8",
    )
    run = ("-m", "extractor", "run", "a.md", "--model", "none", "--no-cache", "--out", "o")
    words = copy / "targets" / "words.toml"

    def target() -> object:
        record = json.loads((copy.parent / "o" / "projects.jsonl").read_text(encoding="utf-8"))
        return record["normalized"]["indicators"][0]["annual"]

    python(copy, *run)
    before = target()
    python(copy, *run)
    assert target() == before
    text = words.read_text(encoding="utf-8")
    start = text.index("counted = [") + len("counted = [")
    words.write_text(f'{text[:start]}"坛", {text[start:]}', encoding="utf-8")
    python(copy, *run)
    assert target() != before
