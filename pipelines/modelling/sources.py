"""dbt's list of bronze tables, written from the contracts: a new feed needs no second declaration.

Belongs here: what dbt must know about bronze. Does not belong here: creating those tables, or anything about models.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from pipelines.contracts import Contract, load_contracts
from pipelines.settings import Settings, get_settings

SOURCES_FILE = Path("models") / "staging" / "__sources.yml"
_HEADER = "# Written from pipelines/contracts by `python -m pipelines.modelling.sources`; do not edit.\n"


def write_sources(contracts: Iterable[Contract], path: Path) -> Path:
    """Writes dbt's source ``bronze`` with one table per contract to ``path``; returns it."""
    path.write_text(sources_text(contracts), encoding="utf-8")
    return path


def update_sources(settings: Settings) -> Path:
    """Writes the sources of the project's own contracts; returns the file. Raises OSError when it cannot."""
    path = settings.dbt_dir / SOURCES_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_sources(load_contracts(settings.contracts_dir).values(), path)


def sources_text(contracts: Iterable[Contract]) -> str:
    """The content of the sources file, tables in the order of their names.

    >>> sources_text([]).splitlines()[1:]
    ['sources:', '- name: bronze', '  schema: bronze', '  tables: []']
    """
    tables = sorted(map(_table, contracts), key=lambda table: str(table["name"]))
    document = {"sources": [{"name": "bronze", "schema": "bronze", "tables": tables}]}
    return _HEADER + yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)


def _table(contract: Contract) -> dict[str, Any]:
    title, owner, grain = contract.title, contract.department, contract.grain
    return {
        "name": contract.table,
        "description": f"{owner.zh}《{title.zh}》，{grain.zh}。 | {title.en} of the {owner.en}, {grain.en}.",
        "columns": [{"name": name, "data_type": kind} for name, kind in contract.bronze_columns.items()],
    }


if __name__ == "__main__":
    update_sources(get_settings())
