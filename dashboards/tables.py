"""Tables of figures under their cards: on the screen, as the way down to the next level, and as a download.

Belongs here: one description of a table that serves screen and file alike. Does not belong here: any formula.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from dashboards import codes, export, single_households, state
from dashboards.cards import Card
from dashboards.data import Row
from dashboards.head import reasons
from dashboards.layout import View, heading, paragraph
from dashboards.small_cells import HIDDEN_COLUMNS
from dashboards.words import HIDDEN, LANGUAGES, NOTHING, Words, load_catalogue

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROW_HEIGHT, HEAD_HEIGHT, ROWS_SHOWN = 35, 38, 12


@dataclass(frozen=True)
class Table:
    """Rows under headings: ``columns`` maps a column of ``frame`` to its card, or to a plain heading."""

    title: str
    frame: pl.DataFrame
    columns: Mapping[str, Card | str]


def show(view: View, table: Table, *, key: str | None = None, on_select: Any = "ignore") -> Any:
    """The table on the screen: money in 万元 or million yuan, shares in per cent, null as a dash, codes in words.

    What was selected, None for a table without rows, of which only that is said, and for a closed list of single
    households, in whose place stands who may see it.

    A card of the form ``yuan`` is shown to the fen: where sums are compared, a difference of some yuan has to show.
    """
    words = view.words
    if table.frame.is_empty():
        st.text(words("table.empty"))
        return None
    if single_households.is_closed(table.columns):
        paragraph(single_households.notice(words), quiet=True)
        return None
    starred = {name for name in table.columns if export.is_hidden(table.frame, name).any()}
    frame = codes.in_words(table.frame, table.columns, words)
    shown = frame.select(
        [_on_screen(frame, name, what, words, is_starred=name in starred) for name, what in table.columns.items()]
    )
    selected = st.dataframe(
        shown,
        hide_index=True,
        width="stretch",
        height=HEAD_HEIGHT + ROW_HEIGHT * max(1, min(ROWS_SHOWN, shown.height)),
        placeholder=NOTHING,
        column_config={
            name: _column(what, words, table.frame[name], is_first=index == 0, is_starred=name in starred)
            for index, (name, what) in enumerate(table.columns.items())
        },
        key=key,
        on_select=on_select,
        selection_mode="single-cell",
        alt=table.title,
    )
    if starred:
        paragraph(words("small_cells.note", below=view.release.small_cell), quiet=True)
    return selected


def hidden_note(view: View, row: Row) -> None:
    """What ``*`` means, under a sentence whose counts come from ``row``, when it hides any of them."""
    if row.get(HIDDEN_COLUMNS):
        paragraph(view.words("small_cells.note", below=view.release.small_cell), quiet=True)


def pick(view: View, table: Table, *, key: str) -> int | None:
    """The table on the screen; the row that was clicked, if one was."""
    selected = show(view, table, key=key, on_select="rerun")
    cells = selected.selection.cells if selected else ()
    return int(cells[0][0]) if cells else None


def go_by_row(view: View, table: Table, *, key: str, go: Callable[[int], None]) -> None:
    """The table on the screen; a click on a row has ``go`` called with its number before the page is drawn anew.

    The selection stays: whoever draws the page anew because of what ``pick`` returns, does so for ever.
    """

    def chosen() -> None:
        cells = st.session_state[key].selection.cells
        if cells:
            go(int(cells[0][0]))

    show(view, table, key=key, on_select=chosen)


def drill(view: View, table: Table, *, table_key: str, note: str | None = None) -> None:
    """The places one level down; a click on a row goes there. ``frame`` needs ``area_id``.

    Nothing is said under a village, which has no level below. A page that tells in ``note`` what is compared gets the
    table's title as heading.
    """
    words = view.words
    if view.area.level == "village":
        return
    title = words(f"drill.title_{view.area.level}", place=view.area.name) if note is None else table.title
    heading(title, " ".join(filter(None, (note, words("drill.how")))))
    if table.frame.is_empty():
        st.text(words("drill.empty"))
        return
    codes = table.frame["area_id"].to_list()

    def go(row: int) -> None:
        state.put("area", codes[row], view.release.home.code)

    go_by_row(view, table, key=f"drill_{table_key}_{view.area.code}", go=go)


def downloads(view: View, name: str, tables: Sequence[Table], figures: Sequence[tuple[str, str]]) -> None:
    """Two buttons, workbook and CSV, made when they are pressed; both carry the notes and no closed list."""
    words = view.words
    open_tables = [table for table in tables if not single_households.is_closed(table.columns)]
    has_closed = len(open_tables) < len(tables)
    title = words(f"{name}.name")
    stem = f"{words('product.name')}_{title}_{view.area.name}_{view.period}_{view.release.release_id}"

    def content() -> tuple[list[export.Sheet], export.Notes, str]:
        notes = _notes(view, title, figures, has_closed=has_closed)
        return [_sheet(table, words) for table in open_tables], notes, view.mark

    with st.container(horizontal=True):
        st.download_button(
            words("export.xlsx"),
            lambda: export.to_xlsx(*content()),
            file_name=f"{stem}.xlsx",
            mime=XLSX,
            key=f"xlsx_{name}",
            on_click="ignore",
        )
        st.download_button(
            words("export.csv"),
            lambda: export.to_csv_zip(*content()),
            file_name=f"{stem}.zip",
            mime="application/zip",
            key=f"csv_{name}",
            on_click="ignore",
        )


def named(values: pl.Series, prefix: str, words: Words) -> pl.Series:
    """Code values in the reader's words (``prefix.value`` of the catalogue), as they are where there is no word."""
    return values.replace({value: words.name(prefix, value) for value in values.unique().drop_nulls()})


def of_senders(frame: pl.DataFrame, words: Words) -> pl.DataFrame:
    """``frame`` with departments and feeds in the words of the period shown, as a sentence beside it names them."""
    return frame.with_columns(
        frame[name].replace({text: words.dated(text) for text in frame[name].drop_nulls().unique()})
        for name in (f"department_{words.language}", f"feed_title_{words.language}")
        if name in frame.columns
    )


def in_order(frame: pl.DataFrame, column: str, prefix: str) -> pl.DataFrame:
    """Rows in the order in which the catalogue lists the code values (中央 before 县级), others after them."""
    known = [key.removeprefix(f"{prefix}.") for key in load_catalogue(LANGUAGES[0]) if key.startswith(f"{prefix}.")]
    rank = {value: index for index, value in enumerate(known)}
    ranks = pl.Series([rank.get(value, len(known)) for value in frame[column]], dtype=pl.Int64)
    return frame.with_columns(order=ranks).sort("order", maintain_order=True).drop("order")


def unit_of_money(words: Words) -> tuple[float, str]:
    """The unit of money columns and axes in yuan, and its name."""
    return (1e4, words("unit.ten_thousand_yuan")) if words.language == "zh" else (1e6, words("unit.million_yuan"))


def _on_screen(frame: pl.DataFrame, name: str, what: Card | str, words: Words, *, is_starred: bool) -> pl.Expr:
    column = pl.col(name)
    if frame[name].dtype == pl.String:
        return column  # a text, or a figure that its page has written itself
    if isinstance(what, str):
        return _starred(frame, name, 0) if is_starred else column
    if what.form == "share":
        column = column.cast(pl.Float64) * 100
    if what.form == "cny":
        column = column.cast(pl.Float64) / unit_of_money(words)[0]
    if what.form == "yuan":
        column = column.cast(pl.Float64)
    return _starred(frame, name, _decimals(what), column) if is_starred else column


def _starred(frame: pl.DataFrame, name: str, decimals: int, column: pl.Expr | None = None) -> pl.Expr:
    """A column of figures as texts, ``*`` where it is hidden."""
    values = pl.col(name) if column is None else column
    written = values.map_elements(lambda value: f"{value:,.{decimals}f}", return_dtype=pl.String, skip_nulls=True)
    return pl.when(export.is_hidden(frame, name)).then(pl.lit(HIDDEN)).otherwise(written).alias(name)


def _decimals(card: Card) -> int:
    return {"cny": 2, "yuan": 2, "count": 0}.get(card.form, card.decimals)


def _column(what: Card | str, words: Words, values: pl.Series, *, is_first: bool, is_starred: bool) -> Any:
    if isinstance(what, str):
        if is_starred:
            return st.column_config.TextColumn(what, alignment="right")
        if values.dtype.is_temporal():
            form = "YYYY-MM-DD" if values.dtype == pl.Date else "YYYY-MM-DD HH:mm"
            return st.column_config.DatetimeColumn(what, format=form)
        if values.name.endswith(("_count", "_cny")) and values.dtype.is_numeric():
            return st.column_config.NumberColumn(what, format="%,.2f" if values.name.endswith("_cny") else "%,d")
        return st.column_config.Column(what, pinned=is_first)
    head = _heading(what, words)
    if is_starred or values.dtype == pl.String:
        return st.column_config.TextColumn(head, help=what.definition, alignment="right")
    form = "%,d" if what.form == "count" else f"%,.{_decimals(what)}f"
    return st.column_config.NumberColumn(head, help=what.definition, format=form)


def _heading(card: Card, words: Words) -> str:
    return _titled(card, {"share": "%", "cny": unit_of_money(words)[1]}.get(card.form, card.unit), words)


def _titled(card: Card, unit: str, words: Words) -> str:
    """The title with its unit behind it, unless the title already ends in the unit."""
    is_named = not unit or card.title.lower().endswith(unit.lower())
    return card.title if is_named else words("table.heading", title=card.title, unit=unit)


def _sheet(table: Table, words: Words) -> export.Sheet:
    """The exported table keeps yuan and shares as published; only the number format differs."""
    formats = {"share": "0.00%", "cny": "#,##0.00", "yuan": "#,##0.00", "count": "#,##0"}
    columns = []
    for name, what in table.columns.items():
        if isinstance(what, str):
            is_money = name.endswith("_cny")
            columns.append(export.Column(name, what, formats["yuan"]) if is_money else export.Column(name, what))
            continue
        head = _titled(what, {"share": "%", "cny": words("unit.yuan")}.get(what.form, what.unit), words)
        columns.append(export.Column(name, head, formats.get(what.form, "General")))
    frame = table.frame if table.frame.is_empty() else codes.in_words(table.frame, table.columns, words)
    return export.Sheet(table.title, frame, tuple(columns))


def _notes(view: View, title: str, figures: Sequence[tuple[str, str]], *, has_closed: bool) -> export.Notes:
    words, release = view.words, view.release
    late = words("list.separator").join(_outstanding(view))
    rows = [
        (words("notes.page"), title),
        (words("notes.place"), f"{view.area.name} {view.area.code}"),
        (words("notes.period"), words.month(view.period)),
        (words("notes.as_of"), words.month(release.as_of_period)),
        (words("notes.release"), words("list.separator").join(filter(None, (release.release_id, view.gone_back)))),
        (words("notes.late"), late or NOTHING),
        (words("notes.light"), reasons(release.manifest["data_light"], words)),
        (words("notes.mark"), words("notes.is_synthetic") if release.is_synthetic else NOTHING),
        (words("notes.exported_at"), f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC"),
    ]
    if release.small_cell:
        rows.append((HIDDEN, words("small_cells.note", below=release.small_cell)))
    if has_closed:
        rows.append((words("household.lists"), single_households.notice(words)))
    for model, column in figures:
        card = view.cards.card(model, column)
        text = words(
            "notes.card",
            definition=card.definition,
            source=card.source,
            caveat=card.caveat or NOTHING,
            owner=card.owner,
            column=f"{model}.{column}",
        )
        rows.append((card.title, text))
    return export.Notes(words("notes.title"), (words("notes.subject"), words("notes.text")), tuple(rows))


def _outstanding(view: View) -> list[str]:
    """What has not come, each with its department, the title of its feed and its period."""
    words, release = view.words, view.release
    late = release.manifest["late_departments"]
    due = release.rows("ops_calendar", order=("period",)) if late and release.has("ops_calendar") else pl.DataFrame()
    titles = {row["feed"]: words.of(row, "feed_title") for row in due.iter_rows(named=True)}
    return [
        words(
            "notes.late_feed",
            who=words.of(one, "department"),
            feed=titles.get(one["feed"], one["feed"]),
            period=one["period"],
        )
        for one in late
    ]
