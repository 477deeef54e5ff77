"""Templates and data to PDF: the same for the same, from any thread, and a fault of a template is named."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from esign import RenderingFailed
from esign.notice import _page_data
from esign.typesetter import chinese_date, typeset


def test_the_same_data_gives_the_same_bytes_from_any_thread(acceptance: Any) -> None:
    data = _page_data(acceptance())
    with ThreadPoolExecutor(3) as pool:
        made = set(pool.map(lambda _: typeset("acceptance", data), range(6)))
    assert len(made) == 1
    assert made.pop().startswith(b"%PDF-")


def test_data_that_the_template_does_not_know_is_our_own_mistake() -> None:
    with pytest.raises(RenderingFailed, match="template acceptance"):
        typeset("acceptance", {})


def test_a_date_as_it_stands_on_paper() -> None:
    assert chinese_date(date(2026, 1, 9)) == "2026年1月9日"
