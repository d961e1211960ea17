"""Charts of incomes: frame in, Altair chart out; what `charts.py` says of charts holds here too.

Belongs here: composition by source, the waterfall of a change, the Lorenz curve, one small chart a place, households
below lines. Does not belong here: figures; running sums below are places on an axis and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import polars as pl

from dashboards.charts import ACCENT, BLUE, INK, MIDDLE, MUTED, PALE, RULE, Labels, finish

SOURCE_SHADES = {"wage": BLUE, "business": MIDDLE, "property": ACCENT, "transfer": PALE}
SMALL_WIDTH, SMALL_HEIGHT = 236, 120
PER_HEAD = alt.Axis(format=",f", tickCount=5, titleAngle=0, titleAlign="right", titleX=-8, titleY=-12)


def sources_by_year(frame: pl.DataFrame, *, labels: Labels, height: int = 320) -> Any:
    """Income per head by source, one stacked bar a year; a negative source (a loss) goes below the axis.

    ``frame``: period, income_source, income_per_head_cny, income_share.
    """
    names = labels.series
    domain = [names[source] for source in SOURCE_SHADES]
    shown = frame.with_columns(
        source=pl.col("income_source").replace_strict(dict(names)),
        order=pl.col("income_source").replace_strict({source: i for i, source in enumerate(SOURCE_SHADES)}),
    )
    bars = (
        alt.Chart(shown)
        .mark_bar(width={"band": 0.62})
        .encode(
            x=alt.X("period:O", title=labels.axes["x"], axis=alt.Axis(labelAngle=0)),
            y=alt.Y("income_per_head_cny:Q", title=labels.axes["y"], axis=PER_HEAD, stack="zero"),
            color=alt.Color(
                "source:N", scale=alt.Scale(domain=domain, range=list(SOURCE_SHADES.values())), sort=domain
            ),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("period:O", title=labels.axes["x"]),
                alt.Tooltip("source:N", title=labels.axes["series"]),
                alt.Tooltip("income_per_head_cny:Q", title=labels.axes["y"], format=",.0f"),
                alt.Tooltip("income_share:Q", title=labels.axes["share"], format=".1%"),
            ],
        )
    )
    return finish(bars.properties(height=height), labels)


def change_in_steps(steps: Sequence[tuple[str, float, bool]], *, labels: Labels, height: int = 320) -> Any:
    """A waterfall: (name, yuan, is a level) from last year's mean over what each source adds to this year's."""
    rows: list[dict[str, object]] = []
    reached = 0.0
    for name, value, is_level in steps:
        start = 0.0 if is_level else reached
        reached = start + value
        kind = "level" if is_level else "plus" if value >= 0 else "minus"
        text = f"{value:,.0f}" if is_level else f"{value:+,.0f}".replace("-", "\u2212")
        rows.append({"step": name, "from": start, "to": reached, "value": value, "kind": kind, "text": text})
    shades = alt.Scale(domain=["level", "plus", "minus"], range=[BLUE, MIDDLE, ACCENT])
    base = alt.Chart(pl.DataFrame(rows)).encode(
        x=alt.X("step:N", sort=None, title=None, axis=alt.Axis(labelAngle=-30, labelLimit=110, labelOverlap=False))
    )
    bars = base.mark_bar(width={"band": 0.66}).encode(
        y=alt.Y("from:Q", title=labels.axes["y"], axis=PER_HEAD),
        y2="to:Q",
        color=alt.Color("kind:N", scale=shades, legend=None),
        tooltip=[
            alt.Tooltip("step:N", title=labels.axes["series"]),
            alt.Tooltip("value:Q", title=labels.axes["y"], format=",.0f"),
        ],
    )
    texts = base.mark_text(dy=-9, fontSize=11, color=INK).encode(
        y=alt.Y("top:Q"), text="text:N"
    ).transform_calculate(top="max(datum.from, datum.to)")  # fmt: skip
    return finish(alt.layer(bars, texts).properties(height=height), labels)


def lorenz_curves(frame: pl.DataFrame, *, labels: Labels, height: int = 320) -> Any:
    """Lorenz curves of the years in ``series``, newest in blue, with the line of equality.

    ``frame``: period, person_share, income_share.
    """
    years = frame["period"].unique().sort().to_list()
    scale = alt.Scale(domain=[labels.series[y] for y in years], range=[MUTED, BLUE][-len(years) :])
    shown = frame.with_columns(series=pl.col("period").replace_strict(dict(labels.series)))
    whole = alt.Scale(domain=[0, 1])
    x = alt.X("person_share:Q", title=labels.axes["x"], axis=alt.Axis(format=".0%", tickCount=5), scale=whole)
    quiet = alt.Axis(format=".0%", tickCount=5, titleAngle=0, titleAlign="right", titleX=-8, titleY=-12)
    y = alt.Y("income_share:Q", title=labels.axes["y"], axis=quiet, scale=whole)
    even = pl.DataFrame({"person_share": [0.0, 1.0], "income_share": [0.0, 1.0]})
    diagonal = alt.Chart(even).mark_line(color=RULE, strokeDash=[4, 4]).encode(x=x, y=y)
    curve = (
        alt.Chart(shown)
        .mark_line(point=alt.OverlayMarkDef(size=18, filled=True), strokeWidth=2)
        .encode(
            x=x,
            y=y,
            color=alt.Color("series:N", scale=scale),
            tooltip=[
                alt.Tooltip("series:N", title=labels.axes["series"]),
                alt.Tooltip("person_share:Q", title=labels.axes["x"], format=".0%"),
                alt.Tooltip("income_share:Q", title=labels.axes["y"], format=".1%"),
            ],
        )
    )
    return finish(alt.layer(diagonal, curve).properties(height=height), labels)


def one_place(frame: pl.DataFrame, *, name: str, reach: float, labels: Labels) -> Any:
    """A small chart of one place: mean per head by year; its title says the place and what is said of the chosen year.

    ``frame``: period, mean_per_head_cny. ``reach`` is the axis end that all small charts share. ``labels.note`` holds
    the quiet lines under the name.
    """
    bars = (
        alt.Chart(frame.drop_nulls("mean_per_head_cny"))
        .mark_bar(width={"band": 0.62})
        .encode(
            x=alt.X("period:O", title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y(
                "mean_per_head_cny:Q",
                title=None,
                scale=alt.Scale(domain=[0, reach]),
                axis=alt.Axis(format=",f", tickCount=3),
            ),
            color=alt.condition("datum.is_now", alt.value(BLUE), alt.value(MIDDLE)),
            tooltip=[
                alt.Tooltip("period:O", title=labels.axes["x"]),
                alt.Tooltip("mean_per_head_cny:Q", title=labels.axes["y"], format=",.0f"),
                alt.Tooltip("growth_share:Q", title=labels.axes["growth"], format=".1%"),
            ],
        )
    )
    title = alt.TitleParams(
        text=name, subtitle=list(labels.note), anchor="start", fontSize=13, color=INK, subtitleColor=MUTED,
        subtitleFontSize=11,
    )  # fmt: skip
    return finish(bars.properties(height=SMALL_HEIGHT), labels).properties(title=title)


def below_lines(frame: pl.DataFrame, *, measure: str, labels: Labels, height: int = 300) -> Any:
    """Households or persons below each line by year: one line a family of lines.

    ``frame``: period, line_family, line_cny and ``measure``.
    """
    shades = dict(zip(("statistics", "exit", "monitoring"), (BLUE, MIDDLE, ACCENT), strict=True))
    shown = frame.with_columns(family=pl.col("line_family").replace_strict(dict(labels.series)))
    domain = [labels.series[family] for family in shades]
    base = alt.Chart(shown).encode(
        x=alt.X("period:O", title=labels.axes["x"], axis=alt.Axis(labelAngle=0)),
        y=alt.Y(f"{measure}:Q", title=labels.axes["y"], axis=PER_HEAD),
        color=alt.Color("family:N", scale=alt.Scale(domain=domain, range=list(shades.values())), sort=domain),
        tooltip=[
            alt.Tooltip("period:O", title=labels.axes["x"]),
            alt.Tooltip("family:N", title=labels.axes["series"]),
            alt.Tooltip("line_cny:Q", title=labels.axes["line"], format=",.0f"),
            alt.Tooltip(f"{measure}:Q", title=labels.axes["y"], format=","),
        ],
    )
    line = base.mark_line(point=alt.OverlayMarkDef(size=46, filled=True), strokeWidth=2)
    # The exit line runs close to the statistics line: its figures stand below it.
    is_low = alt.datum.line_family == "exit"
    texts = [
        base.transform_filter(where).mark_text(dy=dy, fontSize=11).encode(text=alt.Text(f"{measure}:Q", format=","))
        for where, dy in ((~is_low, -12), (is_low, 15))
    ]
    return finish(alt.layer(line, *texts).properties(height=height), labels)
