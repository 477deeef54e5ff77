"""``python -m signaling.keeper``: ``hall seal`` and ``hall notices``, the keeper's acts at the signing folder.

A program of its own: the server never touches the signing folder. Exit code 0 when it did what was asked, 1 with
a sentence when not, also for a finding (a broken log, a number without a record).
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from signaling.hall.journal import ChainBroken
from signaling.server.errors import ServerError
from signaling.server.settings import OPTIONS, Settings, read_settings
from signaling.signer.commands import Act, Place, add_notice_commands, add_seal_commands
from signaling.signer.errors import SignerError
from signaling.signer.notice_facts import Office


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one act and print what it says."""
    options = _parser().parse_args(arguments)
    act: Act = options.act
    try:
        settings = read_settings({name: getattr(options, name) for name in OPTIONS}, os.environ, options.config)
        for line in act(_place(settings, options.signing), options):
            print(line, flush=True)  # noqa: T201 - speaks to the person at the console
    except (ServerError, SignerError, ChainBroken) as problem:
        return _fail(str(problem))
    except OSError as problem:
        return _fail(f"无法读写 {problem.filename} (cannot use it: {problem.strerror or problem})")
    return 0


def _parser() -> argparse.ArgumentParser:
    settings = argparse.ArgumentParser(add_help=False)
    settings.add_argument("--config", type=Path, metavar="FILE", help="TOML 设置文件 (settings as TOML)")
    for name in OPTIONS:
        settings.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar="VALUE", help=argparse.SUPPRESS)
    settings.add_argument("--signing", type=Path, metavar="FOLDER", help="签章文件夹，默认 DATA/signing")
    parser = argparse.ArgumentParser(prog="./hall", description="印章与文书 (seals and notices)")
    commands = parser.add_subparsers(required=True)
    add_seal_commands(commands.add_parser("seal", help="印章的登记、授权和用印记录 (seals)"), settings)
    add_notice_commands(commands.add_parser("notices", help="已盖章的文书 (sealed notices)"), settings)
    return parser


def _place(settings: Settings, signing: Path | None) -> Place:
    office = Office(
        authority=settings.organisation,
        place=settings.place,
        office_phone=settings.office_phone,
        complaint_phone=settings.complaint_phone,
        query_way=settings.query_way,
        check_address=settings.check_address,
    )
    return Place(settings.data, signing or settings.data / "signing", office)


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201 - speaks to the person at the console
    return 1


if __name__ == "__main__":
    sys.exit(main())
