"""与公布数对照: every figure that the place's report prints beside the one computed here, or why there is none."""

from __future__ import annotations

import re

import polars as pl

from dashboards import export, layout, small_cells, state, tables
from dashboards.cards import Card
from dashboards.data import Release, Wanted
from dashboards.layout import Tile, View
from dashboards.tables import Table
from dashboards.words import HIDDEN, MINUS

COMPARISON = "kpi_published_vs_computed"
AGREEMENTS = ("equal", "differs", "no_row", "size_unknown", "not_computable", "not_compared")
ALL = "all"
# Figures of people and households, whose small numbers stay hidden; printed ones are public.
UNITS_OF_PEOPLE = ("人", "户", "名", "人次", "户次")
YEAR = "年"
# Conditions of the list of printed figures that a table of figures can be asked by.
ONE_OF = re.compile(r"(\w+) (?:=|in) \(?('[^']*'(?:, *'[^']*')*)\)?")
VALUES = ("printed_value", "expected_value", "computed_value", "difference_value", "tolerance_value")
# Decimals beyond the printed ones.
MORE_DIGITS = {
    "printed_value": 0,
    "expected_value": 2,
    "computed_value": 2,
    "difference_value": 2,
    "tolerance_value": 1,
}


def body(view: View) -> None:
    """How many agree, what that proves, and the figures with the chosen result."""
    words, release = view.words, view.release
    found = release.rows(COMPARISON, order=("sentence_ref", "indicator", "period")) if release.has(COMPARISON) else None
    if found is None or found.is_empty():
        layout.answer(words("published.none"))
        return
    counts = {one: found.filter(pl.col("agreement") == one).height for one in AGREEMENTS}
    told = {one: words.count(count) for one, count in counts.items()}
    place = release.manifest["place"][words.language]
    layout.answer(words("published.answer", place=place, total=words.count(found.height), **told))
    layout.paragraph(words("published.calibrated" if release.is_synthetic else "published.real"))
    layout.tiles(
        words,
        [
            Tile(words.name("published_agreement", one), told[one], words(f"published.help_{one}"))
            for one in AGREEMENTS
            if counts[one] or one in ("equal", "differs")
        ],
    )
    layout.heading(words("published.figures"), words("published.figures_note"))
    options = [ALL, *(one for one in AGREEMENTS if counts[one])]
    chosen = state.get("result", options, ALL)
    state.select("result", words("published.result"), options, ALL, lambda one: _named(view, one))
    shown = found if chosen == ALL else found.filter(pl.col("agreement") == chosen)
    figures = _figures(view, shown)
    tables.show(view, _as_printed(figures))
    layout.paragraph(words("published.tolerance_note"), quiet=True)
    figures_of_cards = [(COMPARISON, name) for name in VALUES]
    layout.definitions(view, figures_of_cards)
    tables.downloads(view, "published", [figures], figures_of_cards)


def _named(view: View, one: str) -> str:
    return view.words("files.all") if one == ALL else view.words.name("published_agreement", one)


def _figures(view: View, found: pl.DataFrame) -> Table:
    words = view.words
    title = pl.Series([_title(view, row) for row in found.iter_rows(named=True)], dtype=pl.String)
    frame = _without_small_counts(view, found).with_columns(
        figure=title,
        result=tables.named(found["agreement"], "published_agreement", words),
        reason=tables.named(found["availability"], "published_availability", words),
        source=pl.concat_str("mart_name", "mart_column", separator="."),
    )
    first = {name: words(f"published.head_{name}") for name in ("figure", "result", "period")}
    cards: dict[str, Card | str] = {name: view.cards.card(COMPARISON, name) for name in VALUES}
    texts = ("unit_name", "sentence_ref", "reason", "note", "source", "indicator")
    last = {name: words(f"published.head_{name}") for name in texts}
    return Table(words("published.figures"), frame, first | cards | last)


def _as_printed(figures: Table) -> Table:
    """The figures as texts: persons, shares, 亿元 and years stand in one column, so each row has decimals of its own.

    A printed figure has its printed digits; what is expected and computed shows up to two more, where they say
    something, and the allowed difference one. The download keeps numbers.
    """
    frame = figures.frame
    starred = {name: export.is_hidden(frame, name) for name in VALUES}
    texts = {
        name: pl.Series(
            [
                HIDDEN if is_hidden else _written(value, digits, MORE_DIGITS[name], unit)
                for value, digits, unit, is_hidden in zip(
                    frame[name], frame["printed_digits"], frame["unit_name"], starred[name], strict=True
                )
            ],
            dtype=pl.String,
        )
        for name in VALUES
    }
    return Table(figures.title, frame.with_columns(**texts), figures.columns)


def _written(value: float | None, digits: int, more: int, unit: str) -> str | None:
    """A figure with its digits and up to so many more, where they are not 0; a year without separators."""
    if value is None:
        return None
    decimals = max(digits, 0) + more  # a figure printed in tens has -1 digits
    text = f"{value:{'' if unit == YEAR else ','}.{decimals}f}"
    for _ in range(more):
        text = text.removesuffix("0")
    return text.removesuffix(".").replace("-", MINUS)


def _without_small_counts(view: View, found: pl.DataFrame) -> pl.DataFrame:
    """Computed figures that their own table hides, and counts of people below the limit, are hidden here too.

    With them goes what they differ by, and the printed figure at the size of an invented county: where both agree it
    is the computed one. The printed figure itself is public.
    """
    release = view.release
    small = (
        pl.col("unit_name").is_in(UNITS_OF_PEOPLE)
        & (pl.col("computed_value") > 0)
        & (pl.col("computed_value") < release.small_cell)
    ).fill_null(value=False)
    elsewhere = pl.Series([_is_hidden(release, row) for row in found.iter_rows(named=True)], dtype=pl.Boolean)
    numbers = found.with_columns(*(pl.col(name).cast(pl.Float64) for name in VALUES), is_hidden=small | elsewhere)
    resized = pl.col("is_hidden") & (pl.col("expected_value") != pl.col("printed_value"))
    falls = {"computed_value": pl.col("is_hidden"), "difference_value": pl.col("is_hidden"), "expected_value": resized}
    starred = [pl.when(test).then(pl.lit(name)) for name, test in falls.items()]
    return numbers.with_columns(
        *(pl.when(test).then(None).otherwise(pl.col(name)).alias(name) for name, test in falls.items()),
        pl.concat_list(starred).list.drop_nulls().alias(small_cells.HIDDEN_COLUMNS),
    ).drop("is_hidden")


def _is_hidden(release: Release, row: dict[str, str | None]) -> bool:
    """Whether the table that a figure comes from hides a cell it is made of; no where the cell cannot be looked up."""
    name, condition = str(row["mart_name"]), row.get("mart_filter")
    if not condition or not name.startswith("kpi_") or not release.small_cell or not release.has(name):
        return False
    parts = [ONE_OF.fullmatch(part) for part in condition.split(" and ")]
    wanted: dict[str, Wanted] = {part[1]: tuple(re.findall("'([^']*)'", part[2])) for part in parts if part}
    cells = release.rows(name, wanted) if all(parts) else pl.DataFrame()
    if small_cells.HIDDEN_COLUMNS not in cells.columns:
        return False
    hidden = cells[small_cells.HIDDEN_COLUMNS].drop_nulls().explode()
    return not set(hidden).isdisjoint(re.findall(r"\w+", str(row["mart_column"])))


def _title(view: View, row: dict[str, str | None]) -> str:
    """The printed figure's own name with the part printed; its code alone where a release holds one not named yet."""
    stem, _, part = str(row["indicator"]).partition(" ")
    title = view.words.name("printed_figure", stem)
    return view.words("table.heading", title=title, unit=part) if part else title


layout.page("published", body, periods_of=None)
