"""Charts of the page on work: frame in, Altair chart out, in the house style of ``charts``.

Belongs here: stacked months, small panels, plain bars. Does not belong here: words, formulas, other subjects' charts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl

from dashboards.charts import ACCENT, BLUE, INK, MIDDLE, PALE, Labels, finish

SHADES = (BLUE, MIDDLE, PALE, ACCENT)
LINE_SHADES = (BLUE, ACCENT)


def _long(frame: pl.DataFrame, columns: Sequence[str], names: Mapping[str, str]) -> pl.DataFrame:
    """One row per period and column, the column under its name; null, not reported, stays away from the marks."""
    long = frame.select("period", *columns).unpivot(index="period", variable_name="series").drop_nulls("value")
    return long.with_columns(
        pl.col("series").replace_strict(dict(names)),
        order=pl.col("series").replace_strict({column: index for index, column in enumerate(columns)}),
    )


def _tooltip(labels: Labels, form: str) -> list[Any]:
    return [
        alt.Tooltip("period:O", title=labels.axes["x"]),
        alt.Tooltip("series:N", title=labels.axes["series"]),
        alt.Tooltip("value:Q", title=labels.axes["y"], format=form),
    ]


def _value_axis(title: str, form: str) -> alt.Axis:
    return alt.Axis(
        title=title,
        format=form,
        tickCount=5,
        tickMinStep=1,
        titleAngle=0,
        titleAlign="right",
        titleX=-8,
        titleY=-12,
        labelLimit=90,
    )


def stacked_months(frame: pl.DataFrame, *, parts: Sequence[str], labels: Labels, height: int = 320) -> Any:
    """One bar a month, made of its parts in their order from below; ``labels.series`` names the parts."""
    names = {part: labels.series[part] for part in parts}
    domain = list(names.values())
    chart = (
        alt.Chart(_long(frame, parts, names))
        .mark_bar(width={"band": 0.66})
        .encode(
            x=alt.X("period:O", title=labels.axes["x"], axis=alt.Axis(labelAngle=-45)),
            y=alt.Y("value:Q", stack="zero", axis=_value_axis(labels.axes["y"], ",f")),
            color=alt.Color("series:N", scale=alt.Scale(domain=domain, range=list(SHADES[: len(parts)])), sort=domain),
            order=alt.Order("order:Q"),
            tooltip=_tooltip(labels, ","),
        )
    )
    return finish(chart.properties(height=height), labels)


def lines_by_month(frame: pl.DataFrame, *, columns: Sequence[str], labels: Labels, height: int = 280) -> Any:
    """One line a column over the months, the axis from 0; a month that was not reported has no point."""
    names = {column: labels.series[column] for column in columns}
    domain = list(names.values())
    chart = (
        alt.Chart(_long(frame, columns, names))
        .mark_line(point=alt.OverlayMarkDef(size=44, filled=True), strokeWidth=2)
        .encode(
            x=alt.X("period:O", title=labels.axes["x"], axis=alt.Axis(labelAngle=-45)),
            y=alt.Y("value:Q", scale=alt.Scale(zero=True), axis=_value_axis(labels.axes["y"], ",f")),
            color=alt.Color("series:N", scale=alt.Scale(domain=domain, range=list(LINE_SHADES[: len(columns)]))),
            tooltip=_tooltip(labels, ",.2f"),
        )
    )
    return finish(chart.properties(height=height), labels)


def small_panel(frame: pl.DataFrame, *, value: str, ceiling: float, labels: Labels, height: int = 90) -> Any:
    """One place's share by month as an area; all panels have one axis, 0 to ``ceiling``, to be compared."""
    base = alt.Chart(frame.select("period", value).drop_nulls()).encode(
        x=alt.X("period:O", title=None, axis=alt.Axis(labels=False, ticks=False)),
        y=alt.Y(
            f"{value}:Q",
            title=None,
            scale=alt.Scale(domain=[0, ceiling]),
            axis=alt.Axis(format=".0%", values=[0, ceiling]),
        ),
        tooltip=[
            alt.Tooltip("period:O", title=labels.axes["x"]),
            alt.Tooltip(f"{value}:Q", title=labels.axes["y"], format=".1%"),
        ],
    )
    layers = alt.layer(base.mark_area(color=PALE), base.mark_line(color=BLUE, strokeWidth=1.6, point={"size": 14}))
    return finish(layers.properties(height=height), labels)


def plain_bars(frame: pl.DataFrame, *, value: str, labels: Labels) -> Any:
    """One horizontal bar a ``group`` in the frame's order, with its figure at the end."""
    order = frame["group"].to_list()
    base = alt.Chart(frame.select("group", value)).encode(
        y=alt.Y("group:N", sort=order, title=None, axis=alt.Axis(labelLimit=150, domain=False, ticks=False)),
        x=alt.X(f"{value}:Q", title=labels.axes["x"], axis=alt.Axis(format=",f", tickCount=4, tickMinStep=1)),
        tooltip=[
            alt.Tooltip("group:N", title=labels.axes["y"]),
            alt.Tooltip(f"{value}:Q", title=labels.axes["x"], format=","),
        ],
    )
    text = base.mark_text(align="left", dx=4, fontSize=12, color=INK).encode(text=alt.Text(f"{value}:Q", format=","))
    bars = alt.layer(base.mark_bar(color=MIDDLE, height={"band": 0.56}), text)
    return finish(bars.properties(height=60 + 36 * max(1, frame.height)), labels)
