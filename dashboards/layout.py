"""The one layout of all pages: badge, place, question, answer, tiles, chart with table, drill, definitions, export.

Belongs here: everything that is the same on each page, and the states in which there is nothing to show.
Does not belong here: figures of a subject (``views/``), texts (``catalogue/``), charts.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboards import charts, data, head, place, state, uploads
from dashboards.cards import Card, Cards
from dashboards.data import Area, Release, Row
from dashboards.words import LANGUAGES, NOTHING, Language, Words
from pipelines.settings import get_settings

STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
LISTED_ON_A_PHONE = 200


@dataclass(frozen=True)
class View:
    """What one page run shows: the release it resolved, the reader's language, place and month."""

    release: Release
    words: Words
    area: Area
    period: str

    @cached_property
    def cards(self) -> Cards:
        """The release's KPI cards in the reader's language."""
        return Cards(self.release.cards, self.words)

    @cached_property
    def before(self) -> Release | None:
        """The release before this one, when it is still kept."""
        return data.previous(get_settings().marts_dir, self.release)

    @cached_property
    def gone_back(self) -> str:
        """That readers were sent back to this release, from which newer one; empty while it is the newest."""
        return head.gone_back(self.release, self.words, data.withdrawn(get_settings().marts_dir, self.release))

    @property
    def mark(self) -> str:
        """The synthetic mark, empty for a release of real data."""
        return self.words("mark.synthetic") if self.release.is_synthetic else ""

    @property
    def note(self) -> tuple[str, ...]:
        """The lines under every chart: synthetic mark, place and month, then the release."""
        parts = (self.mark, self.area.name, self.words.month(self.period))
        return " · ".join(filter(None, parts)), self.release.release_id


@dataclass(frozen=True)
class Tile:
    """One headline figure: name, value with unit, definition, the lines under it (change, target), where it leads."""

    name: str
    value: str
    help: str = ""
    more: tuple[str, ...] = ()
    page: str = ""


def begin() -> Words:
    """Page settings and language of this run."""
    words = Words(_language())
    st.set_page_config(page_title=words("product.name"), layout="wide", initial_sidebar_state="collapsed")
    return words


def _language() -> Language:
    chosen = state.get("lang", LANGUAGES, LANGUAGES[0])
    return next(language for language in LANGUAGES if language == chosen)


def page(name: str, body: Callable[[View], None], *, periods_of: str | None) -> None:
    """Draw one page: ``body`` gets the view of the chosen place and month of the table ``periods_of``.

    A page about files has no ``periods_of``: it offers neither places nor months and sees the whole release.
    """
    state.restore()
    uploads.forget()
    words = Words(_language())
    marts = get_settings().marts_dir
    release, status = data.current(marts, get_settings().small_cell), data.status(marts)
    if release is None:
        place.language_switch(words)
        block(f"<style>{STYLE}</style>{head.nothing_yet(words)}")
        _run_banner(words, status)
        return
    block(f"<style>{STYLE}</style>{head.badges(release, words, status, data.withdrawn(marts, release))}")
    _run_banner(words, status)
    if periods_of is None:
        place.search_and_language(words)
        area, period = release.home, release.as_of_period
    else:
        area, period = place.place_and_month(release, words, periods_of)
        area = replace(area, name=words.place(area.name))
    view = View(release, words.shown(release.terms, period, area.code), area, period)
    above = st.container()
    block(f"<h1>{_safe(words(f'{name}.question', place=view.area.name))}</h1>")
    body(view)
    _astray(words, above)


def tool(name: str, body: Callable[[Words], None]) -> None:
    """Draw a page that needs no release and works before the first one."""
    state.restore()
    words = Words(_language())
    marts = get_settings().marts_dir
    release, status = data.current(marts), data.status(marts)
    style = STYLE + head.upload_style(words)
    badges = head.badges(release, words, status, data.withdrawn(marts, release)) if release else ""
    block(f"<style>{style}</style>{badges}")
    place.search_and_language(words)
    above = st.container()
    block(f"<h1>{_safe(words(f'{name}.question'))}</h1>")
    body(words)
    _astray(words, above)


def block(content: str) -> None:
    """A piece of the page in the house style; the caller escapes what it puts in.

    The first block of a page carries the style: a block of style alone was now and then dropped by the browser side
    when a page was opened by its own address.
    """
    st.html(f'<div class="xq">{content}</div>')


def heading(text: str, note: str = "") -> None:
    """A section's heading with an optional quiet line below."""
    quiet = f'<p class="quiet">{_safe(note)}</p>' if note else ""
    block(f"<h2>{_safe(text)}</h2>{quiet}")


def paragraph(text: str, *, quiet: bool = False) -> None:
    """A line of text, small and grey when ``quiet``."""
    block(f"<p{' class=quiet' if quiet else ''}>{_safe(text)}</p>")


def answer(sentence: str) -> None:
    """The page's answer in one sentence."""
    block(f'<p class="answer">{_safe(sentence)}</p>')


def tiles(words: Words, figures: Iterable[Tile]) -> None:
    """Headline figures side by side, two by two on a phone."""
    parts = []
    for tile in figures:
        more = "".join(f"<div>{_safe(line)}</div>" for line in tile.more)
        tip = (
            f'<span class="help" tabindex="0">?<span class="tip">{_safe(tile.help)}</span></span>' if tile.help else ""
        )
        name = _safe(tile.name)
        if tile.page:
            name = f'<a href="{tile.page}?{_safe(urlencode(state.carried()))}" target="_self">{name}</a>'
        parts.append(
            f'<div class="tile"><div class="name">{name}{tip}</div>'
            f'<div class="value">{_safe(tile.value)}</div><div class="more">{more}</div></div>'
        )
    block(f'<div class="tiles" aria-label="{_safe(words("section.tiles"))}">{"".join(parts)}</div>')


def tile(
    view: View, card: Card, row: Row, before: Row | None = None, *, against: str = "", target: Sequence[str] = ()
) -> Tile:
    """The tile of a card's column: value of ``row``, change from ``before`` (named by ``against``), targets."""
    value = row.get(card.column)
    lines = list(target)
    if before is not None:
        change = card.difference(value, before.get(card.column), view.words)
        lines.insert(0, view.words("tile.change", against=against, change=change or NOTHING))
    return Tile(card.title, card.show(value, view.words), card.definition, tuple(lines))


def line(view: View, model: str, row: Row, column: str) -> str:
    """One line of text with a card's title and the row's value."""
    card = view.cards.card(model, column)
    return view.words("tile.line", name=card.title, value=card.show(row.get(column), view.words))


def grid(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: int = 0,
    total: bool = False,
    number_at: Collection[int] = (),
    whole_at: Collection[int] = (),
) -> None:
    """A small static table; figures in the last ``numbers`` columns and those of ``number_at``.

    Neither they nor the short words of ``whole_at`` go over two lines; ``total`` sets the last row off.
    """
    figures = {*range(len(headings) - numbers, len(headings)), *number_at}

    styles = dict.fromkeys(whole_at, " class=whole") | dict.fromkeys(figures, " class=number")

    def cells(tag: str, values: Sequence[str]) -> str:
        return "".join(f"<{tag}{styles.get(i, '')}>{_safe(v)}</{tag}>" for i, v in enumerate(values))

    lines = [
        f"<tr{' class=total' if total and index == len(rows) - 1 else ''}>{cells('td', row)}</tr>"
        for index, row in enumerate(rows)
    ]
    block(
        f'<div class="scroll"><table><thead><tr>{cells("th", headings)}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def links(entries: Iterable[tuple[str, dict[str, str], str, str]], *, whole: bool = False) -> None:
    """A list of links: page, query, text and a quiet line below (none when empty); ``whole``: never scrolls inside."""
    items = "".join(
        f'<a href="{_safe(page)}?{_safe(urlencode(query))}" target="_self">{_safe(text)}'
        f"{f'<span class=quiet>{_safe(note)}</span>' if note else ''}</a>"
        for page, query, text, note in entries
    )
    block(f'<div class="links{" whole" if whole else ""}">{items}</div>')


def wide_list(name: str) -> Any:
    """The container of a wide table that a narrow screen hides; ``short_list`` stands in its place there."""
    return st.container(key=f"wide_list_{name}")


def short_list(words: Words, name: str, entries: Sequence[tuple[dict[str, str], str, str]]) -> None:
    """A list for narrow screens, of links to the files page: its query (none: no link), a text, a quiet line below."""
    items = "".join(
        f'<a{_target(query)}>{_safe(text)}<span class="quiet">{_safe(note)}</span></a>'
        for query, text, note in entries[:LISTED_ON_A_PHONE]
    )
    with st.container(key=f"short_list_{name}"):
        block(f'<div class="links">{items}</div>')
        if len(entries) > LISTED_ON_A_PHONE:
            paragraph(words("files.more", count=len(entries) - LISTED_ON_A_PHONE), quiet=True)


def _target(query: dict[str, str]) -> str:
    return f' href="files?{_safe(urlencode(query))}"' if query else ""


def chart(figure: Any, alt_text: str) -> None:
    """An Altair chart over the full width, with a text for readers who cannot see it; a line for one without marks."""
    if charts.is_blank(figure):
        st.text(Words(_language())("chart.none"))
        return
    st.altair_chart(figure, width="stretch", theme=None, alt=alt_text)


def changes(view: View, figures: Sequence[tuple[str, str, dict[str, str]]]) -> None:
    """What the last release said about the same (model, column, key), and how many new deliveries stand behind it."""
    words = view.words
    heading(words("changes.title"))
    if view.before is None:
        paragraph(words("changes.first"), quiet=True)
        return
    rows = []
    for model, column, key in figures:
        card = view.cards.card(model, column)
        # A table that the release before did not have yet has changed from nothing.
        sides = (view.before, view.release)
        then, now = (side.first(model, key).get(column) if side.has(model) else None for side in sides)
        if then != now:
            shown = card.difference(now, then, words) or NOTHING
            rows.append([card.title, card.show(then, words), card.show(now, words), shown])
    known = {entry["receipt_id"] for entry in view.before.manifest["inputs"]}
    fresh = sum(entry["receipt_id"] not in known for entry in view.release.manifest["inputs"])
    paragraph(words("changes.inputs", release=view.before.release_id, count=fresh), quiet=True)
    if rows:
        grid([words(f"changes.{name}") for name in ("figure", "before", "now", "difference")], rows, numbers=3)
    else:
        paragraph(words("changes.none"))


def definitions(view: View, figures: Sequence[tuple[str, str]], remarks: Sequence[str] = ()) -> None:
    """Definition, source and caveat of each figure of the page, from its card."""
    words = view.words
    if view.release.small_cell:
        remarks = (*remarks, words("small_cells.note", below=view.release.small_cell))
    with st.expander(words("definitions.title")):
        cards = [view.cards.card(model, column) for model, column in figures]
        rows = [[c.title, c.unit or NOTHING, c.definition, c.source, c.caveat or NOTHING, c.owner] for c in cards]
        names = ("figure", "unit", "definition", "source", "caveat", "owner")
        grid([words(f"definitions.{name}") for name in names], rows)
        for remark in remarks:
            paragraph(remark, quiet=True)


def _astray(words: Words, above: Any) -> None:
    """Say above the question what the address asks for in vain, which is known when the page is drawn."""
    if said := place.astray(words):
        with above:
            block(head.warning(said))


def _run_banner(words: Words, status: Row) -> None:
    if banner := head.run_banner(words, status):
        block(banner)


def _safe(text: object) -> str:
    return html.escape(str(text))
