"""ZIP archives: names in every encoding, members as inputs, links, passwords, bombs and paths that lead out."""

from __future__ import annotations

import binascii
import json
import os
import resource
import struct
import subprocess
import sys
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile, ZipInfo

import hypothesis
import pytest
from hypothesis import strategies as st

from extractor.errors import InputError, UnsupportedFile
from extractor.readers import archive, load, parse, read, unpacker
from extractor.run import batch, inputs
from extractor.settings import Settings
from tests import peak_memory

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "golden"
FORMATS = {"pdf-a": "pdf", "docx-b": "docx", "xlsx-a": "xlsx"}
SMALL = GOLDEN / "text-plain-b" / "source.txt"
TEXT = "项目支出绩效目标表"
LIMIT = 16 * 1024 * 1024


def packed(
    members: Mapping[str | ZipInfo, bytes | str] | list[tuple[Any, bytes | str]], method: int = ZIP_DEFLATED
) -> bytes:
    stream = BytesIO()
    pairs = members.items() if isinstance(members, Mapping) else members
    with ZipFile(stream, "w", method) as target:
        for name, content in pairs:
            target.writestr(name, content)
    return stream.getvalue()


def stored(folder: Path, raw: bytes, name: str = "a.zip") -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


def listed(path: Path) -> list[str]:
    return [member.name for member in archive.members(path, path.name, LIMIT)]


def raw_name(name: bytes, flags: int = 0, extra: bytes = b"", content: bytes = b"x") -> bytes:
    """An archive of one stored member whose name is these bytes, as Windows packs it."""
    crc = binascii.crc32(content)
    numbers = (20, flags, 0, 0, 0x21, crc, len(content), len(content), len(name), len(extra))
    local = struct.pack("<4s5H3I2H", b"PK\3\4", *numbers) + name + extra + content
    central = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, *numbers, 0, 0, 0, 0, 0) + name + extra
    return local + central + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local), 0)


def unicode_path(name: str, raw: bytes) -> bytes:
    field = b"\1" + struct.pack("<I", binascii.crc32(raw)) + name.encode()
    return struct.pack("<HH", 0x7075, len(field)) + field


# Names


@pytest.mark.parametrize(
    ("name", "flags", "extra", "expected"),
    [
        (b"a.txt", 0, b"", "a.txt"),
        ("预算/绩效目标.txt".encode("gbk"), 0, b"", "预算/绩效目标.txt"),
        ("预算/绩效目标.txt".encode(), 0, b"", "预算/绩效目标.txt"),
        ("预算/绩效目标.txt".encode(), 0x800, b"", "预算/绩效目标.txt"),
        ("瀚海\\乂.txt".encode("gbk"), 0, b"", "瀚海/乂.txt"),  # the second byte of 乂 is a backslash
        (b"?.txt", 0, unicode_path("绩效.txt", b"?.txt"), "绩效.txt"),
        (b"b.txt", 0, unicode_path("绩效.txt", b"other"), "b.txt"),
        (b"a.txt\0.pdf", 0, b"", "a.txt"),
        (b"\xff\xff.txt", 0, b"", "\xa0\xa0.txt"),
    ],
    ids=["ascii", "gbk", "utf-8 unsaid", "utf-8", "backslash", "unicode path", "of another name", "nul", "neither"],
)
def test_names(tmp_path: Path, name: bytes, flags: int, extra: bytes, expected: str) -> None:
    assert listed(stored(tmp_path, raw_name(name, flags, extra))) == [expected]


def test_a_name_that_comes_again_is_numbered(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        raw = packed([("d/a.txt", "1"), ("d/a.txt", "2"), ("d/a (2).txt", "3"), ("b", "4"), ("d/", "")])
    path = stored(tmp_path, raw)
    found = archive.members(path, "a.zip", LIMIT)
    assert [member.name for member in found] == ["d/a.txt", "d/a (2).txt", "d/a (2) (2).txt", "b"]
    assert [archive.read_member(path, "x", member, LIMIT) for member in found] == [b"1", b"2", b"3", b"4"]


@hypothesis.given(
    st.dictionaries(st.text("甲乙ab/. ", min_size=1, max_size=8), st.binary(max_size=200), max_size=5), st.booleans()
)
def test_every_member_comes_back(
    tmp_path_factory: pytest.TempPathFactory, contents: dict[str, bytes], store: bool
) -> None:
    path = stored(tmp_path_factory.getbasetemp(), packed(contents, ZIP_STORED if store else ZIP_DEFLATED))  # type: ignore[arg-type]
    files = [content for name, content in contents.items() if not name.endswith("/")]
    found = archive.members(path, "a.zip", LIMIT)
    assert len(found) == len(files)
    for member, content in zip(found, files, strict=True):
        try:
            assert archive.read_member(path, "x", member, LIMIT) == content
        except UnsupportedFile as error:
            assert "leads out" in error.message  # noqa: PT017
            assert ".." in member.name or "//" in member.name or member.name.startswith("/")


# Inputs


def test_members_are_inputs(tmp_path: Path) -> None:
    inner = packed({"深/c.csv": TEXT, "d.zip": packed({"e.txt": TEXT})})
    path = stored(
        tmp_path,
        packed(
            {
                "b.TXT": TEXT,
                "子/a.pdf": b"%PDF",
                "pic.jpg": b"x",
                "README.txt": "x",
                "__MACOSX/子/._a.pdf": "x",
                "子/.hidden.txt": "x",
                "~$b.docx": "x",
                "inner.zip": inner,
            }
        ),
    )
    found = inputs.find_inputs([str(path)])
    name = path.as_posix()
    assert [given.name for given in found.inputs] == [
        f"{name}/b.TXT",
        f"{name}/inner.zip/d.zip/e.txt",
        f"{name}/inner.zip/深/c.csv",
        f"{name}/子/a.pdf",
    ]
    assert found.ignored == 5
    assert inputs.find_inputs([str(tmp_path)]) == found
    assert inputs.find_inputs([str(path), str(tmp_path), str(path)]) == found
    source = load(found.inputs[2].path, name=found.inputs[2].name, member=found.inputs[2].member)
    assert parse(source).text == TEXT


def test_an_archive_is_known_by_its_content(tmp_path: Path) -> None:
    raw = packed({"a.txt": TEXT})
    stored(tmp_path, raw, "x.dat")
    assert [given.name for given in inputs.find_inputs([str(tmp_path / "x.dat")]).inputs] == [f"{tmp_path}/x.dat/a.txt"]
    assert inputs.find_inputs([str(tmp_path)]) == ([], 1)
    stored(tmp_path, packed({"[Content_Types].xml": "<a/>", "word/document.xml": "<a/>"}), "w.zip")
    assert [given.member for given in inputs.find_inputs([str(tmp_path / "w.zip")]).inputs] == [None]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (packed({}), "empty ZIP archive"),
        (packed({"a.jpg": "x"}), "holds no document"),
        (packed({"a.txt": TEXT})[:-30], "directory is damaged"),
        (b"PK\x03\x04" + bytes(100), "directory is damaged"),
    ],
)
def test_an_archive_without_documents_is_reported(tmp_path: Path, raw: bytes, says: str) -> None:
    path = stored(tmp_path, raw)
    assert inputs.find_inputs([str(tmp_path)]).inputs == [inputs.Input(path.as_posix(), path)]
    with pytest.raises(UnsupportedFile, match=says):
        read(path)


def lines(folder: Path) -> dict[str, dict[str, Any]]:
    found = [json.loads(line) for line in (folder / "documents.jsonl").read_text("utf-8").splitlines()]
    return {line["document"]["file"]: line for line in found}


def test_a_run_over_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    raw = packed(
        {"甲.txt": SMALL.read_bytes(), "乙/甲.txt": SMALL.read_bytes(), "坏.pdf": b"%PDF-1.7", "丙.rar": b"Rar!"}
    )
    stored(tmp_path, raw, "预算.zip")
    from extractor.export import export
    from extractor.store import RunStore
    from extractor.store.folder import DATABASE

    def run() -> batch.Outcome:
        outcome = batch.run(inputs.find_inputs(["预算.zip"]).inputs, tmp_path / "out", Settings(cache=False))
        with RunStore(tmp_path / "out" / DATABASE, create=False) as store:
            export(store, tmp_path / "out")
        return outcome

    outcome = run()
    assert (outcome.documents, outcome.failed, outcome.resumed) == (4, 2, 0)
    found = lines(tmp_path / "out")
    assert {name: line["status"] for name, line in found.items()} == {
        "预算.zip/甲.txt": "read",
        "预算.zip/乙/甲.txt": "read",
        "预算.zip/坏.pdf": "failed",
        "预算.zip/丙.rar": "failed",
    }
    assert "RAR" in found["预算.zip/丙.rar"]["reason"]
    assert run().resumed == 2


# Hostile members


def entry(name: str, *, mode: int = 0, method: int | None = None) -> ZipInfo:
    info = ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    if method is not None:
        info.compress_type = method
    return info


def changed(raw: bytes, old: bytes, new: bytes) -> bytes:
    assert old in raw
    return raw.replace(old, new)


def with_flag(raw: bytes, flag: int) -> bytes:
    """The flag set in the headers of every member."""
    data = bytearray(raw)
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= flag
            at = data.find(mark, at + 4)
    return bytes(data)


def with_size(raw: bytes, size: int) -> bytes:
    """The unpacked size that the directory tells, changed."""
    data = bytearray(raw)
    at = data.find(b"PK\1\2")
    data[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(data)


def second_header_damaged() -> bytes:
    raw = packed({"a.jpg": "x", "a.txt": TEXT})
    at = raw.rfind(b"PK\3\4")
    return raw[:at] + b"PK\3\5" + raw[at + 4 :]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (packed({"../../etc/a.txt": TEXT}), "leads out of its archive"),
        (packed({"a/../../b.txt": TEXT}), "leads out of its archive"),
        (raw_name(b"/etc/a.txt"), "leads out of its archive"),
        (raw_name(b"C:\\windows\\a.txt"), "leads out of its archive"),
        (raw_name(b"..\\..\\a.txt"), "leads out of its archive"),
        (packed({entry("a.txt", mode=0o120777): "/etc/passwd"}), "is a link"),
        (with_flag(packed({"a.txt": TEXT}), 1), "needs a password"),
        (packed({entry("a.txt", method=ZIP_BZIP2): TEXT}), "packed with bzip2"),
        (packed({entry("a.txt", method=ZIP_LZMA): TEXT}), "packed with LZMA"),
        (packed({"a.txt": b"x" * (LIMIT + 1)}, ZIP_STORED), "--max-bytes"),
        (with_size(packed({"a.txt": b"x" * 100_000}), 10), "is damaged"),
        (with_size(packed({"a.txt": b"x" * 100}), 100_000), "is damaged"),
        (changed(packed({"a.txt": b"x" * 99}, ZIP_STORED), b"x" * 99, b"y" * 99), "is damaged"),
        (second_header_damaged(), "damaged"),
    ],
    ids=[
        "up", "up within", "absolute", "drive", "backslashes", "link", "password", "bzip2", "lzma", "large",
        "more than said", "less than said", "crc", "header",
    ],
)  # fmt: skip
def test_a_hostile_member_fails_alone(tmp_path: Path, raw: bytes, says: str) -> None:
    path = stored(tmp_path, raw)
    (given,) = inputs.find_inputs([str(path)]).inputs
    with pytest.raises(InputError, match=says) as caught:
        parse(load(given.path, name=given.name, member=given.member))
    assert caught.value.file == given.name


def test_a_bad_inner_archive_fails_alone(tmp_path: Path) -> None:
    inner = packed({"b.txt": TEXT})
    raw = packed({"a.txt": TEXT, "坏.zip": inner[:-9], "锁.zip": with_flag(inner, 1), "空.zip": packed({})})
    path = stored(tmp_path, raw)
    says = {}
    for given in inputs.find_inputs([str(path)]).inputs:
        try:
            parse(load(given.path, name=given.name, member=given.member))
        except InputError as error:
            says[given.name.removeprefix(f"{path}/")] = error.message
    assert set(says) == {"坏.zip", "锁.zip/b.txt", "空.zip"}
    assert "damaged" in says["坏.zip"]
    assert "password" in says["锁.zip/b.txt"]
    assert "empty" in says["空.zip"]


def overlapping(count: int) -> bytes:
    """A bomb after David Fifield: many directory entries for the same packed bytes."""
    single = packed({"a.txt": bytes(1_000_000)})
    at = single.find(b"PK\1\2")
    local, central = single[:at], single[at : single.find(b"PK\5\6")]
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(central) * count, len(local), 0)
    return local + central * count + end


@pytest.mark.large
@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (lambda: packed({f"{number}.txt": bytes(15_000_000) for number in range(20)}), "looks like a ZIP bomb"),
        (lambda: overlapping(200), "lie over each other"),
        (lambda: packed({f"{number}.txt": "" for number in range(10_001)}, ZIP_STORED), "holds more than 10,000 files"),
        (lambda: packed({f"{number}{'x' * 500}.txt": "" for number in range(9_000)}, ZIP_STORED), "more than 10,000"),
    ],
    ids=["ratio", "overlapping", "many", "large directory"],
)
def test_bombs(tmp_path: Path, raw: Any, says: str) -> None:
    path = stored(tmp_path, raw())
    assert inputs.find_inputs([str(path)]).inputs == [inputs.Input(path.as_posix(), path)]
    with pytest.raises(UnsupportedFile, match=says):
        read(path)


@pytest.mark.memory
@pytest.mark.skipif(not peak_memory.STATUS.exists(), reason="peak memory is read from /proc")
def test_memory_stays_flat(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as target:
        for number in range(40):
            target.writestr(f"{number}.txt", os.urandom(1_000_000))
    code = (
        "import sys\n"
        "from tests.peak_memory import peak\n"
        "from extractor.run import inputs\n"
        "from extractor.readers import load\n"
        "found = inputs.find_inputs([sys.argv[1]])\n"
        "before = peak()\n"
        "total = sum(len(load(one.path, member=one.member).raw) for one in found.inputs)\n"
        "print(total, peak() - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True, check=True)
    total, grown = map(int, done.stdout.split())
    assert total == 40_000_000
    assert grown < 12_000  # KB


@pytest.mark.large
def test_many_members_take_no_time(tmp_path: Path) -> None:
    path = stored(tmp_path, packed({f"{number:05}.txt": TEXT for number in range(5_000)}))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    found = inputs.find_inputs([str(path)]).inputs
    for given in found:
        load(given.path, name=given.name, member=given.member)
    assert len(found) == 5_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 5


def test_an_inner_archive_is_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.zip"
    for text in ("甲", "乙"):  # written anew under the same name
        inner = BytesIO()
        with ZipFile(inner, "w") as target:
            for number in range(20):
                target.writestr(f"{number}.txt", f"{text}{number}" * 50)
        with ZipFile(path, "w", ZIP_DEFLATED) as target:
            target.writestr("b.zip", inner.getvalue())
        os.utime(path, ns=(ord(text), ord(text)))
        inflated = Mock(wraps=archive._inflated)
        monkeypatch.setattr(archive, "_inflated", inflated)
        found = archive.members(path, "a.zip", LIMIT)
        texts = [archive.read_member(path, "x", member, LIMIT).decode() for member in found]
        monkeypatch.undo()
        assert sorted(texts) == sorted(f"{text}{number}" * 50 for number in range(20))
        assert inflated.call_count == 1


def test_an_archive_that_goes_away(tmp_path: Path) -> None:
    path = stored(tmp_path, packed({"a.txt": TEXT}))
    (given,) = inputs.find_inputs([str(path)]).inputs
    path.write_bytes(b"other")
    with pytest.raises(InputError, match="damaged"):
        load(given.path, name=given.name, member=given.member)
    path.unlink()
    with pytest.raises(InputError, match="cannot be read"):
        load(given.path, name=given.name, member=given.member)


def test_nothing_is_written_beside_the_archive(tmp_path: Path) -> None:
    path = stored(tmp_path, packed({"../b.txt": TEXT, "a.txt": TEXT}))
    for given in inputs.find_inputs([str(path)]).inputs:
        try:
            parse(load(given.path, name=given.name, member=given.member))
        except InputError:
            continue
    assert list(tmp_path.iterdir()) == [path]


def test_members_give_the_records_of_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF, a DOCX and an XLSX in one archive are read as each of them alone."""
    from extractor.export import export
    from extractor.store import RunStore
    from extractor.store.folder import DATABASE

    monkeypatch.chdir(tmp_path)
    sources = {f"{case}.{kind}": GOLDEN / case / f"source.{kind}" for case, kind in FORMATS.items()}
    for name, source in sources.items():
        Path(name).write_bytes(source.read_bytes())
    stored(tmp_path, packed({name: source.read_bytes() for name, source in sources.items()}), "预算.zip")

    def records(paths: list[str], out: str) -> dict[str, list[Any]]:
        outcome = batch.run(inputs.find_inputs(paths).inputs, tmp_path / out, Settings(model=None, cache=False))
        assert (outcome.documents, outcome.failed) == (len(sources), 0)
        found: dict[str, list[Any]] = {}
        with RunStore(tmp_path / out / DATABASE, create=False) as store:
            export(store, tmp_path / out)
        for line in (tmp_path / out / "projects.jsonl").read_text("utf-8").splitlines():
            record = json.loads(line)
            del record["id"]  # made of the file's name, which is another inside of an archive
            found.setdefault(record["document"].pop("file").removeprefix("预算.zip/"), []).append(record)
        return found

    alone, together = records(list(sources), "alone"), records(["预算.zip"], "together")
    assert set(alone) == set(together) == set(sources)
    assert alone == together


# What is given where one document is asked for


def test_a_stored_archive_of_pdf_files_is_no_pdf_file(tmp_path: Path) -> None:
    """The first member's first bytes stand near its beginning, the last one's last near its end."""
    pdf = b"%PDF-1.4\n%%EOF startxref 0"
    path = stored(tmp_path, packed({"a.pdf": pdf, "b.pdf": pdf}, ZIP_STORED), "a.pdf")
    with pytest.raises(UnsupportedFile, match="ZIP archive of 2 documents; `extractor run` reads what it holds"):
        read(path)
    assert [given.name for given in inputs.find_inputs([str(tmp_path)]).inputs] == [f"{path}/a.pdf", f"{path}/b.pdf"]


def test_archives_in_archives(tmp_path: Path) -> None:
    raw = packed({"a.txt": TEXT}, ZIP_STORED)
    for _ in range(archive.MAX_DEPTH - 1):
        raw = packed({"内.zip": raw}, ZIP_STORED)
    names = [given.name for given in inputs.find_inputs([str(stored(tmp_path, raw))]).inputs]
    assert names == [f"{tmp_path}/a.zip{'/内.zip' * (archive.MAX_DEPTH - 1)}/a.txt"]
    (given,) = inputs.find_inputs([str(stored(tmp_path, packed({"外.zip": raw})))]).inputs
    with pytest.raises(UnsupportedFile, match="ZIP archive of 1 document"):  # one level too many is told
        parse(load(given.path, name=given.name, member=given.member))


def test_inner_archives_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = packed({f"{number}.txt": bytes(50_000) for number in range(4)})
    path = stored(tmp_path, packed({f"{number}.zip": inner for number in range(5)}, ZIP_STORED))
    assert len(archive.members(path, "a.zip", LIMIT)) == 20
    monkeypatch.setattr(archive, "_LITTLE", 500_000)
    with pytest.raises(UnsupportedFile, match="looks like a ZIP bomb"):
        archive.members(path, "a.zip", LIMIT)
    monkeypatch.setattr(archive, "MAX_MEMBERS", 15)
    monkeypatch.setattr(archive, "_LITTLE", 5_000_000)
    with pytest.raises(UnsupportedFile, match="more than 15 files"):
        archive.members(path, "a.zip", LIMIT)


# RAR and 7z

needs_bsdtar = pytest.mark.skipif(not unpacker.is_installed(), reason="bsdtar is not installed")


def rar(members: Mapping[str, bytes | str], flags: int = 0) -> bytes:
    """A RAR 5 archive of stored members."""

    def number(value: int) -> bytes:
        return bytes((value & 0x7F | 0x80,)) + number(value >> 7) if value > 0x7F else bytes((value,))

    def block(kind: int, flags: int, *fields: bytes, content: bytes = b"") -> bytes:
        header = number(kind) + number(flags) + b"".join(fields)
        sized = number(len(header)) + header
        return struct.pack("<I", binascii.crc32(sized)) + sized + content

    raw = b"Rar!\x1a\x07\x01\x00" + block(1, 0, number(flags))
    for name, text in members.items():
        content = text.encode() if isinstance(text, str) else text
        size, crc, called = number(len(content)), struct.pack("<I", binascii.crc32(content)), name.encode()
        fields = (size, number(4), size, number(0o100644), crc, number(0), number(1), number(len(called)), called)
        raw += block(2, 2, *fields, content=content)
    return raw + block(5, 0, number(0))


def seven_z(folder: Path, members: Mapping[str, bytes | str]) -> bytes:
    source, packed_ = folder / "source", folder / "packed.7z"
    source.mkdir()
    for name, text in members.items():
        (source / name).write_bytes(text.encode() if isinstance(text, str) else text)
    command = ["bsdtar", "-c", "--format", "7zip", "-f", str(packed_), *members]
    subprocess.run(command, cwd=source, check=True, env=os.environ | {"LC_ALL": "C.UTF-8"})
    return packed_.read_bytes()


@needs_bsdtar
@pytest.mark.parametrize("kind", ["rar", "7z"])
def test_members_of_other_archives(tmp_path: Path, kind: str) -> None:
    texts = {"绩效.txt": TEXT, "b.zip": packed({"内.txt": TEXT}), "图.jpg": "x"}
    raw = rar(texts) if kind == "rar" else seven_z(tmp_path, texts)
    folder = tmp_path / "given"
    folder.mkdir()
    path = stored(folder, raw, f"a.{kind}")
    stored(folder, packed({"c.txt": TEXT, f"深.{kind}": raw}), "d.zip")
    found = inputs.find_inputs([str(folder)])
    assert found.ignored == 2
    assert [given.name.removeprefix(f"{folder}/") for given in found.inputs] == [
        f"a.{kind}/b.zip/内.txt",
        f"a.{kind}/绩效.txt",
        "d.zip/c.txt",
        f"d.zip/深.{kind}/b.zip/内.txt",
        f"d.zip/深.{kind}/绩效.txt",
    ]
    for given in found.inputs:
        assert parse(load(given.path, name=given.name, member=given.member)).text == TEXT
    with pytest.raises(UnsupportedFile, match=f"{kind.replace('rar', 'RAR')} archive of 2 documents"):
        read(path)


@needs_bsdtar
def test_paths_and_sizes_of_other_archives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stored(tmp_path, rar({"../b.txt": TEXT, "大.txt": bytes(300_000)}), "a.rar")
    outer, large = sorted(inputs.find_inputs([str(path)]).inputs)
    with pytest.raises(UnsupportedFile, match="leads out"):
        load(outer.path, name=outer.name, member=outer.member)
    with pytest.raises(UnsupportedFile, match="more than the limit"):
        load(large.path, name=large.name, member=large.member, max_bytes=200_000)
    monkeypatch.setattr(archive, "_LITTLE", 100_000)
    monkeypatch.setattr(archive, "MAX_RATIO", 0)
    other = stored(tmp_path, path.read_bytes() + b"\0", "b.rar")  # nothing of it is known yet
    assert inputs.find_inputs([str(other)]).inputs == [inputs.Input(other.as_posix(), other)]
    with pytest.raises(UnsupportedFile, match="looks like a ZIP bomb"):
        archive.members(other, "b.rar", LIMIT)


@needs_bsdtar
@pytest.mark.parametrize("keep", [20, 60, 150])
def test_a_damaged_archive_gives_nothing_rather_than_a_part(tmp_path: Path, keep: int) -> None:
    raw = rar({"a.txt": TEXT * 3, "b.txt": TEXT * 3})
    path = stored(tmp_path, raw[:keep] + bytes(500_000 if keep == 60 else 0), "a.rar")  # more than a pipe holds
    assert inputs.find_inputs([str(path)]).inputs == [inputs.Input(path.as_posix(), path)]
    with pytest.raises(UnsupportedFile, match="RAR archive"):
        read(path)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (rar({"a.txt": TEXT}), "only bsdtar can open, and it is not installed"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(26), "7z archive, which only bsdtar"),
    ],
)
def test_without_bsdtar_an_archive_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw: bytes, says: str
) -> None:
    monkeypatch.setattr(unpacker, "_program", lambda: None)
    with pytest.raises(UnsupportedFile, match=says):
        archive.directory(raw, "a")
    path = stored(tmp_path, raw, "a.rar")
    assert inputs.find_inputs([str(path)]).inputs == [inputs.Input(path.as_posix(), path)]


@pytest.mark.parametrize(
    ("said", "says"),
    [("Passphrase required", "password"), ("Encrypted file is unsupported", "password"), ("CRC error", "cannot open")],
)
def test_why_an_archive_is_not_opened(said: str, says: str) -> None:
    with pytest.raises(UnsupportedFile, match=says):
        unpacker._check(1, said, "a.7z", "7z")


def test_one_part_of_several_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacker, "_program", lambda: "bsdtar")
    for raw in (rar({"a.txt": TEXT}, flags=3), b"Rar!\x1a\x07\0" + bytes(2) + b"s\1\0" + bytes(8)):
        with pytest.raises(UnsupportedFile, match="one part of an archive in several"):
            archive.directory(raw, "a.part2.rar")
