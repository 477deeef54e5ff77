"""The command lines of ``hall seal`` and ``hall notices``: what can be typed, and which act it is.

Each act gets the place where the signing folder is and the parsed options, and gives the lines to print.
"""

import argparse
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import get_args

import msgspec

from signaling.protocol.values import OFFICIAL_TIME, NoticeKind
from signaling.signer import notice_commands, seal_commands
from signaling.signer.hall_journal import HallJournal
from signaling.signer.importing import Import, take_in
from signaling.signer.notary import Notary
from signaling.signer.notice_facts import Office
from signaling.signer.seal_commands import Desk, desk_at


class Place(msgspec.Struct, frozen=True):
    """Where the keeper works: the hall's data folder, its signing folder, what stands on the notices."""

    data: Path
    signing: Path
    office: Office


Act = Callable[[Place, argparse.Namespace], Iterator[str]]


def add_seal_commands(parser: argparse.ArgumentParser, settings: argparse.ArgumentParser) -> None:
    """``hall seal ...`` with the settings' options on each."""
    add_at = partial(_add_at, parser.add_subparsers(required=True), settings)

    def add(name: str, words: str, act: Callable[[Desk, argparse.Namespace], Iterator[str]]) -> argparse.ArgumentParser:
        return add_at(name, words, _at_desk(act))

    add("list", "列出印章 (the register of seals)", lambda desk, _: seal_commands.listed(desk))
    shown = add(
        "show", "显示一枚印章和授权 (one seal and its grants)", lambda desk, o: seal_commands.shown(desk, o.seal)
    )
    _name_seal(shown)
    made = add(
        "new-test", "制作一枚测试印章 (make a test seal)", lambda d, o: seal_commands.new_test(d, o.stamp, o.algorithm)
    )
    made.add_argument(
        "--stamp", default="行政审批专用章", help="印文第二行，空为公章 (second line; empty: the main seal)"
    )
    made.add_argument("--algorithm", choices=["ecdsa-p256-sha256", "rsa-sha256"], default="ecdsa-p256-sha256")
    _add_import(add_at("import", "登记真实印章 (take a real seal in)", _import))

    def grant(desk: Desk, o: argparse.Namespace) -> Iterator[str]:
        return seal_commands.granted(desk, o.seal, o.person, o.kinds, o.since, o.until)

    given = add("grant", "授权一人用印 (let a person use a seal)", grant)
    _name_seal(given)
    given.add_argument("person", help="用户名；hall 为自动出具的文书 (login name; hall: notices the law brings about)")
    given.add_argument(
        "--kinds", type=_kinds, default=(), help="文书种类，用逗号分开 (kinds of notice; all when left out)"
    )
    given.add_argument("--from", dest="since", type=_day, metavar="YYYY-MM-DD", help="默认现在 (now)")
    given.add_argument("--until", type=_day, metavar="YYYY-MM-DD", help="最后一天，默认一年 (last day; a year)")
    taken = add(
        "withdraw", "收回授权 (take grants away)", lambda d, o: seal_commands.withdrawn(d, o.seal, o.person, o.reason)
    )
    _name_seal(taken)
    taken.add_argument("person")
    taken.add_argument("--reason", default="")
    acts: tuple[tuple[seal_commands.Act, str], ...] = (
        ("suspend", "停用，立即生效 (suspend at once)"),
        ("resume", "恢复使用 (use again)"),
        ("revoke", "作废，不可恢复 (revoke for good)"),
    )
    for act, words in acts:
        changed = add(act, words, partial(_change, act))
        _name_seal(changed)
        changed.add_argument("--reason", required=True, help="记入用印记录 (goes into the log)")

    def log(desk: Desk, o: argparse.Namespace) -> Iterator[str]:
        return seal_commands.log_lines(desk, o.case) if o.export is None else seal_commands.exported(desk, o.export)

    logged = add("log", "用印记录 (the log of custody and use)", log)
    logged.add_argument("--case", default="", help="只看一个办件 (of one case)")
    logged.add_argument(
        "--export", type=Path, metavar="FOLDER", help="写出全部记录和时间戳 (write all, with timestamps)"
    )
    add("check", "核验用印记录 (check the log and its timestamps)", lambda desk, _: seal_commands.checked(desk))
    trusted = add_at("accept-journal", "认可从备份恢复的日志 (vouch for a restored journal)", _accept_journal)
    trusted.add_argument("--reason", required=True, help="记入用印记录 (goes into the log)")


def add_notice_commands(parser: argparse.ArgumentParser, settings: argparse.ArgumentParser) -> None:
    """``hall notices ...`` with the settings' options on each."""
    add_at = partial(_add_at, parser.add_subparsers(required=True), settings)

    def add(name: str, words: str, act: Callable[[Desk, argparse.Namespace], Iterator[str]]) -> argparse.ArgumentParser:
        return add_at(name, words, _at_desk(act))

    listed = add("list", "列出文书 (every notice)", lambda d, o: notice_commands.listed(d, o.query))
    listed.add_argument("query", nargs="?", default="", help="文号或办件编号中的字 (part of a number or case)")
    shown = add("show", "显示一份文书 (one notice)", lambda d, o: notice_commands.shown(d, o.number))
    shown.add_argument("number", help="文号 (number)")
    written = add_at("export", "写出文书 (write the file)", _export)
    written.add_argument("number", help="文号 (number)")
    written.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    written.add_argument("--ofd", action="store_true", help="OFD 文件，国密测试印章 (its OFD twin)")
    written.add_argument("--newest", action="store_true", help="最新一版，含后加的时间戳 (with later timestamps)")
    more = add_at("extend", "补加和续期时间戳 (add pending timestamps, renew old ones)", _extend)
    more.add_argument(
        "--days", type=int, default=365, help="在这些天内到期的续期 (renew what ends within so many days)"
    )
    counted = add_at("gaps", "核对文号是否连续 (are the numbers without gaps?)", _gaps)
    counted.add_argument("--all", action="store_true", help="也列出已盖章的 (the sealed ones too)")
    checked = add(
        "check", "与记录核对 (compare with the records)", lambda d, o: notice_commands.checked(d, whole=o.whole)
    )
    checked.add_argument("--whole", action="store_true", help="并验证每份签章 (verify each seal too)")


def _add_at(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
    settings: argparse.ArgumentParser,
    name: str,
    words: str,
    act: Act,
) -> argparse.ArgumentParser:
    command = actions.add_parser(name, parents=[settings], help=words)
    command.set_defaults(act=act)
    return command


def _at_desk(act: Callable[[Desk, argparse.Namespace], Iterator[str]]) -> Act:
    """An act that needs the signing folder only."""

    def at_place(place: Place, options: argparse.Namespace) -> Iterator[str]:
        with desk_at(place.signing) as desk:
            yield from act(desk, options)

    return at_place


def _add_import(parser: argparse.ArgumentParser) -> None:
    for option, words in (
        ("--id", "印章编号 (id of the seal)"),
        ("--stamp", "印文第二行 (second line of the stamp)"),
        ("--tsa", "时间戳服务地址 (URL of an RFC 3161 authority)"),
    ):
        parser.add_argument(option, required=True, help=words)
    for option, words, is_needed in (
        ("--chain", "签发者至根的证书 PEM (from the issuer to the root)", True),
        ("--tsa-chain", "时间戳证书至根 PEM (the authority's own certificate first)", True),
        ("--pem", "未加密私钥 PEM (unencrypted key)", False),
        ("--p12", "PKCS#12 文件 (container)", False),
        ("--pkcs11", "PKCS#11 驱动 (the token's library)", False),
        ("--certificate", "印章证书 PEM (the seal's certificate)", False),
        ("--secret-file", "口令或 PIN 所在文件，权限 600 (password or PIN)", False),
        ("--code-key", "印刷码私钥 P-256 PEM (key of the printed codes)", False),
        ("--code-certificate", "印刷码证书 PEM (its certificate)", False),
    ):
        parser.add_argument(option, type=Path, required=is_needed, metavar="FILE", help=words)
    parser.add_argument("--token", default="", help="令牌标签 (label of the token)")
    parser.add_argument("--label", default="", help="密钥标签 (label of the key)")
    parser.add_argument("--persons", type=int, choices=[1, 2], default=1, help="用印所需人数 (persons needed)")
    parser.add_argument(
        "--kinds", type=_kinds, default=(), help="文书种类，用逗号分开 (kinds of notice; all when left out)"
    )
    parser.add_argument("--from", dest="since", type=_day, metavar="YYYY-MM-DD")
    parser.add_argument("--until", type=_day, metavar="YYYY-MM-DD")


def _change(act: seal_commands.Act, desk: Desk, options: argparse.Namespace) -> Iterator[str]:
    return seal_commands.changed(desk, act, options.seal, options.reason)


def _import(place: Place, options: argparse.Namespace) -> Iterator[str]:
    said = Import(
        seal_id=options.id,
        organisation=place.office.authority,
        stamp=options.stamp,
        chain=options.chain,
        tsa_url=options.tsa,
        tsa_chain=options.tsa_chain,
        pem=options.pem,
        p12=options.p12,
        module=options.pkcs11,
        certificate=options.certificate,
        token=options.token,
        label=options.label,
        secret_file=options.secret_file,
        code_key=options.code_key,
        code_certificate=options.code_certificate,
        persons=options.persons,
        kinds=options.kinds,
        since=_midnight(options.since),
        until=_midnight(options.until),
    )
    with desk_at(place.signing) as desk:
        entry = take_in(desk.cabinet, said)
        desk.store.append(entry, desk.keeper, desk.now)
    yield f"印章 {entry.seal_id} 已登记，尚无授权，用 hall seal grant 授权 (registered, without any grant)"


def _accept_journal(place: Place, options: argparse.Namespace) -> Iterator[str]:
    with desk_at(place.signing) as desk:
        yield from seal_commands.accepted(desk, HallJournal(place.data), options.reason)


def _export(place: Place, options: argparse.Namespace) -> Iterator[str]:
    with desk_at(place.signing) as desk:
        if options.ofd:
            journal = HallJournal(place.data)
            yield from notice_commands.exported_twin(desk, journal, place.office, options.number, options.output)
        else:
            yield from notice_commands.exported(desk, options.number, options.output, newest=options.newest)


def _extend(place: Place, options: argparse.Namespace) -> Iterator[str]:
    with desk_at(place.signing) as desk:
        notary = Notary(desk.store, HallJournal(place.data), desk.cabinet, place.office, lambda: desk.now)
        yield from notice_commands.extended(notary, options.days)


def _gaps(place: Place, options: argparse.Namespace) -> Iterator[str]:
    with desk_at(place.signing) as desk:
        yield from notice_commands.gaps(desk, HallJournal(place.data), everything=options.all)


def _name_seal(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("seal", help="印章编号，- 为仅有的一枚 (id of the seal; - for the only one)")


def _kinds(given: str) -> tuple[NoticeKind, ...]:
    known: tuple[NoticeKind, ...] = get_args(NoticeKind)
    named = {kind.strip() for kind in given.split(",")}
    if not named <= set(known):
        raise argparse.ArgumentTypeError(
            f"没有文书种类 {', '.join(sorted(named - set(known)))} (known: {', '.join(known)})"
        )
    return tuple(kind for kind in known if kind in named)


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise argparse.ArgumentTypeError("日期应为 2026-11-22 的形式 (a date like 2026-11-22)") from None


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), OFFICIAL_TIME)
