"""Files that no reader of ours was made for: read or refused in words, never a crash, never without an end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import formats, peer_files
from tests.formats import Printed

TABLE = Printed(("项目支出绩效目标表",), [["项目名称", "总计"], ["道路养护", "80.00"]], (60, 40))
WRITERS = {
    "pdf": formats.pdf,
    "docx": formats.word,
    "xlsx": formats.excel,
    "xls": formats.old_excel,
    "html": formats.web,
}


@pytest.mark.parametrize("suffix", WRITERS)
def test_damaged_files_are_read_or_refused(suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = WRITERS[suffix](TABLE)  # type: ignore[operator]
    for share in (0, 1, 5, 9):
        (tmp_path / f"cut{share}.{suffix}").write_bytes(whole[: len(whole) * share // 10])
    (tmp_path / f"zeros.{suffix}").write_bytes(whole[:200] + bytes(len(whole)) + whole[-200:])
    (tmp_path / f"twice.{suffix}").write_bytes(whole * 2)
    (tmp_path / f"whole.{suffix}").write_bytes(whole)
    assert peer_files.main([str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert said.count("\n") >= 7
    assert "TROUBLE" not in said


def test_trouble_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(path: Path) -> None:
        raise RecursionError

    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    monkeypatch.setattr(peer_files, "read", fault)
    assert peer_files.main([str(tmp_path)]) == 1
