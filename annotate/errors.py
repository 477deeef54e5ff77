"""Everything that can go wrong in `annotate`, with stable codes.

AnnotateError
├── PageError       the file cannot be shown (the other side's file, or its worker)
└── OperationError  bytes or operations that break the rules
"""

from __future__ import annotations

from typing import Final, Literal, get_args

PageErrorCode = Literal[
    "unreadable",  # not there, broken, or not what its first bytes promise
    "encrypted",  # needs a password
    "empty",  # no bytes or no pages
    "too_large",  # more bytes, pixels, pages or memory than allowed
    "unsupported",  # a kind of file we do not show
    "timed_out",  # the worker was stopped at its deadline
    "crashed",  # the worker died
]
OperationErrorCode = Literal[
    "malformed",  # bytes that are no operation or wet ink
    "unsupported_version",  # written by a newer program
    "out_of_range",  # a value beyond its limit
    "sequence_taken",  # two operations under one number
]

PAGE_ERROR_CODES: Final[tuple[PageErrorCode, ...]] = get_args(PageErrorCode)


class AnnotateError(Exception):
    """Root of the tree; `code` is stable, the message is a lower-case fact for the log."""

    code: str
    detail: str

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.detail = message


class PageError(AnnotateError):
    """A document or one of its pages cannot be shown; `code` is one of `PAGE_ERROR_CODES`."""

    code: PageErrorCode

    def __init__(self, code: PageErrorCode, message: str) -> None:
        super().__init__(code, message)


class OperationError(AnnotateError):
    """Bytes from outside are no operation, or an operation breaks a limit."""

    def __init__(self, code: OperationErrorCode, message: str) -> None:
        super().__init__(code, message)
