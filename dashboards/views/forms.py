"""填报表: a superior office's fixed workbook filled for the place and month, each cell with its figure and source."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import forms, layout, searching, state, tables
from dashboards.layout import View
from dashboards.tables import XLSX, Table
from dashboards.words import NOTHING
from pipelines.settings import get_settings

BRIDGE = "kpi_register_bridge_area_month"


def body(view: View) -> None:
    """The form chosen, its cells with figure and value, what is wrong with it, the filled workbook."""
    words = view.words
    folder = get_settings().data_dir / "forms"
    known = forms.templates(folder)
    chosen = state.get("form", list(known), next(iter(known)))
    state.select("form", words("forms.form"), list(known), chosen, str)
    form = forms.fill(view, known[chosen])
    faults = [one for one in form.cells if one.fault]
    empty = [one for one in form.cells if not one.fault and one.value is None]
    layout.answer(
        words("forms.answer", form=chosen, place=view.area.name, month=words.month(view.period),
              count=len(form.cells), empty=len(empty), faults=len(faults))
    )  # fmt: skip
    for one in faults:
        layout.paragraph(words("forms.fault", cell=f"{one.binding.sheet}!{one.binding.cell}", why=one.fault))
    mark = f"_{view.mark}" if view.mark else ""
    st.download_button(
        words("forms.download"),
        form.content,
        file_name=f"{chosen}_{view.area.name}_{view.period}{mark}.xlsx",
        mime=XLSX,
        key="filled_form",
        on_click="ignore",
        type="primary",
    )
    layout.heading(words("forms.cells"), words("forms.cells_note"))
    listing = _listing(view, form)
    tables.show(view, listing)
    layout.heading(words("forms.own"))
    layout.paragraph(words("forms.own_how", folder="data/forms"), quiet=True)
    figures = sorted({(one.binding.model, one.binding.column) for one in form.cells if not one.fault})
    layout.definitions(view, figures)
    tables.downloads(view, "forms", [listing], figures)


def _listing(view: View, form: forms.Form) -> Table:
    words, cards = view.words, view.cards
    pages = searching.pages_of_tables(view.release, list(view.release.cards.get("__exposures__", {})))
    rows = []
    for one in form.cells:
        card = None if one.fault else cards.card(one.binding.model, one.binding.column)
        value = one.fault or (
            str(one.value) if isinstance(one.value, str) else card.show(one.value, words) if card else NOTHING
        )
        page = pages.get(one.binding.model)
        rows.append(
            {
                "cell": f"{one.binding.sheet}!{one.binding.cell}",
                "figure": card.title if card else NOTHING,
                "period": words.month(one.period) if one.period else NOTHING,
                "value": value,
                "page": words(f"{page}.name") if page else NOTHING,
            }
        )
    names = ("cell", "figure", "period", "value", "page")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
    return Table(words("forms.cells"), frame, {name: words(f"forms.head_{name}") for name in names})


layout.page("forms", body, periods_of=BRIDGE)
