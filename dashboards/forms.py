"""A superior office's fixed workbook filled from one release: cells bound to figures by ``{{model.column}}``.

Belongs here: reading the bindings, finding the figures, writing the filled copy with its notes. Does not belong here:
drawing (``views/forms.py``). Templates are the office's own files in ``data/forms`` and the shipped sample; nothing
that was uploaded.

A cell holds ``{{kpi_exit_area_year.exited_person_count}}``, with conditions after semicolons: ``period=last_month`` (or
``month``, ``year``, ``last_year``, or a period as written), ``group_type=source_level; group_id=中央`` and other
columns of the model's key. Text may hold ``{{place}}``, ``{{month}}``, ``{{release}}`` and ``{{mark}}``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboards.data import Row
from dashboards.layout import View
from dashboards.words import HIDDEN, NOTHING, Hidden

SAMPLES = Path(__file__).parent / "templates"
_BOUND = re.compile(r"\s*\{\{\s*(kpi_\w+)\.(\w+)\s*((?:;[^;}]*)*)\}\}\s*")
_MENTION = re.compile(r"\{\{\s*(place|month|release|mark)\s*\}\}")
_LEFT_OVER = re.compile(r"\{\{.*?\}\}")
_DEFAULTS = {"group_type": "all", "group_id": "all", "fund_scope": "current_year"}


@dataclass(frozen=True)
class Binding:
    """One bound cell: where it is, the figure's model and column, and the conditions written behind it."""

    sheet: str
    cell: str
    model: str
    column: str
    conditions: dict[str, str]


@dataclass(frozen=True)
class Filled:
    """A bound cell with its value as published; ``fault`` names what is wrong with the binding, empty when nothing."""

    binding: Binding
    period: str
    value: float | int | str | None
    fault: str = ""


@dataclass(frozen=True)
class Form:
    """The filled workbook's bytes and what was written into each bound cell."""

    content: bytes
    cells: list[Filled]


def templates(folder: Path) -> dict[str, Path]:
    """The forms by name: those of the office first, then the samples that it has no own of."""
    found = {path.stem: path for path in sorted(SAMPLES.glob("*.xlsx"))}
    own = {path.stem: path for path in sorted(folder.glob("*.xlsx")) if not path.name.startswith("~")}
    return own | {name: path for name, path in found.items() if name not in own}


def fill(view: View, template: Path) -> Form:
    """Fill a copy of the template for the view's place and month; formats, widths and merged cells stay.

    A null figure is written as a dash, a hidden small cell as ``*``. A binding that names no figure of the release is a
    fault with its cell's address and its cell says so: nothing is left for somebody to overlook.
    """
    import openpyxl

    book = openpyxl.load_workbook(template)
    filled: list[Filled] = []
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if not isinstance(cell.value, str) or "{{" not in cell.value:
                    continue
                if (found := _BOUND.fullmatch(cell.value)) is None:
                    cell.value, fault = _mentions(view, cell.value)
                    if fault:
                        binding = Binding(sheet.title, cell.coordinate, "", "", {})
                        filled.append(Filled(binding, "", None, fault))
                    continue
                binding = Binding(sheet.title, cell.coordinate, found[1], found[2], _conditions(found[3]))
                one = figure(view, binding)
                filled.append(one)
                cell.value = view.words("forms.wrong") if one.fault else NOTHING if one.value is None else one.value
    _write_notes(view, book, filled)
    content = io.BytesIO()
    book.save(content)
    return Form(content.getvalue(), filled)


def figure(view: View, binding: Binding) -> Filled:
    """The value of one binding for the view's place and month."""
    words, release = view.words, view.release
    entry = release.cards.get(binding.model, {}).get(binding.column)
    if entry is None or not release.has(binding.model):
        return Filled(binding, "", None, words("forms.unknown", name=f"{binding.model}.{binding.column}"))
    columns = release.columns(binding.model)
    if unknown := sorted(set(binding.conditions) - set(columns)):
        return Filled(binding, "", None, words("forms.unknown_condition", name=unknown[0]))
    period = _period(view, binding)
    key = {name: value for name, value in _DEFAULTS.items() if name in columns}
    key |= binding.conditions | {"area_id": binding.conditions.get("area_id", view.area.code), "period": period}
    rows = release.rows(binding.model, key)
    if rows.height > 1:
        return Filled(binding, period, None, words("forms.many", count=rows.height))
    row: Row = release.first(binding.model, key)
    value = row.get(binding.column)
    return Filled(binding, period, HIDDEN if isinstance(value, Hidden) else value)


def _conditions(text: str) -> dict[str, str]:
    parts = (part.partition("=") for part in text.split(";") if part.strip())
    return {name.strip(): value.strip() for name, _, value in parts}


def _period(view: View, binding: Binding) -> str:
    """The period meant: of the chosen month, or of its year for a yearly model."""
    periods = view.release.periods(binding.model)
    is_yearly = bool(periods) and len(periods[-1]) == 4
    year, month = view.period[:4], view.period
    before = f"{int(year) - 1}-12" if month[5:] == "01" else f"{year}-{int(month[5:]) - 1:02}"
    named = {"month": month, "year": year, "last_month": before, "last_year": str(int(year) - 1)}
    wanted = binding.conditions.get("period", "year" if is_yearly else "month")
    return named.get(wanted, wanted)


def _mentions(view: View, text: str) -> tuple[str, str]:
    said = {
        "place": view.area.name,
        "month": view.words.month(view.period),
        "release": view.release.release_id,
        "mark": view.mark,
    }
    written = _MENTION.sub(lambda found: said[found[1]], text)
    left = _LEFT_OVER.search(written)
    return written, view.words("forms.unknown", name=left[0]) if left else ""


def _write_notes(view: View, book: Any, filled: list[Filled]) -> None:
    """A last sheet with each cell's figure, period, definition and source, so that the form can be defended."""
    words = view.words
    sheet = book.create_sheet(words("notes.title")[:31])
    sheet.append([view.mark, view.area.name, words.month(view.period), view.release.release_id])
    sheet.append(
        [words(f"forms.head_{name}") for name in ("cell", "figure", "period", "value", "definition", "source")]
    )
    for line in _noted(view, filled):
        sheet.append(line)
    for letter, width in zip("ABCDEF", (16, 28, 12, 16, 60, 40), strict=True):
        sheet.column_dimensions[letter].width = width


def _noted(view: View, filled: list[Filled]) -> Iterator[list[Any]]:
    for one in filled:
        where = f"{one.binding.sheet}!{one.binding.cell}"
        if one.fault:
            yield [where, one.fault, one.period, NOTHING, "", ""]
            continue
        card = view.cards.card(one.binding.model, one.binding.column)
        yield [
            where,
            card.title,
            one.period,
            one.value if one.value is not None else NOTHING,
            card.definition,
            card.source,
        ]
