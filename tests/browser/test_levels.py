"""Real Chromium on every page at every level of place, in both languages and both widths.

The first county itself is opened by the tests of each page; here the question is what is left of a page further down,
and what a prefecture's office sees, to whom few departments report.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import BrowserContext, Page
from playwright.sync_api import TimeoutError as TooLong

from dashboards import navigation
from dashboards.data import Area, Release, current
from dashboards.words import Language, load_catalogue
from pipelines.contracts import load_code_lists
from tests.browser.conftest import Served, Visitor
from tests.conftest import Counties

pytestmark = pytest.mark.browser

STOCK, SIZE = "kpi_register_bridge_area_month", "closing_household_count"
WITHOUT_PLACE = ("files", "inspect", "factcheck", "search", "published")
READY = """([question, hasPlace]) => document.querySelector('.xq h1')?.innerText === question
    && (!hasPlace || document.querySelector('.st-key-crumbs button'))
    && document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && [...document.querySelectorAll('[data-testid=stDataFrame], [data-testid=stVegaLiteChart]')]
        .every(one => !one.offsetParent || one.querySelector('canvas [role=columnheader], svg.marks'))"""
HIGH = 9_000  # what is out of sight is not drawn
WIDTHS = (1440, 390)
FITS = """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
    .every(one => one.scrollWidth === one.clientWidth)"""
PATIENCE = 5_000  # milliseconds until charts have taken a new width
SWITCH = "to => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate', {state: {}})); }"
LOOK = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    const texts = selector => [...main.querySelectorAll(selector)].map(one => one.textContent);
    return {
        errors: texts('[data-testid=stException], [data-testid=stAlertContentError]'),
        sideways: [document.documentElement, main].map(one => one.scrollWidth - one.clientWidth),
        text: main.innerText,
        answers: texts('.xq .answer'),
        path: texts('.st-key-crumbs button'),
        heads: texts('canvas [role=columnheader]'),
        cells: texts('canvas [role=gridcell]'),
        empty: [...main.querySelectorAll('canvas:has([role=gridcell])')]
            .filter(one => [...one.querySelectorAll('[role=gridcell]')].every(cell => !cell.textContent)).length,
        blank: [...main.querySelectorAll('[data-testid=stVegaLiteChart]:has(svg)')].filter(one =>
            ![...one.querySelectorAll("svg.marks path[role='graphics-symbol']")].some(mark => {
                const box = mark.getBBox();
                return box.width > 0.5 && box.height > 0.5;
            })).length,
    };
}"""


@dataclass
class Sight:
    """What a reader sees of one page, and what is wrong with it."""

    name: str
    page: str
    language: Language
    seen: dict[str, Any]
    wrong: list[str] = field(default_factory=list)

    def check(self, *, is_fine: bool, what: str) -> None:
        """Note what is wrong under the name of the sight."""
        if not is_fine:
            self.wrong.append(f"{self.name}: {what}")


@dataclass(frozen=True)
class Spot:
    """A place to open every page for, and the dashboards that show it."""

    release: Release
    place: Area
    address: str


# A county office, and a prefecture's with all its counties.
LEVELS = [
    ("shizong", "township"),
    ("shizong", "village"),
    ("jincheng", "prefecture"),
    ("jincheng", "county"),
]


@pytest.fixture(scope="module", params=LEVELS, ids="-".join)
def spot(counties: Counties, served: Served, request: pytest.FixtureRequest) -> Spot:
    """The place of the level with fewest registered households, where most is empty or hidden."""
    name, level = request.param
    county = counties(name).settings
    release = current(county.marts_dir, county.small_cell)
    assert release is not None
    wanted = {"area_level": level, "period": release.as_of_period, "group_id": "registered"}
    rows = replace(release, small_cell=0).rows(STOCK, wanted).filter(pl.col(SIZE) > 0)
    place = release.area(rows.sort(SIZE, "area_id")["area_id"][0])
    assert place is not None
    return Spot(release, place, served(county))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_answers_for_a_place_at_every_level(browser: BrowserContext, spot: Spot, language: Language) -> None:
    visitor = Visitor(browser, spot.address, WIDTHS[0])
    widths = list(WIDTHS)
    wrong: list[str] = []
    for page in navigation.names():
        if page in WITHOUT_PLACE and spot.place.level == "village":
            continue  # opened with the township: the place makes no difference
        _open(visitor, page, spot.place, language)
        for width in widths:
            sight = Sight(f"{page} at {width}", page, language, _look(visitor.page, width))
            _is_whole(sight, spot.place)
            _is_in_words(sight, spot.release)
            wrong += sight.wrong
        widths.reverse()  # the next page opens at the width that this one was left at
    visitor.page.close()
    assert not wrong, "\n".join(wrong)
    assert visitor.strayed == []


def _open(visitor: Visitor, page: str, place: Area, language: Language) -> None:
    """Switch the page by its address, as the browser's own back and forward do, and wait until it stands."""
    opened = visitor.page
    address = f"/{'' if page == 'overview' else page}?lang={language}&area={place.code}"
    if opened.url == "about:blank":
        opened.set_viewport_size({"width": visitor.width, "height": HIGH})
        opened.goto(visitor.address + address)
    opened.evaluate(SWITCH, address)
    question = load_catalogue(language)[f"{page}.question"].format(place=place.name)
    opened.wait_for_function(READY, arg=[question, page not in WITHOUT_PLACE])


def _look(opened: Page, width: int) -> dict[str, Any]:
    """What a page that stands shows at one width."""
    opened.set_viewport_size({"width": width, "height": HIGH})
    with suppress(TooLong):  # what still does not fit is noted by the look
        opened.wait_for_function(FITS, timeout=PATIENCE)
    seen: dict[str, Any] = opened.evaluate(LOOK)
    return seen


def _is_whole(sight: Sight, place: Area) -> None:
    """No error, no scrolling sideways, an answer in a sentence, the path down to the place, no empty frame."""
    seen = sight.seen
    sight.check(is_fine=not seen["errors"], what=f"an error box: {seen['errors']}")
    sight.check(is_fine=seen["sideways"] == [0, 0], what=f"scrolls sideways: {seen['sideways']}")
    sight.check(is_fine=any(len(text) > 5 for text in seen["answers"]), what="no answer")
    sight.check(is_fine=not seen["empty"], what="a table without a row")
    sight.check(is_fine=not seen["blank"], what="a chart without a mark")
    if sight.page not in WITHOUT_PLACE:
        sight.check(is_fine=seen["path"][-1:] == [place.name], what=f"the path ends with {seen['path'][-1:]}")


def _is_in_words(sight: Sight, release: Release) -> None:
    """No key of the catalogue, no column of a table, no code and no Chinese word of a code list on an English page."""
    seen, texts = sight.seen, load_catalogue(sight.language)
    said = seen["text"].replace(texts["forms.own_how"].format(folder="data/forms"), "")  # names a column on purpose
    said = "\n".join((said, *seen["heads"]))
    columns = {column for model in release.cards.values() for column in model if "_" in column}
    found = {
        word for word in re.findall(r"[a-z]\w*(?:\.\w+)*", said) if word in columns or ("." in word and word in texts)
    }
    found |= set(re.findall(r"\bNone\b|\bNaN\b|\bundefined\b|�", said))
    # Two columns there name the mart and the indicator on purpose: a researcher traces a figure by them.
    cells = set() if sight.page == "published" else set(seen["cells"])
    found |= {cell for cell in cells if re.fullmatch(r"[a-z]+([_.][a-z]+)+", cell)}
    if sight.language == "zh":
        found |= {cell for cell in cells if re.fullmatch(r"[a-z]{3,}", cell)}
    else:
        listed = {one.value for values in load_code_lists().values() for one in values if not one.value.isascii()}
        found |= cells & (listed - {area.name for area in release.areas})  # a district may be called 城区
    sight.check(is_fine=not found, what=f"untranslated: {sorted(found)}")
