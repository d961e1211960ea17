"""What pages leave in the server's log: nothing, on the pocket county with all its departments."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pipelines.settings import Settings, get_settings

DASHBOARDS = Path(__file__).resolve().parents[2] / "dashboards"
PAGES = sorted(path.stem for path in (DASHBOARDS / "views").glob("*.py"))
LOGGERS = ("streamlit.elements.lib.policies", "streamlit.runtime.scriptrunner.exec_code", "streamlit")


class Kept(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


@pytest.fixture
def log(pocket_county: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    monkeypatch.setenv("XIANQING_DATA_DIR", str(pocket_county.data_dir))
    get_settings.cache_clear()
    kept = Kept()
    for name in LOGGERS:
        logging.getLogger(name).addHandler(kept)
    yield kept
    for name in LOGGERS:
        logging.getLogger(name).removeHandler(kept)
    get_settings.cache_clear()


@pytest.mark.parametrize("page", PAGES)
def test_every_choice_has_a_label_and_nothing_is_logged(log: Kept, page: str) -> None:
    app = AppTest.from_file(str(DASHBOARDS / "app.py"), default_timeout=60)
    app.run()
    app.switch_page(f"views/{page}.py")
    app.run()
    assert [error.message for error in app.exception] == []
    assert log.told == []
