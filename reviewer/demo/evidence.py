"""What a demo leaves behind: notices, marked drawing, screenshots, and what the verifier says of the notices.

Owns names and places in the results folder.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ACCEPTANCE = "受理通知书.pdf"
NON_ACCEPTANCE = "不予受理通知书.pdf"
PRINTED = {ACCEPTANCE: "受", NON_ACCEPTANCE: "不受"}
"""Notices that the stories print, with the character of their numbers."""

MARKED_DRAWING = "图纸批注.pdf"
REPORT = "核验报告.txt"
TRUST_ROOT = "trust-root.pem"


class Evidence:
    """The results folder of one demo."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.prints = out / "打印"
        self.marked_drawing = out / MARKED_DRAWING

    def collect(self, trust_root: str) -> list[str]:
        """Name the printed notices and let the verifier judge each; its words are kept, their first lines returned.

        A story that prints nothing (its applicant was told by message) leaves no notice here.
        """
        root = self.out / TRUST_ROOT
        root.write_text(trust_root, "utf-8")
        verdicts: list[str] = []
        report = ""
        for name, character in PRINTED.items():
            for printed in sorted(self.prints.glob("*.pdf")):
                if f"{character}〔" not in printed.name or (name == ACCEPTANCE and "不" in printed.name):
                    continue
                notice = self.out / name
                shutil.copyfile(printed, notice)
                said = _verdict(notice, root)
                report += f"{name}\n{said}\n"
                verdicts.append(f"{name}：{said.partition(chr(10))[0]}")
        if report:
            (self.out / REPORT).write_text(report, "utf-8")
        return verdicts


def _verdict(notice: Path, root: Path) -> str:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "esign", "verify", str(notice), "--trust", str(root)],
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    return done.stdout + done.stderr
