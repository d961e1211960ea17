"""``cards.json``: every published table and column in both languages, taken from dbt's manifest and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PUBLISHED_SCHEMA = "marts"


def split_languages(description: str) -> tuple[str, str]:
    """The Chinese and the English half of ``中文。 | English.``; a text without the bar is both.

    >>> split_languages("脱贫人口。 | Persons exited.")
    ('脱贫人口。', 'Persons exited.')
    """
    zh, bar, en = description.partition(" | ")
    return (zh.strip(), en.strip()) if bar else (description.strip(), description.strip())


def _described(entry: dict[str, Any]) -> dict[str, Any]:
    zh, en = split_languages(entry.get("description") or "")
    return {"description_zh": zh, "description_en": en}


def _feeds_of(manifest: dict[str, Any]) -> dict[str, list[str]]:
    """Model → the feeds that it stands on, through however many models between; read off dbt's graph."""
    sources = {key: str(one["name"]).partition("__")[2] for key, one in manifest["sources"].items()}
    known: dict[str, frozenset[str]] = {}

    def above(key: str) -> frozenset[str]:
        if key not in known:
            feeds = [frozenset({sources[key]})] if sources.get(key) else []
            parents = manifest["nodes"].get(key, {}).get("depends_on", {}).get("nodes", [])
            known[key] = frozenset().union(*feeds, *map(above, parents))
        return known[key]

    return {key: sorted(above(key)) for key in manifest["nodes"]}


def cards_of(manifest_file: Path) -> dict[str, Any]:
    """Model → its descriptions, its columns with type and card, the pages that show it, the feeds that it stands on."""
    manifest = json.loads(manifest_file.read_text(encoding="utf-8"))
    exposures = sorted(manifest["exposures"].values(), key=lambda one: str(one["name"]))
    feeds = _feeds_of(manifest)
    cards: dict[str, Any] = {}
    for node in sorted(manifest["nodes"].values(), key=lambda one: str(one["name"])):
        if node["resource_type"] != "model" or node["schema"] != PUBLISHED_SCHEMA:
            continue
        columns = {
            column["name"]: _described(column)
            | {"data_type": column.get("data_type"), "card": column["config"].get("meta", {}).get("card")}
            for column in node["columns"].values()
        }
        shown_on = [one["name"] for one in exposures if node["unique_id"] in one["depends_on"]["nodes"]]
        cards[node["name"]] = columns | {
            "__model__": _described(node) | {"exposures": shown_on, "feeds": feeds[node["unique_id"]]}
        }
    cards["__exposures__"] = {
        one["name"]: _described(one)
        | {
            "label": one.get("label"),
            "url": one.get("url"),
            "depends_on": [key.split(".")[-1] for key in one["depends_on"]["nodes"]],
        }
        for one in exposures
    }
    return cards
