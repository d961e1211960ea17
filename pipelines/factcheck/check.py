"""A text in, its relations with verdicts and offsets out.

Belongs here: the order of the checks, one verdict per printed figure and kind, the sentences. Does not belong here:
files, processes, and the checks themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.factcheck.against import check_against
from pipelines.factcheck.bounds import check_bounds
from pipelines.factcheck.changes import check_changes
from pipelines.factcheck.normal import Normal, normalise
from pipelines.factcheck.reading import read_text
from pipelines.factcheck.relations import CONSISTENT, EXPLAINED, INCONSISTENT, Relation
from pipelines.factcheck.repeats import check_repeats
from pipelines.factcheck.scores import check_scores
from pipelines.factcheck.shares import check_shares
from pipelines.factcheck.subsets import check_subsets
from pipelines.factcheck.sums import check_sums
from pipelines.factcheck.tables import check_tables, table_spans
from pipelines.files import read_yaml

LANGUAGES = ("zh", "en")


@cache
def _sentences() -> dict[str, dict[str, str]]:
    content: dict[str, dict[str, str]] = read_yaml(Path(__file__).parent / "sentences.yml")
    return content


def why(relation: Relation, language: str) -> str:
    """One sentence on a relation, in ``zh`` or ``en``."""
    return _sentences()[relation.code][language].format_map(relation.words)


def relations_of(normal: Normal, published: Sequence[dict[str, Any]] = ()) -> list[Relation]:
    """All relations of a normalised text in reading order, one per printed figure, kind and set of figures."""
    spans = table_spans(normal.text)
    series = read_text(normal.text, spans)
    found = [
        *check_sums(series),
        *check_scores(series),
        *check_shares(series),
        *check_changes(series),
        *check_bounds(normal.text, series),
        *check_repeats(series),
        *check_subsets(series),
        *check_tables(normal.text, spans),
        *check_against(series, published),
    ]
    return _settled(found)


def _settled(found: Sequence[Relation]) -> list[Relation]:
    """Without doubles; a relation that fits drives out those of the same kind on the same figure that do not."""
    fitting = {
        (relation.kind, relation.about.start)
        for relation in found
        if relation.about is not None and relation.verdict in (CONSISTENT, EXPLAINED)
    }
    kept: dict[tuple[Any, ...], Relation] = {}
    for relation in found:
        at = relation.published_at
        is_doubt = relation.verdict not in (CONSISTENT, EXPLAINED)
        if is_doubt and relation.about is not None and (relation.kind, at) in fitting:
            continue
        key = (relation.kind, at, relation.code.split(".")[0] + str(relation.code.endswith(("way", "way_off"))))
        known = kept.get(key)
        if known is None or _rank(relation) < _rank(known):
            kept[key] = relation
    return sorted(kept.values(), key=lambda relation: (relation.start, relation.end, relation.kind))


def _rank(relation: Relation) -> int:
    return {EXPLAINED: 1, CONSISTENT: 0, INCONSISTENT: 2}.get(relation.verdict, 3)


def check_text(text: str, *, published: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:
    """The relations of a text as JSON-ready dictionaries; offsets are characters of ``text``.

    ``published`` are figures of a release to compare with (``against.published_figures``).
    """
    normal = normalise(text)
    reported = []
    for number, relation in enumerate(relations_of(normal, published), start=1):
        start, end = normal.span(relation.start, relation.end)
        figures = []
        for figure in relation.figures:
            first, last = normal.span(figure.start, figure.end)
            figures.append({"text": text[first:last], "start": first, "end": last})
        about = relation.about or relation.figures[-1]
        first, last = normal.span(about.start, about.end)
        found: dict[str, Any] = {"source": relation.source} if relation.source else {}
        reported.append(
            {
                "id": f"r{number:03}",
                "excerpt": text[start:end],
                "start": start,
                "end": end,
                "mark": {"start": first, "end": last},
                "kind": relation.kind,
                "published": relation.published,
                "recomputed": relation.recomputed,
                "verdict": relation.verdict,
                "why": why(relation, "zh"),
                "why_en": why(relation, "en"),
                "figures": figures,
                "tolerance": relation.tolerance,
                **found,
            }
        )
    return reported
