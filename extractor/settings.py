"""One validated object for every option.

Precedence, highest first: command-line flag (or keyword argument), environment variable,
settings file (`--settings FILE`, else ./extractor.toml if present), default.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from extractor.errors import UsageError

ENVIRONMENT = {
    "api_key": "OPENAI_API_KEY",
    "base_url": "OPENAI_BASE_URL",
    "model": "EXTRACTOR_MODEL",
    "ask": "EXTRACTOR_ASK",
    "mode": "EXTRACTOR_MODE",
    "concurrency": "EXTRACTOR_CONCURRENCY",
    "timeout": "EXTRACTOR_TIMEOUT",
    "cache_dir": "EXTRACTOR_CACHE_DIR",
    "language": "EXTRACTOR_LANGUAGE",
    "store": "EXTRACTOR_STORE",
    "workers": "EXTRACTOR_WORKERS",
}
SETTINGS_FILE = "extractor.toml"
BUILTIN = "builtin"
"""Name of the built-in second reader."""
Mode = Literal["auto", "tools", "json_schema", "json"]


def default_cache_dir() -> Path:
    """Cache folder of the user: $XDG_CACHE_HOME/budget-extractor, else ~/.cache/budget-extractor."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "budget-extractor"


class Price(BaseModel):
    """What a million tokens cost: sent, sent but known to the endpoint's cache, received."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: Annotated[Decimal, Field(ge=0)]
    output: Annotated[Decimal, Field(ge=0)]
    cached: Annotated[Decimal, Field(ge=0)] | None = None
    currency: Annotated[str, Field(min_length=1, max_length=8)] = "USD"

    def of(self, sent: int, cached: int, received: int) -> Decimal:
        """The price of a call; `cached` are some of those that were sent.

        >>> Price(input=Decimal("0.40"), cached=Decimal("0.10"), output=Decimal("1.60")).of(1_500, 500, 100)
        Decimal('0.00061')
        """
        of_cached = self.input if self.cached is None else self.cached
        return ((sent - cached) * self.input + cached * of_cached + received * self.output) / 1_000_000


class Settings(BaseModel):
    """All options of a run.

    `model` is the second reader: the built-in one, None for rules alone, any other name for a language
    model, beside which the built-in one reads as a third.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str | None = BUILTIN
    ask: str = "all"
    base_url: str = "https://api.openai.com/v1"
    api_key: SecretStr | None = None
    mode: Mode = "auto"
    temperature: Annotated[float, Field(ge=0, le=2)] | None = 0.0
    max_output_tokens: Annotated[int, Field(ge=64, le=1_000_000)] = 8192
    timeout: Annotated[float, Field(gt=0, le=3600)] = 120.0
    attempts: Annotated[int, Field(ge=1, le=20)] = 5
    reasks: Annotated[int, Field(ge=0, le=5)] = 1
    concurrency: Annotated[int, Field(ge=1, le=1024)] = 8
    cache: bool = True
    cache_dir: Path = Field(default_factory=default_cache_dir)
    max_bytes: Annotated[int, Field(ge=1)] = 16 * 1024 * 1024
    workers: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Documents worked on at a time; None: as many as there are cores."""
    max_seconds: Annotated[float, Field(gt=0, le=86_400)] = 120.0
    """What a document may take, beside the time to parse it; large files may take longer in proportion."""
    max_memory: Annotated[int, Field(ge=256)] = 3072
    """Megabytes that the work on a document may take."""
    language: Literal["zh", "en"] = "zh"
    layouts: tuple[Path, ...] = ()
    aliases: tuple[Path, ...] = ()
    layout_coverage: Annotated[float, Field(ge=0, le=1)] = 0.8
    store: str | None = None
    max_tokens: Annotated[int, Field(ge=0)] | None = None
    max_cost: Annotated[Decimal, Field(ge=0)] | None = None
    prices: Mapping[str, Price] = Field(default_factory=dict)

    @field_validator("model")
    @classmethod
    def _none_is_no_model(cls, value: str | None) -> str | None:
        name = (value or "").strip()
        return None if name.lower() in {"", "none"} else BUILTIN if name.lower() == BUILTIN else name

    @field_validator("ask")
    @classmethod
    def _all_doubtful_or_sample(cls, value: str) -> str:
        kind, colon, share = value.strip().lower().partition(":")
        if kind in {"all", "doubtful"} and not colon:
            return kind
        try:
            number = float(share) if kind == "sample" else 0.0
        except ValueError:
            number = 0.0
        if not 0 < number <= 1:
            raise ValueError("must be all, doubtful, or sample:SHARE with a share above 0 and up to 1 (sample:0.05)")
        return f"sample:{number!r}"

    @field_validator("api_key")
    @classmethod
    def _fits_into_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        key = value.get_secret_value().strip() if value else ""
        if not key.isascii() or not key.isprintable():
            raise ValueError("must be plain ASCII without blanks or line breaks in it")
        return SecretStr(key) if key else None

    @field_validator("base_url")
    @classmethod
    def _http_without_credentials(cls, value: str) -> str:
        parts = urlsplit(value)
        try:
            valid = parts.scheme.rpartition("+")[2] in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            valid = False
        if not valid or any(character.isspace() for character in value):
            raise ValueError("must be an http(s) address such as http://localhost:8000/v1")
        if parts.username is not None or parts.password is not None:
            raise ValueError("must not hold a user name or password; put the key into OPENAI_API_KEY")
        if parts.query or parts.fragment:
            raise ValueError("must not go on after its path (?… or #…); put the key into OPENAI_API_KEY")
        return value.rstrip("/")

    @field_validator("store")
    @classmethod
    def _postgresql(cls, value: str | None) -> str | None:
        if not value:
            return None
        try:
            parts = urlsplit(value)
            valid = parts.scheme in {"postgresql", "postgres"} and bool(parts.path.strip("/")) and parts.port != 0
        except ValueError:
            valid = False
        if not valid:
            raise ValueError("must be the address of a PostgreSQL database: postgresql://user@host:5432/database")
        return value

    @field_validator("cache_dir")
    @classmethod
    def _home(cls, value: Path) -> Path:
        return value.expanduser()

    @property
    def language_model(self) -> str | None:
        """The model to ask at the endpoint, if there is one."""
        return None if self.model == BUILTIN else self.model

    @property
    def reads_twice(self) -> bool:
        """True where the built-in reader reads as well."""
        return self.model is not None

    @property
    def price(self) -> Price | None:
        """What the language model costs, where that is known; UsageError where a limit of costs needs it."""
        found = self.prices.get(self.language_model or "")
        if found is None and self.max_cost is not None and self.language_model is not None:
            raise UsageError(
                f"wrong settings: max_cost: there is no price of {self.model}; give it in a settings file: "
                f'[prices."{self.model}"] input = "…", output = "…" (for a million tokens)'
            )
        return found

    @property
    def sample(self) -> float:
        """Share of the blocks that are not doubtful about which a language model is asked all the same."""
        return float(self.ask.partition(":")[2] or 0.0)

    @classmethod
    def load(
        cls,
        flags: Mapping[str, Any] | None = None,
        *,
        file: str | Path | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Self:
        """Settings from flags, environment and file; UsageError names the option that is wrong."""
        environ = os.environ if environ is None else environ
        sources = (
            (str(file or SETTINGS_FILE), _read_file(file)),
            ("environment", {key: environ[name] for key, name in ENVIRONMENT.items() if environ.get(name)}),
            ("", {key: value for key, value in (flags or {}).items() if value is not None}),
        )
        merged = {key: value for _, options in sources for key, value in options.items()}
        origins = {key: source for source, options in sources for key in options}
        try:
            settings = cls(**merged)
        except ValidationError as error:
            # The input is left out: it may be a key.
            problems = error.errors(include_input=False, include_url=False, include_context=False)
            lines = [_problem(".".join(map(str, problem["loc"])), problem["msg"], origins) for problem in problems]
            raise UsageError("wrong settings: " + "; ".join(lines)) from None
        if origins.get("ask") == "" and settings.language_model is None:
            raise UsageError("wrong settings: ask: there is no language model to ask; name one with --model")
        _ = settings.price
        return settings


def _problem(option: str, text: str, origins: Mapping[str, str]) -> str:
    """One wrong option in words, with where its value came from.

    >>> _problem("timeout", "Input should be greater than 0", {"timeout": "environment"})
    'timeout (EXTRACTOR_TIMEOUT): Input should be greater than 0'
    """
    origin = origins.get(option, "")
    name = ENVIRONMENT[option] if origin == "environment" else origin
    return f"{option}{f' ({name})' if name else ''}: {text.removeprefix('Value error, ')}"


def _read_file(file: str | Path | None) -> dict[str, Any]:
    path = Path(file) if file is not None else Path(SETTINGS_FILE)
    if file is None and not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: the settings file cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not a valid settings file: {error}") from None
