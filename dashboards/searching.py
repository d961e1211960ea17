"""Finding a figure, a place, a document or a page by what somebody types: matching and ranking, nothing drawn.

Belongs here: what can be found and where it leads. Does not belong here: the box above each page (``place.py``) and the
list of finds (``views/search.py``). Whatever a release holds is found without being registered here, except for rows
named by a number of their own: those stand in ``DOCUMENTS``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import polars as pl

from dashboards.cards import Cards
from dashboards.data import Release
from dashboards.words import Words, load_catalogue

Kind = Literal["question", "page", "figure", "place", "document"]
KINDS: tuple[Kind, ...] = ("question", "page", "place", "document", "figure")
DATED: tuple[Kind, ...] = ("question", "page", "figure")
MOST_OF_A_KIND = 12
OF_EVERYTHING = ("overview", "village", "forms", "household", "revisions", "quality", "files")


@dataclass(frozen=True)
class Find:
    """Something found: what it is, its text, a quiet line below, and the page with the query that shows it."""

    kind: Kind
    text: str
    note: str
    page: str
    query: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Documents:
    """Rows that people know by number or name: the columns shown, the page, and the part of its address for a row."""

    table: str
    text: str
    note: str | None
    page: str
    parameter: str
    value: str


DOCUMENTS: tuple[Documents, ...] = (
    Documents("ops_delivery", "file_name", "feed_title_zh", "files", "file", "receipt_id"),
    Documents("fct_project", "project_name", "project_id", "money", "project", "project_id"),
    Documents("fct_fund_movement", "document_number", "batch_name", "money", "document", "document_number"),
)


def find(release: Release | None, words: Words, typed: str, pages: Sequence[str]) -> list[Find]:
    """Everything that holds all words of ``typed``, best first inside each kind, at most a dozen of a kind.

    Without a release only pages and questions can be found. An empty text finds nothing. Questions, pages and figures
    are said in the words of the period of ``words`` and found by these as well as by those in which they are written.
    """
    wanted = typed.casefold().split()
    if not wanted:
        return []
    written = Words(words.language)
    sources = [_questions(written, pages), _pages(written, pages)]
    if release is not None:
        sources += [_places(release, pages), _documents(release, wanted, pages), _figures(release, written, pages)]
    found: list[Find] = []
    for source in sources:
        ranked = sorted(((rank, index, one) for index, (rank, one) in enumerate(_ranked(source, wanted, words))))
        found += [one for _, _, one in ranked[:MOST_OF_A_KIND]]
    return sorted(found, key=lambda one: KINDS.index(one.kind))


def _ranked(finds: Iterable[Find], wanted: Sequence[str], words: Words) -> Iterator[tuple[int, Find]]:
    """Those that hold every wanted word, in the words of the period; names of places and documents stay as they are."""
    for one in finds:
        said = one
        if one.kind in DATED:
            said = replace(one, text=words.dated(one.text), note=words.dated(one.note))
        ranks = [rank for rank in (_rank(one, wanted), _rank(said, wanted)) if rank is not None]
        if ranks:
            yield min(ranks), said


def _rank(one: Find, wanted: Sequence[str]) -> int | None:
    """0 for the very text, 1 for its beginning, 2 inside it, 3 in the note only; None when a word is in neither."""
    text, note, whole = one.text.casefold(), one.note.casefold(), " ".join(wanted)
    if not all(word in text or word in note for word in wanted):
        return None
    if text == whole:
        return 0
    if text.startswith(whole):
        return 1
    return 2 if all(word in text for word in wanted) else 3


def _pages(words: Words, pages: Sequence[str]) -> Iterator[Find]:
    for page in pages:
        yield Find("page", words(f"{page}.name"), words(f"{page}.question", place="").strip(), page)


def _questions(words: Words, pages: Sequence[str]) -> Iterator[Find]:
    """The questions that such an office asks, each with the page that answers it."""
    for number in question_numbers(words):
        page, query = target_of(words(f"questions.q{number}.leads_to"))
        if page in pages:
            yield Find("question", words(f"questions.q{number}.text"), words(f"{page}.name"), page, query)


def question_numbers(words: Words) -> list[int]:
    """The numbers of the listed questions, in order."""
    keys = (re.fullmatch(r"questions\.q(\d+)\.text", key) for key in load_catalogue(words.language))
    return sorted(int(found[1]) for found in keys if found)


def target_of(address: str) -> tuple[str, dict[str, str]]:
    """``page?name=value&…`` as page and query."""
    page, _, query = address.partition("?")
    pairs = (part.partition("=") for part in query.split("&") if part)
    return page, {name: value for name, _, value in pairs}


def _places(release: Release, pages: Sequence[str]) -> Iterator[Find]:
    page = "village" if "village" in pages else "overview"
    for area in release.areas:
        if area.level in ("county", "township", "village"):
            above = " › ".join(step.name for step in release.path(area.code)[:-1])
            yield Find("place", area.name, above, page if area.level == "village" else "overview", {"area": area.code})


def _documents(release: Release, wanted: Sequence[str], pages: Sequence[str]) -> Iterator[Find]:
    for source in DOCUMENTS:
        names = [name for name in (source.text, source.note, source.value) if name]
        if source.page not in pages or not release.has(source.table):
            continue
        if not set(names) <= set(release.columns(source.table)):
            continue
        rows = release.rows(source.table).select(pl.col(*dict.fromkeys(names)).cast(pl.String)).unique()
        text = pl.concat_str([pl.col(name).fill_null("") for name in names], separator=" ").str.to_lowercase()
        holds = [text.str.contains(word, literal=True) for word in wanted]
        for row in rows.filter(pl.all_horizontal(holds)).sort(source.text).iter_rows(named=True):
            note = str(row.get(source.note or "") or "")
            yield Find("document", row[source.text] or "", note, source.page, {source.parameter: row[source.value]})


def _figures(release: Release, words: Words, pages: Sequence[str]) -> Iterator[Find]:
    """Figures with a card, on the page that shows their table."""
    shown = pages_of_tables(release, pages)
    cards = Cards(release.cards, words)
    for model, columns in release.cards.items():
        if model not in shown:
            continue
        for column, entry in columns.items():
            if entry.get("card"):
                card = cards.card(model, column)
                yield Find("figure", card.title, card.definition, shown[model])


def pages_of_tables(release: Release, pages: Sequence[str]) -> dict[str, str]:
    """Each table with the page that shows it, by the release's exposures.

    A page of one subject goes before those that show something of everything, and then the page that names the table
    earlier: many pages name, at the end, the table that gives them their months.
    """
    exposed = release.cards.get("__exposures__", {})
    ranked: dict[str, tuple[bool, int, int, str]] = {}
    for order, page in enumerate(pages):
        for index, table in enumerate(exposed.get(page, {}).get("depends_on", ())):
            rank = (page in OF_EVERYTHING, index, order, page)
            ranked[table] = min(rank, ranked.get(table, rank))
    return {table: rank[-1] for table, rank in ranked.items()}
