"""Which trouble travels under which code."""

import pytest

from signaling.protocol.errors import ErrorCode
from signaling.server.errors import ServerError, StorageFull, StorageUnavailable, StoreDamaged, StoreError


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (StorageFull, ErrorCode.STORAGE_FULL),
        (StorageUnavailable, ErrorCode.STORAGE_UNAVAILABLE),
        (StoreDamaged, ErrorCode.STORAGE_UNAVAILABLE),
    ],
)
def test_a_store_error_has_the_code_for_the_wire(kind: type[StoreError], code: ErrorCode) -> None:
    assert kind("values here").code is code
    assert issubclass(kind, ServerError)
