"""What was drafted for a preview and not decided yet. Not durable: after a restart the desk previews again.

The number is durable (numbering.py), the draft's bytes lie with the server.
"""

import msgspec

from signaling.hall.orders import NoticeOrder


class Draft(msgspec.Struct):
    """One draft. ``digest`` is empty while it is being written."""

    preview_id: str
    request_id: str
    case_id: str
    reviewer_id: str
    order: NoticeOrder
    digest: str = ""


class Drafts:
    """The newest draft of each case, and all that are being written."""

    def __init__(self) -> None:
        self._newest: dict[str, Draft] = {}
        self._under_way: dict[str, Draft] = {}

    def begin(self, draft: Draft) -> None:
        """A draft is ordered; it replaces the one before it of its case."""
        self._newest[draft.case_id] = self._under_way[draft.preview_id] = draft

    def end(self, preview_id: str) -> Draft | None:
        """A draft is written, or could not be; None when nobody asked for it."""
        return self._under_way.pop(preview_id, None)

    def of(self, case_id: str) -> Draft | None:
        """The newest draft of the case."""
        return self._newest.get(case_id)

    def forget(self, case_id: str) -> None:
        """The case is decided, or left: its draft holds no more."""
        self._newest.pop(case_id, None)
