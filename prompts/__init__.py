"""Prompts: one Markdown file each, loaded by name together with a hash of its content."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple


class Prompt(NamedTuple):
    """A prompt's text and the hash that goes into every cache key made with it."""

    name: str
    text: str
    hash: str


@lru_cache
def load(name: str) -> Prompt:
    """The prompt `prompts/<name>.md`; FileNotFoundError if there is none.

    >>> load("read_project").name
    'read_project'
    """
    text = files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8")
    return Prompt(name, text, sha256(text.encode()).hexdigest()[:16])
