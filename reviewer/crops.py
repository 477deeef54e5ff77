"""A picture of the place that a mark points at, with what is marked there: it stands on the correction notice.

Cut from the page at print resolution, small enough for a table cell. Blocks: run it in a worker.
"""

from io import BytesIO

from PIL import Image

from annotate.geometry import bounds
from annotate.pages import PageSource
from annotate.render import paint
from reviewer.papers import MarkedPlace

MEDIA_TYPE = "image/jpeg"

_MARGIN_PT = 18.0
_LEAST_PT = (150.0, 80.0)
"""A mark alone says little: so much of the page is shown at least, width and height."""
_DPI = 200
_MOST_PX = 1200
"""Longest side: an arrow across an A0 sheet is shown coarser."""
_QUALITY = 85


def crop(source: PageSource, place: MarkedPlace) -> bytes:
    """A JPEG of the place. Raises PageError when the page cannot be rendered, ValueError for a mark outside of it."""
    width_pt, height_pt = source.info.sizes_pt[place.page]
    left, top, right, bottom = bounds(place.mark)
    wide = min(max(right - left + 2 * _MARGIN_PT, _LEAST_PT[0]), width_pt)
    high = min(max(bottom - top + 2 * _MARGIN_PT, _LEAST_PT[1]), height_pt)
    left = min(max((left + right - wide) / 2, 0.0), width_pt - wide)
    top = min(max((top + bottom - high) / 2, 0.0), height_pt - high)
    scale = min(_DPI / 72, _MOST_PX / max(wide, high))
    origin = (round(left * scale), round(top * scale))
    region = source.render(place.page, scale, (*origin, round(wide * scale), round(high * scale)))
    painted = paint(region, place.marks, scale, origin)
    image = Image.frombytes("RGB", (painted.width, painted.height), painted.rgb)
    file = BytesIO()
    image.save(file, "JPEG", quality=_QUALITY, subsampling=0, dpi=(round(scale * 72),) * 2)
    return file.getvalue()
