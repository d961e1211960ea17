"""A running dashboard on the pocket county's release, and a Chromium that is kept off the network."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from pipelines.settings import PROJECT_DIR, Settings, load_settings

# Chromium without a desktop's windows: the same pages for three fifths of the processor time.
CHROMIUM = "/usr/lib/chromium/chromium-headless-shell"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",  # a small /dev/shm stops a page half drawn
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no way out, whatever a page asks for
]
HOST = "127.0.0.1"
PATIENCE = 90_000  # milliseconds; a first page on a crowded machine has taken more than 30 seconds
# The page has run to its end, every part of Streamlit that it needs is loaded, and what is in sight is drawn.
STANDS = """() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-testid=stSkeleton]')
    && [...document.querySelectorAll('[data-testid=stVegaLiteChart]')]
        .every(one => !one.offsetParent || one.querySelector('svg.marks'))
    && [...document.querySelectorAll('[data-testid=stDataFrame]')]
        .every(one => !one.offsetParent || one.querySelector('canvas'))"""
HEAD_HEIGHT, ROW_HEIGHT = 38, 35  # of a table on a page, in pixels
expect.set_options(timeout=PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(county: Settings, folder: Path, **more: str) -> Iterator[str]:
    """The dashboards of a county on a free port, with ``more`` in their environment; the server ends with the block."""
    port = _free_port()
    log = folder / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", "dashboards/app.py", "--server.port", str(port)]
    environment = os.environ | {"XIANQING_DATA_DIR": str(county.data_dir)} | more
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=PROJECT_DIR, env=environment, stdout=output, stderr=output)
        try:
            _wait_until_healthy(f"http://{HOST}:{port}/_stcore/health", server, log)
            yield f"http://{HOST}:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)


Served = Callable[..., str]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The address of a county's dashboards with more in their environment, one server for each in a test process.

    As in an office, a server sees many readers; only its first page is dear.
    """
    with ExitStack() as servers:

        @cache
        def started(data_dir: Path, **more: str) -> str:
            county = load_settings({"XIANQING_DATA_DIR": str(data_dir)})
            return servers.enter_context(serving(county, tmp_path_factory.mktemp("server"), **more))

        yield lambda county, **more: started(county.data_dir, **more)


@pytest.fixture
def address(served: Served, pocket_county: Settings) -> str:
    """The address of the pocket county's dashboards."""
    return served(pocket_county)


def _wait_until_healthy(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                assert response.status == 200
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the dashboards did not start: {log.read_text()}")


# A browser lives as long as one file of tests: an old one that has gone astray holds up nobody else.
@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    """One browser whose windows share what they have loaded, as those of a real reader do."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = chromium.new_context()
        context.set_default_timeout(PATIENCE)
        yield context
        chromium.close()


@dataclass
class Visitor:
    """One reader with a window of the browser; ``strayed`` lists what the pages asked of other machines."""

    browser: BrowserContext
    address: str
    width: int
    strayed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page: Page = self.browser.new_page()
        self.page.set_viewport_size({"width": self.width, "height": 900})
        # Heard and not intercepted: interception takes a page's own files through this process and past the cache.
        self.page.on("request", lambda request: self._note(request.url))
        self.page.on("websocket", lambda socket: self._note(socket.url))

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.hostname != HOST and parts.scheme not in ("data", "blob"):
            self.strayed.append(url)

    def open(self, page: str, **choices: str) -> Page:
        """Open a page by its address and wait until its last part, the downloads, stands."""
        query = "&".join(f"{name}={value}" for name, value in choices.items())
        self.page.goto(f"{self.address}/{'' if page == 'overview' else page}?{query}")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait for the end of a page run and for all that it shows. After a click, wait for its first effect before."""
        self.page.get_by_test_id("stDownloadButton").last.wait_for()
        self.page.wait_for_function(STANDS)

    def click_row(self, table: str, row: int = 0) -> None:
        """Click a row, counted from 0, of the table inside the element that ``table`` selects."""
        rows = self.page.locator(table).locator(".dvn-scroller")
        rows.wait_for()
        self.page.wait_for_function(STANDS)
        rows.click(position={"x": 60, "y": HEAD_HEIGHT + ROW_HEIGHT * (row + 0.5)})

    def unfold(self) -> None:
        """Make the window as high as the page, so that a screenshot shows all of it."""
        height = self.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        self.page.set_viewport_size({"width": self.width, "height": int(height) + 20})
        self.page.wait_for_timeout(600)
        self.settle()


@pytest.fixture
def visitor(browser: BrowserContext, address: str, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    reader = Visitor(browser, address, getattr(request, "param", 1440))
    yield reader
    reader.page.close()


@pytest.fixture
def open_address(served: Served, pocket_county: Settings) -> str:
    """The address of dashboards where the office has opened household pages."""
    return served(pocket_county, XIANQING_HOUSEHOLD_PAGES="1")


@pytest.fixture
def entitled(browser: BrowserContext, open_address: str, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """A reader who may look at lists of single households."""
    reader = Visitor(browser, open_address, getattr(request, "param", 1440))
    yield reader
    reader.page.close()


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept: ``XIANQING_SCREENSHOTS`` or the session's temporary folder."""
    kept = os.environ.get("XIANQING_SCREENSHOTS")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
