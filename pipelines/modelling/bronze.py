"""The schema ``bronze`` of a build file: one typed view per contract, and the deliveries themselves as tables.

Nothing is computed here: accepted rows are shown as they lie in Parquet, ledgers as they were written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts import Contract
from pipelines.modelling.calendar import Delivered, DueDelivery, calendar_of
from pipelines.reading import BronzeInput, FileLedger
from pipelines.reading.reasons import REASONS

SEPARATOR = "；"
DELIVERY_COLUMNS = {
    "receipt_id": "varchar",
    "department_code": "varchar",
    "department_zh": "varchar",
    "department_en": "varchar",
    "feed": "varchar",
    "feed_title_zh": "varchar",
    "feed_title_en": "varchar",
    "period": "varchar",
    "file_name": "varchar",
    "version": "integer",
    "is_current": "boolean",
    "verdict": "varchar",
    "arrived_at": "timestamp",
    "row_in_count": "bigint",
    "accepted_count": "bigint",
    "rejected_count": "bigint",
    "non_data_count": "bigint",
    "format": "varchar",
    "encoding": "varchar",
    "reason_zh": "varchar",
    "reason_en": "varchar",
    "remedy_zh": "varchar",
    "remedy_en": "varchar",
    "warning_zh": "varchar",
    "warning_en": "varchar",
}
CALENDAR_COLUMNS = {
    "department_code": "varchar",
    "department_zh": "varchar",
    "department_en": "varchar",
    "feed": "varchar",
    "feed_title_zh": "varchar",
    "feed_title_en": "varchar",
    "period": "varchar",
    "due_date": "date",
    "status": "varchar",
    "arrived_at": "timestamp",
    "receipt_id": "varchar",
}
AMOUNT_COLUMNS = {
    "receipt_id": "varchar",
    "department_code": "varchar",
    "feed": "varchar",
    "period": "varchar",
    "field": "varchar",
    "header": "varchar",
    "in_cny": "decimal(18, 2)",
    "accepted_cny": "decimal(18, 2)",
    "rejected_cny": "decimal(18, 2)",
    "unparsed_count": "bigint",
}
CONTROL_COLUMNS = {
    "receipt_id": "varchar",
    "department_code": "varchar",
    "feed": "varchar",
    "period": "varchar",
    "kind": "varchar",
    "field": "varchar",
    "header": "varchar",
    "stated": "decimal(18, 2)",
    "computed": "decimal(18, 2)",
    "is_equal": "boolean",
    "row": "integer",
}
DOUBT_COLUMNS = {
    "receipt_id": "varchar",
    "department_code": "varchar",
    "feed": "varchar",
    "period": "varchar",
    "kind": "varchar",
    "code": "varchar",
    "text_zh": "varchar",
    "text_en": "varchar",
    "remedy_zh": "varchar",
    "remedy_en": "varchar",
    "doubt_count": "bigint",
    "row": "integer",
}
REJECTION_COLUMNS = {
    "receipt_id": "varchar",
    "file_name": "varchar",
    "source_sheet": "varchar",
    "source_row": "integer",
    "source_column": "integer",
    "header": "varchar",
    "field": "varchar",
    "reason_code": "varchar",
    "reason_zh": "varchar",
    "reason_en": "varchar",
    "remedy_zh": "varchar",
    "remedy_en": "varchar",
    "masked_value": "varchar",
}


@dataclass(frozen=True)
class Bronze:
    """Everything a build starts from; equal values give an equal build."""

    contracts: Mapping[str, Contract]
    inputs: Sequence[BronzeInput]
    ledgers: Sequence[FileLedger]
    areas_file: Path
    bronze_dir: Path
    as_of_period: str

    @property
    def known_ledgers(self) -> list[FileLedger]:
        """Ledgers of feeds that still have a contract, in a fixed order."""
        return sorted((one for one in self.ledgers if one.feed in self.contracts), key=lambda one: one.receipt_id)

    def calendar(self) -> list[DueDelivery]:
        """Every due delivery of every feed."""
        return [
            row
            for contract in self.contracts.values()
            for row in calendar_of(contract, self._delivered(contract), self.as_of_period)
        ]

    def _delivered(self, contract: Contract) -> list[Delivered]:
        return [
            Delivered(one.receipt_id, one.period, one.version, one.verdict == "refused", one.arrived_at)
            for one in self.known_ledgers
            if one.feed == contract.feed and one.verdict != "same_rows"
        ]


def write_bronze(connection: duckdb.DuckDBPyConnection, bronze: Bronze) -> None:
    """Create the schema ``bronze`` with all its views and tables."""
    connection.execute("create schema bronze")
    for contract in bronze.contracts.values():
        paths = [str(one.accepted_path) for one in bronze.inputs if one.feed == contract.feed]
        _create_view(connection, contract.table, contract.bronze_columns, paths)
    literal = str(bronze.areas_file).replace("'", "''")
    connection.execute(f"create view bronze.reference_areas as select * from read_parquet('{literal}')")
    _create_table(connection, "ops_deliveries", DELIVERY_COLUMNS, _deliveries(bronze))
    _create_table(connection, "ops_calendar", CALENDAR_COLUMNS, _calendar(bronze))
    _create_table(connection, "ops_amounts", AMOUNT_COLUMNS, _entries(bronze, "amounts"))
    _create_table(connection, "ops_controls", CONTROL_COLUMNS, _entries(bronze, "controls"))
    _create_table(connection, "ops_doubts", DOUBT_COLUMNS, _doubts(bronze))
    _create_rejections(connection, bronze)


def _create_view(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], paths: Sequence[str]
) -> None:
    """A view over Parquet files with exactly these columns and types; without files, an empty one."""
    if paths:
        listed = ", ".join("'" + path.replace("'", "''") + "'" for path in sorted(paths))
        selected = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in columns.items())
        query = f"select {selected} from read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"
    else:
        selected = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in columns.items())
        query = f"select {selected} where false"
    connection.execute(f"create view bronze.{table} as {query}")


def _create_table(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]
) -> None:
    declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    connection.execute(f"create table bronze.{table} ({declared})")
    if values := list(rows):
        # Column by column: row by row DuckDB takes a statement for each, seconds for a few thousand rows.
        lists = ", ".join(f"unnest(cast(? as {kind}[]))" for kind in columns.values())
        connection.execute(
            f"insert into bronze.{table} select {lists}", [list(column) for column in zip(*values, strict=True)]
        )


def _utc(moment: datetime | None) -> datetime | None:
    """UTC without a zone, as columns ending in ``_at`` are kept."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None


def _deliveries(bronze: Bronze) -> Iterable[tuple[Any, ...]]:
    current = {one.receipt_id for one in bronze.inputs}
    for one in bronze.known_ledgers:
        contract = bronze.contracts[one.feed]
        yield (
            one.receipt_id,
            contract.department.code,
            contract.department.zh,
            contract.department.en,
            one.feed,
            contract.title.zh,
            contract.title.en,
            one.period,
            one.file_name,
            one.version,
            one.receipt_id in current,
            one.verdict,
            _utc(one.arrived_at),
            one.row_in_count,
            one.accepted_count,
            one.rejected_count,
            one.non_data_count,
            one.format,
            one.encoding,
            one.reason.zh if one.reason else None,
            one.reason.en if one.reason else None,
            one.remedy.zh if one.remedy else None,
            one.remedy.en if one.remedy else None,
            SEPARATOR.join(warning.zh for warning in one.warnings) or None,
            "; ".join(warning.en for warning in one.warnings) or None,
        )


def _calendar(bronze: Bronze) -> Iterable[tuple[Any, ...]]:
    for row in bronze.calendar():
        contract = bronze.contracts[row.feed]
        yield (
            contract.department.code,
            contract.department.zh,
            contract.department.en,
            row.feed,
            contract.title.zh,
            contract.title.en,
            row.period,
            row.due_date,
            row.status,
            _utc(row.arrived_at),
            row.receipt_id,
        )


def _entries(bronze: Bronze, kind: str) -> Iterable[tuple[Any, ...]]:
    """The ledgers' amounts or controls, one row each."""
    columns = list(AMOUNT_COLUMNS if kind == "amounts" else CONTROL_COLUMNS)[4:]
    for one in bronze.known_ledgers:
        headers = {field.name: field.header for field in bronze.contracts[one.feed].fields}
        for entry in one.amounts if kind == "amounts" else one.controls:
            values = entry.model_dump() | {"header": headers.get(entry.field, entry.field)}
            yield (
                one.receipt_id,
                bronze.contracts[one.feed].department.code,
                one.feed,
                one.period,
                *(values[name] for name in columns),
            )


def _doubts(bronze: Bronze) -> Iterable[tuple[Any, ...]]:
    """What every ledger counts by kind: reasons of rejection with their remedy, and warnings that rejected nothing."""
    for one in bronze.known_ledgers:
        slot = (one.receipt_id, bronze.contracts[one.feed].department.code, one.feed, one.period)
        for code, count in one.reason_counts.items():
            texts = REASONS.get(code) or (code, code, None, None)
            yield (*slot, "rejected", code, *texts, count, None)
        for warning in one.warnings:
            yield (*slot, "warning", warning.code, warning.zh, warning.en, None, None, warning.count, warning.row)


def _create_rejections(connection: duckdb.DuckDBPyConnection, bronze: Bronze) -> None:
    """Rejected cells of every delivery; open while it counts, its slot has no version that does, or it came after."""
    paths = [path for one in bronze.known_ledgers if (path := _rejected_path(bronze, one)).is_file()]
    _create_view(connection, "rejected_cells", REJECTION_COLUMNS, [str(path) for path in paths])
    columns = ", ".join(f"rejected.{name}" for name in REJECTION_COLUMNS)
    connection.execute(
        f"""
        create table bronze.ops_rejections as
        with slots as (
            select feed, period, max(version) filter (where is_current) as current_version
            from bronze.ops_deliveries group by all
        )
        select {columns}, delivery.department_code, delivery.feed, delivery.period,
            delivery.is_current or slots.current_version is null
            or (delivery.verdict = 'refused' and delivery.version > slots.current_version) as is_open
        from bronze.rejected_cells as rejected
        inner join bronze.ops_deliveries as delivery using (receipt_id)
        inner join slots on slots.feed = delivery.feed and slots.period = delivery.period
        """
    )


def _rejected_path(bronze: Bronze, ledger: FileLedger) -> Path:
    sha12 = ledger.receipt_id.rsplit("-", 1)[-1]
    return bronze.bronze_dir / ledger.department / ledger.feed / ledger.period / sha12 / "rejected.parquet"
