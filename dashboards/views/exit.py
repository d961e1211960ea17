"""脱贫退出: who left poverty in which year, who remains, and whether the stock adds up month by month."""

from __future__ import annotations

import streamlit as st

from dashboards import bridge, charts, layout, state, tables
from dashboards.layout import Tile, View

EXIT = "kpi_exit_area_year"
UNITS = ("person", "household")
POPULATIONS = ("registered", "unexited")
POPULATION = ("rural_registered_population_count", "register_share")


def body(view: View) -> None:
    """Exits by year with what was reached, incidence with its denominator, the bridges, and the places below."""
    words, release, cards = view.words, view.release, view.cards
    years = release.rows(EXIT, {"area_id": view.area.code}, order=("period",))
    known = years["period"].to_list() or [view.period[:4]]
    year = state.get("year", known, view.period[:4] if view.period[:4] in known else known[-1])
    row = release.first(EXIT, {"area_id": view.area.code, "period": year})
    before = release.first(EXIT, {"area_id": view.area.code, "period": str(int(year) - 1)})
    reached = ("cumulative_exited", "household_count"), ("cumulative_exited", "person_count")
    households, persons = (row.get("_".join(parts)) for parts in reached)
    incidence = cards.card(EXIT, "poverty_incidence_share")
    layout.answer(
        words(
            "exit.answer",
            place=view.area.name,
            year=words.month(year),
            households=words.count(households),
            persons=words.count(persons),
            remaining=words.count(row.get("remaining_person_count")),
            incidence=incidence.show(row.get(incidence.column), words),
            in_year=words.count(row.get("exited_person_count")),
        )
    )
    against = words("tile.last_year")
    places = [
        words("tile.line", name=cards.card(EXIT, column).title, value=_of(view, row, column))
        for column in ("exited_village_count", "exited_township_count")
    ]
    denominator = words(
        "exit.denominator",
        population=words.count(row.get(POPULATION[0])),
        definition=row.get("denominator_definition") or "—",
        year=words.month(str(row["population_year"])) if row.get("population_year") else "—",
    )
    layout.tiles(
        view.words,
        [
            layout.tile(view, cards.card(EXIT, "exited_person_count"), row, before, against=against),
            layout.tile(
                view,
                cards.card(EXIT, "person_exit_rate_share"),
                row,
                before,
                against=against,
                target=[layout.line(view, EXIT, row, "household_exit_rate_share")],
            ),
            layout.tile(
                view,
                cards.card(EXIT, "remaining_person_count"),
                row,
                before,
                against=against,
                target=[layout.line(view, EXIT, row, "remaining_household_count")],
            ),
            layout.tile(view, incidence, row, before, against=against, target=[denominator]),
            Tile(
                words("exit.places"),
                _of(view, row, "cumulative_exited_village_count"),
                cards.card(EXIT, "village_exit_rate_share").definition,
                (layout.line(view, EXIT, row, "cumulative_exited_township_count"), *places),
            ),
        ],
    )
    layout.heading(words("exit.chart"), words("exit.chart_note"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        unit = state.switch("unit", words("choice.unit"), UNITS, UNITS[0], lambda v: words(f"unit.by_{v}"))
        state.select("year", words("choice.year"), tuple(reversed(known)), year, words.month)
    yearly, cumulative = f"exited_{unit}_count", f"cumulative_exited_{unit}_count"
    names = {column: cards.card(EXIT, column).title for column in (yearly, cumulative)}
    axes = {"x": words("choice.year"), "y": cards.card(EXIT, yearly).unit, "series": words("definitions.figure")}
    history = (
        yearly,
        cumulative,
        f"sum_of_yearly_exits_{unit}_count",
        f"remaining_{unit}_count",
        f"{unit}_exit_rate_share",
        "poverty_incidence_share",
        "exited_village_count",
        "exited_township_count",
    )
    table = tables.Table(
        words("exit.chart"), years, {"period": words("choice.year")} | {c: cards.card(EXIT, c) for c in history}
    )
    if years.is_empty():
        st.text(words("chart.empty"))
    else:
        figure = charts.yearly_with_cumulative(
            years, yearly=yearly, cumulative=cumulative, labels=charts.Labels(axes, names, view.note)
        )
        layout.chart(figure, words("exit.chart"))
        tables.show(view, table)

    layout.heading(words("bridge.title"), words("bridge.note"))
    population = state.switch(
        "population", words("choice.population"), POPULATIONS, POPULATIONS[0], lambda v: words(f"bridge.{v}")
    )
    months = bridge.by_month(view, population, unit)
    tables.show(view, months)

    below = release.rows(EXIT, {"parent_area_id": view.area.code, "period": year}, order=("area_id",))
    level = (
        "listed_household_count",
        "listed_person_count",
        "cumulative_exited_household_count",
        "cumulative_exited_person_count",
        "remaining_person_count",
        "person_exit_rate_share",
    )
    children = tables.Table(
        words("exit.name"),
        below,
        {"area_name": words("table.area")} | {column: cards.card(EXIT, column) for column in level},
    )
    tables.drill(view, children, table_key="exit")
    figures = [(EXIT, column) for column in dict.fromkeys((*history, *level, *POPULATION))]
    key = {"area_id": view.area.code, "period": year}
    layout.changes(view, [(model, column, key) for model, column in figures])
    layout.definitions(view, figures, [words("exit.remark")])
    tables.downloads(view, "exit", [table, months, children], figures)


def _of(view: View, row: dict[str, object], column: str) -> str:
    """A count of places against those listed, as 12/98."""
    value, listed = row.get(column), row.get(f"listed_{column.split('_')[-2]}_count")
    shown = [view.words.count(v if isinstance(v, int) else None) for v in (value, listed)]
    return view.words("exit.of_listed", count=shown[0], listed=shown[1])


layout.page("exit", body, periods_of=bridge.MODEL)
