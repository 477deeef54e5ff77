"""Figures over HTTP, for managers and supervisors: metrics, fairness log, ledger of follow-ups, staffing what-if.

They come from the journal, not from the hall, and are made in a child process (figures_worker.py): one at a time,
with a deadline. An answer serves everyone who asks the same within some seconds.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from signaling.hall.events import Terminal
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.values import OFFICIAL_TIME
from signaling.server.connections import Session
from signaling.server.errors import FiguresFailed
from signaling.server.figures_worker import Kind, Question
from signaling.server.material_api import refusal
from signaling.server.settings import Settings

logger = logging.getLogger(__name__)

DEADLINE_S = 120.0
MOST_DAYS = 366
"""The longest time that can be asked about."""

MOST_REVIEWERS = 200

Period = tuple[datetime, datetime, int]
"""From, until, and the number of reviewers asked about (0: not asked)."""

_MOST_WAITING = 4
_FRESH_S = 3.0
_READERS = frozenset({"manager", "supervisor"})


class FiguresApi:
    """The routes. ``session_of`` knows the bearer tokens, ``now`` is the hall's clock; rules and calendar as set."""

    def __init__(
        self,
        settings: Settings,
        session_of: Callable[[str], Session | None],
        now: Callable[[], datetime],
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._settings = settings
        self._session_of = session_of
        self._now = now
        self._deadline_s = deadline_s
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._latest: dict[Question, tuple[float, bytes]] = {}

    def routes(self) -> list[Route]:
        """For the application."""
        return [
            self._route("/metrics.json", "metrics", _days),
            self._route("/fairness.csv", "fairness", _days),
            self._route("/ledger.csv", "ledger", _days),
            self._route("/what-if.json", "what-if", _day),
        ]

    def _route(self, path: str, kind: Kind, period: Callable[[Request, date], Period]) -> Route:
        async def answer(request: Request) -> Response:
            try:
                self._authorise(request)
                question = self._question(kind, *period(request, self._now().date()))
                made = await self._make(question)
            except Refused as problem:
                return refusal(problem.code)
            except FiguresFailed as problem:
                logger.error("figures not made: %s", problem)
                return refusal(ErrorCode.STORAGE_UNAVAILABLE)
            headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
            if path.endswith(".json"):
                return Response(made, media_type="application/json", headers=headers)
            headers["Content-Disposition"] = f'attachment; filename="{kind}-{question.since:%Y%m%d}.csv"'
            return Response(made, media_type="text/csv; charset=utf-8", headers=headers)

        return Route(path, answer, methods=["GET"])

    def _question(self, kind: Kind, since: datetime, until: datetime, reviewers: int) -> Question:
        settings = self._settings
        calendar = str(settings.calendar or "")
        return Question(kind, str(settings.data), since, until, reviewers, settings.rules, calendar)

    def _authorise(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        session = self._session_of(token) if scheme.lower() == "bearer" else None
        if session is None:
            raise Refused(ErrorCode.NOT_AUTHENTICATED)
        if isinstance(session.party, Terminal) or not _READERS.intersection(session.party.roles):
            raise Refused(ErrorCode.WRONG_ROLE, session.party_id)

    async def _make(self, question: Question) -> bytes:
        """The worker's answer, or the latest one when it is still fresh. Raises Refused, FiguresFailed."""
        if self._waiting >= _MOST_WAITING:
            raise Refused(ErrorCode.TOO_MANY_ATTEMPTS, "figures are being made")
        self._waiting += 1
        try:
            async with self._turn:
                now_s = time.monotonic()
                self._latest = {asked: known for asked, known in self._latest.items() if now_s - known[0] < _FRESH_S}
                if question not in self._latest:
                    made = await self._work(question)
                    self._latest[question] = (time.monotonic(), made)
                return self._latest[question][1]
        finally:
            self._waiting -= 1

    async def _work(self, question: Question) -> bytes:
        asked = msgspec.json.encode(question).decode()
        command = [sys.executable, "-m", "signaling.server.figures_worker", asked]
        pipe = asyncio.subprocess.PIPE
        worker = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, start_new_session=True)
        try:
            async with asyncio.timeout(self._deadline_s):
                answer, complaint = await worker.communicate()
        except TimeoutError:
            raise FiguresFailed(f"{question.kind} took more than {self._deadline_s} s") from None
        finally:
            if worker.returncode is None:
                worker.kill()
                await worker.wait()
        if worker.returncode != 0:
            raise FiguresFailed(complaint.decode(errors="replace")[-500:])
        return answer


def _days(request: Request, today: date) -> Period:
    """The beginning of the day ``from`` and the end of the day ``to``; both today when not given. Raises Refused."""
    given = _given(request, {"from", "to"})
    try:
        since = date.fromisoformat(given["from"]) if "from" in given else today
        last = date.fromisoformat(given["to"]) if "to" in given else max(since, today)
        return _period(since, last, 0)
    except ValueError:
        raise Refused(ErrorCode.INVALID_ENTRY, "from, to") from None


def _day(request: Request, today: date) -> Period:
    """The day ``day``, today when not given, and at most ``reviewers`` on duty. Raises Refused."""
    given = _given(request, {"day", "reviewers"})
    try:
        day = date.fromisoformat(given["day"]) if "day" in given else today
        reviewers = int(given.get("reviewers", ""))
        if not 1 <= reviewers <= MOST_REVIEWERS:
            raise ValueError(f"{reviewers} reviewers")
        return _period(day, day, reviewers)
    except ValueError:
        raise Refused(ErrorCode.INVALID_ENTRY, "day, reviewers") from None


def _given(request: Request, known: set[str]) -> dict[str, str]:
    """The fields of the query, each at most once. Raises Refused."""
    given = dict(request.query_params)
    if not given.keys() <= known or len(given) < len(request.query_params.multi_items()):
        raise Refused(ErrorCode.INVALID_ENTRY, "unknown or repeated field")
    return given


def _period(since: date, last: date, reviewers: int) -> Period:
    """Whole official days. Raises ValueError."""
    if not 0 <= (last - since).days < MOST_DAYS or last == date.max:
        raise ValueError(f"{since} to {last}")
    midnight = datetime(since.year, since.month, since.day, tzinfo=OFFICIAL_TIME)
    return midnight, midnight + timedelta(days=(last - since).days + 1), reviewers
