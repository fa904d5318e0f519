"""The data dictionary and the JSON Schemas of docs/, made from the schemas and from dataset.toml.

`python -m extractor.export.dictionary docs` writes them anew; tests/test_dictionary.py checks that they are current.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from extractor.export.dataset import DataTable, View, dataset
from extractor.export.meanings import meaning_of, models_in
from extractor.schemas.record import DocumentLine, Record

LINES: Mapping[str, type[BaseModel]] = {"project": Record, "document": DocumentLine}
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_HEAD = """# Data dictionary · 数据字典

Made by `python -m extractor.export.dictionary docs` from [schemas/](../schemas) and
[dataset.toml](../extractor/export/dataset.toml); not to be edited by hand. [records.md](records.md) tells how the files
hang together, with examples. Whatever is marked ○ may be null.

由程序生成，请勿手工修改。各文件之间的关系和查询示例见 [records.md](records.md)。标 ○ 的可以为空。
"""
_TABLES = """## Tables · 表

`projects.sqlite` (`--format sqlite`) and the files `*.parquet` (`--format parquet`) hold these tables. A *decimal* is
exact: in SQLite a whole number, or a double that prints the same digits; in Parquet `decimal128(38, 8)`. A number of
more digits is null in its column and stands in `long_numbers`.

`projects.sqlite` 和 `*.parquet` 含以下各表。decimal 为精确数值；位数超出的，该列为空，原数字在 `long_numbers` 表中。
"""
_VIEWS = """## Views of projects.sqlite · 视图

"""
_JSON = """## {name}s.jsonl

{zh} {en} JSON Schema: [{name}.schema.json](schema/{name}.schema.json).
"""


def schemas() -> dict[str, str]:
    """The JSON Schema of each kind of line, as the text of a file.

    Every field is required: whatever has no value is written as null.
    """
    found = {}
    for name, model in LINES.items():
        schema = {"$schema": DIALECT} | model.model_json_schema(mode="serialization")
        for part in (schema, *schema["$defs"].values()):
            if "properties" in part:
                part["required"] = list(part["properties"])
        found[name] = json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
    return found


def dictionary() -> str:
    """docs/dictionary.md."""
    parts = [_HEAD]
    seen: set[type[BaseModel]] = set()
    for name, model in LINES.items():
        meaning = meaning_of(model)
        parts.append(_JSON.format(name=name, zh=meaning.zh, en=meaning.en))
        parts.append("\n".join(_fields("", model, seen)))
    parts += [_TABLES, *map(_table, dataset().tables), _VIEWS + "\n".join(map(_view, dataset().views)) + "\n"]
    return "\n".join(parts)


def write(folder: Path) -> list[Path]:
    """The dictionary and the JSON Schemas into the folder of the documentation."""
    (folder / "schema").mkdir(parents=True, exist_ok=True)
    texts = {"dictionary.md": dictionary()}
    texts |= {f"schema/{name}.schema.json": text for name, text in schemas().items()}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in texts]


def _fields(path: str, model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[str]:
    """The tables of a model and of the models inside it, each once."""
    seen.add(model)
    if path:
        meaning = meaning_of(model)
        yield f"### {model.__name__}: `{path}`\n\n{meaning.zh} {meaning.en}\n"
    yield "| Field | Type | 含义 | Meaning |"
    yield "|---|---|---|---|"
    inside: list[tuple[str, type[BaseModel]]] = []
    for name, field in model.model_fields.items():
        meaning = meaning_of(model, name)
        yield _line(f"`{name}`", _type(field.annotation), *meaning)
        is_list = get_origin(field.annotation) is tuple
        inside += [(f"{name}[]" if is_list else name, inner) for inner in models_in(field.annotation)]
    yield ""
    for name, inner in inside:
        if inner not in seen:
            yield from _fields(f"{path}.{name}" if path else name, inner, seen)


def _type(annotation: Any) -> str:
    """A field's type in the words of JSON.

    >>> _type(str | None), _type(tuple[int, ...]), _type(dict[str, str])
    ('string ○', 'list of integer', 'object of string')
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return "decimal string" if "Decimal" in str(arguments[0]) else _type(arguments[0])
    if origin is Literal:
        return " ".join(f"`{choice}`" for choice in arguments)
    if origin in {Union, UnionType}:
        inner = " or ".join(_type(one) for one in arguments if one is not NoneType)
        return f"{inner} ○" if NoneType in arguments else inner
    if origin is tuple and arguments[-1] is Ellipsis:
        return f"list of {_type(arguments[0])}"
    if origin is tuple:
        return f"[{', '.join(map(_type, arguments))}]"
    if origin is dict:
        return f"object of {_type(arguments[1])}"
    words: dict[type, str] = {BaseModel: annotation.__name__, bool: "true or false", int: "integer", float: "number"}
    return next((word for kind, word in words.items() if issubclass(annotation, kind)), "string")


def _table(table: DataTable) -> str:
    keys = [f"Key · 主键: {_names(table.key)}"]
    for one in table.refs:
        there = dataset().table(one.table)
        keys.append(f"Foreign key · 外键: {_names(one.columns)} → {there.name} ({_names(there.key)})")
    lines = [f"### {table.name}", "", f"{table.zh} {table.en}", "", "; ".join(keys) + ".", ""]
    lines += ["| Column | Type | 含义 | Meaning |", "|---|---|---|---|"]
    for column in table.columns:
        lines.append(_line(f"`{column.name}`", column.type + (" ○" if column.null else ""), *column.meaning))
    return "\n".join(lines) + "\n"


def _view(view: View) -> str:
    return f"- `{view.name}`: {view.zh} {view.en}"


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in columns)


def _line(*cells: str) -> str:
    return "| " + " | ".join(re.sub(r"([|\\])", r"\\\1", cell) for cell in cells) + " |"


if __name__ == "__main__":
    for file in write(Path(sys.argv[1])):
        print(file)
