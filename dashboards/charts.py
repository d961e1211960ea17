"""Frame in, Altair chart out: no Streamlit, no words of its own, no arithmetic beyond the unit of an axis.

Colours carry no household light and no quality light: one blue for what is meant, greys for what it is held against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

FONT = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"
INK, MUTED, RULE = "#1f2933", "#616e7c", "#d9dee4"
BLUE, MIDDLE, PALE, ACCENT = "#1d4f7c", "#6f9bc3", "#cfdce8", "#8a5a19"
MARKS = {"arrived": "circle", "late": "triangle-up", "refused": "cross", "missing": "square"}
SHADES = {"arrived": BLUE, "late": MIDDLE, "refused": ACCENT, "missing": "#ffffff"}


@dataclass(frozen=True)
class Labels:
    """The texts of one chart: axis titles, the names of its series, and the note under it (place, month, mark)."""

    axes: Mapping[str, str]
    series: Mapping[str, str]
    note: Sequence[str] = ()


def finish(chart: Any, labels: Labels) -> Any:
    """The house style: quiet axes, CJK fonts, and the note that names place, month and synthetic data."""
    title = alt.TitleParams(
        text=list(labels.note), anchor="end", orient="bottom", fontSize=11, color=MUTED, fontWeight="normal", offset=8
    )
    axis = {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "titleFontWeight": "normal",
        "gridColor": "#eef1f4",
        "domainColor": RULE,
        "tickColor": RULE,
        "labelFontSize": 12,
        "titleFontSize": 12,
    }
    return (
        chart.properties(title=title)
        .configure(font=FONT, background="#ffffff")
        .configure_view(stroke=None)
        .configure_axis(**axis)
        .configure_legend(
            orient="top", title=None, labelFontSize=12, labelColor=INK, symbolSize=90, columns=2, labelLimit=220
        )
    )


def is_blank(chart: Any) -> bool:
    """Whether the chart draws no mark worth an axis: every figure along its axes is null or 0."""
    figures = []
    for part in (chart, *getattr(chart, "layer", ())):
        frame = part.data if isinstance(part.data, pl.DataFrame) else chart.data
        if isinstance(frame, pl.DataFrame):
            figures += [frame[name] for name in _figures_of(part) if name in frame.columns]
    return bool(figures) and not any((values.drop_nulls() != 0).any() for values in figures)


def _figures_of(part: Any) -> list[str]:
    """The quantitative columns that a chart without layers lays along its axes."""
    channels = (getattr(getattr(part, "encoding", None), axis, None) for axis in ("x", "y"))
    named = [str(getattr(channel, "shorthand", "")) for channel in channels]
    return [name.removesuffix(":Q") for name in named if name.endswith(":Q")]


def yearly_with_cumulative(
    frame: pl.DataFrame, *, yearly: str, cumulative: str, labels: Labels, height: int = 340
) -> Any:
    """Bars of each year and the line of what was reached by then, on one axis because they have one unit."""
    names = labels.series
    colour = alt.Scale(domain=[names[yearly], names[cumulative]], range=[MIDDLE, BLUE])
    long = frame.select("period", yearly, cumulative).unpivot(index="period", variable_name="series")
    long = long.with_columns(pl.col("series").replace_strict(dict(names)))
    base = alt.Chart(long).encode(
        x=alt.X("period:O", title=labels.axes["x"], axis=alt.Axis(labelAngle=0)),
        y=alt.Y(
            "value:Q",
            title=labels.axes["y"],
            axis=alt.Axis(
                format=",f",
                tickCount=5,
                tickMinStep=1,
                titleAngle=0,
                titleAlign="right",
                titleX=-8,
                titleY=-12,
            ),
        ),
        color=alt.Color("series:N", scale=colour, sort=list(colour["domain"])),
        tooltip=[
            alt.Tooltip("period:O", title=labels.axes["x"]),
            alt.Tooltip("series:N", title=labels.axes["series"]),
            alt.Tooltip("value:Q", title=labels.axes["y"], format=","),
        ],
    )
    bars = base.transform_filter(alt.datum.series == names[yearly]).mark_bar(width={"band": 0.62})
    line = base.transform_filter(alt.datum.series == names[cumulative]).mark_line(
        point=alt.OverlayMarkDef(size=46, filled=True), strokeWidth=2
    )
    text = bars.mark_text(dy=-10, fontSize=11, color=INK).encode(text=alt.Text("value:Q", format=","))
    return finish(alt.layer(bars, text, line).properties(height=height), labels)


def rates_against_bars(
    frame: pl.DataFrame, *, rate: str, bars: Sequence[str], labels: Labels, height: int | None = None
) -> Any:
    """One horizontal bar a group with its rate, and a tick for each bar that the group is held against."""
    names = labels.series
    order = frame["group"].to_list()
    y = alt.Y("group:N", sort=order, title=None, axis=alt.Axis(labelLimit=150, domain=False, ticks=False))
    reach = max([1.0, *(value for value in frame[rate].to_list() if value is not None)])
    x = alt.X(
        f"{rate}:Q",
        title=labels.axes["x"],
        scale=alt.Scale(domain=[0, reach * 1.3]),
        axis=alt.Axis(format=".0%", tickCount=5),
    )
    shown = alt.Tooltip(f"{rate}:Q", title=names[rate], format=".2%")
    base = alt.Chart(frame.select("group", rate, *bars)).encode(y=y)
    bar = base.mark_bar(color=MIDDLE, height={"band": 0.56}).encode(
        x=x, tooltip=[alt.Tooltip("group:N", title=labels.axes["y"]), shown]
    )
    text = base.mark_text(align="right", fontSize=12, color=INK).encode(
        x=alt.datum(reach * 1.3), text=alt.Text(f"{rate}:Q", format=".1%")
    )
    long = frame.select("group", *bars).unpivot(index="group", variable_name="bar").drop_nulls()
    long = long.with_columns(pl.col("bar").replace_strict(dict(names)))
    scale = alt.Scale(domain=[names[bar] for bar in bars], range=[ACCENT, INK][: len(bars)])
    ticks = (
        alt.Chart(long)
        .mark_tick(thickness=2.5, height={"band": 0.86})
        .encode(
            y=y,
            x="value:Q",
            color=alt.Color("bar:N", scale=scale),
            tooltip=[alt.Tooltip("bar:N", title=labels.axes["bar"]), alt.Tooltip("value:Q", format=".1%")],
        )
    )
    size = height or 130 + 40 * max(1, frame.height)
    return finish(alt.layer(bar, ticks, text).properties(height=size), labels)


def amounts_in_steps(frame: pl.DataFrame, *, steps: Sequence[str], scale_by: float, labels: Labels) -> Any:
    """Allocated, arrived and paid of one group laid over each other: what is not covered has not moved on.

    ``scale_by`` is the unit of the axis in yuan (10,000 for 万元).
    """
    names = labels.series
    order = frame["group"].to_list()
    domain = [names[step] for step in steps]
    long = frame.select("group", *steps).unpivot(index="group", variable_name="step")
    long = long.with_columns(
        (pl.col("value") / scale_by).alias("value"), pl.col("step").replace_strict(dict(names)).alias("step")
    )
    base = alt.Chart(long).encode(
        y=alt.Y("group:N", sort=order, title=None, axis=alt.Axis(labelLimit=150, domain=False, ticks=False)),
        x=alt.X("value:Q", stack=None, title=labels.axes["x"], axis=alt.Axis(format=",f", tickCount=5)),
        color=alt.Color("step:N", scale=alt.Scale(domain=domain, range=[PALE, MIDDLE, BLUE]), sort=domain),
        tooltip=[
            alt.Tooltip("group:N", title=labels.axes["y"]),
            alt.Tooltip("step:N", title=labels.axes["series"]),
            alt.Tooltip("value:Q", title=labels.axes["x"], format=",.2f"),
        ],
    )
    bands = (0.78, 0.52, 0.24)
    layers = [
        base.transform_filter(alt.datum.step == name).mark_bar(height={"band": band})
        for name, band in zip(domain, bands, strict=True)
    ]
    return finish(alt.layer(*layers).properties(height=130 + 40 * max(1, frame.height)), labels)


def delivery_board(frame: pl.DataFrame, *, labels: Labels) -> Any:
    """Feeds by months; shape and shade say arrived, late, refused or missing, so that print in grey still reads."""
    names = labels.series
    states = list(MARKS)
    domain = [names[state] for state in states]
    shown = frame.with_columns(pl.col("status").replace_strict(dict(names)).alias("state"))
    chart = (
        alt.Chart(shown)
        .mark_point(size=120, filled=True, stroke=MUTED, strokeWidth=1, opacity=1)
        .encode(
            x=alt.X("period:O", title=labels.axes["x"], axis=alt.Axis(labelAngle=-45, grid=False)),
            y=alt.Y("feed:N", title=None, axis=alt.Axis(labelLimit=150, grid=True, domain=False, ticks=False)),
            shape=alt.Shape("state:N", scale=alt.Scale(domain=domain, range=[MARKS[state] for state in states])),
            color=alt.Color("state:N", scale=alt.Scale(domain=domain, range=[SHADES[state] for state in states])),
            tooltip=[
                alt.Tooltip("feed:N", title=labels.axes["y"]),
                alt.Tooltip("period:O", title=labels.axes["x"]),
                alt.Tooltip("state:N", title=labels.axes["series"]),
                alt.Tooltip("due_date:T", title=labels.axes["due"], format="%Y-%m-%d"),
                alt.Tooltip("arrived_at:T", title=labels.axes["arrived"], format="%Y-%m-%d"),
            ],
        )
    )
    return finish(chart.properties(height=170 + 34 * max(1, frame["feed"].n_unique())), labels)
