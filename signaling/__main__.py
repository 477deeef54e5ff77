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
from typing import get_args

from signaling.hall.journal import ChainBroken, check_chain, read_export
from signaling.protocol.values import Role
from signaling.server import item_commands
from signaling.server.app import serve
from signaling.server.authentication import Passwords
from signaling.server.catalogue import read_catalogue, source_of
from signaling.server.enrol import enrol_reviewer, enrol_terminal, new_password
from signaling.server.enrol_list import enrol_list
from signaling.server.errors import ServerError
from signaling.server.register import Register
from signaling.server.settings import OPTIONS, RULES, Settings, read_settings
from signaling.server.store import Store


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, the server when none is named."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help")):
        given.insert(0, "server")
    options = _parser().parse_args(given)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        named = {name: getattr(options, name) for name in OPTIONS + RULES}
        settings = read_settings(named, os.environ, options.config)
    except (ServerError, OSError) as problem:
        return _fail(_sentence(problem, Path(".")))
    command: Callable[[Settings, argparse.Namespace], None] = options.command
    try:
        command(settings, options)
    except (ServerError, ChainBroken, OSError) as problem:
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
    for name in OPTIONS:
        settings.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar="VALUE")
    rules = settings.add_argument_group("规则 (rules of the hall; in the file: table [rules])")
    for name in RULES:
        rules.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar="VALUE")

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
    terminal.add_argument("--booth", action="store_true", help="在小屋内，可办涉及隐私的事项 (stands in a booth)")
    terminal.add_argument("--cells", type=_cells, default=0, metavar="N", help="材料柜格数 (cells of its cabinet)")
    terminal.add_argument("--site", default="", help="所在大厅或站点编码 (code of its hall)")
    terminal.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="写出的设备文件 (device file)"
    )
    terminal.set_defaults(command=_enrol_terminal)
    reviewer = enrol.add_parser("reviewer", parents=[settings, again], help="登记大厅人员 (asks for a password)")
    reviewer.add_argument("id", help="用户名 (login name)")
    reviewer.add_argument("--name", required=True)
    reviewer.add_argument("--skills", help="业务类别，用逗号分开；不给即全部 (comma-separated; all when left out)")
    reviewer.add_argument(
        "--roles",
        type=_roles,
        default=("reviewer",),
        help=f"岗位，用逗号分开 (comma-separated: {', '.join(get_args(Role))})",
    )
    reviewer.add_argument("--generate", action="store_true", help="生成密码并显示 (make a password and print it)")
    reviewer.set_defaults(command=_enrol_reviewer)
    table = enrol.add_parser("list", parents=[settings, again], help="按名单登记 (admit a whole table)")
    table.add_argument("table", type=Path, help="CSV 名单，一行一个终端或人员 (one terminal or person a line)")
    table.add_argument("--url", required=True, help="大厅地址 (wss://HOST:8787/hall)")
    table.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="各自的文件 (their files)")
    table.set_defaults(command=_enrol_list)

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
    _add_items(commands.add_parser("items", help="维护事项目录 (keep the catalogue of service items)"), settings)
    return parser


def _add_items(parser: argparse.ArgumentParser, settings: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True)

    def add(name: str, command: Callable[[Settings, argparse.Namespace], str], words: str) -> argparse.ArgumentParser:
        action = actions.add_parser(name, parents=[settings], help=words)
        action.set_defaults(command=lambda own, given: _say(command(own, given)))
        return action

    checked = add("check", lambda _, given: item_commands.check(given.path), "检查，不导入 (only look for faults)")
    checked.add_argument("path", type=Path, help="CSV 文件夹或 JSON 文件 (folder of tables, or JSON)")
    taken = add("import", lambda own, given: item_commands.take_in(given.path, own), "导入 (all or nothing)")
    taken.add_argument("path", type=Path, help="CSV 文件夹或 JSON 文件 (folder of tables, or JSON)")
    listed = add("list", lambda own, given: item_commands.listed(own, " ".join(given.query)), "列出事项 (list)")
    listed.add_argument("query", nargs="*", help="编码、名称、类别或部门中的字 (words to look for)")
    shown = add("show", lambda own, given: item_commands.described(own, given.code), "显示一个事项 (show one)")
    shown.add_argument("code")
    written = add("export", lambda own, given: item_commands.export(own, given.folder), "写出为 CSV (write as tables)")
    written.add_argument("folder", type=Path)


def _serve(settings: Settings, _: argparse.Namespace) -> None:
    asyncio.run(serve(settings, _say))


def _enrol_terminal(settings: Settings, options: argparse.Namespace) -> None:
    root = _trust_root(settings)
    with closing(Store(settings.data)) as store:
        enrol_terminal(
            Register(store),
            options.id,
            options.name,
            options.url,
            root,
            options.output,
            is_booth=options.booth,
            cells=options.cells,
            site=options.site,
            is_replacing=options.replace,
        )
    _say(f"终端 {options.id} 已登记，请将 {options.output} 交给该终端 (enrolled; carry this file to the terminal)")


def _trust_root(settings: Settings) -> str:
    path = settings.data / "trust-root.pem"
    if not path.is_file():
        raise ServerError("这个大厅还没有启动过，请先运行一次服务器 (start the server once first)")
    return path.read_text(encoding="utf-8")


def _enrol_list(settings: Settings, options: argparse.Namespace) -> None:
    root = _trust_root(settings)
    known = {item.skill for item in read_catalogue(source_of(settings.catalogue, settings.data))}
    with closing(Store(settings.data)) as store, closing(Passwords()) as passwords:
        terminals, people = enrol_list(
            Register(store),
            passwords,
            options.table,
            options.output,
            options.url,
            root,
            known,
            is_replacing=options.replace,
        )
    _say(f"已登记终端 {terminals} 台、人员 {people} 名，各自的文件在 {options.output} (enrolled; hand out these files)")


def _enrol_reviewer(settings: Settings, options: argparse.Namespace) -> None:
    known = {item.skill for item in read_catalogue(source_of(settings.catalogue, settings.data))}
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
            roles=options.roles,
            is_replacing=options.replace,
        )
    shown = f"，密码 {password}" if options.generate else ""
    _say(f"{options.id} 已登记，岗位 {', '.join(options.roles)}{shown} (enrolled)")


def _roles(given: str) -> tuple[Role, ...]:
    """The roles of a comma-separated list, in the order of the protocol. argparse tells what is wrong."""
    named = {role.strip() for role in given.split(",")}
    known: tuple[Role, ...] = get_args(Role)
    if not named <= set(known):
        unknown = ", ".join(sorted(named - set(known)))
        raise argparse.ArgumentTypeError(f"没有岗位 {unknown}，可用的有 {', '.join(known)} (unknown role)")
    return tuple(role for role in known if role in named)


def _cells(given: str) -> int:
    if not (given.isdecimal() and int(given) <= 200):
        raise argparse.ArgumentTypeError("格数应在 0 到 200 之间 (0 to 200 cells)")
    return int(given)


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
