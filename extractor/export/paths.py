"""Field paths such as `indicators[2].annual_value`: their column, their name for people, their value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel

from extractor.export.labels import Labels, ShownColumn
from extractor.schemas.paths import attribute_label, label_of

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_ITEM = re.compile(r"(indicators|totals)\[(\d+)\](?:\.(.+))?")


def column_of(path: str, columns: Iterable[ShownColumn]) -> int | None:
    """Index of the column that shows the field, else that shows the nearest thing around it.

    >>> from extractor.export.labels import labels
    >>> columns = labels("zh").project
    >>> [columns[column_of(path, columns)].key for path in ("amounts.unplaced[0]", "goal", "what.ever", "")]
    ['unplaced', 'goal', 'status', 'status']
    """
    best: tuple[int, int] | None = None
    for index, column in enumerate(columns):
        if column.path is not None and _within(path, column.path):
            length = len(column.path)
            if best is None or length > best[0]:
                best = (length, index)
    return best[1] if best else None


def _within(path: str, around: str) -> bool:
    return not around or path == around or (path.startswith(around) and path[len(around)] in ".[")


def field_name(path: str, words: Labels, *, of_document: bool = False) -> str:
    """The field in words that a person knows; an unknown path stays as it is.

    >>> from extractor.export.labels import labels
    >>> field_name("indicators[2].annual_value", labels("zh")), field_name("amounts.total", labels("zh"))
    ('第 3 项指标·年度指标值', '总计')
    >>> field_name("attributes.项目类别", labels("zh")), field_name("", labels("zh"), of_document=True)
    ('其他内容·项目类别', '整个文件')
    >>> field_name("indicators[0].attributes.得分", labels("zh"))
    '第 1 项指标·其他内容·得分'
    """
    if not path:
        return words.fields["document" if of_document else "record"]
    match = _ITEM.fullmatch(path)
    if match:
        kind = "indicator" if match[1] == "indicators" else "total"
        item = words.fields[kind].format(number=int(match[2]) + 1)
        if not match[3]:
            return item
        return f"{item}·{_plain_name(match[3], words, words.indicator if kind == 'indicator' else words.project)}"
    return _plain_name(path, words, words.project)


def _plain_name(path: str, words: Labels, columns: Sequence[ShownColumn]) -> str:
    if path in words.fields:
        return words.fields[path]
    index = column_of(path, [column for column in columns if column.path])
    if index is None:
        return path
    column = [column for column in columns if column.path][index]
    rest = path[len(column.path or "") :]
    label = attribute_label(path)
    steps = [label] if label else [name or str(int(number) + 1) for name, number in _STEP.findall(rest)]
    return "·".join([column.heading, *(words.fields.get(step, step) for step in steps)])


def value_at(model: BaseModel, path: str) -> str | None:
    """The value under a path as text; None where there is none, or where it is not one value.

    >>> from extractor.schemas.project import Indicator, ProjectReading
    >>> value_at(ProjectReading(indicators=(Indicator(name="满意度"),)), "indicators[0].name")
    '满意度'
    >>> one = ProjectReading(indicators=(Indicator(attributes={"得分": "9.5"}),))
    >>> value_at(one, "indicators[0].attributes.得分")
    '9.5'
    """
    if not path:
        return None
    value: object = model
    # An attribute's label is printed text and may hold dots and brackets of its own.
    label = label_of(path)
    steps = _STEP.findall(path if label is None else path[: -len(label)]) + ([] if label is None else [(label, "")])
    for name, number in steps:
        if number:
            if not isinstance(value, Sequence) or int(number) >= len(value):
                return None
            value = value[int(number)]
        elif isinstance(value, Mapping):
            value = value.get(name)
        else:
            value = getattr(value, name, None)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
