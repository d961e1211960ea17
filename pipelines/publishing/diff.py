"""What changed between two releases: table by table, and figure by figure in the KPI tables."""

from __future__ import annotations

from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict

from pipelines.publishing.fingerprint import quote
from pipelines.publishing.manifest import Manifest
from pipelines.publishing.releases import release_folder, release_manifest
from pipelines.settings import Settings

KPI_PREFIX = "kpi_"
KEY_COLUMNS = (
    "method_version",
    "period",
    "as_of_period",
    "area_level",
    "area_id",
    "group_type",
    "group_id",
    "fund_scope",
)
# as_of_period moves with every month: it belongs to the values, not to the identity of a figure.
VALUE_KEYS = ("as_of_period",)


class DiffModel(BaseModel):
    """Frozen and strict."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FigureChange(DiffModel):
    """One figure that differs: its key, its column, both values as text (None: null)."""

    key: dict[str, str | None]
    column: str
    old: str | None
    new: str | None


class TableDiff(DiffModel):
    """One table of either release; counts of rows by key for KPI tables, None for others."""

    table: str
    is_equal: bool
    old_row_count: int | None
    new_row_count: int | None
    added_count: int | None = None
    removed_count: int | None = None
    changed_count: int | None = None
    changes: list[FigureChange] = []


class ReleaseDiff(DiffModel):
    """Everything that differs between two releases."""

    old_release_id: str
    new_release_id: str
    tables: list[TableDiff]


def diff_releases(settings: Settings, old_id: str, new_id: str, *, limit: int = 200) -> ReleaseDiff:
    """Compare two releases; at most ``limit`` single figures per table are listed, all are counted.

    Raises ReleaseError when one of them is missing or damaged.
    """
    old, new = release_manifest(settings, old_id), release_manifest(settings, new_id)
    folders = release_folder(settings, old_id), release_folder(settings, new_id)
    tables = [_table(name, old, new, folders, limit) for name in sorted(old.tables.keys() | new.tables.keys())]
    return ReleaseDiff(old_release_id=old_id, new_release_id=new_id, tables=tables)


def _table(name: str, old: Manifest, new: Manifest, folders: tuple[Path, Path], limit: int) -> TableDiff:
    before, after = old.tables.get(name), new.tables.get(name)
    diff = TableDiff(
        table=name,
        is_equal=before is not None and after is not None and before.content_hash == after.content_hash,
        old_row_count=before.row_count if before else None,
        new_row_count=after.row_count if after else None,
    )
    if diff.is_equal or before is None or after is None or not name.startswith(KPI_PREFIX):
        return diff
    with duckdb.connect() as connection:
        for alias, folder, table in (("old", folders[0], before), ("new", folders[1], after)):
            literal = str(folder / table.file).replace("'", "''")
            connection.execute(f"create view {alias}_rows as select * from read_parquet('{literal}')")
        return diff.model_copy(update=_compare(connection, limit))


def _compare(connection: duckdb.DuckDBPyConnection, limit: int) -> dict[str, object]:
    """Counts and single changes of two views with the KPI key."""
    old_columns, new_columns = (
        [row[0] for row in connection.execute(f"describe {alias}_rows").fetchall()] for alias in ("old", "new")
    )
    shared = [column for column in new_columns if column in old_columns]
    keys = [column for column in KEY_COLUMNS if column in shared and column not in VALUE_KEYS]
    values = [column for column in shared if column not in keys]
    matched = " and ".join(f"o.{quote(key)} is not distinct from n.{quote(key)}" for key in keys)
    differs = " or ".join(f"o.{quote(value)} is distinct from n.{quote(value)}" for value in values) or "false"
    first = quote(keys[0])
    counts = connection.execute(
        f"select count(*) filter (where o.{first} is null), count(*) filter (where n.{first} is null),"
        f" count(*) filter (where o.{first} is not null and n.{first} is not null and ({differs}))"
        f" from old_rows as o full join new_rows as n on {matched}"
    ).fetchone() or (0, 0, 0)
    selected = ", ".join(f"n.{quote(key)}::varchar" for key in keys)
    single = " union all ".join(
        f"select {selected}, {_literal(value)}, o.{quote(value)}::varchar, n.{quote(value)}::varchar"
        f" from old_rows as o inner join new_rows as n on {matched}"
        f" where o.{quote(value)} is distinct from n.{quote(value)}"
        for value in values
    )
    order = ", ".join(str(position) for position in range(1, len(keys) + 2))
    rows = (
        connection.execute(f"select * from ({single}) order by {order} limit ?", [limit]).fetchall() if values else []
    )
    changes = [
        FigureChange(key=dict(zip(keys, row, strict=False)), column=row[-3], old=row[-2], new=row[-1]) for row in rows
    ]
    return {"added_count": counts[0], "removed_count": counts[1], "changed_count": counts[2], "changes": changes}


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
