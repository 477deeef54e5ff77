"""The machine's own devices: document camera, card reader, printer, QR scanner, cabinet; ports and the real ones.

Every call blocks and is made from a worker thread. What goes wrong is a ``DeviceError`` with a stable code that the
window turns into a sentence. Simulated camera, reader and cabinet: ``simulated.py``.
"""

import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

import cv2
import msgspec
import numpy as np

from terminal.effects import Card
from terminal.scan import Picture

SHOT_DEADLINE_S = 6.0
PRINT_DEADLINE_S = 30.0
CODE_DEADLINE_S = 20.0
DeviceCode = Literal[
    "camera_missing",  # no such device or folder
    "camera_lost",  # it was there and gives no picture any more
    "reader_missing",
    "card_unreadable",
    "printer_missing",
    "printer_failed",
    "printer_folder",  # the folder cannot be written
    "code_unreadable",  # no QR code came under the scanner in time
    "cabinet_missing",
    "cabinet_stuck",  # the cell does not open
]


class DeviceError(Exception):
    """A device does not do what it should; ``code`` is stable, the text is for the log."""

    def __init__(self, code: DeviceCode, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code: DeviceCode = code


class DocumentCamera(Protocol):
    """Looks down on the desk (高拍仪)."""

    def shoot(self) -> Picture:
        """One picture at full resolution. Raises DeviceError (camera_missing, camera_lost)."""


class CardReader(Protocol):
    """Reads resident cards and business licence cards."""

    def read(self, kind: Literal["person", "organisation"]) -> Card:
        """Wait for a card of this kind. Raises DeviceError (reader_missing, card_unreadable)."""


class Printer(Protocol):
    """Puts a PDF on paper."""

    @property
    def is_paper(self) -> bool:
        """Whether paper comes out; else the PDF lies in a folder."""

    def print(self, document: Path, title: str) -> str:
        """Print; returns where it lies, in words for people. Raises DeviceError (printer_...)."""

    def forget(self) -> None:
        """The applicant leaves: delete what was kept only for this applicant."""


class Scanner(Protocol):
    """Reads QR codes."""

    def read(self) -> str:
        """Wait for a code. Raises DeviceError (code_unreadable, camera_...)."""


class Cabinet(Protocol):
    """Cells with doors (材料柜), numbered from 1."""

    def open(self, cell: int, on_closed: Callable[[], None]) -> None:
        """Unlock the door and return; ``on_closed`` is called once, from any thread, when it is shut again.

        Raises DeviceError (cabinet_missing, cabinet_stuck).
        """


class Devices(msgspec.Struct, frozen=True):
    """What this terminal has; not every one has a scanner and a cabinet."""

    camera: DocumentCamera
    reader: CardReader
    printer: Printer
    scanner: Scanner | None = None
    cabinet: Cabinet | None = None


class FolderCamera:
    """Pictures of a folder, in order of their names, over and over: for tests and trials."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._next = 0

    def shoot(self) -> Picture:
        """The next picture."""
        if not self._folder.is_dir():
            raise DeviceError("camera_missing", "no such folder of pictures")
        names = sorted(path for path in self._folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
        if not names:
            raise DeviceError("camera_lost", "no pictures in the folder")
        path = names[self._next % len(names)]
        self._next += 1
        data = np.frombuffer(path.read_bytes(), np.uint8)
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
        if picture is None:
            raise DeviceError("camera_lost", f"picture {self._next} cannot be decoded")
        return picture.astype(np.uint8, copy=False)


class UsbCamera:
    """A document camera on USB. ``read`` of a hanging camera blocks for long, so each shot has its own thread."""

    def __init__(self, device: int | str) -> None:
        self._device = device
        self._is_hanging = threading.Event()

    def shoot(self) -> Picture:
        """One picture; MJPG is asked for before the resolution, or USB 2 gives 5 pictures a second at most."""
        if self._is_hanging.is_set():
            raise DeviceError("camera_lost", "the last shot has not come back")
        shot: list[Picture | DeviceError] = []
        self._is_hanging.set()
        thread = threading.Thread(target=self._capture, args=(shot,), name="document-camera", daemon=True)
        thread.start()
        thread.join(SHOT_DEADLINE_S)
        if not shot:
            raise DeviceError("camera_lost", f"no picture within {SHOT_DEADLINE_S:.0f} s")
        if isinstance(shot[0], DeviceError):
            raise shot[0]
        return shot[0]

    def _capture(self, shot: list[Picture | DeviceError]) -> None:
        capture = cv2.VideoCapture(self._device)
        try:
            if not capture.isOpened():
                shot.append(DeviceError("camera_missing", f"device {self._device}"))
                return
            capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, 10_000)
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, 10_000)
            picture = None
            for _ in range(3):  # exposure settles over the first pictures; a file of one picture has no more
                is_there, newest = capture.read()
                picture = newest if is_there else picture
            if picture is None:
                shot.append(DeviceError("camera_lost", f"device {self._device} gives no picture"))
            else:
                shot.append(picture.astype(np.uint8, copy=False))
        finally:
            capture.release()
            self._is_hanging.clear()


class CameraScanner:
    """Finds the QR code (ISO/IEC 18004) in the document camera's picture, picture after picture until the deadline."""

    def __init__(self, camera: DocumentCamera, deadline_s: float = CODE_DEADLINE_S, pause_s: float = 0.3) -> None:
        self._camera = camera
        self._deadline_s = deadline_s
        self._pause_s = pause_s
        self._detector = cv2.QRCodeDetector()

    def read(self) -> str:
        """The text of the first code that can be read."""
        end = time.monotonic() + self._deadline_s
        while True:
            text, _, _ = self._detector.detectAndDecode(self._camera.shoot())
            if text:
                return str(text)
            if time.monotonic() >= end:
                raise DeviceError("code_unreadable", f"no code within {self._deadline_s:.0f} s")
            time.sleep(self._pause_s)


class PrintToFile:
    """Where there is no printer: the PDF is put into a folder, for good or until the applicant leaves."""

    is_paper = False

    def __init__(self, folder: Path, *, is_kept: bool = True) -> None:
        self._folder = folder
        self._is_kept = is_kept
        self._prints: set[Path] = set()

    def print(self, document: Path, title: str) -> str:
        """Copy; an older print of the same title is replaced."""
        target = self._folder / f"{title}.pdf"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(document, target)
        except OSError as problem:
            raise DeviceError("printer_folder", f"{problem.strerror}") from problem
        self._prints.add(target)
        return target.name

    def forget(self) -> None:
        """Delete this applicant's prints unless they are to be kept."""
        if not self._is_kept:
            for target in self._prints:
                target.unlink(missing_ok=True)
        self._prints.clear()


class CupsPrinter:
    """The machine's default printer, through ``lp``."""

    is_paper = True

    def __init__(self, command: str) -> None:
        self._command = command

    def print(self, document: Path, title: str) -> str:
        """Queue it; CUPS's own name of the job comes back."""
        order = [self._command, "-o", "media=A4", "-o", "fit-to-page", "-t", title, "--", str(document)]
        try:
            done = subprocess.run(  # noqa: S603 - our own arguments, no shell
                order, capture_output=True, timeout=PRINT_DEADLINE_S, check=False, text=True
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise DeviceError("printer_failed", type(problem).__name__) from problem
        if done.returncode != 0:
            raise DeviceError("printer_failed", f"lp ended with {done.returncode}")
        return done.stdout.strip()[:200]

    def forget(self) -> None:
        """CUPS deletes a printed job's data by itself."""


def find_printer(folder: Path, *, keeps_prints: bool) -> Printer:
    """The default CUPS printer if there is one, else files in ``folder``."""
    to_file = PrintToFile(folder, is_kept=keeps_prints)
    lp, lpstat = shutil.which("lp"), shutil.which("lpstat")
    if lp is None or lpstat is None:
        return to_file
    try:
        asked = subprocess.run(  # noqa: S603 - found by which
            [lpstat, "-d"], capture_output=True, timeout=5, check=False, text=True
        )
    except (OSError, subprocess.TimeoutExpired):
        return to_file
    has_default = asked.returncode == 0 and ":" in asked.stdout
    return CupsPrinter(lp) if has_default else to_file
