"""Charts: what is drawn are the figures of the frame, in the house style, with the mark."""

import polars as pl

from dashboards import charts, charts_homes, charts_overview, charts_work

LABELS = charts.Labels(
    axes={"x": "年份", "y": "人", "series": "指标", "bar": "参照线", "due": "应到", "arrived": "收到"},
    series={
        "exited": "当年脱贫",
        "total": "累计脱贫",
        "rate": "支出率",
        "year_end": "年末要求",
        "a": "指标",
        "b": "到位",
        "c": "已付",
        "arrived": "按时",
        "late": "迟到",
        "refused": "被拒",
        "missing": "未到",
    },
    note=("模拟数据 · 师宗县", "r1"),
)


def values(spec: dict) -> list[dict]:
    return [row for rows in spec["datasets"].values() for row in rows]


def test_yearly_bars_and_cumulative_line_share_one_axis() -> None:
    frame = pl.DataFrame({"period": ["2018", "2019"], "exited": [5, 0], "total": [5, 5]})
    spec = charts.yearly_with_cumulative(frame, yearly="exited", cumulative="total", labels=LABELS).to_dict()
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["bar", "text", "line"]
    assert spec["title"]["text"] == ["模拟数据 · 师宗县", "r1"]
    assert {(row["period"], row["series"], row["value"]) for row in values(spec)} == {
        ("2018", "当年脱贫", 5),
        ("2019", "当年脱贫", 0),
        ("2018", "累计脱贫", 5),
        ("2019", "累计脱贫", 5),
    }
    assert "resolve" not in spec


def test_a_missing_bar_draws_no_tick() -> None:
    frame = pl.DataFrame({"group": ["第一批", "中央"], "rate": [0.4, 0.9], "year_end": [None, 0.95]})
    spec = charts.rates_against_bars(frame, rate="rate", bars=["year_end"], labels=LABELS).to_dict()
    ticks = [row for row in values(spec) if row.get("bar") == "年末要求"]
    assert ticks == [{"group": "中央", "bar": "年末要求", "value": 0.95}]


def test_a_rate_above_one_stays_inside_the_chart() -> None:
    frame = pl.DataFrame({"group": ["中央"], "rate": [1.5], "year_end": [0.95]})
    spec = charts.rates_against_bars(frame, rate="rate", bars=["year_end"], labels=LABELS).to_dict()
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"][1] > 1.5


def test_amounts_are_drawn_in_the_unit_of_the_axis_and_nothing_is_stacked() -> None:
    frame = pl.DataFrame(
        {"group": ["中央"], "a": [30_000.0], "b": [20_000.0], "c": [None]}, schema_overrides={"c": pl.Float64}
    )
    spec = charts.amounts_in_steps(frame, steps=["a", "b", "c"], scale_by=1e4, labels=LABELS).to_dict()
    assert [(row["step"], row["value"]) for row in values(spec)] == [("指标", 3.0), ("到位", 2.0), ("已付", None)]
    assert all(layer["encoding"]["x"]["stack"] is None for layer in spec["layer"])


def test_the_board_says_a_state_by_shape_and_by_name() -> None:
    frame = pl.DataFrame(
        {
            "feed": ["户籍人口", "户籍人口"],
            "period": ["2020-10", "2020-11"],
            "status": ["late", "missing"],
            "due_date": ["2020-11-08", "2020-12-08"],
            "arrived_at": ["2020-11-11", None],
        }
    )
    spec = charts.delivery_board(frame, labels=LABELS).to_dict()
    assert [row["state"] for row in values(spec)] == ["迟到", "未到"]
    assert spec["encoding"]["shape"]["scale"]["domain"] == ["按时", "迟到", "被拒", "未到"]


def test_no_chart_uses_the_colours_of_household_lights() -> None:
    used = {charts.BLUE, charts.MIDDLE, charts.PALE, charts.ACCENT, charts.INK}
    for colour in used:
        red, green, blue = (int(colour[index : index + 2], 16) for index in (1, 3, 5))
        assert not (red > 180 and green < 90 and blue < 90), f"{colour} is a red"
        assert not (green > red + 40 and green > blue + 40), f"{colour} is a green"
        assert not (red > 200 and green > 170 and blue < 100), f"{colour} is a yellow"


def test_a_bullet_has_its_rate_its_ticks_and_no_mark_for_what_is_not_known() -> None:
    frame = pl.DataFrame(
        {
            "group": ["中央", "县级"],
            "value": [0.4, 0.2],
            "pace": [0.5, 0.5],
            "goal": [0.95, None],
            "before": [None, None],
        },
        schema_overrides={"before": pl.Float64},
    )
    names = {"value": "现在", "pace": "进度", "goal": "目标", "before": "上期"}
    labels = charts.Labels(axes={"x": "比率", "y": "指标", "bar": "参照线"}, series=names, note=("模拟数据",))
    drawn = charts_overview.bullets(frame, labels=labels).to_dict()
    ticks = drawn["datasets"][drawn["layer"][2]["data"]["name"]]
    assert sorted((row["group"], row["mark"], row["value"]) for row in ticks) == [
        ("中央", "目标", 0.95),
        ("中央", "进度", 0.5),
        ("县级", "进度", 0.5),
    ]
    assert drawn["layer"][2]["encoding"]["color"]["scale"]["domain"] == ["进度", "目标"]
    bars = drawn["datasets"][drawn["layer"][1]["data"]["name"]]
    assert [row["value"] for row in bars] == [0.4, 0.2]


def test_a_chart_without_a_figure_above_0_is_blank() -> None:
    nothing = pl.DataFrame({"group": ["a", "b"], "value": [0, None]})
    assert charts.is_blank(charts_homes.bars_by_group(nothing, value="value", labels=LABELS))
    something = pl.DataFrame({"group": ["a", "b"], "value": [0, -1]})
    assert not charts.is_blank(charts_homes.bars_by_group(something, value="value", labels=LABELS))
    months = pl.DataFrame({"period": ["2020-01"], "a": [None], "b": [0]}, schema_overrides={"a": pl.Int64})
    assert charts.is_blank(charts_work.stacked_months(months, parts=("a", "b"), labels=LABELS))
    board = pl.DataFrame(
        {"feed": ["x"], "period": ["2020-01"], "status": ["late"], "due_date": [None], "arrived_at": [None]}
    )
    assert not charts.is_blank(charts.delivery_board(board, labels=LABELS))
