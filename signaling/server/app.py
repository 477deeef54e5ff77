"""Puts the server together: store, hall, runner, connections, HTTP; starts and stops them in order.

``serve`` is the whole life of a server; everything it needs comes in ``Settings``.
"""

import asyncio
import contextlib
import fcntl
import gc
import logging
import os
import secrets
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from signaling.hall.hall import Hall
from signaling.protocol.codec import MAX_FRAME_BYTES
from signaling.protocol.errors import ErrorCode
from signaling.server.authentication import Door, Passwords
from signaling.server.catalogue import IMPORTED, publish, read_calendar, read_catalogue, source_of
from signaling.server.catalogue_api import CatalogueApi
from signaling.server.clock import Clock, SimulatedClock, SystemClock, check_clock
from signaling.server.connections import Connections
from signaling.server.engine import CuttableProtocol
from signaling.server.enrol import first_start, write_private
from signaling.server.errors import AlreadyRunning, SettingsWrong
from signaling.server.figures_api import FiguresApi
from signaling.server.file_check import FileCheck
from signaling.server.licence_roots import read_licence_roots
from signaling.server.material_api import MaterialApi, refusal
from signaling.server.materials import Materials
from signaling.server.notice_api import NoticeApi
from signaling.server.notice_register import NoticeRegister
from signaling.server.notify import FileGateway, Notifier
from signaling.server.page_api import PageApi
from signaling.server.register import Register
from signaling.server.runner import Runner
from signaling.server.sealing import Sealer
from signaling.server.settings import Settings
from signaling.server.signer_process import signer_for
from signaling.server.store import Store

logger = logging.getLogger(__name__)

# a vanished peer is gone after at most 13 s, and idle connections stay open through a firewall
_PING_S, _PONG_S = 5.0, 8.0
_ENROLMENT_S = 0.5

# new objects before a young pass of the garbage collector, young passes before a middle one, these before a full one
_COLLECT_AFTER = (20_000, 20, 50)


async def serve(settings: Settings, say: Callable[[str], None]) -> None:
    """Run until SIGTERM or SIGINT. ``say`` gets the lines for people when the hall listens.

    Raises AlreadyRunning, ClockWrong, SettingsWrong or a StoreError before anything listens.
    """
    catalogue = CatalogueApi(publish(read_catalogue(source_of(settings.catalogue, settings.data))))
    calendar = read_calendar(settings.calendar)
    _check_tls(settings)
    clock: Clock = SystemClock()
    if settings.simulated_clock is not None:
        clock = SimulatedClock(settings.simulated_clock, clock)
    data = settings.data
    async with AsyncExitStack() as stack:
        stack.enter_context(_only_server(data))
        listener = stack.enter_context(closing(_listen(settings.host, settings.port)))
        url = _url(settings, listener.getsockname()[1])
        store = stack.enter_context(closing(Store(data)))
        check_clock(clock.now(), await asyncio.wrap_future(store.newest_time()))
        if clock.is_simulated:
            logger.warning("the clock is simulated: hall time is %s", f"{clock.now():%Y-%m-%d %H:%M:%S}")
        passwords = stack.enter_context(closing(Passwords()))
        materials = stack.enter_context(closing(Materials(data / "materials", store, settings.max_material_mib << 20)))
        sealer = Sealer(await stack.enter_async_context(signer_for(settings)), store, materials)
        register = Register(store)
        roots = await sealer.trust_roots()
        first_start(register, passwords, data, url, roots, catalogue.skills())

        gateway = stack.enter_context(closing(FileGateway(data / "sms" / "outbox.jsonl")))
        notifier = stack.enter_context(closing(Notifier(gateway, settings.rules.hall_name)))
        connections = Connections(
            Door(register, passwords),
            lambda event: runner.happen(event),
            clock,
            read_licence_roots(settings.licence_roots),
        )
        runner = Runner(
            lambda: Hall(catalogue.offering(), settings.rules, calendar, new_id),
            store,
            connections,
            materials.absent,
            sealer.draft,
            sealer.seal,
            notifier.send,
            clock,
        )
        pages = PageApi(runner.board if settings.board else None)
        routes = [
            *catalogue.routes(),
            *MaterialApi(materials, connections.session_of, runner.may_read, sealer.drafts.get).routes(),
            *pages.routes(),
            *NoticeApi(
                NoticeRegister(store), sealer, FileCheck(roots), settings.check_address, pages.whole("notice.html")
            ).routes(),
            *FiguresApi(settings, connections.session_of, clock.now).routes(),
        ]

        def tell() -> None:
            if settings.ready_file is not None:
                write_private(settings.ready_file, url.encode())
            say(f"大厅已启动 (listening): {url}")
            site = url.replace("ws", "http", 1).removesuffix("/hall")
            say(f"管理页面 (manager's page): {site}/manage")
            say(f"文书核验 (public check of notices): {site}/N")
            if settings.board:
                say(f"叫号大屏 (board): {site}/board")

        server = _Server(_config(settings, _application(connections, routes, runner, clock)), connections, tell)
        async with asyncio.TaskGroup() as group:
            await runner.restore(group)
            _tame_collector()
            tasks = [
                group.create_task(runner.run(group), name="runner"),
                group.create_task(_watch_enrolments(store, register, connections), name="enrolments"),
            ]
            if settings.catalogue is None:  # else the settings' word holds, whatever is imported
                tasks.append(group.create_task(catalogue.watch(data / IMPORTED, runner.happen), name="catalogue"))
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, server.stop)
            await server.serve(sockets=[listener])
            for task in tasks:
                task.cancel()


def _tame_collector() -> None:
    """Spare the garbage collector what lives as long as the server (catalogue, open cases): each full pass over it
    holds up everyone for a fifth of a second with 2,000 terminals.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def new_id() -> str:
    """An id nobody guesses: 128 random bits, 26 letters and digits."""
    return secrets.token_hex(16)


class _Server(uvicorn.Server):
    """uvicorn, with our way of stopping: every session is told before its connection is closed."""

    def __init__(self, config: uvicorn.Config, connections: Connections, on_listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._connections = connections
        self._on_listening = on_listening

    def stop(self) -> None:
        """Begin to stop; ``serve`` returns soon after."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours: uvicorn would raise them again before the store is closed."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._connections.stop()
        await super().shutdown(sockets)


def _application(connections: Connections, routes: list[Route], runner: Runner, clock: Clock) -> Starlette:
    async def healthz(_: Request) -> Response:
        state = {
            "is_well": runner.is_well,
            "now": clock.now(),
            "is_clock_simulated": clock.is_simulated,
            "clock_behind_s": round(clock.behind_s),
        }
        body = msgspec.json.encode(state)
        return Response(body, status_code=200 if runner.is_well else 503, media_type="application/json")

    async def not_found(_: Request, __: Exception) -> Response:
        return refusal(ErrorCode.NOT_FOUND)

    return Starlette(
        exception_handlers={404: not_found},
        routes=[
            WebSocketRoute("/hall", connections.endpoint),
            Route("/healthz", healthz, methods=["GET"]),
            *routes,
        ],
    )


def _config(settings: Settings, application: Starlette) -> uvicorn.Config:
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    return uvicorn.Config(
        application,
        http="h11",
        ws=CuttableProtocol,
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        # a frame somewhat too large gets an error of ours, anything larger ends the connection (1009)
        ws_max_size=2 * MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=_PING_S,
        ws_ping_timeout=_PONG_S,
        timeout_graceful_shutdown=3,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
    )


async def _watch_enrolments(store: Store, register: Register, connections: Connections) -> None:
    """``enrol`` works beside the server on the same store; who was revoked or enrolled anew there is put out here.

    Within a second; who has the new password or key comes back by it, with the new roles.
    """
    seen = await asyncio.wrap_future(store.data_version())
    known = await asyncio.wrap_future(register.credentials())
    while True:
        await asyncio.sleep(_ENROLMENT_S)
        version = await asyncio.wrap_future(store.data_version())
        if version != seen:
            valid = await asyncio.wrap_future(register.credentials())
            changed = {name for name in known if valid.get(name) != known[name]}
            # and who was admitted, came and was revoked between two looks
            connections.close_parties(frozenset(changed | connections.party_ids() - valid.keys()))
            seen, known = version, valid


@contextlib.contextmanager
def _only_server(data: Path) -> Iterator[None]:
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(data / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise AlreadyRunning(f"另一个服务器正在使用数据文件夹 {data} (another server uses this data folder)") from None
    finally:
        os.close(lock)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # with the protocol named, asyncio sets TCP_NODELAY on what is accepted; without, each second frame waits 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as problem:
        listener.close()
        reason = problem.strerror or str(problem)
        raise AlreadyRunning(f"无法监听 {host}:{port}，端口可能已被占用 (cannot listen: {reason})") from None
    return listener


def _url(settings: Settings, port: int) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound
    host = f"[{host}]" if ":" in host else host
    return f"{'wss' if settings.tls_certificate else 'ws'}://{host}:{port}/hall"


def _check_tls(settings: Settings) -> None:
    if settings.tls_certificate is None:
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(settings.tls_certificate, settings.tls_key)
    except (OSError, ValueError) as problem:
        raise SettingsWrong(f"tls_certificate 或 tls_key 不能使用 (tls_certificate, tls_key: {problem})") from None
