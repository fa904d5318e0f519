"""Every error that the extractor raises on purpose.

ExtractorError
├── UsageError            wrong flags, paths or settings: nothing was started
├── InputError            one input file cannot be read; the other files go on
│   ├── UnreadableFile    it is gone, or may not be opened
│   ├── UnsupportedFile   binary, empty, too large, or undecodable
│   └── LayoutError       its table cannot be understood
├── OutputError           the output folder or the run's database cannot be written
├── WeightsError          the built-in reader's weights are missing or damaged
└── ModelError            a model call gave no usable answer
    ├── ModelUnavailable  no answer at all: network, wrong key, wrong model name, quota
    │   └── BudgetSpent   the run's own limit of tokens or money: nothing more is asked
    ├── ModelRefused      the model declined, or a content filter stepped in
    ├── ModelTruncated    the answer was cut off
    └── ModelInvalid      an answer that is not what was asked for
A message says what happened, in which file and where, and what to do.
"""

from __future__ import annotations


class ExtractorError(Exception):
    """Base class; `str(error)` is meant for people."""


class UsageError(ExtractorError):
    pass


class InputError(ExtractorError):
    """One file cannot be used; `file` names it."""

    def __init__(self, file: str, message: str) -> None:
        super().__init__(f"{file}: {message}")
        self.file = file
        self.message = message


class UnreadableFile(InputError):
    pass


class UnsupportedFile(InputError):
    pass


class LayoutError(InputError):
    pass


class OutputError(ExtractorError):
    pass


class WeightsError(ExtractorError):
    """A data file of the installation is not what it should be."""

    def __init__(self, file: str, message: str) -> None:
        super().__init__(f"{file}: {message}; install the package again, or go on without it (--model none)")


class ModelError(ExtractorError):
    pass


class ModelUnavailable(ModelError):
    """`fatal`: the same will happen to every other block (wrong key, unknown model, no quota)."""

    def __init__(self, message: str, *, fatal: bool = False) -> None:
        super().__init__(message)
        self.fatal = fatal


class BudgetSpent(ModelUnavailable):
    """The limit that the user has set; `fatal`, since it holds for every other block as well."""

    def __init__(self, message: str) -> None:
        super().__init__(message, fatal=True)


class ModelRefused(ModelError):
    pass


class ModelTruncated(ModelError):
    pass


class ModelInvalid(ModelError):
    pass
