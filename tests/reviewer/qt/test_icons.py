"""Icons: each name draws something, in its colour, inside its square."""

from typing import get_args

import pytest

from reviewer.qt.icons import IconName, icon, pixmap


@pytest.mark.parametrize("name", get_args(IconName))
def test_every_icon_draws_within_its_square(qapp, name):
    image = pixmap(name, "#c62828", 24).toImage()
    inked = [
        (x, y) for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).alpha() > 200
    ]
    assert 150 < len(inked) < 3000
    assert all(0 < x < image.width() - 1 and 0 < y < image.height() - 1 for x, y in inked)
    assert image.pixelColor(*inked[0]).name() == "#c62828"


def test_crossed_icons_differ_from_plain_ones(qapp):
    assert pixmap("camera", "#000000", 24).toImage() != pixmap("camera_off", "#000000", 24).toImage()
    assert not icon("bell", "#000000").isNull()
