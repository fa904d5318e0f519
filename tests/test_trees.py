"""Tables whose first column is a tree of bodies, projects, categories and indicators."""

from __future__ import annotations

from pathlib import Path

from extractor.chunk.trees import with_trees
from extractor.pipeline import DocumentResult, cut, finish, survey
from extractor.readers import read
from extractor.settings import Settings

TREE = [
    ("云溪市气象局2031年项目绩效目标批复表", "", ""),
    ("单位：元", "", ""),
    ("项目", "指标值", "绩效金额"),
    ("云溪市气象局", "", ""),
    ("雷达站维护经费", "", "360000"),
    ("产出指标", "", ""),
    ("成本指标(必填硬性指标)", "", ""),
    ("每站维护费", "≤9万元", ""),
    ("数量指标(必填)", "", ""),
    ("维护雷达站", "4座", ""),
    ("满意度指标", "", ""),
    ("服务对象满意度指标(必填)", "", ""),
    ("用户满意度", "≥90%", ""),
    ("人工增雨作业", "", "150000"),
    ("效益指标", "", ""),
    ("社会效益指标(必填)", "", ""),
    ("作业影响面积", "1200平方公里", ""),
    ("云溪市气象台", "", ""),
    ("预报员培训", "", "48000"),
    ("产出指标", "", ""),
    ("数量指标(必填)", "", ""),
    ("培训人次", "≥60人次", ""),
]


def extract(folder: Path, rows: list[tuple[str, str, str]]) -> DocumentResult:
    path = folder / "source.html"
    lines = ("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    path.write_text(f"<html><body><table>{''.join(lines)}</table></body></html>", encoding="utf-8")
    return finish(survey(cut(read(path))), {}, Settings(model=None, cache=False))


def test_a_tree_of_projects(tmp_path: Path) -> None:
    result = extract(tmp_path, TREE)
    told = [(one.project.unit, one.project.name, one.project.amounts.total) for one in result.records]
    assert told == [
        ("云溪市气象局", "雷达站维护经费", "360000"),
        ("云溪市气象局", "人工增雨作业", "150000"),
        ("云溪市气象台", "预报员培训", "48000"),
    ]
    first = [(one.level1, one.level2, one.name, one.annual_value) for one in result.records[0].project.indicators]
    assert first == [
        ("产出指标", "成本指标(必填硬性指标)", "每站维护费", "≤9万元"),
        ("产出指标", "数量指标(必填)", "维护雷达站", "4座"),
        ("满意度指标", "服务对象满意度指标(必填)", "用户满意度", "≥90%"),
    ]
    assert {one.normalized.scale and one.normalized.scale.unit for one in result.records} == {"元"}
    assert not [flag for flag in result.document.flags if flag.code == "unclaimed_text"]


def test_a_list_that_is_no_tree_stays_as_it_is(tmp_path: Path) -> None:
    rows = [("项目", "指标值", "金额"), ("雷达站维护", "4座", "360000"), ("人工增雨", "12次", "150000")]
    path = tmp_path / "source.html"
    lines = ("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    path.write_text(f"<html><body><table>{''.join(lines)}</table></body></html>", encoding="utf-8")
    document = read(path)
    assert with_trees(document) is document
