"""The command line as a user meets it: exit statuses, messages, what a bad endpoint costs."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extractor.cli import main
from extractor.doctor import EXPECTED
from extractor.errors import WeightsError
from extractor.export import DEFAULT
from extractor.settings import ENVIRONMENT
from extractor.store.folder import FORMATS
from extractor.version import __version__
from tests.golden_sources import sources
from tests.second_readers import StubReader, tagged

GOLDEN = Path(__file__).parents[1] / "golden"
CLEAN = GOLDEN / "text-plain-b" / "source.txt"
FLAGGED = GOLDEN / "text-coded-a" / "source.txt"
COMMANDS = sorted(main.commands)


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*ENVIRONMENT.values(), "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EXTRACTOR_MODEL", "none")  # the rules alone, where nothing else is said
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


def extractor(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def command(*arguments: str | bytes, **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "extractor", *arguments], capture_output=True, check=False, env=os.environ | environ
    )


# Help


def test_help_of_every_command() -> None:
    listed = extractor("--help").output
    for name in COMMANDS:
        assert name in listed
        result = extractor(name, "--help")
        assert result.exit_code == 0
        assert f"extractor {name}" in result.output.replace("main ", "extractor ")
        assert extractor(name, "-h").output == result.output
    assert {"run", "blocks", "show", "evaluate", "doctor"} <= set(COMMANDS)
    assert __version__ in extractor("--version").output


# Exit statuses


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("run", CLEAN), 0, "运行结果 Run"),
        (("run", FLAGGED), 0, "flagged"),
        (("run", CLEAN, "--fail-on-flags"), 0, "unchecked"),
        (("run", FLAGGED, "--fail-on-flags"), 3, "flagged"),
        (("run", CLEAN, FLAGGED, "empty.txt"), 1, "failed: empty.txt: is empty; there is nothing to read"),
        (("run", FLAGGED, "empty.txt", "--fail-on-flags"), 1, "is empty"),
        (("run", GOLDEN / "negative"), 0, "no projects: "),
        (("run",), 2, "Missing argument"),
        (("run", "absent.txt"), 2, "absent.txt: no such file or folder; check the path"),
        (("run", "."), 0, "13 other files"),
        (("run", "nothing"), 2, "no documents under nothing"),
        (("run", CLEAN, "--out", "empty.txt"), 2, "empty.txt: the output folder cannot be made"),
        (("run", CLEAN, "--out", "/proc/x"), 2, "/proc/x: the output folder cannot be made"),
        (("run", CLEAN, "--mode", "shout"), 2, "--mode"),
        (("run", CLEAN, "--concurrency", "0"), 2, "wrong settings: concurrency: "),
        (("run", CLEAN, "--base-url", "http://me:secret@host/v1"), 2, "wrong settings: base_url: must not hold"),
        (("run", CLEAN, "--settings", "absent.toml"), 2, "absent.toml: the settings file cannot be read"),
        (("run", CLEAN, "--max-bytes", "100"), 1, "more than the limit"),
        (("run", CLEAN, "--colour"), 2, "No such option"),
        (("blocks", CLEAN), 0, "blocks found: 5"),
        (("blocks", CLEAN, "--text"), 0, "年度指标值"),
        (("blocks", GOLDEN / "negative" / "source.txt"), 0, "no blocks: "),
        (("blocks", "absent.txt"), 2, "absent.txt: does not exist"),
        (("blocks", "nothing"), 2, "nothing: is a folder"),
        (("blocks", "empty.txt"), 2, "is empty"),
        (("show", "0123456789abcdef"), 2, "run.sqlite: no results there yet"),
        (("show", "0123456789abcdef", "--out", "empty.txt"), 2, "no results there yet"),
        (("evaluate", "absent"), 2, "absent: no such folder"),
        (("evaluate", "nothing"), 2, "holds no golden cases"),
        (("run", CLEAN, "--ask", "doubtful"), 2, "wrong settings: ask: there is no language model to ask"),
        (("run", CLEAN, "--model", "m", "--ask", "some"), 2, "wrong settings: ask: must be all, doubtful, or sample:"),
        (("doctor",), 0, "no second reader (--model none)"),
        (("doctor", "--timeout", "-1"), 2, "wrong settings: timeout: "),
        (("explode",), 2, "No such command"),
    ],
    ids=lambda value: " ".join(Path(word).name for word in value) if isinstance(value, tuple) else None,
)
def test_exit_statuses(arguments: tuple[str | Path, ...], status: int, says: str) -> None:
    Path("empty.txt").touch()
    Path("nothing").mkdir()
    if arguments == ("run", "."):
        Path("empty.txt").unlink()
        shutil.copy(CLEAN, "a.txt")
        for number in range(13):
            Path(f"{number}.dat").touch()
    result = extractor(*arguments)
    assert says in " ".join(result.output.split())
    assert result.exit_code == status
    assert "secret" not in result.output
    assert "Traceback" not in result.output


@pytest.mark.golden
def test_one_bad_file_among_good_ones() -> None:
    Path("in").mkdir()
    for source in sources():
        shutil.copy(source, Path("in", f"{source.parent.name}{source.suffix}"))
    Path("in/bad.pdf").write_bytes(b"%PDF-1.7")
    result = extractor("run", "in", "--quiet")
    assert result.exit_code == 1
    failed = [line for line in result.output.splitlines() if line.startswith("failed: ")]
    assert failed == ["failed: in/bad.pdf: is a damaged PDF; get a complete copy"]
    found = [json.loads(line) for line in Path("out/documents.jsonl").read_text("utf-8").splitlines()]
    without = sum(source.parent.name.startswith("negative") for source in sources())
    assert [line["status"] for line in found].count("no_projects") == without
    assert [line["status"] for line in found].count("read") == len(sources()) - without
    again = extractor("run", "in", "--quiet")
    assert again.exit_code == 1
    assert f"({len(found) - 1} done before)" in again.output


def test_what_is_no_longer_part_of_a_run_is_said() -> None:
    shutil.copy(CLEAN, "a.txt")
    shutil.copy(FLAGGED, "b.txt")
    extractor("run", "a.txt", "b.txt")
    result = extractor("run", "a.txt", "--replace")
    assert "no longer part of this run: b.txt" in result.output
    assert "b.txt" not in Path("out/projects.jsonl").read_text("utf-8")


# Permissions

ROOTS_POWERS = "-dac_override,-dac_read_search"
AS_ANY_USER: list[str] = (
    ["setpriv", f"--bounding-set={ROOTS_POWERS}", f"--inh-caps={ROOTS_POWERS}"] if os.geteuid() == 0 else []
)
"""What a command needs before it so that permissions mean something to root as well."""


@pytest.mark.skipif(bool(AS_ANY_USER) and not shutil.which("setpriv"), reason="root needs setpriv")
@pytest.mark.parametrize(
    ("closed", "status", "says"),
    [
        ("in/closed.txt", 1, "failed: in/closed.txt: may not be read; check its permissions, then run again"),
        ("in/closed", 1, "failed: in/closed: may not be read; check its permissions, then run again"),
        ("in", 1, "failed: in: may not be read; check its permissions, then run again"),
        ("out", 2, "extractor: out: the output folder cannot be written to"),
        ("out/run.sqlite", 2, "out/run.sqlite: "),
    ],
)
def test_permissions(closed: str, status: int, says: str) -> None:
    Path("in").mkdir()
    Path("out").mkdir()
    shutil.copy(CLEAN, "in/a.txt")
    if closed.endswith((".txt", ".sqlite")):
        Path(closed).touch()
    else:
        Path(closed).mkdir(exist_ok=True)
    Path(closed).chmod(0 if status == 1 else 0o500)
    try:
        done = subprocess.run(
            [*AS_ANY_USER, sys.executable, "-m", "extractor", "run", "in"], capture_output=True, text=True, check=False
        )
    finally:
        Path(closed).chmod(0o700)
    if "setpriv:" in done.stderr:
        pytest.skip(f"root keeps its powers here: {done.stderr}")
    assert done.returncode == status, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    if status == 1 and closed != "in":
        assert "in/a.txt: 5 projects" in done.stderr


# show


def test_show_takes_an_id_or_enough_of_it() -> None:
    extractor("run", FLAGGED)
    ids = [json.loads(line)["id"] for line in Path("out/projects.jsonl").read_text("utf-8").splitlines()]
    whole = extractor("show", ids[0])
    assert whole.exit_code == 0
    assert "�" not in whole.output
    assert extractor("show", ids[0][:10]).output == whole.output
    unknown = extractor("show", "ffffffffffff")
    assert (unknown.exit_code, "holds no record 'ffffffffffff'" in unknown.output) == (2, True)
    assert extractor("show", ids[0][:2]).exit_code == 2


def test_show_refuses_an_id_that_stands_for_several() -> None:
    import sqlite3

    extractor("run", FLAGGED)
    with sqlite3.connect("out/run.sqlite") as connection:
        connection.execute("UPDATE records SET id = 'abcdef' || substr(id, 7)")
    result = extractor("show", "abcdef")
    assert result.exit_code == 2
    assert "several records begin with 'abcdef'" in result.output


# Terminals


def test_export_writes_again_without_reading(tmp_path: Path) -> None:
    assert extractor("run", CLEAN, "--out", "out", "--format", "jsonl").exit_code == 0
    done = extractor(
        "export", "out", "--format", "sqlite", "--format", "parquet", "--format", "csv", "--language", "en"
    )
    assert done.exit_code == 0, done.output
    names = [name for kind in ("csv", "sqlite", "parquet") for name in FORMATS[kind]]
    assert [Path(line).name for line in done.output.splitlines()] == names
    assert all(Path("out", name).is_file() for name in names)
    assert Path("out/projects.csv").read_text("utf-8-sig").startswith("Project no.,")
    assert extractor("export", "out", "--to", "elsewhere").exit_code == 0
    assert sorted(path.name for path in Path("elsewhere").iterdir()) == sorted(chain(*map(FORMATS.get, DEFAULT)))


def test_export_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    done = extractor("export", "nowhere")
    assert (done.exit_code, "run `extractor run` into that folder first" in done.stderr) == (2, True)
    monkeypatch.setattr("extractor.export.parquet.find_spec", lambda name: None)
    done = extractor("run", CLEAN, "--out", "out", "--format", "parquet")
    assert (done.exit_code, "pip install 'budget-extractor[parquet]'" in done.stderr) == (2, True)
    assert not Path("out").exists(), "said before anything is read"


@pytest.mark.parametrize("command", ["run", "export"])
def test_every_format_can_be_named(command: str) -> None:
    (option,) = [option for option in main.commands[command].params if option.name == "formats"]
    assert list(option.type.choices) == list(FORMATS)


@pytest.mark.parametrize(("line", "field"), [("project", "normalized"), ("document", "characters")])
def test_schema_is_json_schema(line: str, field: str) -> None:
    done = extractor("schema", line)
    assert field in json.loads(done.stdout)["required"]


def test_a_path_cannot_steer_the_terminal() -> None:
    name = "\x1b]0;owned\x07\x1b[2J.txt"
    shutil.copy(CLEAN, name)
    for arguments in (("run", name), ("blocks", name), ("run", "\x1b[31mabsent"), ("blocks", "\x1b[31mabsent")):
        output = CliRunner().invoke(main, arguments, color=True).output
        output = re.sub(r"\x1b\[(?:31|0)m", "", output, count=2)  # our own red
        assert "\x1b" not in output
        assert "\x07" not in output


def test_a_name_that_is_no_utf8() -> None:
    name = b"\xff\xb1\xed.txt"
    shutil.copy(os.fsencode(CLEAN), name)
    for arguments in ((b"run", name, b"--quiet"), (b"blocks", name)):
        done = command(*arguments)
        assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(Path("out/documents.jsonl").read_bytes())["document"]["file"] == "\\xff\\xb1\\xed.txt"
    missing = command("run", b"\xff\xfe.txt")
    assert missing.returncode == 2
    assert missing.stderr.decode() == "extractor: \\xff\\xfe.txt: no such file or folder; check the path\n"


def test_a_terminal_without_chinese_and_a_closed_pipe() -> None:
    done = command("run", str(CLEAN), PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert b"Traceback" not in done.stderr
    shell = f"{sys.executable} -m extractor blocks {FLAGGED} --text | head -c 10"
    piped = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, check=True)
    assert len(piped.stdout) == 10
    assert b"Traceback" not in piped.stderr


# An endpoint that is not there


def test_a_wrong_endpoint_costs_its_own_reading_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.builtin.load", lambda settings: StubReader())
    monkeypatch.delenv("EXTRACTOR_MODEL")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        Path("settings.toml").write_text(
            f'attempts = 1\nmodel = "m"\nbase_url = "http://127.0.0.1:{port}/v1"\napi_key = "sk-geheim"\n'
        )
        for _ in range(2):  # nothing that failed is kept: the second run asks again
            result = extractor("run", CLEAN, FLAGGED, "--settings", "settings.toml")
            assert result.exit_code == 1
            assert "done before" not in result.output
            complaints = [line for line in result.output.splitlines() if "model not usable" in line]
            assert len(complaints) == 1
            assert f"127.0.0.1:{port} cannot be reached" in complaints[0]
            records = [json.loads(line) for line in Path("out/projects.jsonl").read_text("utf-8").splitlines()]
            assert {record["status"] for record in records} == {"flagged"}
            assert all(record["readings"]["rules"] and record["model"] is None for record in records)
        assert "sk-geheim" not in result.output
        doctor = extractor("doctor", "--settings", "settings.toml")
        assert doctor.exit_code == 1
        assert f"127.0.0.1:{port}" in doctor.output
        assert "sk-geheim" not in doctor.output
    for file in Path().rglob("*"):
        assert not file.is_file() or file.name == "settings.toml" or b"sk-geheim" not in file.read_bytes()
    without = extractor("run", CLEAN, FLAGGED, "--model", "none")
    assert without.exit_code == 0
    assert "model_failed" not in Path("out/projects.jsonl").read_text("utf-8")


# Cost


def test_rules_alone_load_no_model_library() -> None:
    code = (
        "import sys\nfrom extractor.cli import main\n"
        f"main(['run', {str(CLEAN)!r}, '--model', 'none', '--quiet'], standalone_mode=False)\n"
        "print(sorted({'openai', 'instructor', 'diskcache', 'tenacity', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


# The built-in reader


def test_a_damaged_built_in_reader_is_said_before_anything_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(settings: object) -> None:
        raise WeightsError("weights.npz", "is damaged")

    monkeypatch.setattr("extractor.builtin.load", damaged)
    result = extractor("run", CLEAN, "--model", "builtin")
    assert result.exit_code == 2
    assert "extractor: weights.npz: is damaged; install the package again, or go on without it (--model none)" in (
        result.output
    )
    assert not Path("out/projects.jsonl").exists()
    doctor = extractor("doctor", "--model", "builtin")
    assert doctor.exit_code == 1
    assert "built-in reader: weights.npz: is damaged" in doctor.output


def test_a_run_that_finds_all_done_loads_no_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    readers = [StubReader()]
    monkeypatch.setattr("extractor.builtin.load", lambda settings: readers.pop())
    assert extractor("run", CLEAN, "--model", "builtin").exit_code == 0
    assert "(1 done before)" in extractor("run", CLEAN, "--model", "builtin").output


def test_doctor_tests_the_built_in_reader_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = StubReader(lambda block: tagged(EXPECTED))
    monkeypatch.setattr("extractor.builtin.load", lambda settings: reader)
    right = extractor("doctor", "--model", "builtin")
    assert right.exit_code == 0
    assert re.search(r"read right +│ yes", right.output)
    assert "a second, on one core" in right.output
    assert "no language model is configured: nothing leaves this machine" in right.output
    reader.read_block = lambda block: tagged(EXPECTED.model_copy(update={"goal": None}))
    assert "read wrong: goal" in extractor("doctor", "--model", "builtin").output
    reader.read_block = lambda block: None
    assert "read wrong: no second reading" in extractor("doctor", "--model", "builtin").output
