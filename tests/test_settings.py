"""One object for every option: precedence, what is wrong named, keys never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from extractor.errors import UsageError
from extractor.settings import ENVIRONMENT, Settings, default_cache_dir

KEY = "sk-geheim-0123456789"
OPTIONS: list[tuple[str, Any, Any, Any]] = [
    # option, and its value in the file, in the environment, as a flag
    ("api_key", "sk-file", "sk-env", "sk-flag"),
    ("base_url", "http://file/v1", "http://env/v1", "http://flag/v1"),
    ("model", "file", "env", "flag"),
    ("ask", "doubtful", "all", "sample:0.5"),
    ("mode", "tools", "json_schema", "json"),
    ("concurrency", 2, 3, 4),
    ("timeout", 2.5, 3.5, 4.5),
    ("cache_dir", "/file", "/env", "/flag"),
    ("language", "en", "zh", "en"),
    ("workers", 2, 3, 4),
    ("store", "postgresql:///file", "postgresql:///env", "postgres:///flag"),
]


def value(settings: Settings, option: str) -> Any:
    found = getattr(settings, option)
    if option == "api_key" and found is not None:
        return found.get_secret_value()
    return str(found) if isinstance(found, Path) else found


def write(folder: Path, **options: Any) -> Path:
    path = folder / "settings.toml"
    path.write_text("".join(f"{key} = {_toml(each)}\n" for key, each in options.items()), encoding="utf-8")
    return path


def _toml(each: Any) -> str:
    return f'"{each}"' if isinstance(each, str) else str(each).lower()


def test_every_environment_variable_is_covered() -> None:
    assert {row[0] for row in OPTIONS} == set(ENVIRONMENT)


@pytest.mark.parametrize(("option", "in_file", "in_environment", "as_flag"), OPTIONS)
def test_flag_over_environment_over_file_over_default(
    tmp_path: Path, option: str, in_file: Any, in_environment: Any, as_flag: Any
) -> None:
    file = write(tmp_path, **{option: in_file})
    environ = {ENVIRONMENT[option]: str(in_environment)}
    flags = {option: as_flag}
    if option == "ask":  # a language model is needed for it
        flags["model"] = "m"
    assert value(Settings.load(flags, file=file, environ=environ), option) == as_flag
    assert value(Settings.load({option: None}, file=file, environ=environ), option) == in_environment
    assert value(Settings.load(file=file, environ={}), option) == in_file
    assert value(Settings.load(file=file, environ={ENVIRONMENT[option]: ""}), option) == in_file
    assert value(Settings.load(environ={}), option) == value(Settings(), option)


@pytest.mark.parametrize(
    ("option", "wrong"),
    [
        ("mode", "shout"),
        ("concurrency", "many"),
        ("concurrency", 0),
        ("concurrency", 1025),
        ("timeout", 0),
        ("timeout", "nan"),
        ("timeout", "inf"),
        ("temperature", -1),
        ("max_output_tokens", 1),
        ("attempts", 0),
        ("reasks", 99),
        ("max_bytes", 0),
        ("language", "fr"),
        ("cache", "perhaps"),
        ("model", 5),
        ("ask", "some"),
        ("ask", "sample"),
        ("ask", "sample:0"),
        ("ask", "sample:1.5"),
        ("ask", "sample:nan"),
        ("ask", "sample:5%"),
        ("ask", "all:1"),
        ("ask", 1),
        ("colour", "red"),
        ("api_key", "sk-\n-broken"),
        ("api_key", "密钥"),
        ("base_url", "localhost:8000"),
        ("base_url", "ftp://host/v1"),
        ("base_url", "http:///v1"),
        ("base_url", "http://[::1"),
        ("base_url", "http://host:port/v1"),
        ("base_url", "http://host:99999/v1"),
        ("base_url", "http://ho st/v1"),
        ("base_url", "http://host/v1?key=1"),
        ("base_url", ""),
    ],
)
def test_a_wrong_value_names_the_option(option: str, wrong: Any) -> None:
    with pytest.raises(UsageError, match=f"wrong settings: {option}: ") as caught:
        Settings.load({option: wrong}, environ={})
    assert "Value error" not in str(caught.value)


def test_a_wrong_value_tells_where_it_came_from(tmp_path: Path) -> None:
    file = write(tmp_path, concurrency=0)
    with pytest.raises(UsageError) as caught:
        Settings.load(file=file, environ={"EXTRACTOR_TIMEOUT": "soon"})
    assert f"concurrency ({file}): " in str(caught.value)
    assert "timeout (EXTRACTOR_TIMEOUT): " in str(caught.value)


@pytest.mark.parametrize("url", [f"https://user:{KEY}@host/v1", f"https://{KEY}@host/v1", "https://@host/v1"])
def test_credentials_in_the_address_are_refused_and_not_shown(url: str) -> None:
    with pytest.raises(UsageError, match="must not hold a user name or password") as caught:
        Settings.load({"base_url": url}, environ={})
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_key_is_never_shown() -> None:
    settings = Settings.load({"concurrency": 2}, environ={"OPENAI_API_KEY": f" {KEY}\n"})
    assert settings.api_key is not None
    assert settings.api_key.get_secret_value() == KEY
    assert KEY not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    for broken in ({"concurrency": 0}, {"api_key": f"{KEY}\nX"}, {"api_key": [KEY]}, {"base_url": f"http://h/?{KEY}"}):
        with pytest.raises(UsageError) as caught:
            Settings.load(broken, environ={"OPENAI_API_KEY": KEY})
        assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "model"),
    [
        ("none", None),
        ("None", None),
        (" ", None),
        ("Builtin", "builtin"),
        (" gpt ", "gpt"),
        ("deepseek-chat", "deepseek-chat"),
    ],
)
def test_none_is_no_model(given: str, model: str | None) -> None:
    assert Settings.load({"model": given}, environ={"EXTRACTOR_MODEL": "other"}).model == model


@pytest.mark.parametrize(
    ("model", "language_model", "reads_twice"), [("none", None, False), ("builtin", None, True), ("m", "m", True)]
)
def test_who_reads(model: str, language_model: str | None, reads_twice: bool) -> None:
    settings = Settings.load({"model": model}, environ={})
    assert (settings.language_model, settings.reads_twice) == (language_model, reads_twice)
    assert Settings.load(environ={}).model == "builtin"


@pytest.mark.parametrize(
    ("given", "ask", "sample"),
    [
        ("ALL", "all", 0.0),
        ("doubtful", "doubtful", 0.0),
        ("sample:.050", "sample:0.05", 0.05),
        ("sample:1", "sample:1.0", 1),
    ],
)
def test_which_blocks_are_asked(given: str, ask: str, sample: float) -> None:
    settings = Settings.load({"model": "m", "ask": given}, environ={})
    assert (settings.ask, settings.sample) == (ask, sample)


@pytest.mark.parametrize("model", ["none", "builtin"])
def test_to_ask_without_a_language_model_is_wrong_where_it_was_told_for_this_run(model: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no language model to ask; name one with --model"):
        Settings.load({"model": model, "ask": "doubtful"}, environ={})
    standing = Settings.load({"model": model}, file=write(tmp_path, ask="doubtful"), environ={"EXTRACTOR_ASK": "all"})
    assert standing.ask == "all"


def test_base_url_loses_its_last_slash() -> None:
    assert Settings(base_url="https://[::1]:8000/v1/").base_url == "https://[::1]:8000/v1"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"model = ", "not a valid settings file"),
        (b"model = '\xff'", "not a valid settings file"),
        (b"[model]\nname = 'x'", r"model \(.*settings.toml\)"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: bytes, says: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(text)
    with pytest.raises(UsageError, match=says) as caught:
        Settings.load(file=path, environ={})
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", ["absent.toml", "."])
def test_a_named_file_must_be_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        Settings.load(file=tmp_path / name, environ={})


def test_the_file_of_the_working_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.load(environ={}).attempts == 5
    (tmp_path / "extractor.toml").write_text("attempts = 7\n")
    assert Settings.load(environ={}).attempts == 7
    assert Settings.load(file=write(tmp_path, reasks=2), environ={}).attempts == 5


def test_folder_of_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert default_cache_dir() == Path("/home/me/.cache/budget-extractor")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert Settings.load(environ={}).cache_dir == Path("/caches/budget-extractor")
    assert Settings.load(environ={"EXTRACTOR_CACHE_DIR": "~/mine"}).cache_dir == Path("/home/me/mine")
