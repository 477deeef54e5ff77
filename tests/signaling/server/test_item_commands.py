"""What ``./hall items`` answers."""

from pathlib import Path

import pytest

from signaling.server import item_commands
from signaling.server.catalogue import IMPORTED, read_catalogue
from signaling.server.catalogue_checks import CatalogueWrong
from signaling.server.catalogue_csv import write_folder
from signaling.server.errors import ServerError
from signaling.server.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "hall")


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    items = [item for item in read_catalogue(None) if item.code in ("ENV-001", "MKT-001")]
    write_folder(tuple(items), tmp_path / "tables")
    return tmp_path / "tables"


def test_a_good_folder_is_said_to_be_good_and_nothing_is_imported(tables: Path, settings: Settings) -> None:
    assert "2 个部门、2 个类别、2 个事项" in item_commands.check(tables)
    assert not settings.data.exists()


def test_an_import_is_listed_from_then_on(tables: Path, settings: Settings) -> None:
    assert "共 717 项" in item_commands.listed(settings, "")
    assert "2 个事项" in item_commands.take_in(tables, settings)
    assert item_commands.listed(settings, "").splitlines()[-1].startswith("共 2 项")
    found = item_commands.listed(settings, "生态 核发").splitlines()[:-1]
    assert found == ["ENV-001\t排污许可证核发\t生态环境\t生态环境局"]


def test_a_bad_folder_changes_nothing(tables: Path, settings: Settings) -> None:
    item_commands.take_in(tables, settings)
    before = (settings.data / IMPORTED).read_bytes()
    content = (tables / "items.csv").read_text("utf-8")
    (tables / "items.csv").write_text(content.replace("生态环境局", "没有这个局", 1), "utf-8")
    with pytest.raises(CatalogueWrong, match=r"items\.csv 第 2 行「部门」“没有这个局”"):
        item_commands.take_in(tables, settings)
    assert (settings.data / IMPORTED).read_bytes() == before


def test_an_import_that_the_settings_would_override_is_refused(tables: Path, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "hall", catalogue=tables)
    with pytest.raises(ServerError, match="catalogue"):
        item_commands.take_in(tables, settings)
    assert "共 2 项" in item_commands.listed(settings, "")


def test_one_item_is_described_whole(settings: Settings) -> None:
    text = item_commands.described(settings, "ENV-005")
    for words in ("排污许可证注销", "生态环境局", "法定 20 个工作日", "《排污许可管理条例》", "留存原件"):
        assert words in text
    with pytest.raises(ServerError, match="X-1"):
        item_commands.described(settings, "X-1")


def test_what_is_exported_passes_the_check(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert "717 个事项" in item_commands.export(settings, folder)
    assert "717 个事项" in item_commands.check(folder)
