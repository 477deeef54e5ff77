"""The demo's papers, drawn in code: a document-camera shot, a three-page scan, two versions of an A1 drawing.

Owns their look only. Everything in them is invented; the numbers have valid check digits.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import typst
from numpy.typing import NDArray
from PIL import Image

from annotate import inspect
from signaling.protocol.values import Applicant
from terminal.effects import Card

Pixels = NDArray[np.uint8]

APPLICANT = Applicant(
    kind="organisation",
    name="通州绿源精密制造有限公司",
    id_kind="credit_code",
    id_number="91110112MA01K7QX4X",
    phone="010-55500118",
    legal_representative="江𬬻",
)
"""An invented enterprise; its legal representative has a rare name character, as real people do."""


class KnownReader:
    """The demo's card reader: whatever is put on it is the licence of the enterprise that the papers speak of."""

    def read(self, kind: Literal["person", "organisation"]) -> Card:
        """The same card each time."""
        return Card(
            "organisation", APPLICANT.name, APPLICANT.id_number, APPLICANT.legal_representative, is_simulated=True
        )


_CAMERA = (2592, 1944)
"""Width and height of the shot: a five-megapixel document camera."""


@dataclass(frozen=True)
class Papers:
    """The files of the demo's case."""

    shot: Path
    scan: Path
    drawing: Path
    corrected_drawing: Path
    statement: Path


def draw_papers(folder: Path) -> Papers:
    """Write the five files into ``folder`` and name them. Takes some two seconds of CPU."""
    folder.mkdir(parents=True, exist_ok=True)
    papers = Papers(
        shot=folder / "排污许可证申请表.jpg",
        scan=folder / "营业执照及环评批复.pdf",
        drawing=folder / "厂区总平面布置图.pdf",
        corrected_drawing=folder / "厂区总平面布置图（第2版）.pdf",
        statement=folder / "终止业务情况说明.pdf",
    )
    names = ("name", "id_number", "phone", "legal_representative")
    data = {"data": json.dumps({name: getattr(APPLICANT, name) for name in names})}
    form = _pages("form.typ", data, 170)[0]
    Image.fromarray(_photographed(form)).save(papers.shot, quality=90, dpi=(200, 200))
    scans = [Image.fromarray(_scanned(page, seed)) for seed, page in enumerate(_pages("scan.typ", data, 130))]
    scans[0].save(papers.scan, save_all=True, append_images=scans[1:], resolution=130)
    papers.drawing.write_bytes(_compiled("drawing.typ", {"revision": "1"}, None)[0])
    papers.corrected_drawing.write_bytes(_compiled("drawing.typ", {"revision": "2"}, None)[0])
    papers.statement.write_bytes(_compiled("statement.typ", data, None)[0])
    return papers


def found_papers(folder: Path, drawn: Papers) -> Papers:
    """The person's own files in place of the drawn ones, as far as the folder and those below it have them.

    The first picture by name is photographed; of the PDFs the one with most pages is the scan and the one with
    the largest page the drawing. A PDF beside it whose name begins with the drawing's is its new version.
    Raises PageError when a PDF does not open.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    shots = [path for path in files if path.suffix.lower() in (".jpg", ".jpeg", ".png")]
    pdfs = {path: inspect(path) for path in files if path.suffix.lower() == ".pdf"}
    scan = max(pdfs, key=lambda path: pdfs[path].page_count, default=drawn.scan)
    sheets = {path: info.sizes_pt[0] for path, info in pdfs.items() if path != scan}
    # Versions of one sheet are equally large; the first one's name is the beginning of the others'.
    drawing = max(sheets, key=lambda path: (sheets[path][0] * sheets[path][1], -len(path.stem)), default=drawn.drawing)
    newer = [path for path in sheets if path != drawing and path.stem.startswith(drawing.stem)]
    return Papers(
        shot=shots[0] if shots else drawn.shot,
        scan=scan,
        drawing=drawing,
        corrected_drawing=newer[0] if newer else drawn.corrected_drawing,
        statement=drawn.statement,
    )


def _compiled(template: str, inputs: Mapping[str, str], ppi: float | None) -> list[bytes]:
    """The template as one PDF (``ppi`` None) or as one PNG a page."""
    with (
        as_file(files("reviewer.demo") / "sheets") as sheets,
        as_file(files("pylopdf_fonts_zh_cn")) as fonts,
        as_file(files("noto_cjk_sans_otc")) as rare_fonts,
    ):
        compiler = typst.Compiler(
            str(sheets / template),
            root=str(sheets),
            font_paths=[str(fonts), str(rare_fonts)],
            ignore_system_fonts=True,
            sys_inputs=dict(inputs),
        )
        result = compiler.compile() if ppi is None else compiler.compile(format="png", ppi=ppi)
    return [page for page in (result if isinstance(result, list) else [result]) if page is not None]


def _pages(template: str, inputs: Mapping[str, str], ppi: float) -> list[Pixels]:
    """The template's pages as RGB pictures."""
    decoded = (cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR) for png in _compiled(template, inputs, ppi))
    return [np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2RGB), np.uint8) for page in decoded if page is not None]


def _photographed(page: Pixels) -> Pixels:
    """The page lying a little askew on a dark desk, in the light of one lamp, seen by a camera above it."""
    width, height = _CAMERA
    rng = np.random.default_rng(7)
    grain = cv2.GaussianBlur(rng.normal(0.0, 1.0, (height, width)).astype(np.float32), (0, 0), 24, sigmaY=3) * 40
    desk = np.asarray([86, 70, 58], np.float32) + grain[..., None]
    h, w = page.shape[:2]
    corners = np.asarray([[706, 84], [1932, 108], [1962, 1878], [676, 1856]], np.float32)
    matrix = cv2.getPerspectiveTransform(np.asarray([[0, 0], [w, 0], [w, h], [0, h]], np.float32), corners)
    sheet = cv2.warpPerspective(page.astype(np.float32), matrix, (width, height), flags=cv2.INTER_AREA)
    inside = cv2.warpPerspective(np.ones((h, w), np.float32), matrix, (width, height))[..., None]
    shadow = cv2.GaussianBlur(np.roll(inside[..., 0], (14, 12), (0, 1)), (0, 0), 14)[..., None]
    scene = desk * (1 - 0.45 * shadow) * (1 - inside) + sheet * 0.97 * inside
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    lamp = 1.04 - 0.22 * np.hypot((x - 900) / width, (y - 500) / height)
    noisy = scene * lamp[..., None] + rng.normal(0.0, 2.0, scene.shape)
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


def _scanned(page: Pixels, seed: int) -> Pixels:
    """The page as a flat-bed scanner gives it: slightly turned, slightly grey, slightly noisy."""
    h, w = page.shape[:2]
    rng = np.random.default_rng(seed)
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), float(rng.uniform(-0.5, 0.5)), 1.0)
    turned = cv2.warpAffine(page, matrix, (w, h), flags=cv2.INTER_CUBIC, borderValue=(250, 250, 248))
    return np.asarray(np.clip(turned * 0.975 + rng.normal(0.0, 2.5, turned.shape), 0, 255), np.uint8)
