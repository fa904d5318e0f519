"""What documents are read with, as the parts of a fingerprint: what is stored beside each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib.resources import files as package_files
from importlib.resources.abc import Traversable

from extractor import builtin, prompts
from extractor.model import schema_hash
from extractor.names import load_aliases
from extractor.pipeline import own_layouts
from extractor.schemas.project import ProjectReading
from extractor.settings import Settings
from extractor.store.fingerprints import composed
from extractor.version import __version__

_WORDS_ABOUT_RECORDS = frozenset(("changes", "export", "follow", "report", "tagger"))
"""Packages whose words change no record; the built-in reader counts by its weights."""


def fingerprint(settings: Settings) -> str:
    """Everything that decides what a document's records look like, except its content and the language.

    The schemas are part of it. They say what is stored: a field that a record has gained is found out by reading anew.
    """
    parts = {
        "program": _hash([__version__]),
        "schemas": _hash(_texts_below(package_files("extractor") / "schemas", (".py",))),
        "words": _hash(_data_files()),
        "layouts": _hash(layout.model_dump_json() for layout in own_layouts(settings)),
        "aliases": _hash([load_aliases(settings.aliases).digest]),
        "options": _hash([repr(settings.layout_coverage)]),
    }
    if settings.reads_twice:
        parts["reader"] = _hash([builtin.digest()])
    if settings.language_model is not None:
        decoding = (settings.model, settings.base_url, settings.mode, settings.temperature, settings.max_output_tokens)
        parts["model"] = _hash([repr(decoding)])
        parts["ask"] = _hash([settings.ask])
        parts["answers"] = schema_hash(ProjectReading)
        parts["prompt"] = prompts.load("read_project").hash
        parts["layout_prompt"] = _hash(prompts.load(name).hash for name in ("infer_layout", "segment"))
    return composed(parts)


def _hash(texts: Iterable[str]) -> str:
    return sha256("\0".join(texts).encode()).hexdigest()[:16]


def _data_files() -> Iterator[str]:
    """Every file beside the program that can change a record: data, but not the words of what is made of records."""
    root = package_files("extractor")
    for top in sorted(root.iterdir(), key=lambda entry: entry.name):
        if top.name not in _WORDS_ABOUT_RECORDS:
            yield from _texts_below(top, (".toml", ".tsv"))


def _texts_below(entry: Traversable, suffixes: tuple[str, ...]) -> Iterator[str]:
    if entry.is_dir():
        for below in sorted(entry.iterdir(), key=lambda one: one.name):
            yield from _texts_below(below, suffixes)
    elif entry.name.endswith(suffixes):
        yield f"{entry.name}\0{entry.read_text(encoding='utf-8')}"
