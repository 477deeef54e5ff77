"""Which part of a page a canvas shows: scale and place, fitting, zooming, panning. Numbers only, no widget.

Scale is widget px per pt of page space; `left` and `top` are where the page's corner lies in the widget, in whole
px so that a region rendered at this scale is copied and not resampled.
"""

from __future__ import annotations

from typing import Final

MARGIN_PX: Final = 16
MAX_SCALE: Final = 24.0
_MIN_PART_OF_FIT: Final = 0.5


class View:
    """A page of `size_pt` seen through a window of `window_px`."""

    def __init__(self) -> None:
        self.size_pt = (1.0, 1.0)
        self.window_px = (1, 1)
        self.scale = 1.0
        self.left = 0
        self.top = 0
        self.fit: str | None = "page"  # "page" and "width" follow the window until somebody zooms

    def show(self, size_pt: tuple[float, float]) -> None:
        """Another page: keeps a fit, else the scale, and starts at its top."""
        self.size_pt = size_pt
        self.top = MARGIN_PX
        self._refit()

    def resize(self, width: int, height: int) -> None:
        """The window has another size."""
        self.window_px = (max(1, width), max(1, height))
        self._refit()

    def fit_page(self) -> None:
        """Whole page in the window."""
        self.fit = "page"
        self._refit()

    def fit_width(self) -> None:
        """Page as wide as the window."""
        self.fit = "width"
        self._refit()

    def zoom_to(self, scale: float, at: tuple[float, float]) -> None:
        """Another scale; the point of the page below `at` (widget px) stays there."""
        self.fit = None
        x, y = self.to_page(*at)
        self.scale = min(MAX_SCALE, max(self._fit_scale() * _MIN_PART_OF_FIT, scale))
        self.left, self.top = round(at[0] - x * self.scale), round(at[1] - y * self.scale)
        self._keep_in_window()

    def pan(self, dx: float, dy: float) -> bool:
        """Move the page by px; False when it could not move up or down any further."""
        before = self.top
        self.left, self.top = round(self.left + dx), round(self.top + dy)
        self._keep_in_window()
        return self.top != before

    def to_page(self, x: float, y: float) -> tuple[float, float]:
        """Widget px -> page space."""
        return (x - self.left) / self.scale, (y - self.top) / self.scale

    def to_window(self, x: float, y: float) -> tuple[float, float]:
        """Page space -> widget px."""
        return self.left + x * self.scale, self.top + y * self.scale

    def page_px(self) -> tuple[int, int]:
        """Width and height of the page in widget px."""
        return max(1, round(self.size_pt[0] * self.scale)), max(1, round(self.size_pt[1] * self.scale))

    def visible_px(self, margin_px: int = 0) -> tuple[int, int, int, int]:
        """Left, top, width, height of what is seen, in px of the scaled page; (0, 0, 0, 0) when nothing is."""
        width, height = self.page_px()
        left, top = max(0, -self.left - margin_px), max(0, -self.top - margin_px)
        right = min(width, self.window_px[0] - self.left + margin_px)
        bottom = min(height, self.window_px[1] - self.top + margin_px)
        return (left, top, right - left, bottom - top) if right > left and bottom > top else (0, 0, 0, 0)

    def _refit(self) -> None:
        if self.fit == "page":
            self.scale = self._fit_scale()
        elif self.fit == "width":
            self.scale = min(MAX_SCALE, max(1, self.window_px[0] - 2 * MARGIN_PX) / self.size_pt[0])
        self._keep_in_window()

    def _fit_scale(self) -> float:
        wide, high = (max(1, side - 2 * MARGIN_PX) for side in self.window_px)
        return min(MAX_SCALE, wide / self.size_pt[0], high / self.size_pt[1])

    def _keep_in_window(self) -> None:
        width, height = self.page_px()
        self.left = _kept(self.left, width, self.window_px[0])
        self.top = _kept(self.top, height, self.window_px[1])


def _kept(start: int, length: int, window: int) -> int:
    if length + 2 * MARGIN_PX <= window:
        return (window - length) // 2
    return min(MARGIN_PX, max(window - length - MARGIN_PX, start))
