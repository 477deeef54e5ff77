"""Both fonts are found, together know the rare name characters, and give outlines."""

from pathlib import Path

import pytest

from esign.fonts import font_folders, missing_characters, outline


def test_the_fonts_come_from_packages() -> None:
    names = {path.name for folder in font_folders() for path in Path(folder).iterdir()}
    assert {"NotoSerifSC-Regular.otf", "NotoSansCJK-Regular.ttc"} <= names


def test_all_of_gb2312_and_rare_names_can_be_drawn() -> None:
    cells = [bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)]
    gb2312 = "".join(cell.decode("gb2312", errors="ignore") for cell in cells)
    assert len(gb2312) == 6763
    assert missing_characters(gb2312 + "𬬻䶮㛃𡋾鿍𫖯𬭚𬬭𫓧") == ""


def test_what_cannot_be_drawn_is_named_once_in_order() -> None:
    assert missing_characters("张😀三\u0378😀") == "😀\u0378"


def test_an_outline_is_a_closed_path_within_the_em() -> None:
    for character in "章𡋾":
        path = outline(character)
        assert path[0][0] == "moveTo"
        assert path[-1][0] in {"closePath", "endPath"}
        points = [point for _, points in path for point in points]
        assert min(x for x, _ in points) > -50
        assert max(x for x, _ in points) < 1050
    with pytest.raises(KeyError, match="1F600"):
        outline("😀")
