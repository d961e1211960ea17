"""The only opener of ``data/marts``: one release, resolved once per page run, read through in-memory DuckDB.

Belongs here: the pointer, the manifest, the status of the last run, rows of a table with small cells hidden. Does not
belong here: sums, rates or any other formula (they are columns of the marts), and no drawing.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from dashboards import small_cell_lists, small_cells
from dashboards.words import HIDDEN_VALUE
from pipelines.publishing.releases import RETIRED_FILE
from pipelines.terms import Terms, terms_of

Row = dict[str, Any]
Wanted = str | bool | int | tuple[str, ...] | None
TERMS = "dim_period_term"


@dataclass(frozen=True)
class Area:
    """One place of the hierarchy under its newest name, whatever period is shown."""

    code: str
    level: str
    name: str
    parent: str | None


@dataclass(frozen=True)
class Release:
    """One published folder; frozen, so every frame read from it may be kept and shared between readers."""

    folder: Path
    manifest: Mapping[str, Any]
    cards: Mapping[str, Any]
    small_cell: int = 0
    _kept: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)
    _hidden: dict[str, pl.DataFrame] = field(default_factory=dict, repr=False, compare=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def release_id(self) -> str:
        """The folder's name, printed on every page and export."""
        return str(self.manifest["release_id"])

    @property
    def as_of_period(self) -> str:
        """The month the release is about, ``YYYY-MM``."""
        return str(self.manifest["as_of_period"])

    @property
    def is_synthetic(self) -> bool:
        """True as long as the release holds invented people."""
        return bool(self.manifest["is_synthetic"])

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(":memory:", config={"threads": 1})
        connection.execute("set allowed_directories = [$folder]", {"folder": f"{self.folder.resolve()}/"})
        connection.execute("set enable_external_access = false")
        connection.execute("set autoload_known_extensions = false")
        connection.execute("set autoinstall_known_extensions = false")
        connection.execute("set lock_configuration = true")
        return connection

    def rows(
        self, table: str, wanted: Mapping[str, Wanted] | None = None, *, order: tuple[str, ...] = ()
    ) -> pl.DataFrame:
        """The rows of ``table`` whose columns equal the wanted values (a tuple: one of them), money as float yuan.

        Raises KeyError for a table that the release does not hold. Null and 0 stay apart. A hidden small cell is null
        too, and ``small_cells.HIDDEN_COLUMNS`` of its row names its column.
        """
        where = dict(wanted or {})
        question = (table, order, tuple(sorted(where.items())))
        with self._lock:
            if question not in self._kept:
                if len(self._kept) >= 1_000:
                    self._kept.clear()
                self._kept[question] = self._read(table, order, where)
            frame: pl.DataFrame = self._kept[question]
            return frame

    def first(self, table: str, wanted: Mapping[str, Wanted]) -> Row:
        """The one row asked for, or an empty row: then every figure of it is null. Hidden values say that they are."""
        frame = self.rows(table, wanted)
        if not frame.height:
            return {}
        return with_hidden(frame.row(0, named=True))

    def remembered(self, name: str, make: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """A frame made of tables of the release and of nothing a reader picks, made once.

        Two readers at once may both make it: they make the same.
        """
        found = self._kept.get(name)
        if found is None:
            found = self._kept[name] = make()
        frame: pl.DataFrame = found
        return frame

    @cached_property
    def terms(self) -> Terms:
        """The words that change with time; none in a release that does not hold them."""
        return terms_of(self.rows(TERMS).iter_rows(named=True)) if self.has(TERMS) else Terms()

    def has(self, table: str) -> bool:
        """Whether the release holds that table at all."""
        return table in self.manifest["tables"]

    def _read(self, table: str, order: tuple[str, ...], wanted: Mapping[str, Wanted]) -> pl.DataFrame:
        conditions: list[str] = []
        values: dict[str, object] = {}
        for index, (column, value) in enumerate(wanted.items()):
            if value is None:
                conditions.append(f"{_quoted(column)} is null")
                continue
            conditions.append(f"list_contains($value_{index}, {_quoted(column)})")
            values[f"value_{index}"] = value if isinstance(value, tuple) else (value,)
        where = " where " + " and ".join(conditions) if conditions else ""
        ordered = " order by " + ", ".join(map(_quoted, order)) if order else ""
        source = self._protected(table)
        if source is None:
            source, values["file"] = "read_parquet($file)", self._file(table)
        statement = f"select * from {source}{where}{ordered}"  # noqa: S608 -- identifiers are quoted, values bound
        frame = pl.DataFrame(self._connection.sql(statement, params=values).to_arrow_table())
        return frame.cast({pl.Decimal: pl.Float64})

    def _file(self, table: str) -> str:
        return str((self.folder / str(self.manifest["tables"][table]["file"])).resolve())

    def _protected(self, table: str) -> str | None:
        """The name under which the table stands with its small cells hidden; None for a table that is read as it is.

        Hidden once for the whole table, whatever is asked of it: all pages and exports get the same pattern. A list
        that makes up a table of figures is hidden together with it, and by itself where the release lacks that table.
        """
        model = small_cell_lists.mart_of(table)
        if not self.small_cell or not model.startswith("kpi_") or not self.has(table):
            return None
        name = f"protected_{table}"
        if name not in self._hidden:
            beside = {
                other: self._hidden[f"protected_{other}"]
                for other in sorted(small_cells.others(model))
                if self.has(other) and self._protected(other)
            }
            listed = small_cell_lists.list_of(model)
            if not self.has(model):
                hidden = {table: small_cell_lists.hide_alone(model, self._whole(table), self.small_cell)}
            elif listed and self.has(listed):
                whole, rows = self._whole(model), self._whole(listed)
                both = small_cell_lists.hide_with_list(
                    model, whole, rows, self.cards, small_cell=self.small_cell, beside=beside
                )
                hidden = dict(zip((model, listed), both, strict=True))
            else:
                hidden = {model: small_cells.hide(model, self._whole(model), self.cards, self.small_cell, beside)}
            for each, frame in hidden.items():
                self._hidden[f"protected_{each}"] = frame
                self._connection.register(f"protected_{each}", frame.to_arrow())
        return _quoted(name)

    def _whole(self, table: str) -> pl.DataFrame:
        statement = "select * from read_parquet($file)"
        return pl.DataFrame(self._connection.sql(statement, params={"file": self._file(table)}).to_arrow_table())

    @property
    def home(self) -> Area:
        """The county the release is about."""
        code = str(self.manifest["place"]["code"])
        return self.area(code) or Area(code, "county", str(self.manifest["place"]["zh"]), None)

    def columns(self, table: str) -> tuple[str, ...]:
        """The columns of a table of the release."""
        return tuple(self.rows(table, {}).columns)

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """All places of the release under their newest names, in the order of their codes."""
        frame = self.rows("dim_area", order=("area_code", "valid_from"))
        rows = frame.iter_rows(named=True)
        latest = {row["area_code"]: row for row in rows}
        return tuple(Area(r["area_code"], r["area_level"], r["area_name"], r["parent_code"]) for r in latest.values())

    def area(self, code: str) -> Area | None:
        """The place with that code, under its newest name."""
        return next((area for area in self.areas if area.code == code), None)

    def children(self, code: str) -> tuple[Area, ...]:
        """The places directly below, in the order of their codes."""
        return tuple(area for area in self.areas if area.parent == code)

    def path(self, code: str) -> tuple[Area, ...]:
        """The place and those above it that have figures, the prefecture first."""
        area = self.area(code)
        if area is None or area.level == "province":
            return ()
        return (*(self.path(area.parent) if area.parent else ()), area)

    def periods(self, table: str) -> tuple[str, ...]:
        """The periods ``table`` holds for the place of the release, oldest first."""
        values: list[str] = self.rows(table, {"area_id": self.home.code})["period"].unique().sort().to_list()
        return tuple(values)

    def months(self, table: str) -> tuple[str, ...]:
        """The months to choose from, oldest first, never none.

        Those of ``table``; of all monthly tables where it has no row, because its feed is not sent here.
        """
        if own := self.periods(table):
            return own
        monthly = [name for name in self.manifest["tables"] if name.startswith("kpi_") and name.endswith("_area_month")]
        of_all = {period for name in monthly for period in self.periods(name)}
        return tuple(sorted(of_all)) or (self.as_of_period,)


def with_hidden(row: Row) -> Row:
    """A row of a frame in which the hidden values say that they are."""
    return row | dict.fromkeys(row.get(small_cells.HIDDEN_COLUMNS) or (), HIDDEN_VALUE)


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


@lru_cache(maxsize=8)
def _open(folder: Path, small_cell: int) -> Release:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    cards = json.loads((folder / "cards.json").read_text(encoding="utf-8"))
    return Release(folder=folder, manifest=manifest, cards=cards, small_cell=small_cell)


def current(marts: Path, small_cell: int = 0) -> Release | None:
    """The release the pointer names now, counts below ``small_cell`` hidden; None before the first publication.

    Call it once per page run and keep the answer: the pointer may move at any time, a release never changes.
    """
    try:
        release_id = (marts / "current").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return _open(marts / release_id, small_cell)


def previous(marts: Path, release: Release) -> Release | None:
    """The release before, or None when there was none or it is no longer kept."""
    release_id = release.manifest.get("previous_release_id")
    if not release_id or not (marts / str(release_id) / "manifest.json").is_file():
        return None
    return _open(marts / str(release_id), release.small_cell)


def kept(marts: Path) -> tuple[str, ...]:
    """The releases that are still kept, newest first."""
    return tuple(sorted((path.parent.name for path in marts.glob("[0-9]*/manifest.json")), reverse=True))


def withdrawn(marts: Path, release: Release) -> str | None:
    """The newest kept release that readers had before ``release`` and have no longer: they were sent back from it.

    A newer folder that was never current is one that is being published, and takes nobody back.
    """
    newer = (one for one in kept(marts) if one > release.release_id and (marts / one / RETIRED_FILE).is_file())
    return next(newer, None)


def opened(marts: Path, release_id: str, small_cell: int = 0) -> Release | None:
    """A kept release by its name; None when it is not kept."""
    return _open(marts / release_id, small_cell) if release_id in kept(marts) else None


def status(marts: Path) -> Row:
    """What the last run did, with held and refused files; empty before the first run."""
    try:
        content: Row = json.loads((marts / "status.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return content
