"""核对数字: the figures of a pasted or uploaded report against each other, each mark with its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards import factchecks, layout, uploads
from dashboards.factchecks import COLUMNS, ICONS, VERDICTS
from dashboards.tables import XLSX
from dashboards.words import Words
from pipelines.reading.masking import shown_name
from pipelines.settings import get_settings

TYPES = ["txt", "docx", "pdf"]
MOST_MEGABYTES = 50
MOST_CHARACTERS = 200_000
SHOWN_FIRST = ["inconsistent", "unclear", "explained"]


def body(words: Words) -> None:
    """Text or file, then everything found in it."""
    layout.answer(words("factcheck.answer", megabytes=MOST_MEGABYTES))
    layout.paragraph(words("factcheck.privacy"), quiet=True)
    with st.form("factcheck_form", border=False):
        text = st.text_area(
            words("factcheck.paste"),
            key="factcheck_text",
            placeholder=words("factcheck.paste_hint"),
            height=160,
            max_chars=MOST_CHARACTERS,
        )
        file = st.file_uploader(
            words("factcheck.choose"), type=TYPES, key="factcheck_file", max_upload_size=MOST_MEGABYTES
        )
        st.form_submit_button(words("factcheck.check"))
    if file is not None:
        _shown(words, f"file {file.file_id}", file.name, file.getvalue)
    elif text.strip():
        digest = hashlib.sha256(text.encode()).hexdigest()
        _shown(words, f"text {digest}", "pasted.txt", text.encode)
    else:
        factchecks.forget()


def _shown(words: Words, key: str, name: str, content: Any) -> None:
    report = factchecks.kept(key)
    if report is None:
        factchecks.forget()
        with st.spinner(words("factcheck.checking")):
            report = factchecks.check(name, content(), get_settings())
        factchecks.keep(key, report)
    layout.heading(words("factcheck.pasted") if key.startswith("text") else shown_name(report["file"]))
    if "refused" in report:
        _refused(words, report)
        return
    _result(words, report)


def _refused(words: Words, report: Mapping[str, Any]) -> None:
    stem = "_zh" if words.language == "zh" else ""
    layout.paragraph(words("factcheck.refused"))
    for name in ("refused", "remedy"):
        layout.paragraph(words(f"factcheck.{name}_text", text=report[f"{name}{stem}"]))


def _result(words: Words, report: Mapping[str, Any]) -> None:
    counts = {verdict: len(factchecks.chosen(report, [verdict])) for verdict in VERDICTS}
    if not report["relations"]:
        layout.paragraph(words("factcheck.none"))
    else:
        layout.paragraph(words("factcheck.found", count=len(report["relations"]), **counts))
    wanted = st.pills(
        words("factcheck.show"),
        VERDICTS,
        default=SHOWN_FIRST,
        selection_mode="multi",
        format_func=lambda verdict: f"{ICONS[verdict]} {words.name('checked', verdict)} ({counts[verdict]})",
        key="factcheck_verdicts",
    )
    relations = factchecks.chosen(report, wanted)
    layout.heading(words("factcheck.text"), words("factcheck.text_note"))
    if factchecks.is_shortened(report):
        layout.paragraph(words("factcheck.shortened"), quiet=True)
    layout.block(factchecks.marked_text(report, relations, words))
    layout.heading(words("factcheck.list"))
    frame = factchecks.rows(relations, words)
    if frame.is_empty():
        st.text(words("factcheck.nothing"))
    else:
        with layout.wide_list("factcheck"):
            layout.grid([words(f"factcheck.{name}") for name in COLUMNS], [list(map(str, row)) for row in frame.rows()])
        notes: list[tuple[dict[str, str], str, str]] = [
            ({}, f"{row['verdict']} · {row['published']}", row["why"]) for row in frame.iter_rows(named=True)
        ]
        layout.short_list(words, "factcheck", notes)
    st.download_button(
        words("factcheck.xlsx"),
        lambda: factchecks.to_workbook(report, frame, words),
        file_name=f"{uploads.plain_name(report['file']).rpartition('.')[0] or 'text'}-factcheck.xlsx",
        mime=XLSX,
        key="factcheck_xlsx",
        on_click="ignore",
    )


layout.tool("factcheck", body)
