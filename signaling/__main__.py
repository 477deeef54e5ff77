"""``python -m signaling``: the server, enrolment beside it, and the check of the journal.

Settings are options of every command (docs/operations.md); without a command the server
runs. Exit code 0 when it did what was asked, 1 with a sentence when not.
"""

import argparse
import asyncio
import errno
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
    names = Settings.__struct_fields__
    try:
        settings = read_settings({name: getattr(options, name) for name in names}, os.environ, options.config)
    except (ServerError, OSError) as problem:
        return _fail(_sentence(problem, Path(".")))
    command: Callable[[Settings, argparse.Namespace], None] = options.command
    try:
        command(settings, options)
    except (ServerError, OSError) as problem:
        return _fail(_sentence(problem, settings.data))
    except ExceptionGroup as group:
        # from the server's task group; anything else than a known trouble keeps its traceback
        known, unknown = group.split((ServerError, OSError))
        if unknown is not None or known is None:
            raise
        return _fail(_sentence(known.exceptions[0], settings.data))
    return 0


def _parser() -> argparse.ArgumentParser:
    settings = argparse.ArgumentParser(add_help=False)
    settings.add_argument("--config", type=Path, metavar="FILE", help="TOML 设置文件 (settings as TOML)")
    for name in Settings.__struct_fields__:
        settings.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar="VALUE")

    parser = argparse.ArgumentParser(prog="./hall", description="云窗口大厅服务器 (Cloud Window: the hall's server)")
    commands = parser.add_subparsers(required=True)
    commands.add_parser("server", parents=[settings], help="启动大厅 (run the hall; default)").set_defaults(
        command=_serve
    )

    admit = commands.add_parser("enrol", prog="./hall server enrol", help="登记终端或审核人员 (admit)")
    enrol = admit.add_subparsers(required=True)
    again = argparse.ArgumentParser(add_help=False)
    again.add_argument("--replace", action="store_true", help="换新已登记的 (enrol an id anew that exists)")
    terminal = enrol.add_parser("terminal", parents=[settings, again], help="登记终端 (make its key and device file)")
    terminal.add_argument("id")
    terminal.add_argument("--name", required=True, help="如 自助终端 02 (e.g.)")
    terminal.add_argument("--url", required=True, help="大厅地址 (wss://HOST:8787/hall)")
    terminal.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="写出的设备文件 (device file)"
    )
    terminal.set_defaults(command=_enrol_terminal)
    reviewer = enrol.add_parser("reviewer", parents=[settings, again], help="登记审核人员 (asks for a password)")
    reviewer.add_argument("id", help="用户名 (login name)")
    reviewer.add_argument("--name", required=True)
    reviewer.add_argument("--skills", help="业务类别，用逗号分开；不给即全部 (comma-separated; all when left out)")
    reviewer.add_argument("--generate", action="store_true", help="生成密码并显示 (make a password and print it)")
    reviewer.set_defaults(command=_enrol_reviewer)

    revoke = commands.add_parser(
        "revoke", prog="./hall server revoke", parents=[settings], help="吊销登记，立即生效 (take an admission away)"
    )
    revoke.add_argument("id", help="终端编号或用户名 (terminal id or login name)")
    revoke.set_defaults(command=_revoke)

    journal = commands.add_parser("journal", help="导出或核验日志 (export or check the journal)").add_subparsers(
        required=True
    )
    for name, command, words in (
        ("export", _export_journal, "导出日志 (write the journal as JSON lines)"),
        ("verify", _verify_journal, "核验导出的日志 (check an exported journal; needs nothing but the file)"),
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
        enrol_terminal(
            Register(store), options.id, options.name, options.url, root, options.output, is_replacing=options.replace
        )
    _say(f"终端 {options.id} 已登记，请将 {options.output} 交给该终端 (enrolled; carry this file to the terminal)")


def _enrol_reviewer(settings: Settings, options: argparse.Namespace) -> None:
    known = {item.skill for item in read_catalogue(settings.catalogue)}
    skills = set(options.skills.split(",")) if options.skills else known
    if not skills <= known:
        unknown, all_known = ", ".join(sorted(skills - known)), ", ".join(sorted(known))
        raise ServerError(
            f"没有业务类别 {unknown}，可用的有 {all_known} (unknown skills {unknown}; known: {all_known})"
        )
    password = new_password() if options.generate else getpass.getpass(f"{options.id} 的密码 (password): ")
    if len(password) < 8:
        raise ServerError("密码至少 8 个字符 (a password needs 8 characters or more)")
    with closing(Store(settings.data)) as store, closing(Passwords()) as passwords:
        enrol_reviewer(
            Register(store),
            passwords,
            options.id,
            options.name,
            sorted(skills),
            password,
            is_replacing=options.replace,
        )
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


def _sentence(problem: Exception, data: Path) -> str:
    """An error of ours is one already; the system's gets one."""
    if not isinstance(problem, OSError):
        return str(problem)
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"磁盘已满，写不下 {problem.filename or data} (no space left on the disk)"
    return f"无法读写 {problem.filename or data} (cannot use it: {problem.strerror or problem})"


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201 - speaks to the person at the console
    return 1


if __name__ == "__main__":
    sys.exit(main())
