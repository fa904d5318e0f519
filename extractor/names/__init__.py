"""Names of departments, units, projects and places: what they are compared by, and why two of them are the same.

A key stands for everything that is printed alike but for its form and the abbreviations in rules.toml; an alias table
of the user's own joins what only a person can know to be the same. Nothing is merged by a key.
"""

from __future__ import annotations

from extractor.names.aliases import Aliases, load_aliases
from extractor.names.divisions import division_of
from extractor.names.keys import Field, Key, key
from extractor.names.named import Named, named

__all__ = ["Aliases", "Field", "Key", "Named", "division_of", "key", "load_aliases", "named"]
