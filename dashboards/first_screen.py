"""The tiles of the first screen: what each says, what it is held against, and who is late when it has no figure.

Belongs here: one function a kind of tile. Does not belong here: the order of the tiles (``views/overview.py``),
figures (columns of the marts).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from dashboards import bridge, data, layout
from dashboards.data import Row
from dashboards.layout import Tile, View
from dashboards.words import NOTHING, Words
from pipelines.settings import get_settings

BRIDGE, FUND = bridge.MODEL, "kpi_fund_area_month"
WORK, INCOME, HOMES, LEADS = (
    "kpi_employment_area_month",
    "kpi_income_area_year",
    "kpi_housing_area_year",
    "kpi_lead_area_month",
)
MONITORING, CASES, PROJECTS_MODEL = "kpi_monitoring_area_month", "kpi_lead_case_area_month", "kpi_project_area_month"
BARS = ("calendar_bar_share", "year_end_bar_share")
ALL = {"group_type": "all", "group_id": "all"}
INFLOWS, OUTFLOWS = (tuple(f"{s}_person_count" for s in steps) for steps in (bridge.INFLOWS, bridge.OUTFLOWS))
NAMED = 3
PAGES = Path(__file__).parent / "views"


@dataclass(frozen=True)
class Subject:
    """One tile's figure: where it stands, the page behind it, and the feed that is waited for when it is not there."""

    name: str
    model: str
    column: str
    page: str
    feed: str
    lines: tuple[str, ...] = ()


WORKING = Subject("work", WORK, "working_person_count", "work", "employment_done", ("working_growth_count",))
FALLING = Subject(
    "falling", INCOME, "falling_household_count", "income", "income_register", ("falling_household_share",)
)
UNSAFE = Subject("homes", HOMES, "not_yet_safe_count", "homes", "dangerous_housing", ("dangerous_house_count",))
MONITORED = Subject(
    "monitored",
    MONITORING,
    "closing_household_count",
    "monitoring",
    "monitoring_register",
    ("new_household_count", "eliminated_household_count"),
)
STEPS = Subject(
    "steps",
    CASES,
    "check_overdue_lead_count",
    "monitoring",
    "screening_results",
    ("conclusion_overdue_lead_count", "unchecked_lead_count"),
)
PROJECTS = Subject(
    "projects",
    PROJECTS_MODEL,
    "stuck_count",
    "projects",
    "project_library",
    ("project_count", "stuck_budget_cny", "accepted_without_asset_count"),
)
AGES = ("open_within_conclusion_lead_count", "open_beyond_lead_count")
ASSETS = Subject(
    "leads",
    LEADS,
    "lead_household_count",
    "homes",
    "vehicles",
    ("before_exit_household_count", "after_exit_household_count"),
)


def first(view: View, model: str, key: dict[str, str]) -> Row:
    """The row asked for; empty as well when the release does not hold the table."""
    return view.release.first(model, key) if view.release.has(model) else {}


def newest_year(view: View, model: str, column: str) -> tuple[str, Row, Row]:
    """The newest year up to the chosen month that reports the column, its row, and the row of the year before."""
    year = view.period[:4]
    key = {"area_id": view.area.code} | ALL
    periods = view.release.rows(model, key)["period"].to_list() if view.release.has(model) else []
    rows = {period: first(view, model, key | {"period": period}) for period in periods if period <= year}
    found = max((period for period, row in rows.items() if row.get(column) is not None), default=year)
    return found, rows.get(found, {}), rows.get(str(int(found) - 1), {})


def of(view: View, subject: Subject, now: Row, before: Row, when: tuple[str, str]) -> Tile:
    """The figure with its period, the period before with the change, and further lines; "—" and who is late instead."""
    words = view.words
    title = words(f"overview.{subject.name}")
    page = subject.page if (PAGES / f"{subject.page}.py").is_file() else ""
    if not view.release.has(subject.model):
        return Tile(title, NOTHING, "", (waits(view, subject.feed),), page)
    card = view.cards.card(subject.model, subject.column)
    lines = [_before(view, subject.model, subject.column, (now, before), when[1])]
    if now.get(subject.column) is None:
        lines.insert(0, waits(view, subject.feed))
    else:
        lines += [layout.line(view, subject.model, now, column) for column in subject.lines]
    period = when[0] if now else ""
    name = words("overview.of_period", title=title, period=words.month(period)) if period[:2].isdigit() else title
    return Tile(name, card.show(now.get(subject.column), words), card.definition, tuple(lines), page)


def _before(view: View, model: str, column: str, rows: tuple[Row, Row], against: str) -> str:
    now, before = rows
    card = view.cards.card(model, column)
    if before.get(column) is None:
        return view.words("tile.line", name=against, value=NOTHING)
    change = card.difference(now.get(column), before.get(column), view.words) or NOTHING
    return view.words("overview.was", against=against, value=card.show(before.get(column), view.words), change=change)


def stock(view: View, row: Row, key: dict[str, str]) -> Tile:
    """Registered persons with what came in and went out in the month."""
    words, card = view.words, view.cards.card(BRIDGE, "closing_person_count")
    before = view.release.first(BRIDGE, key | {"period": bridge.previous_month(view.period)})
    moved = [
        _moved(words, column, sign, row[column])
        for sign, columns in (("+", INFLOWS), ("−", OUTFLOWS))
        for column in columns
        if row.get(column)
    ]  # fmt: skip
    lines = [
        words("overview.movements", steps=words("list.separator").join(moved) or words("overview.no_movement"))
        if row.get(card.column) is not None
        else waits(view, "household_register"),
        _before(view, BRIDGE, card.column, (row, before), words("tile.last_month")),
    ]
    title = words("overview.stock")
    return Tile(title, card.show(row.get(card.column), words), card.definition, tuple(lines), "exit")


def _moved(words: Words, column: str, sign: str, value: float) -> str:
    step = words(f"bridge.{column.removesuffix('_person_count')}")
    return words("overview.moved", step=step, sign=sign, count=words.count(value))


def spending(view: View, fund: Row, key: dict[str, str]) -> Tile:
    """The spend rate of this year's money against the month before and both bars."""
    card = view.cards.card(FUND, "spend_rate_share")
    before = view.release.first(FUND, key | {"period": bridge.previous_month(view.period)})
    lines = [_before(view, FUND, card.column, (fund, before), view.words("tile.last_month"))]
    lines += [layout.line(view, FUND, fund, column) for column in BARS]
    return Tile(card.title, card.show(fund.get(card.column), view.words), card.definition, tuple(lines), "funds")


def leads(view: View, row: Row, cases: Row) -> Tile:
    """Households with a lead, where two departments contradict each other, and how long open cases wait."""
    words = view.words
    leads = data.status(get_settings().marts_dir).get("leads")
    count = None if leads is None else sum(lead["count"] for lead in leads)
    newest = max((lead["period"] for lead in leads or ()), default=None)
    said = words("overview.contradictions", count=words.count(count))
    if newest:
        said += words("overview.newest", month=words.month(newest))
    ages = [layout.line(view, CASES, cases, column) for column in AGES] if cases else [words("overview.lead_age")]
    if row.get(ASSETS.column) is None:
        return Tile(words("overview.leads"), words("overview.places", count=words.count(count)),
                    words("quality.leads_note"), (said, *ages), "quality")  # fmt: skip
    card = view.cards.card(LEADS, ASSETS.column)
    lines = [layout.line(view, LEADS, row, column) for column in ASSETS.lines]
    return Tile(
        words("overview.leads"),
        card.show(row.get(card.column), words),
        card.definition,
        (*lines, said, *ages),
        "quality",
    )


def rejections(view: View) -> Tile:
    """Rejected rows that wait for a correction, and in how many files."""
    words = view.words
    open_rows = view.release.rows("ops_rejection", {"is_open": True})
    files = open_rows["receipt_id"].n_unique() if open_rows.height else 0
    value = words("overview.places", count=words.count(open_rows.height))
    more = (words("overview.in_files", count=words.count(files)),)
    return Tile(words("overview.rejections"), value, words("overview.rejections_help"), more, "quality")


def waits(view: View, feed: str) -> str:
    """Who is waited for: the department and file of the newest delivery due, or that the feed is not connected."""
    words = view.words
    due = view.release.rows("ops_calendar", {"feed": feed}, order=("period",))
    due = due.filter(pl.col("period") <= view.period)
    if due.is_empty():
        return words("overview.not_connected", feed=words.name("overview_feed", feed))
    row = due.row(-1, named=True)
    if row["status"] == "arrived":
        return words("overview.no_figure")
    return words("overview.waiting", who=words.of(row, "department"), feed=words.of(row, "feed_title"),
                 status=words(f"status.{row['status']}"))  # fmt: skip


def whom(view: View, absent: pl.DataFrame) -> list[str]:
    """The first deliveries that did not come, each with the department to call."""
    words = view.words
    rows = absent.sort("department_code", "feed").iter_rows(named=True)
    said = [
        words("overview.waiting", who=words.of(r, "department"), feed=words.of(r, "feed_title"),
              status=words(f"status.{r['status']}"))
        for r in rows
    ]  # fmt: skip
    rest = len(said) - NAMED
    return [*said[:NAMED], *([words("badge.more", count=rest)] if rest > 0 else [])]
