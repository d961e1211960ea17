"""检查文件: what the reader makes of any file, shown to whoever has it in hand; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import polars as pl
import streamlit as st

from dashboards import export, layout, uploads
from dashboards.data import Row
from dashboards.layout import Tile
from dashboards.tables import HEAD_HEIGHT, ROW_HEIGHT, ROWS_SHOWN, XLSX
from dashboards.uploads import Clean, Excerpt, Inspected
from dashboards.words import NOTHING, Words
from pipelines.contracts import load_contracts
from pipelines.letters import column_letters
from pipelines.reading.masking import shown_name
from pipelines.settings import get_settings

TYPES = ["csv", "txt", "tsv", "xlsx", "xls", "xlsm", "parquet"]
MARK = "⚠ "
MARK_STYLE = "background-color: #fbe8c8; color: #5c3a0a; font-weight: 600"
LISTED_NON_DATA = 200


def body(words: Words) -> None:
    """The upload, and below it everything about the uploaded file."""
    layout.answer(words("inspect.answer", megabytes=uploads.MOST_MEGABYTES))
    layout.paragraph(words("inspect.privacy"), quiet=True)
    contracts = load_contracts(get_settings().contracts_dir)
    titles = {name: words.of(contract.title.model_dump()) for name, contract in contracts.items()}
    file = st.file_uploader(
        words("inspect.choose"), type=TYPES, key="upload", max_upload_size=uploads.MOST_MEGABYTES, width="stretch"
    )
    contract = st.selectbox(
        words("inspect.contract"),
        [None, *titles],
        format_func=lambda name: titles[name] if name else words("inspect.no_contract"),
        key="upload_contract",
        help=words("inspect.contract_help"),
        width=360,
    )
    if file is None:
        uploads.forget()
        return
    found = uploads.kept(file.file_id, contract)
    if found is None:
        uploads.forget()
        with st.spinner(words("inspect.reading")):
            found = uploads.inspect(file.name, file.getvalue(), get_settings(), contract)
        uploads.keep(file.file_id, contract, found)
    _result(words, found)


def _result(words: Words, found: Inspected) -> None:
    report = found.report
    layout.heading(shown_name(report["file"]))
    if report["refused"]:
        _refused(words, report)
        return
    tables = report["tables"]
    doubts = sum(len(table["doubts"]) for table in tables)
    figures = (
        ("format", words.name("format", report["format"] or NOTHING), report["encoding"] or ""),
        ("tables", f"{len(tables):,}", ""),
        ("data_rows", f"{sum(table['data_rows'] for table in tables):,}", ""),
        ("non_data_rows", f"{sum(table['non_data_rows'] for table in tables):,}", ""),
        ("doubts", f"{doubts:,}", words("inspect.doubts_none" if not doubts else "inspect.doubts_some")),
    )
    layout.tiles(
        words,
        [
            Tile(words(f"inspect.{name}"), value, words(f"inspect.{name}_help"), (more,) if more else ())
            for name, value, more in figures
        ],
    )
    _downloads(words, found)
    for number, table in enumerate(tables, start=1):
        clean = found.tables[number - 1] if found.tables else None
        _table(words, number, len(tables), table, clean)


def _refused(words: Words, report: Mapping[str, Any]) -> None:
    stem = "_zh" if words.language == "zh" else ""
    layout.paragraph(words("inspect.refused"))
    for name in ("refused", "remedy"):
        text = report.get(f"{name}{stem}") or report.get(name)
        if text:
            layout.paragraph(words(f"inspect.{name}_text", text=text))


def _table(words: Words, number: int, count: int, table: Row, clean: Clean | None) -> None:
    named = words("inspect.sheet", sheet=shown_name(table["sheet"])) if table["sheet"] else ""
    title = words("inspect.table", number=number, sheet=named) if count > 1 or named else words("inspect.one_table")
    layout.heading(title, _facts(words, table))
    shown = uploads.excerpt(clean) if clean else None
    if table["doubts"]:
        _doubts(words, table, number)
    else:
        st.text(words("inspect.no_doubts"))
    if shown is not None:
        _cells(words, table, shown, number)
    elif clean is not None:
        layout.paragraph(words("inspect.unaligned"))
    if table["non_data"]:
        with st.expander(words("inspect.non_data_title", count=table["non_data_rows"])):
            listed = table["non_data"][:LISTED_NON_DATA]
            rows = [[str(one["row"]), words.name("non_data", one["what"])] for one in listed]
            layout.grid([words("inspect.row"), words("inspect.what")], rows)
            if len(table["non_data"]) > LISTED_NON_DATA:
                layout.paragraph(words("inspect.more", count=len(table["non_data"]) - LISTED_NON_DATA), quiet=True)


def _facts(words: Words, table: Row) -> str:
    header = table["header"]
    rows = words("list.separator").join(map(str, header)) if header else words("inspect.no_header")
    units = sorted({unit for unit in [table["unit"], *table["units"]] if unit})
    facts = {
        "inspect.header_rows": rows,
        "inspect.columns": len(table["columns"]) or len(table["units"]),
        "inspect.data_rows": f"{table['data_rows']:,}",
        "inspect.non_data_rows": f"{table['non_data_rows']:,}",
        "inspect.delimiter": words.name("delimiter", _named_delimiter(table["delimiter"]))
        if table["delimiter"]
        else "",
        "inspect.units": words("list.separator").join(units),
        "inspect.confidence": words.share(table["confidence"], 0),
    }
    shown = {words(key): value for key, value in facts.items() if value != ""}
    return " · ".join(words("tile.line", name=name, value=value) for name, value in shown.items())


def _named_delimiter(delimiter: str) -> str:
    names = {",": "comma", ";": "semicolon", "\t": "tab", " ": "space", "|": "pipe", "，": "full_width_comma"}
    return names.get(delimiter, delimiter)


def _column_name(words: Words, table: Row, column: int | None) -> str:
    """Letter and header of a source column; the header alone would not be enough where two are alike."""
    if column is None:
        return ""
    at = column - table["first_column"]
    names = table["columns"]
    header = names[at] if 0 <= at < len(names) else ""
    unit = table["units"][at] if 0 <= at < len(table["units"]) else None
    header = words("table.heading", title=header, unit=unit) if unit and unit not in header else header
    return f"{column_letters(column)} {header}".strip()


def _doubts(words: Words, table: Row, number: int) -> None:
    """Every doubt with its address and the reason, in the page's language."""
    why = "why_zh" if words.language == "zh" else "why"
    frame = pl.DataFrame(
        {
            words("inspect.kind"): [MARK + words.name("doubt", one["kind"]) for one in table["doubts"]],
            words("inspect.row"): [one["row"] for one in table["doubts"]],
            words("inspect.column"): [_column_name(words, table, one["column"]) for one in table["doubts"]],
            words("inspect.why"): [one[why] for one in table["doubts"]],
        },
        schema=dict(
            zip(
                (words("inspect.kind"), words("inspect.row"), words("inspect.column"), words("inspect.why")),
                (pl.String, pl.Int64, pl.String, pl.String),
                strict=True,
            )
        ),
    )
    layout.paragraph(words("inspect.doubts_title", count=frame.height))
    with layout.wide_list(f"doubts_{number}"):
        st.dataframe(
            frame,
            hide_index=True,
            width="stretch",
            height=HEAD_HEIGHT + ROW_HEIGHT * min(ROWS_SHOWN, frame.height),
            placeholder=NOTHING,
            column_config={words("inspect.row"): st.column_config.NumberColumn(format="%d", width="small")},
        )
    notes: list[tuple[dict[str, str], str, str]] = [
        ({}, " ".join([kind, *([words("deliveries.row", row=row)] if row else []), column]).strip(), reason)
        for kind, row, column, reason in frame.iter_rows()
    ]
    layout.short_list(words, f"doubts_{number}", notes)
    columns = tuple(export.Column(name, name) for name in frame.columns)
    st.download_button(
        words("inspect.download_doubts"),
        lambda: export.to_csv(export.Sheet("doubts", frame, columns)),
        file_name=f"doubts.{number}.csv",
        mime="text/csv",
        key=f"doubts_csv_{number}",
        on_click="ignore",
    )


def _cells(words: Words, table: Row, shown: Excerpt, number: int) -> None:
    """The first rows and those with doubts; a doubtful cell has colour and sign, its row says why."""
    width = shown.cells.width
    heads = [
        (MARK if at in shown.marked_columns else "") + _column_name(words, table, table["first_column"] + at)
        for at in range(width)
    ]
    row_head, doubt_head = words("inspect.row"), words("inspect.doubts")
    separator = words("list.separator")
    frame = shown.cells.to_pandas()
    frame.columns = heads
    for line, at in shown.marked:
        value = shown.cells[line, at]
        frame.iat[line, at] = MARK + (words("inspect.blank") if value is None else value)
    said = [
        MARK + separator.join(words.name("doubt", kind) for kind in kinds) if kinds else "" for kinds in shown.kinds
    ]
    frame.insert(0, doubt_head, said)
    frame.insert(0, row_head, shown.rows)
    is_marked = {(line, at + 2) for line, at in shown.marked}
    is_marked |= {(line, 1) for line, kinds in enumerate(shown.kinds) if kinds}

    def paint(cells: pd.DataFrame) -> pd.DataFrame:
        styles = pd.DataFrame("", index=cells.index, columns=cells.columns)
        for line, at in is_marked:
            styles.iat[line, at] = MARK_STYLE
        return styles

    layout.paragraph(words("inspect.rows_shown", shown=len(shown.rows), count=table["data_rows"]), quiet=True)
    if shown.left_out:
        layout.paragraph(words("inspect.left_out", count=shown.left_out), quiet=True)
    config = {
        row_head: st.column_config.NumberColumn(format="%d", pinned=True, width="small"),
        doubt_head: st.column_config.TextColumn(pinned=False, width="medium"),
    }
    with st.container(key=f"cells_{number}"):
        st.dataframe(
            frame.style.apply(paint, axis=None),
            hide_index=True,
            width="stretch",
            height=HEAD_HEIGHT + ROW_HEIGHT * max(1, min(ROWS_SHOWN, len(shown.rows))),
            placeholder="",
            column_config=config,
            alt=words("inspect.rows_shown", shown=len(shown.rows), count=table["data_rows"]),
        )


def _downloads(words: Words, found: Inspected) -> None:
    """The clean tables: the true content as CSV, and a workbook of texts for those who open it with a mouse click."""
    layout.heading(words("inspect.downloads"), words("inspect.downloads_note"))
    tables = found.tables
    if found.is_too_large:
        st.text(words("inspect.too_large"))
    if not tables:
        return
    formulas = uploads.formula_like(tables)
    if formulas:
        layout.paragraph(words("inspect.formulas", count=formulas))
    stem = uploads.plain_name(found.report["file"]).rpartition(".")[0] or "table"
    with st.container(horizontal=True):
        is_one = len(tables) == 1
        st.download_button(
            words("inspect.csv" if is_one else "inspect.csvs"),
            (lambda: tables[0].content) if is_one else (lambda: uploads.to_zip(tables)),
            file_name=tables[0].name if is_one else f"{stem}.zip",
            mime="text/csv" if is_one else "application/zip",
            key="clean_csv",
            on_click="ignore",
        )
        if uploads.fits_a_workbook(tables):
            st.download_button(
                words("inspect.xlsx"),
                lambda: uploads.to_workbook(tables),
                file_name=f"{stem}.xlsx",
                mime=XLSX,
                key="clean_xlsx",
                on_click="ignore",
            )


layout.tool("inspect", body)
