"""Charts of the page on homes: frame in, Altair chart out, in the house style of ``charts``.

Belongs here: grades, years by target group, subsidy against paid, leads by kind. Does not belong here: words, formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import polars as pl

from dashboards.charts import ACCENT, BLUE, INK, MIDDLE, PALE, Labels, finish

SHADES = (BLUE, MIDDLE, ACCENT, PALE)
GAP = "#e8ebee"


def bars_by_group(frame: pl.DataFrame, *, value: str, labels: Labels) -> Any:
    """One horizontal bar for each ``group`` with its figure at the end; null, not reported, has no bar."""
    shown = frame.select("group", value).drop_nulls(value)
    reach = max([1, *shown[value].to_list()])
    base = alt.Chart(shown).encode(
        y=alt.Y("group:N", sort=shown["group"].to_list(), title=None, axis=_quiet()),
        tooltip=[
            alt.Tooltip("group:N", title=labels.axes["y"]),
            alt.Tooltip(f"{value}:Q", title=labels.axes["x"], format=","),
        ],
    )
    x = alt.X(
        f"{value}:Q",
        title=labels.axes["x"],
        scale=alt.Scale(domain=[0, reach * 1.2]),
        axis=alt.Axis(format=",f", tickCount=4, tickMinStep=1),
    )
    bar = base.mark_bar(color=MIDDLE, height={"band": 0.6}).encode(x=x)
    text = base.mark_text(align="left", dx=4, fontSize=12, color=INK).encode(
        x=x, text=alt.Text(f"{value}:Q", format=",")
    )
    return finish(alt.layer(bar, text).properties(height=90 + 36 * max(1, shown.height)), labels)


def stacked_bars(
    frame: pl.DataFrame, *, by: str, whole: str, parts: Sequence[str], labels: Labels, height: int = 320
) -> Any:
    """One bar for each value of ``by``, made of its parts in their order from below; ``labels.series`` names them.

    Behind them stands the whole, so that a part which is hidden as small leaves a gap and not a shorter bar.
    """
    axis = alt.Axis(format=",f", tickCount=5, tickMinStep=1, titleAngle=0, titleAlign="right", titleX=-8, titleY=-12)
    x = alt.X(f"{by}:O", title=labels.axes["x"], axis=alt.Axis(labelAngle=0))
    y = alt.Y("value:Q", stack="zero", title=labels.axes["y"], axis=axis)
    bars = {"width": {"band": 0.62}}
    return _stacked(frame, (by, (*parts, whole)), labels, (x, y), bars).properties(height=height)


def stacked_groups(frame: pl.DataFrame, *, whole: str, parts: Sequence[str], labels: Labels) -> Any:
    """One horizontal bar for each ``group``, made of its parts before the whole; without a figure there is no bar."""
    reach = max([1, *frame[whole].drop_nulls().to_list()])
    x = alt.X(
        "value:Q",
        stack="zero",
        title=labels.axes["x"],
        scale=alt.Scale(domain=[0, reach]),
        axis=alt.Axis(format=",f", tickCount=4, tickMinStep=1),
    )
    y = alt.Y("group:N", sort=frame["group"].to_list(), title=None, axis=_quiet())
    height = 130 + 36 * max(1, frame.height)
    bars = {"height": {"band": 0.6}}
    return _stacked(frame, ("group", (*parts, whole)), labels, (x, y), bars).properties(height=height)


def _stacked(
    frame: pl.DataFrame,
    columns_of: tuple[str, tuple[str, ...]],
    labels: Labels,
    channels: tuple[alt.X, alt.Y],
    bars: dict[str, Any],
) -> Any:
    """Parts before their whole, which is the last of the columns; ``bars`` says how thick the bars are."""
    by, columns = columns_of
    whole = columns[-1]
    names = {column: labels.series[column] for column in columns}
    long = frame.select(by, *columns).unpivot(index=by, variable_name="series").drop_nulls("value")
    long = long.with_columns(
        pl.col("series").replace_strict(names),
        order=pl.col("series").replace_strict({column: at for at, column in enumerate(columns)}),
    )
    domain = list(names.values())
    colour = alt.Scale(domain=domain, range=[*SHADES[: len(columns) - 1], GAP])
    value_title = labels.axes["y"] if by != "group" else labels.axes["x"]
    base = alt.Chart(long).encode(
        x=channels[0],
        y=channels[1],
        color=alt.Color("series:N", scale=colour, sort=domain),
        order=alt.Order("order:Q"),
        tooltip=[
            alt.Tooltip(f"{by}:N", title=labels.axes["x"] if by != "group" else labels.axes["y"]),
            alt.Tooltip("series:N", title=labels.axes["series"]),
            alt.Tooltip("value:Q", title=value_title, format=","),
        ],
    )
    behind = base.transform_filter(alt.datum.series == names[whole]).mark_bar(**bars)
    before = base.transform_filter(alt.datum.series != names[whole]).mark_bar(**bars)
    return finish(alt.layer(behind, before), labels)


def paid_over_subsidy(frame: pl.DataFrame, *, scale_by: float, labels: Labels) -> Any:
    """Subsidy and what was paid of it, laid over each other; ``scale_by`` is the axis' unit in yuan."""
    names = labels.series
    steps = ("subsidy_cny", "paid_subsidy_cny")
    domain = [names[step] for step in steps]
    long = frame.select("group", *steps).unpivot(index="group", variable_name="step").drop_nulls("value")
    long = long.with_columns(
        (pl.col("value") / scale_by).alias("value"),
        pl.col("step").replace_strict({step: names[step] for step in steps}),
    )
    base = alt.Chart(long).encode(
        y=alt.Y("group:N", sort=frame["group"].to_list(), title=None, axis=_quiet()),
        x=alt.X("value:Q", stack=None, title=labels.axes["x"], axis=alt.Axis(format=",f", tickCount=4)),
        color=alt.Color("step:N", scale=alt.Scale(domain=domain, range=[PALE, BLUE]), sort=domain),
        tooltip=[
            alt.Tooltip("group:N", title=labels.axes["y"]),
            alt.Tooltip("step:N", title=labels.axes["series"]),
            alt.Tooltip("value:Q", title=labels.axes["x"], format=",.2f"),
        ],
    )
    layers = [
        base.transform_filter(alt.datum.step == name).mark_bar(height={"band": band})
        for name, band in zip(domain, (0.7, 0.34), strict=True)
    ]
    return finish(alt.layer(*layers).properties(height=110 + 40 * max(1, frame.height)), labels)


def _quiet() -> alt.Axis:
    return alt.Axis(labelLimit=210, domain=False, ticks=False)
