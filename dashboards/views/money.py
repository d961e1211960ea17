"""一笔钱去了哪里: money that lies still, days per hop, and the whole chain of one document number or project."""

from __future__ import annotations

from functools import partial

import polars as pl
import streamlit as st

from dashboards import layout, sections, small_cells, state, tables
from dashboards.below import codes_below, with_places
from dashboards.cards import Card
from dashboards.layout import View
from dashboards.tables import Table

HOPS, LIST, TRACE, REPORT = "kpi_money_hop_month", "fct_money_hop", "fct_money_trace", "fct_fund_report"
IDLE = ("unsplit_over_limit_cny", "unpaid_over_limit_cny", "transferred_cny")
COUNTS = (
    "quota_count",
    "unsplit_over_limit_count",
    "split_late_count",
    "unpaid_over_limit_count",
    "nothing_paid_count",
)
AMOUNTS = ("allocated_cny", "arrived_cny", "split_cny", "unsplit_cny", "paid_final_cny", "unpaid_cny", *IDLE)
DAYS = ("issue_to_arrival_days", "issue_to_split_days", "arrival_to_payment_days")
YEAR = ("month_paid_cny", "year_paid_cny", "month_of_year_share", "earlier_month_of_year_share")
HOUSEHOLDS = "household_count"
KINDS = ("document", "project")
LISTS = {
    "unsplit": ("is_unsplit_too_long", "unsplit_days"),
    "unpaid": ("is_unpaid_too_long", "unpaid_cny"),
    "account": ("transferred_cny", "transferred_cny"),
}


def body(view: View) -> None:
    """The chain of a document or project when one is named, else what lies still and how long each hop takes."""
    words, release = view.words, view.release
    if view.area.level == "village":
        layout.answer(words("funds.no_village", place=view.area.name))
        return
    shown = _trace(view)
    key = {"area_id": view.area.code, "period": view.period, "group_type": "all"}
    row = release.first(HOPS, key)
    layout.answer(
        words(
            "money.answer",
            place=view.area.name,
            month=words.month(view.period),
            **{name: words.money(row.get(f"{name}_cny")) for name in ("unsplit_over_limit", "unpaid_over_limit")},
            account=words.money(row.get("transferred_cny")),
            quotas=words.count(row.get("unsplit_over_limit_count")),
            nothing=words.count(row.get("nothing_paid_count")),
        )
    )
    lines = {
        "unsplit_over_limit_cny": ("unsplit_over_limit_count", "issue_to_split_days"),
        "unpaid_over_limit_cny": ("unpaid_over_limit_count", "arrival_to_payment_days"),
        "transferred_cny": ("paid_final_cny",),
        "split_share": ("unsplit_cny", "split_late_count"),
        "month_of_year_share": ("month_paid_cny", "earlier_month_of_year_share"),
    }
    sections.tiles(view, HOPS, row, lines)
    shown += [_levels(view), _years(view), _below(view), *_lists(view), _reports(view)]
    figures = [(HOPS, column) for column in (*COUNTS, *AMOUNTS, *DAYS, "split_share", *YEAR)]
    layout.changes(view, [(model, column, key) for model, column in figures])
    layout.definitions(view, figures, [words("money.remark"), words("money.trace_remark")])
    tables.downloads(view, "money", shown, figures)


def _trace(view: View) -> list[Table]:
    """Choose a document number or a project; its links from the quota to the households, each with its file."""
    words, release = view.words, view.release
    layout.heading(words("money.trace"), words("money.trace_note"))
    if not release.has(TRACE):
        st.text(words("chart.empty"))
        return []
    named = next((kind for kind in KINDS if kind in st.query_params), KINDS[0])
    kind = state.switch("by", words("money.by"), KINDS, named, lambda v: words(f"money.{v}"))
    whole = release.rows(TRACE, order=("step_number", "step_date", "trace_id"))
    whole = small_cells.hide_listed(whole, (HOUSEHOLDS,), (), release.small_cell)  # in all links, whatever is chosen
    column = {"document": "document_number", "project": "project_id"}[kind]
    choices = ("", *whole[column].drop_nulls().unique().sort().to_list())
    named_as = words(f"money.{kind}")
    chosen = state.select(kind, named_as, choices, "", lambda v: v or words("money.choose"), width=state.WIDE)
    if not chosen:
        return []
    mine = whole.filter(pl.col(column) == chosen)
    other = {"document": "project_id", "project": "quota_id"}[kind]
    links = mine[other].drop_nulls().unique().implode()
    # A document's projects bring contract, assets and households; a project's quotas only themselves and their arrival.
    rest = whole.filter(pl.col(other).is_in(links) & pl.col(column).is_null())
    if kind == "project":
        rest = rest.filter(pl.col("step_name").is_in(["quota", "arrived", "sent_down", "on_the_way"]))
    chain = pl.concat([mine, rest]).sort("step_number", "step_date", "trace_id", nulls_last=True)
    chain = with_places(release, chain).with_columns(step=tables.named(chain["step_name"], "money_step", words))
    # Rows without a number of their own are told apart by file and row: nobody outside can look their key up.
    is_key = pl.col("item_id").str.starts_with(pl.col("receipt_id"))
    chain = chain.with_columns(item_id=pl.when(is_key.fill_null(value=False)).then(None).otherwise("item_id"))
    return [_sums(view, chain, chosen, kind), _links(view, chain, chosen)]


def _card(view: View, column: str, model: str = TRACE) -> Card:
    return view.cards.card(model, column)


def _total(column: str) -> pl.Expr:
    """The sum of what is known; null where nothing is."""
    return pl.when(pl.col(column).is_not_null().any()).then(pl.col(column).sum())


def _sums(view: View, chain: pl.DataFrame, chosen: str, kind: str) -> Table:
    """Amount and number of links at each step, with what of it may belong to other documents or projects too."""
    words = view.words
    sums = chain.group_by("step_name", "step").agg(link_count=pl.len(), amount_cny=_total("amount_cny"))
    households = small_cells.total_listed(chain, ("step_name",), HOUSEHOLDS)
    sums = tables.in_order(sums.join(households, on="step_name"), "step_name", "money_step")
    columns: dict[str, Card | str] = {
        "step": words("money.step"),
        "link_count": words("money.link_count"),
        "amount_cny": _card(view, "amount_cny"),
        HOUSEHOLDS: _card(view, HOUSEHOLDS),
    }
    table = Table(words("money.sums", chosen=chosen), sums, columns)
    layout.paragraph(table.title)
    layout.paragraph(words(f"money.sums_{kind}_note"), quiet=True)
    tables.show(view, table)
    return table


def _links(view: View, chain: pl.DataFrame, chosen: str) -> Table:
    words = view.words
    plain = ("step", "document_number", "quota_id", "project_id", "item_id", "counterpart", "area_name", "step_date")
    columns: dict[str, Card | str] = {column: words(f"money.{column}") for column in plain}
    columns |= {"amount_cny": _card(view, "amount_cny"), HOUSEHOLDS: _card(view, HOUSEHOLDS)}
    columns |= {"receipt_id": words("money.receipt_id"), "source_row": words("money.source_row")}
    table = Table(words("money.links", chosen=chosen), chain, columns)
    layout.paragraph(table.title)
    tables.show(view, table)
    return table


def _levels(view: View) -> Table:
    key = {"area_id": view.area.code, "period": view.period, "group_type": "source_level"}
    frame = tables.in_order(view.release.rows(HOPS, key, order=("group_id",)), "group_id", "level")
    frame = frame.with_columns(group=tables.named(frame["group_id"], "level", view.words))
    first = {"group": view.words("funds.source_level")}
    return sections.titled(view, "money.levels", frame, HOPS, (*AMOUNTS, *DAYS, *COUNTS), first=first)


def _years(view: View) -> Table:
    """The same month of all years: the share of the year that was paid in it."""
    months = view.release.rows(HOPS, {"area_id": view.area.code, "group_type": "all"}, order=("period",))
    same = months.filter(pl.col("period").str.ends_with(view.period[4:]) & (pl.col("period") <= view.period))
    return sections.titled(
        view, "money.years", same, HOPS, (*YEAR, *IDLE, *DAYS), first={"period": view.words("money.month")}
    )


def _below(view: View) -> Table:
    columns = (*AMOUNTS, *COUNTS, *DAYS)
    return sections.places(view, HOPS, view.period, columns, page="money", title=view.words("money.places"))


def _lists(view: View) -> list[Table]:
    """Quotas not split in time, money not paid in time, money in township accounts, as they stand now."""
    words, release = view.words, view.release
    hops = release.rows(LIST, {"area_code": codes_below(release, view.area.code)}, order=("hop_id",))
    hops = with_places(release, hops)
    plain = ("document_number", "quota_id", "project_id", "area_name", "fund_level", "budget_year")
    dates = ("issued_date", "arrived_date", "split_date", "first_paid_date")
    columns: dict[str, Card | str] = {column: words(f"money.{column}") for column in plain}
    amounts = ("amount_cny", "paid_final_cny", "transferred_cny", "unpaid_cny", "quota_unpaid_cny")
    for column in (*amounts, "unsplit_days", "unpaid_days"):
        if column in hops.columns:  # a release made before a column came lacks it
            columns[column] = _card(view, column, LIST)
    columns |= {column: words(f"money.{column}") for column in dates}
    shown = []
    for name, (flag, first) in LISTS.items():
        wanted = pl.col(flag) > 0 if flag.endswith("_cny") else pl.col(flag)
        part = hops.filter(wanted).sort(first, descending=True, nulls_last=True)
        told = {"count": words.count(part.height), "quotas": words.count(part["quota_id"].n_unique())}
        title = words(f"money.list_{name}", **told)
        layout.heading(title, words(f"money.list_{name}_note", month=words.month(release.as_of_period)))
        table = Table(title, part, columns)
        if part.is_empty():
            st.text(words("money.none"))
        else:
            key = f"money_{name}_{view.area.code}"
            tables.go_by_row(view, table, key=key, go=partial(_follow, part["document_number"].to_list()))
        shown.append(table)
    return shown


def _follow(documents: list[str | None], row: int) -> None:
    """Have the page show the chain of the document in that row, whatever chain it shows now."""
    for name in ("by", "project"):
        state.put(name, "", "")
    state.put("document", documents[row] or "", "")


def _reports(view: View) -> Table:
    """What finance reported by level against quotas and payments."""
    words, release = view.words, view.release
    layout.heading(words("money.reports"), words("money.reports_note"))
    frame = (
        release.rows(REPORT, {"period": view.period}, order=("fund_name",)) if release.has(REPORT) else pl.DataFrame()
    )
    cards = ("reported_total_cny", "reported_spent_cny", "reported_spend_rate_share", "allocated_cny", "arrived_cny",
             "paid_final_cny", "transferred_cny", "spent_difference_cny", "spend_rate_share")  # fmt: skip
    columns: dict[str, Card | str] = {"fund_name": words("money.fund_name")}
    columns |= {column: _card(view, column, REPORT) for column in cards}
    table = Table(words("money.reports"), frame, columns)
    if frame.is_empty():
        st.text(words("money.no_report"))
        return Table(table.title, pl.DataFrame(), {})
    tables.show(view, table)
    return table


layout.page("money", body, periods_of=HOPS)
