"""Charts of the first screen: frame in, Altair chart out; what ``charts.py`` says of charts holds here too.

Belongs here: bullet charts. Does not belong here: figures, words, other subjects' charts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from dashboards.charts import ACCENT, BLUE, INK, MUTED, Labels, finish

BAND = "#eef1f4"
MARKS: Mapping[str, str] = {"pace": ACCENT, "goal": INK, "before": MUTED}
ROW_HEIGHT, ROOM, ROOM_FOR_TEXT = 34, 110, 1.28


def bullets(frame: pl.DataFrame, *, labels: Labels) -> Any:
    """One bullet a rate: the rate as a bar on the band from 0 to 1, ticks for pace, goal and the period before.

    ``frame``: group (what is measured, in reading order), value, pace, goal, before, all from 0 to 1; null is left out.
    ``labels.series`` names value and the three ticks.
    """
    order = frame["group"].to_list()
    y = alt.Y("group:N", sort=order, title=None, axis=alt.Axis(labelLimit=150, domain=False, ticks=False))
    numbers = frame.select(pl.col("value", *MARKS).cast(pl.Float64)).to_dicts()
    reach = max([1.0, *(value for row in numbers for value in row.values() if value is not None)])
    x = alt.X(
        "value:Q",
        title=None,
        scale=alt.Scale(domain=[0, reach * ROOM_FOR_TEXT]),
        axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1]),
    )
    base = alt.Chart(frame.select("group", pl.col("value").cast(pl.Float64))).encode(y=y)
    named = [alt.Tooltip("group:N", title=labels.axes["y"])]
    band = base.mark_bar(color=BAND, height={"band": 0.8}).encode(x=alt.XDatum(0), x2=alt.X2Datum(reach))
    bar = base.mark_bar(color=BLUE, height={"band": 0.36}).encode(
        x=x, tooltip=[*named, alt.Tooltip("value:Q", title=labels.series["value"], format=".2%")]
    )
    text = base.mark_text(align="right", fontSize=12, color=INK).encode(
        x=alt.datum(reach * ROOM_FOR_TEXT), text=alt.Text("value:Q", format=".1%")
    )
    long = frame.select("group", pl.col(list(MARKS)).cast(pl.Float64)).unpivot(index="group", variable_name="mark")
    long = long.drop_nulls().with_columns(pl.col("mark").replace_strict(dict(labels.series)))
    used = [mark for mark in MARKS if labels.series[mark] in set(long["mark"])]
    scale = alt.Scale(domain=[labels.series[mark] for mark in used], range=[MARKS[mark] for mark in used])
    ticks = (
        alt.Chart(long)
        .mark_tick(thickness=3, height={"band": 0.8})
        .encode(
            y=y,
            x="value:Q",
            color=alt.Color("mark:N", scale=scale, sort=scale["domain"]),
            tooltip=[
                *named,
                alt.Tooltip("mark:N", title=labels.axes["bar"]),
                alt.Tooltip("value:Q", title=labels.axes["x"], format=".1%"),
            ],
        )
    )
    size = ROOM + ROW_HEIGHT * max(1, frame.height)
    return finish(alt.layer(band, bar, ticks, text).properties(height=size), labels)
