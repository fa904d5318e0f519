"""Invented documents and records for the tests of store and export; every name in them is made up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from extractor.schemas.project import Amounts, FundingLine, Indicator, ProjectReading
from extractor.schemas.record import (
    BlockInfo,
    Counts,
    DocumentInfo,
    DocumentLine,
    Flag,
    FlagCode,
    ModelUse,
    Normalized,
    NormalizedCategory,
    NormalizedIndicator,
    Readings,
    Record,
    status_of,
)

NAMES = (
    "河道清淤与岸线修复",
    "校舍屋面防水维修",
    "社区养老助餐补贴",
    "智慧路灯更换",
    "基层骨干医师培训",
    "农产品快检室运行",
)
UNITS = ("云溪市青禾区水务局（本级）", "云溪市青禾区教育局（本级）", "云溪市青禾区民政局（本级）")
GOAL = (
    "完成辖区内主要河道清淤{n}公里，修复破损岸线并补植水生植物，汛期前交付使用；"
    "建立月度巡查台账，及时处置群众反映的问题，使河道水质稳定达到地表水Ⅳ类标准，沿线居民满意度不低于90%。"
)
INDICATORS = (
    ("1", "产出指标", "11", "数量指标", "清淤河道长度", "{n}公里", "{n}公里"),
    ("1", "产出指标", "12", "质量指标", "工程验收合格率", "100%", "100%"),
    ("1", "产出指标", "13", "时效指标", "完工时限", "2027年12月底前", "2026年4月30日前"),
    ("1", "产出指标", "14", "成本指标", "每公里清淤成本", "≤18.50万元", "≤18.50万元"),
    ("2", "效益指标", "22", "社会效益指标", "内涝投诉件次下降率", "≥30%", "≥15%"),
    ("2", "效益指标", "23", "生态效益指标", "水质达标断面比例", "≥95%", "≥90%"),
    ("3", "满意度指标", "31", "服务对象满意度指标", "沿线居民满意度", "≥90%", "≥90%"),
)


def info(file: str = "a.txt", **changes: Any) -> DocumentInfo:
    """A document's head."""
    values: dict[str, Any] = {
        "file": file,
        "sha256": "ab" * 32,
        "title": "2026年项目支出绩效目标表",
        "department": "云溪市青禾区水务局",
        "fiscal_year": 2026,
        "amount_unit": "万元",
        "layout": "text-coded",
    }
    return DocumentInfo(**(values | changes))


def reading(index: int = 0, **changes: Any) -> ProjectReading:
    """One project as printed."""
    total = 120 + index % 977 + index % 100 / 100
    values: dict[str, Any] = {
        "department": "云溪市青禾区水务局",
        "unit": UNITS[index % 3],
        "name": f"{NAMES[index % 6]}（{index + 1}标段）",
        "amounts": Amounts(
            total=f"{total:.2f}",
            fiscal=f"{total - 20:.2f}",
            other="20.00",
            breakdown=(FundingLine(label="上年结转", amount="3.25"),) if index % 4 == 0 else (),
        ),
        "goal": GOAL.format(n=index % 40 + 2),
        "indicators": tuple(
            Indicator(
                number=number,
                level1_code=code1,
                level1=level1,
                level2_code=code2,
                level2=level2,
                name=name,
                cycle_value=cycle.format(n=index % 40 + 2),
                annual_value=annual.format(n=index % 40 + 2),
                weight="10",
            )
            for number, (code1, level1, code2, level2, name, cycle, annual) in enumerate(INDICATORS, 1)
        ),
        "attributes": {"项目编码": f"QH2026-{index:06}", "项目类别": "经常性项目"},
    }
    return ProjectReading(**(values | changes))


def record(
    index: int = 0,
    file: str = "a.txt",
    *,
    project: ProjectReading | None = None,
    flags: tuple[Flag, ...] = (),
    checked: bool = True,
    **changes: Any,
) -> Record:
    """One published project; its id is made of the file's name and the index."""
    project = project or reading(index)
    values: dict[str, Any] = {
        "id": f"{sum(map(ord, file)):08x}{index:08x}",
        "document": info(file),
        "block": BlockInfo(index=index, start=index * 900, end=index * 900 + 880, page=index // 3 + 1),
        "project": project,
        "normalized": Normalized(
            name=project.name,
            amounts={"total": f"{float(project.amounts.total) * 10_000:.2f}"} if project.amounts.total else {},
            indicators=tuple(
                NormalizedIndicator(
                    level1=NormalizedCategory(code="1", term="产出指标"),
                    level2=NormalizedCategory(code="11", term="数量指标"),
                    name=indicator.name,
                )
                for indicator in project.indicators
            ),
        ),
        "status": status_of(flags, second_reader=checked),
        "flags": flags,
        "spans": {"name": (index * 900, index * 900 + 12), "amounts.total": (index * 900 + 13, index * 900 + 19)}
        | {
            f"indicators[{number}].{field}": (index * 900 + 200 + number * 60, index * 900 + 220 + number * 60)
            for number in range(len(project.indicators))
            for field in ("level1", "level2", "name", "cycle_value", "annual_value")
        },
        "readings": Readings(rules=project, model=project if checked else None),
        "model": ModelUse(name="m", prompt="p" * 12, cached=True, input_tokens=1200, output_tokens=640)
        if checked
        else None,
    }
    return Record(**(values | changes))


def document(file: str = "a.txt", records: int = 1, **changes: Any) -> DocumentLine:
    """A document's line that fits `records` records made by `record`."""
    values: dict[str, Any] = {
        "document": info(file),
        "status": "read" if records else "no_projects",
        "encoding": "utf-8",
        "counts": Counts(blocks=records, records=records, indicators=records * len(INDICATORS)),
        "coverage": 0.98,
    }
    return DocumentLine(**(values | changes))


def flag(code: FlagCode = FlagCode.DISAGREEMENT, path: str = "amounts.total", **changes: Any) -> Flag:
    """A flag with a message of its own."""
    values: dict[str, Any] = {"message": "两次读取结果不一致，请对照原文确认。"}
    return Flag(code=code, path=path, **(values | changes))


def fill(store: Any, number: int, *, per_document: int = 200, indicators: int = 7, fingerprint: str = "f") -> None:
    """`number` records in documents of `per_document`; each tenth record carries flags."""
    for start in range(0, number, per_document):
        file = f"{start // per_document:05}.txt"
        records = [
            record(
                index,
                file,
                project=reading(index, indicators=reading(index).indicators[:indicators]),
                flags=(flag(rules="1", model="2", spans=((1, 2),)), flag(FlagCode.UNGROUNDED, "indicators[2].name"))
                if index % 10 == 0
                else (),
            )
            for index in range(min(per_document, number - start))
        ]
        store.save(document(file, len(records)), records, ["原文 " * 150] * len(records), fingerprint)


class Run:
    """What `export` needs of a store, from plain lists."""

    def __init__(self, records: Sequence[Record], documents: Sequence[DocumentLine] | None = None) -> None:
        self._records = records
        files = sorted({item.document.file for item in records})
        self._documents = [document(file, 1) for file in files] if documents is None else documents

    def document_lines(self, language: str | None = None) -> Iterator[str]:
        return (line.model_dump_json() for line in self._documents)

    def record_lines(self, language: str | None = None) -> Iterator[str]:
        return (item.model_dump_json() for item in self._records)

    def documents(self, language: str | None = None) -> Iterator[DocumentLine]:
        return iter(self._documents)

    def records(self, language: str | None = None) -> Iterator[Record]:
        return iter(self._records)
