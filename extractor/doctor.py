"""What the second readers can do, found out with one invented block; for `extractor doctor`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from time import perf_counter

from extractor import builtin, prompts
from extractor.errors import ExtractorError, ModelError, UsageError
from extractor.model import PROMPT, user_message
from extractor.model.endpoints import connect
from extractor.schemas.document import Block, BlockContext, Document, Found, Line, MappedText, PrintedUnit
from extractor.schemas.project import Amounts, Indicator, ProjectReading
from extractor.settings import Settings
from extractor.text import Squashed

_TIMES = 20
MODES = ("tools", "json_schema", "json")

_TEXT = """口袋公园养护经费
12.60 12.60
完成辖区内6处口袋公园的绿化养护和设施
维修，为居民提供整洁的休憩场所。
1、1-产出指标；11-数量指标；养护公园数量；实施周
期指标值:6处；年度指标值:6处。2、2-效益指标；22-社会
效益；居民休憩环境；实施周期指标值:有所改善；年度指标值:有所改善。"""

SAMPLE = Block(
    index=0,
    content=MappedText(_TEXT, range(len(_TEXT))),
    context=BlockContext(
        layout="probe",
        department=Found("望山市城市管理局", None),
        unit=Found("望山市园林所", None),
        amount_unit=PrintedUnit("万元"),
        fiscal_year=2026,
        columns=("name", "total", "fiscal", "special_account", "other", "goal", "indicators"),
        amounts=Amounts(total="12.60", fiscal="12.60"),
    ),
    start=0,
    end=len(_TEXT),
    page=None,
)

_LINES = tuple(Line(match.start(), match.end(), None) for match in re.finditer(r"[^\n]+", _TEXT))
_DOCUMENT = Document("sample", "", "text", "utf-8", _TEXT, _LINES)

EXPECTED = ProjectReading(
    department="望山市城市管理局",
    unit="望山市园林所",
    name="口袋公园养护经费",
    amounts=Amounts(total="12.60", fiscal="12.60"),
    goal="完成辖区内6处口袋公园的绿化养护和设施维修，为居民提供整洁的休憩场所。",
    indicators=(
        Indicator(
            number=1,
            level1_code="1",
            level1="产出指标",
            level2_code="11",
            level2="数量指标",
            name="养护公园数量",
            cycle_value="6处",
            annual_value="6处",
        ),
        Indicator(
            number=2,
            level1_code="2",
            level1="效益指标",
            level2_code="22",
            level2="社会效益",
            name="居民休憩环境",
            cycle_value="有所改善",
            annual_value="有所改善",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class ModeReport:
    """One way of asking: whether it gave an answer, and if not, why."""

    mode: str
    works: bool
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What was found out; nothing here holds the key.

    `authorized` and `correct` are None where it did not get that far. Tokens and `seconds` are those of
    the first answer; `differences` are the fields in which it is not what was expected. `problem` says
    why there was no answer at all.
    """

    base_url: str
    model: str
    reachable: bool
    authorized: bool | None = None
    modes: tuple[ModeReport, ...] = ()
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    correct: bool | None = None
    differences: tuple[str, ...] = ()
    problem: str | None = None


async def probe(settings: Settings) -> ProbeReport:
    """Ask the endpoint of `settings` for one invented block in every mode; costs up to three small calls.

    Asks past the answer cache, each mode once and without re-asking. UsageError where no model is set;
    what goes wrong with the endpoint is in the report, not raised.
    """
    if settings.language_model is None:
        raise UsageError("no language model is set: pass --model NAME or set EXTRACTOR_MODEL")
    tries = [await _try(settings, mode) for mode in MODES]
    first = next((one for one in tries if one.reading is not None), None)
    statuses = [one.status for one in tries if one.status is not None]
    differences = _differences(first.reading) if first is not None and first.reading is not None else ()
    return ProbeReport(
        base_url=settings.base_url,
        model=settings.language_model,
        reachable=bool(statuses),
        authorized=not all(status in {401, 403} for status in statuses) if statuses else None,
        modes=tuple(ModeReport(one.mode, one.reading is not None, one.problem) for one in tries),
        input_tokens=first.input_tokens if first else 0,
        output_tokens=first.output_tokens if first else 0,
        seconds=first.seconds if first else 0.0,
        correct=not differences if first else None,
        differences=differences,
        problem=None if first else tries[0].problem,
    )


@dataclass(frozen=True, slots=True)
class BuiltinReport:
    """The built-in reader: `blocks_per_second` is on the sample block, `correct` None where there is none at all."""

    digest: str
    bytes: int = 0
    load_seconds: float = 0.0
    blocks_per_second: float = 0.0
    correct: bool | None = None
    differences: tuple[str, ...] = ()
    problem: str | None = None


def probe_builtin(settings: Settings) -> BuiltinReport:
    """Load the built-in reader and let it read the sample; what goes wrong is in the report, not raised."""
    digest = builtin.digest()
    started = perf_counter()
    try:
        reader = builtin.load(settings)
        if reader is None:
            raise UsageError("the built-in reader is turned off")
        load_seconds = perf_counter() - started
        view = Squashed(SAMPLE.content)
        tagged = reader.read(_DOCUMENT, [SAMPLE], [view])
        started = perf_counter()
        for _ in range(_TIMES):
            reader.read(_DOCUMENT, [SAMPLE], [view])
        seconds = perf_counter() - started
    except ExtractorError as error:
        return BuiltinReport(digest, problem=str(error))
    found = tagged.readings.get(SAMPLE.index)
    differences = (
        tuple(path for path in _differences(found.reading) if builtin.is_read(path))
        if found is not None
        else ("no second reading",)
    )
    return BuiltinReport(
        digest, builtin.size(), load_seconds, _TIMES / max(seconds, 1e-9), not differences, differences
    )


@dataclass(slots=True)
class _Try:
    mode: str
    reading: ProjectReading | None = None
    status: int | None = None
    problem: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0


async def _try(settings: Settings, mode: str) -> _Try:
    result = _Try(mode)
    once = settings.model_copy(update={"mode": mode, "attempts": 1, "reasks": 0})
    try:
        endpoint = connect(once)
    except ModelError as error:
        result.problem = str(error)
        return result
    try:
        started = perf_counter()
        asked = await endpoint.ask(prompts.load(PROMPT).text, user_message(SAMPLE), ProjectReading)
        result.seconds = perf_counter() - started
        result.input_tokens, result.output_tokens = asked.input_tokens, asked.output_tokens
        result.reading = ProjectReading.model_validate_json(asked.value.model_dump_json())
    except ModelError as error:
        result.problem = str(error)
    finally:
        result.status = endpoint.last_status
        await endpoint.close()
    return result


def _differences(reading: ProjectReading) -> tuple[str, ...]:
    found, expected = _flat(reading.model_dump()), _flat(EXPECTED.model_dump())
    return tuple(sorted(path for path in found.keys() | expected.keys() if found.get(path) != expected.get(path)))


def _flat(value: object, path: str = "") -> dict[str, object]:
    """Leaves by path like `indicators[1].name`; blank leaves are left out."""
    if isinstance(value, dict):
        children = [(f"{path}.{key}" if path else str(key), child) for key, child in value.items()]
    elif isinstance(value, (list, tuple)):
        children = [(f"{path}[{index}]", child) for index, child in enumerate(value)]
    else:
        return {} if value in (None, False) else {path: value}
    return {leaf: found for name, child in children for leaf, found in _flat(child, name).items()}
