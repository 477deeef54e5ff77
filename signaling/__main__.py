"""``python -m signaling``: the server, enrolment beside it, and the check of the journal.

Settings are options of every command (docs/operations.md); without a command the server
runs. Exit code 0 when it did what was asked, 1 with a sentence when not.
"""

import argparse
import asyncio
import getpass
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from signaling.server.app import serve
from signaling.server.authentication import Passwords
from signaling.server.catalogue import read_catalogue
from signaling.server.enrol import enrol_reviewer, enrol_terminal, new_password
from signaling.server.errors import ServerError
from signaling.server.journal import check_chain, read_export
from signaling.server.register import Register
from signaling.server.settings import Settings, read_settings
from signaling.server.store import Store


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, the server when none is named."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help")):
        given.insert(0, "server")
    options = _parser().parse_args(given)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        names = Settings.__struct_fields__
        settings = read_settings({name: getattr(options, name) for name in names}, os.environ, options.config)
        command: Callable[[Settings, argparse.Namespace], None] = options.command
        command(settings, options)
    except (ServerError, OSError) as problem:
        return _fail(problem)
    except ExceptionGroup as group:
        # from the server's task group; anything else than a known trouble keeps its traceback
        known, unknown = group.split((ServerError, OSError))
        if unknown is not None or known is None:
            raise
        return _fail(known.exceptions[0])
    return 0


def _parser() -> argparse.ArgumentParser:
    settings = argparse.ArgumentParser(add_help=False)
    settings.add_argument("--config", type=Path, metavar="FILE", help="settings as TOML")
    for name in Settings.__struct_fields__:
        settings.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar="VALUE")

    parser = argparse.ArgumentParser(prog="python -m signaling", description="Cloud Window 云窗口: the hall's server")
    commands = parser.add_subparsers(required=True)
    commands.add_parser("server", parents=[settings], help="run the hall (default)").set_defaults(command=_serve)

    enrol = commands.add_parser("enrol", help="admit a terminal or a reviewer").add_subparsers(required=True)
    terminal = enrol.add_parser("terminal", parents=[settings], help="make a terminal's key and device file")
    terminal.add_argument("id")
    terminal.add_argument("--name", required=True, help="e.g. 自助终端 02")
    terminal.add_argument("--url", required=True, help="where the terminal finds the hall, e.g. wss://HOST:8787/hall")
    terminal.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="device file to write")
    terminal.set_defaults(command=_enrol_terminal)
    reviewer = enrol.add_parser("reviewer", parents=[settings], help="admit a reviewer; asks for the password")
    reviewer.add_argument("id", help="login name")
    reviewer.add_argument("--name", required=True)
    reviewer.add_argument("--skills", help="comma-separated; all skills of the catalogue when left out")
    reviewer.add_argument("--generate", action="store_true", help="make a password and print it")
    reviewer.set_defaults(command=_enrol_reviewer)

    revoke = commands.add_parser("revoke", parents=[settings], help="take an admission away, at once")
    revoke.add_argument("id", help="terminal id or login name")
    revoke.set_defaults(command=_revoke)

    journal = commands.add_parser("journal", help="export or check the journal").add_subparsers(required=True)
    for name, command, words in (
        ("export", _export_journal, "write the journal as JSON lines"),
        ("verify", _verify_journal, "check an exported journal; needs nothing but the file"),
    ):
        action = journal.add_parser(name, parents=[settings], help=words)
        action.add_argument("file", type=Path)
        action.set_defaults(command=command)
    return parser


def _serve(settings: Settings, _: argparse.Namespace) -> None:
    asyncio.run(serve(settings, _say))


def _enrol_terminal(settings: Settings, options: argparse.Namespace) -> None:
    trust_root = settings.data / "trust-root.pem"
    if not trust_root.is_file():
        raise ServerError("这个大厅还没有启动过，请先运行一次服务器 (start the server once first)")
    with closing(Store(settings.data)) as store:
        root = trust_root.read_text(encoding="utf-8")
        enrol_terminal(Register(store), options.id, options.name, options.url, root, options.output)
    _say(f"终端 {options.id} 已登记，请将 {options.output} 交给该终端 (enrolled; carry this file to the terminal)")


def _enrol_reviewer(settings: Settings, options: argparse.Namespace) -> None:
    known = {item.skill for item in read_catalogue(settings.catalogue)}
    skills = set(options.skills.split(",")) if options.skills else known
    if not skills <= known:
        raise ServerError(f"unknown skills {', '.join(sorted(skills - known))}; known: {', '.join(sorted(known))}")
    password = new_password() if options.generate else getpass.getpass(f"Password for {options.id}: ")
    if len(password) < 8:
        raise ServerError("密码至少 8 个字符 (a password needs 8 characters or more)")
    with closing(Store(settings.data)) as store, closing(Passwords()) as passwords:
        enrol_reviewer(Register(store), passwords, options.id, options.name, sorted(skills), password)
    shown = f"，密码 {password}" if options.generate else ""
    _say(f"审核人员 {options.id} 已登记{shown} (enrolled)")


def _revoke(settings: Settings, options: argparse.Namespace) -> None:
    with closing(Store(settings.data)) as store:
        if not Register(store).revoke(options.id).result():
            raise ServerError(f"没有登记过 {options.id} (nobody of that name is enrolled)")
    _say(f"{options.id} 的登记已吊销 (revoked)")


def _export_journal(settings: Settings, options: argparse.Namespace) -> None:
    with closing(Store(settings.data)) as store:
        count, head = store.export_journal(options.file).result()
    _say(f"{count} 条记录，末条哈希 {head} (entries, head hash)")


def _verify_journal(_: Settings, options: argparse.Namespace) -> None:
    with options.file.open("rb") as lines:
        count, head = check_chain(read_export(lines))
    _say(f"完好：{count} 条记录，末条哈希 {head} (intact)")


def _say(sentence: str) -> None:
    print(sentence, flush=True)  # noqa: T201 - speaks to the person at the console


def _fail(problem: BaseException) -> int:
    print(f"{problem}", file=sys.stderr)  # noqa: T201 - speaks to the person at the console
    return 1


if __name__ == "__main__":
    sys.exit(main())
