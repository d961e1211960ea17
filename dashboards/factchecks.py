"""A text or file of a visitor through the checker of figures, and its marks as a page shows them.

Belongs here: the temporary file, what a visit remembers, the marked text as HTML, the rows of the list. Does not
belong here: reading and checking (a reading process does both), widgets.
"""

from __future__ import annotations

import html
import tempfile
import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from dashboards import export, uploads
from dashboards.uploads import FOLDER_PREFIX, plain_name
from dashboards.words import Words
from pipelines.settings import Settings

VERDICTS = ("inconsistent", "unclear", "explained", "consistent")
ICONS = {"inconsistent": "✗", "unclear": "？", "explained": "≈", "consistent": "✓"}
COLUMNS = ("place", "verdict", "kind", "excerpt", "published", "recomputed", "why")
KEPT = uploads.KEPT  # one upload or text a visit: every other page drops it
MOST_SECONDS = 60
LONGEST_SHOWN = 60_000
LONGEST_EXCERPT = 120
STYLE = """
.fc { max-height: 34rem; overflow-y: auto; border: 1px solid #d9dee4; border-radius: 3px; padding: 0.6rem 0.9rem;
  line-height: 2; }
.fc .line { margin: 0 0 0.5rem; }
.fc details { display: inline; }
.fc details::details-content { display: inline; }
.fc details:not([open])::details-content { display: none; }
.fc summary { display: inline; cursor: pointer; list-style: none; border-radius: 3px; padding: 0 0.2rem;
  border-bottom: 2px solid #616e7c; }
.fc summary::-webkit-details-marker { display: none; }
.fc summary.inconsistent { background: #e3d7f0; border-bottom: 3px double #5b3a8c; font-weight: 700; }
.fc summary.unclear { background: #dfe7ef; border-bottom-style: dashed; border-bottom-color: #1d4f7c; }
.fc summary.explained { background: #eef1f4; border-bottom-style: dotted; }
.fc summary.consistent { border-bottom-width: 1px; }
.fc .said { display: block; margin: 0.1rem 0 0.4rem; padding: 0.3rem 0.7rem; border-left: 3px solid #1d4f7c;
  background: #f4f6f8; font-size: 0.88rem; line-height: 1.6; }
"""
_TURN = threading.BoundedSemaphore(2)


def check(file_name: str, raw: bytes, settings: Settings) -> dict[str, Any]:
    """The report on a file, with its text. The temporary folder is gone afterwards, whatever happens."""
    from pipelines.factcheck.runs import factcheck_files

    limited = settings.model_copy(
        update={"worker_count": 1, "file_timeout_seconds": min(MOST_SECONDS, settings.file_timeout_seconds)}
    )
    with _TURN, tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX) as folder:
        path = Path(folder) / plain_name(file_name)
        path.write_bytes(raw)
        return next(iter(factcheck_files([path], limited, with_text=True)))


def kept(key: str) -> dict[str, Any] | None:
    """What this visit already knows of that upload or text."""
    known = st.session_state.get(KEPT)
    return known[1] if known and known[0] == key else None


def keep(key: str, report: dict[str, Any]) -> None:
    """Remember a report for this visit only, in memory."""
    st.session_state[KEPT] = (key, report)


def forget() -> None:
    """Drop what is remembered."""
    st.session_state.pop(KEPT, None)


def chosen(report: Mapping[str, Any], verdicts: Collection[str]) -> list[dict[str, Any]]:
    """The relations with one of the verdicts, in the order of the text."""
    return [relation for relation in report["relations"] if relation["verdict"] in verdicts]


def why(relation: Mapping[str, Any], words: Words) -> str:
    """The sentence why in the page's language."""
    return str(relation["why" if words.language == "zh" else "why_en"])


def rows(relations: Sequence[Mapping[str, Any]], words: Words) -> pl.DataFrame:
    """The list as it is shown and exported; ``place`` counts characters from 1."""
    return pl.DataFrame(
        [
            {
                "place": relation["mark"]["start"] + 1,
                "verdict": f"{ICONS[relation['verdict']]} {words.name('checked', relation['verdict'])}",
                "kind": words.name("relation", relation["kind"]),
                "excerpt": _shortened(relation["excerpt"]),
                "published": relation["published"],
                "recomputed": relation["recomputed"],
                "why": why(relation, words),
            }
            for relation in relations
        ],
        schema=dict.fromkeys(COLUMNS, pl.String) | {"place": pl.Int64},
    )


def _shortened(excerpt: str) -> str:
    plain = " ".join(excerpt.split())
    return plain if len(plain) <= LONGEST_EXCERPT else f"{plain[:LONGEST_EXCERPT]}…"


def to_workbook(report: Mapping[str, Any], frame: pl.DataFrame, words: Words) -> bytes:
    """The list as a workbook with a sheet of notes."""
    columns = tuple(export.Column(name, words(f"factcheck.{name}")) for name in COLUMNS)
    notes = export.Notes(
        words("factcheck.notes"),
        (words("factcheck.subject"), words("factcheck.content")),
        (
            (words("factcheck.note_file"), str(report["file"])),
            (words("factcheck.note_rule"), words("factcheck.rule")),
        ),
    )
    return export.to_xlsx([export.Sheet(words("factcheck.sheet"), frame, columns)], notes, "")


def is_shortened(report: Mapping[str, Any]) -> bool:
    """True when only the paragraphs with marks are shown."""
    return len(report["text"]) > LONGEST_SHOWN


def marked_text(report: Mapping[str, Any], relations: Sequence[Mapping[str, Any]], words: Words) -> str:
    """The text as HTML; every printed figure with a relation is a mark that opens its explanation."""
    text = str(report["text"])
    by_place: dict[tuple[int, int], list[Mapping[str, Any]]] = {}
    for relation in relations:
        by_place.setdefault((relation["mark"]["start"], relation["mark"]["end"]), []).append(relation)
    pieces: list[str] = []
    at = 0
    for (start, end), found in sorted(by_place.items()):
        if start < at:
            continue
        pieces += [html.escape(text[at:start]), _mark(text[start:end], found, words)]
        at = end
    pieces.append(html.escape(text[at:]))
    lines = "".join(pieces).split("\n")
    if is_shortened(report):
        lines = [line for line in lines if "<details>" in line]
    body = "".join(f'<div class="line">{line}</div>' for line in lines if line.strip())
    return f'<style>{STYLE}</style><div class="fc" tabindex="0">{body}</div>'


def _sentence(relation: Mapping[str, Any], words: Words) -> str:
    """Sign, relation and verdict, then the reason."""
    said = f"{words.name('relation', relation['kind'])} · {words.name('checked', relation['verdict'])}"
    line = words("tile.line", name=said, value=why(relation, words))
    return f"{ICONS[relation['verdict']]} {line}"


def _mark(text: str, found: Sequence[Mapping[str, Any]], words: Words) -> str:
    """One figure: the gravest verdict as colour and sign, all sentences inside."""
    worst = min(found, key=lambda relation: VERDICTS.index(relation["verdict"]))["verdict"]
    said = "".join(f'<span class="said">{html.escape(_sentence(relation, words))}</span>' for relation in found)
    shown = html.escape(text.replace("\n", " "))
    label = html.escape(words.name("checked", worst), quote=True)
    return f'<details><summary class="{worst}" title="{label}">{ICONS[worst]}{shown}</summary>{said}</details>'
