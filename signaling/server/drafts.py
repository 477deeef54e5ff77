"""Drafts of notices that are being previewed: the newest few, in memory, by their digest.

Nothing of them is stored or logged: a draft that is gone is written again, with the same bytes.
"""

import hashlib

MOST_DRAFTS = 64
"""Several for each desk of a large hall; a draft takes some 50 KiB."""


class Drafts:
    """Used on the event loop's thread."""

    def __init__(self) -> None:
        self._drafts: dict[str, bytes] = {}

    def put(self, pdf: bytes) -> str:
        """Keep a draft and forget the oldest one; its SHA-256."""
        digest = hashlib.sha256(pdf).hexdigest()
        self._drafts.pop(digest, None)
        self._drafts[digest] = pdf
        if len(self._drafts) > MOST_DRAFTS:
            del self._drafts[next(iter(self._drafts))]
        return digest

    def get(self, digest: str) -> bytes | None:
        """The draft with this digest, as long as it is among the newest."""
        return self._drafts.get(digest)
