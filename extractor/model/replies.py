"""What an endpoint's reply is worth: an answer to validate, or the error that it stands for.

Imports openai and instructor; only `extractor.model.endpoint` needs it. No message made here holds the
document's text, the raw answer or the key: replies may quote all three, so none of them is quoted.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple, NoReturn, cast

from aiohttp import ClientConnectorError
from instructor.function_calls import openai_schema
from openai import APIConnectionError, APIStatusError
from openai.types.chat import ChatCompletion
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from extractor.errors import ModelError, ModelInvalid, ModelRefused, ModelTruncated, ModelUnavailable

Lack = Literal["mode", "limit", "temperature"]

MAX_WAIT = 120.0
"""Longest Retry-After that is waited for, in seconds; beyond it the run gives up."""

_FINISHED = {"stop", "tool_calls", "function_call", "eos", "eos_token", "stop_sequence"}
_FILTERED = {"content_filter", "sensitive", "safety"}
_CUT = {"length", "max_tokens", "model_length", "model_context_window_exceeded"}
_BROKEN_OFF = {"insufficient_system_resource", "network_error", "error"}

_NO_QUOTA = re.compile(r"insufficient_quota|insufficient.balance|billing_hard_limit|arrear", re.I)
_FILTER = re.compile(
    r"content_filter|content_policy|data_?inspection_?failed|content exists risk|敏感内容|['\"]1301['\"]", re.I
)
_TOO_LONG = re.compile(
    r"context_length|context length|maximum context|context window|too many tokens|prompt is too long", re.I
)
_LONGEST = re.compile(
    r"""
    max(?:imum)?_(?:completion_|output_|new_)?tokens\b .{0,80}?
    (?: \b at\ most \s+ | \[ \s* \d{1,9} \s*, \s* | (?:<=|≤|less\ than\ or\ equal\ to) \s* )
    (?P<most> \d{1,9} )
    """,
    re.I | re.S | re.X,
)
"""Of the longest answer: "max_tokens is too large: 8192. This model supports at most 4096", "[1, 2000]", "<= 4096"."""
_CONTEXT = re.compile(
    r"context\ length\ is\ (?P<context>\d{1,9})\ tokens .{0,120}? \( (?P<message>\d{1,9})\ in\ the\ messages",
    re.I | re.S | re.X,
)
_LEAST_ROOM = 256
"""Fewer tokens hold no reading of a project: then the block is too long."""
_BAD_KEY = re.compile(r"invalid_api_key|invalid api key|incorrect api key|authentication|no api key", re.I)
_NO_MODEL = re.compile(r"model_not_found|model.{0,80}(does not exist|not exist|not found)", re.I)
_NO_TEMPERATURE = re.compile(
    r"(unsupported|unknown|unrecognized|invalid)[^.]{0,40}temperature"
    r"|temperature[^.]{0,60}(support|allowed|only|must|deprecated)",
    re.I,
)
_ABOUT_MODE = re.compile(
    r"tool|function|response.?format|json.?(schema|object|mode)|structured.?output|grammar|guided", re.I
)
_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.S)
_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*)\n\s*```\s*\Z", re.S)


class NotAnAnswer(Exception):
    """HTTP 200, but cut off or not a chat completion; `page`: it is a web page."""

    def __init__(self, *, page: bool = False) -> None:
        super().__init__("not a chat completion")
        self.page = page


class TooMuch(Exception):
    """A reply longer than any answer, or packed although it was asked for plain."""


class Room(NamedTuple):
    """Tokens that an answer may have; `of_model`: whatever the message is, else beside this one."""

    tokens: int
    of_model: bool


class OtherDialect(Exception):
    """The endpoint ignored the mode that it was asked in."""


class Foreign(Exception):
    """A foreign error with everything taken out that could quote a document: its kind and its place."""

    def __init__(self, error: BaseException) -> None:
        parts = [f"{type(error).__module__}.{type(error).__qualname__}"]
        if status := getattr(error, "status_code", None):
            parts.append(str(status))
        if isinstance(error, ValidationError):
            found = error.errors(include_url=False, include_context=False, include_input=False)
            parts.append(", ".join(sorted({str(problem["type"]) for problem in found})))
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is not None:
            parts.append(f"at {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}")
        super().__init__(" ".join(parts))


@lru_cache(maxsize=32)
def answer_shape(shape: type[BaseModel]) -> type[BaseModel]:
    """What instructor is told to ask for: it stands for `shape`, and its JSON validates to a `shape`.

    Made once, or every schema cache would miss. It has no fields of its own, because instructor walks
    through all of them several times in every call.
    """
    schema = sent_schema(shape)

    class Answer(BaseModel):
        model_config = ConfigDict(title=shape.__name__)

        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
            return schema

        @classmethod
        def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Any:
            text = bare_json(str(json_data))
            _refuse_unclear_json(text, shape.__name__)
            return shape.model_validate_json(text, **options)

    Answer.__name__ = Answer.__qualname__ = shape.__name__
    Answer.__doc__ = shape.__doc__
    return openai_schema(Answer)


def sent_schema(shape: type[BaseModel]) -> dict[str, Any]:
    """JSON schema of `shape` for endpoints: no references, no size limits, every top-level field required.

    Grammar-constrained servers choke on `maxLength: 20000` and on `$ref`, and may answer `{}` where
    nothing is required; validation keeps the limits and the defaults.
    """
    full = shape.model_json_schema()
    schema = cast("dict[str, Any]", _plain(full, full.get("$defs", {})))
    schema["title"] = shape.__name__
    schema["required"] = sorted(schema.get("properties", {}))
    return schema


def _plain(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_plain(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = definitions[node["$ref"].rsplit("/", 1)[-1]]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    plain = {}
    for key, value in node.items():
        if key in {"properties", "patternProperties"}:
            plain[key] = {name: _plain(child, definitions) for name, child in value.items()}
        elif key not in {"$defs", "title", "default", "maxLength", "maxItems"}:
            plain[key] = _plain(value, definitions)
    return plain


def bare_json(text: str) -> str:
    """The JSON of an answer, without a reasoning model's thoughts and without a code fence around it.

    >>> bare_json("<think>maybe {}</think>\\n```json\\n{\\"a\\": 1}\\n```")
    '{"a": 1}'
    """
    text = _THOUGHTS.sub("", text, count=1)
    fenced = _FENCE.fullmatch(text)
    return fenced.group(1) if fenced else text


def _refuse_unclear_json(text: str, title: str) -> None:
    """Python would take the last of two equal keys, and the first would be silently lost."""

    def no_twins(pairs: list[tuple[str, Any]]) -> None:
        if len({key for key, _ in pairs}) != len(pairs):
            raise _Unclear("the same key stands twice in one object; each key once")

    def no_constant(name: str) -> NoReturn:
        raise _Unclear(f"{name} is not a printed value; digits as text, or null")

    try:
        json.loads(text, object_pairs_hook=no_twins, parse_constant=no_constant)
    except _Unclear as exc:
        problem = PydanticCustomError("unclear_json", "{reason}", {"reason": str(exc)})
        raise ValidationError.from_exception_data(
            title, [InitErrorDetails(type=problem, loc=(), input=None)], input_type="json", hide_input=True
        ) from None
    except (ValueError, RecursionError):
        return  # not JSON: validation says so in its own words


class _Unclear(Exception):
    pass


def inspect(completion: object, mode: str) -> None:
    """Raise ModelError, NotAnAnswer or OtherDialect for what would pass for an answer without being one.

    instructor would take the first of two tool calls, a filtered answer that happens to be valid JSON,
    and, in the JSON modes, a refusal as an empty answer.
    """
    if not isinstance(completion, ChatCompletion):
        raise NotAnAnswer(page=isinstance(completion, str) and completion.lstrip()[:1] == "<")
    choices = cast("Any", completion.choices)
    if not isinstance(choices, list) or not choices or getattr(choices[0], "message", None) is None:
        raise NotAnAnswer
    choice = choices[0]
    reason = str(choice.finish_reason)
    if reason in _FILTERED:
        raise ModelRefused("a content filter of the endpoint withheld the answer")
    if choice.message.refusal:
        raise ModelRefused("the model declined to answer")
    if reason in _CUT:
        raise ModelTruncated("the answer was cut off at the output limit: raise max_output_tokens")
    if reason in _BROKEN_OFF:
        raise NotAnAnswer
    if reason not in _FINISHED:
        raise ModelInvalid(f"the endpoint did not say that the answer is complete (finish_reason {_code(reason)})")
    if len(choices) > 1:
        raise ModelInvalid(f"the endpoint gave {len(choices)} answers to one question")
    calls = choice.message.tool_calls or []
    if len(calls) > 1:
        raise ModelInvalid(f"the model made {len(calls)} tool calls for one answer")
    if mode == "tools" and calls:
        text = getattr(getattr(calls[0], "function", None), "arguments", None)
    else:
        text = choice.message.content
    if not text or not str(text).strip():
        raise ModelInvalid("the model gave an empty answer")
    if mode == "tools" and not calls:
        raise OtherDialect


def lack_of(error: APIStatusError) -> Lack | None:
    """What a refused request used that the endpoint does not know; None where that is not the trouble."""
    if error.status_code not in {400, 404, 405, 415, 422, 500, 501}:
        return None
    text = error.message
    if error.status_code != 500 and (_TOO_LONG.search(text) or _FILTER.search(text)):
        return None
    if "max_completion_tokens" in text:
        return "limit"
    if error.param == "temperature" or _NO_TEMPERATURE.search(text):
        return "temperature"
    return "mode" if _ABOUT_MODE.search(text) else None


def room_of(error: APIStatusError, asked: int) -> Room | None:
    """How long an answer may be, where a request was refused since it asked for `asked` tokens; None otherwise."""
    if error.status_code not in {400, 413, 422}:
        return None
    text = error.message
    if (match := _CONTEXT.search(text)) is not None:
        room = Room(int(match["context"]) - int(match["message"]), False)
        return room if _LEAST_ROOM <= room.tokens < asked else None
    match = _LONGEST.search(text)
    return Room(int(match["most"]), True) if match is not None and 0 < int(match["most"]) < asked else None


def passes(error: BaseException) -> bool:
    """Whether the same request may succeed a little later."""
    if isinstance(error, APIStatusError):
        code = error.status_code
        wait = retry_after(error)
        if (code == 429 and _NO_QUOTA.search(error.message)) or (wait is not None and wait > MAX_WAIT):
            return False
        return code in {408, 409, 429} or code >= 500
    if isinstance(error, NotAnAnswer):
        return not error.page
    return isinstance(error, (APIConnectionError, TimeoutError))


def retry_after(error: BaseException) -> float | None:
    """Seconds that the endpoint asks to wait: retry-after-ms, or Retry-After in seconds or as a date."""
    if not isinstance(error, APIStatusError):
        return None
    headers = error.response.headers
    seconds = _number(headers.get("retry-after-ms"), 1000.0)
    if seconds is None:
        seconds = _number(headers.get("retry-after"), 1.0)
    if seconds is None and (until := _date(headers.get("retry-after"))) is not None:
        # The endpoint's own clock, where it tells it: ours may be wrong by more than the wait.
        seconds = (until - (_date(headers.get("date")) or datetime.now(UTC))).total_seconds()
    return None if seconds is None else max(0.0, seconds)


def _number(text: str | None, divisor: float) -> float | None:
    return float(text) / divisor if text and re.fullmatch(r"\s*\d{1,12}(\.\d{1,6})?\s*", text) else None


def _date(text: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def translate(error: BaseException, *, address: str, model: str, timeout: float, answered: bool) -> ModelError:
    """The one place where foreign errors become ours; `answered`: the endpoint has been heard from."""
    if isinstance(error, ModelError):
        return error
    if isinstance(error, APIStatusError):
        return _status_error(error, address, model)
    if isinstance(error, NotAnAnswer):
        return ModelUnavailable(
            f"{address} answers, but not with chat completions: check the base URL (most end in /v1)",
            fatal=error.page,
        )
    if isinstance(error, TimeoutError):
        return ModelUnavailable(f"no complete answer from {address} within {timeout:g} seconds: raise the timeout")
    if isinstance(error, APIConnectionError):
        if never_connected(error):
            return ModelUnavailable(
                f"{address} cannot be reached: is it running, and is the base URL right?", fatal=not answered
            )
        return ModelUnavailable(f"the connection to {address} broke before the answer was complete")
    if isinstance(error, OtherDialect):
        return ModelInvalid("the model answered in another form than it was asked for")
    if isinstance(error, ValidationError):
        return ModelInvalid(f"the model's answer does not fit the schema ({error.error_count()} problems)")
    return ModelInvalid("the model's answer cannot be used")


def _status_error(error: APIStatusError, address: str, model: str) -> ModelError:
    code, text = error.status_code, error.message
    said = f"HTTP {code}" + (f", {_code(error.code)}" if error.code else "")
    if code < 400:
        return ModelUnavailable(f"{address} redirects elsewhere; set the base URL to the final address", fatal=True)
    if code in {400, 403, 422} and _FILTER.search(text):
        return ModelRefused(f"a content filter of the endpoint refused the block ({said})")
    if code in {400, 413, 422} and (code == 413 or _TOO_LONG.search(text)):
        return ModelUnavailable(f"the block is too long for model {model} ({said})")
    if code in {401, 403} or (code == 400 and _BAD_KEY.search(text)):
        return ModelUnavailable(f"{address} does not accept the key ({said}): check OPENAI_API_KEY", fatal=True)
    if code == 402 or (code == 429 and _NO_QUOTA.search(text)):
        return ModelUnavailable(f"the account at {address} has no quota left ({said}): top it up", fatal=True)
    if code == 404 or (code == 400 and _NO_MODEL.search(text)):
        return ModelUnavailable(
            f"{address} knows no model {model} ({said}): check the model name and the base URL", fatal=True
        )
    wait = retry_after(error)
    if wait is not None and wait > MAX_WAIT:
        return ModelUnavailable(f"{address} asks to wait {wait:.0f} seconds ({said}): run again later", fatal=True)
    if code == 429:
        return ModelUnavailable(f"{address} is still limiting the rate ({said}): lower the concurrency")
    if code >= 500:
        return ModelUnavailable(f"{address} fails to answer ({said}): run again later")
    return ModelUnavailable(f"{address} refuses the request ({said})")


def _code(text: object) -> str:
    """A machine-readable word out of a reply; anything that could be more than that is not shown."""
    word = str(text)
    return word if re.fullmatch(r"[A-Za-z][A-Za-z_.]{0,40}|\d{1,6}", word) else "unnamed"


def never_connected(error: BaseException | None) -> bool:
    """Whether nothing was sent, since nobody is there."""
    while error is not None and not isinstance(error, ClientConnectorError):
        error = error.__cause__
    return error is not None
