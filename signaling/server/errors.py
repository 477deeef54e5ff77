"""Exception tree of the server; what reaches the wire is the ``code`` of an error.

ServerError                    the server cannot do what was asked
├── SettingsWrong              the settings do not hold together; nothing was started
├── ClockWrong                 the machine's clock lies behind the journal; nothing was started
├── AlreadyRunning             another server holds this data folder, or this port
├── AlreadyEnrolled            a terminal or reviewer of this id is there, and nobody said to replace it
├── StoreError(code)           the case store
│   ├── StorageFull            no space: nothing was written, later writes may succeed
│   ├── StorageUnavailable     the store cannot write or read now
│   └── StoreDamaged           the store's own check failed; the server refuses to start
├── FiguresFailed              figures from the journal could not be made, or not in time
└── GatewayRefused             the gateway does not take this message, now or later
"""

from signaling.protocol.errors import ErrorCode


class ServerError(Exception):
    """The server cannot do what was asked."""


class SettingsWrong(ServerError):
    """A setting is missing, unknown or impossible; the message names it."""


class ClockWrong(ServerError):
    """The clock cannot be right; the message says what it shows and what the journal says."""


class FiguresFailed(ServerError):
    """The worker that makes figures ended without an answer or was stopped at its deadline."""


class GatewayRefused(ServerError):
    """The gateway will never take this message; the text says why, without the number."""


class AlreadyRunning(ServerError):
    """Somebody else holds the data folder or the port; the message is a sentence for people."""


class AlreadyEnrolled(ServerError):
    """Somebody of this id is enrolled, perhaps revoked; the message is a sentence for people."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} 已经登记过，要换新请加 --replace (already enrolled; --replace enrols anew)")


class StoreError(ServerError):
    """The case store failed; nothing of the act was kept."""

    code = ErrorCode.STORAGE_UNAVAILABLE


class StorageFull(StoreError):
    """The disk is full. Nothing was written; the store goes on when there is space again."""

    code = ErrorCode.STORAGE_FULL


class StorageUnavailable(StoreError):
    """The store is closed, or the disk answered with an error."""


class StoreDamaged(StoreError):
    """The database does not pass its own check."""
