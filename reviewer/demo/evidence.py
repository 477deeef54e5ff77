"""What a demo leaves behind: notices, marked drawing, screenshots, and what the verifier says of the notice.

Owns names and places in the results folder.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ACCEPTANCE = "受理通知书.pdf"
MARKED_DRAWING = "图纸批注.pdf"
REPORT = "核验报告.txt"
TRUST_ROOT = "trust-root.pem"


class Evidence:
    """The results folder of one demo."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.prints = out / "打印"
        self.marked_drawing = out / MARKED_DRAWING

    def collect(self, trust_root: str) -> str:
        """Name the printed notice, let the verifier judge it, keep its words; returns its first line.

        Raises RuntimeError when nothing was printed.
        """
        root = self.out / TRUST_ROOT
        root.write_text(trust_root, "utf-8")
        prints = sorted(self.prints.glob("*.pdf"), key=lambda path: path.stat().st_mtime)
        if not prints:
            raise RuntimeError("没有打印出通知书")
        notice = self.out / ACCEPTANCE
        shutil.copyfile(prints[-1], notice)
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "esign", "verify", str(notice), "--trust", str(root)],
            capture_output=True,
            check=False,
            encoding="utf-8",
        )
        (self.out / REPORT).write_text(done.stdout + done.stderr, "utf-8")
        return done.stdout.partition("\n")[0]
