"""A county small enough to check by hand: typed bronze tables in a DuckDB file, with dbt on top in this process."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.contracts import load_contracts
from pipelines.modelling.bronze import (
    AMOUNT_COLUMNS,
    CALENDAR_COLUMNS,
    CONTROL_COLUMNS,
    DELIVERY_COLUMNS,
    DOUBT_COLUMNS,
    REJECTION_COLUMNS,
)
from pipelines.modelling.build import project_statements
from pipelines.modelling.dbt import current_project
from pipelines.modelling.execute import Place, execute
from pipelines.modelling.nodes import NodeResult
from pipelines.modelling.parsed import DATABASE
from pipelines.settings import Settings

Row = Mapping[str, Any]


PREFECTURE, COUNTY = "530300000000", "530323000000"
TOWN, COUNTY_UNITS = "530323001000", "530323000001"
EAST, WEST = "530323001001", "530323001002"

AREA_COLUMNS = {
    "area_code": "varchar",
    "area_level": "varchar",
    "area_name": "varchar",
    "short_name": "varchar",
    "parent_code": "varchar",
    "valid_from": "date",
    "valid_to": "date",
    "predecessor_code": "varchar",
    "table_year": "integer",
    "source": "varchar",
    "is_assumption": "boolean",
}
SLOT_COLUMNS = {"department_code": "varchar", "feed": "varchar", "period": "varchar", "is_open": "boolean"}
RUN_TABLES = {
    "reference_areas": AREA_COLUMNS,
    "ops_deliveries": DELIVERY_COLUMNS,
    "ops_calendar": CALENDAR_COLUMNS,
    "ops_rejections": REJECTION_COLUMNS | SLOT_COLUMNS,
    "ops_amounts": AMOUNT_COLUMNS,
    "ops_controls": CONTROL_COLUMNS,
    "ops_doubts": DOUBT_COLUMNS,
}


class County:
    """Rows of bronze, table by table; what a row leaves out is null."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}
        self.area(PREFECTURE, "prefecture", "曲靖市", None)
        self.area(COUNTY, "county", "师宗县", PREFECTURE)
        self.area(TOWN, "township", "丹凤街道", COUNTY)
        self.area(COUNTY_UNITS, "township", "县本级", COUNTY)
        self.area(EAST, "village", "丹凤社区居民委员会", TOWN)
        self.area(WEST, "village", "文笔社区居民委员会", TOWN)

    def area(self, code: str, level: str, name: str, parent: str | None, **more: Any) -> None:
        """One row of the division table, valid from 2012 on unless said otherwise; it replaces an earlier one."""
        row = {"area_code": code, "area_level": level, "area_name": name, "short_name": name, "parent_code": parent}
        fixed = {"valid_from": date(2012, 1, 1), "table_year": 2023, "source": "by hand", "is_assumption": False}
        self.forget_area(code)
        self.rows["reference_areas"].append(row | fixed | more)

    def forget_area(self, code: str) -> None:
        """The division table without an area."""
        kept = [row for row in self.rows.get("reference_areas", []) if row["area_code"] != code]
        self.rows["reference_areas"] = kept

    def deliver(self, feed: str, period: str, rows: Iterable[Row], *, verdict: str = "accepted") -> None:
        """One current delivery of a feed with its accepted rows."""
        contract = load_contracts()[feed]
        receipt = f"{feed}-{period}-000000000000"
        listed = [dict(row) | {"period": period, "receipt_id": receipt} for row in rows]
        self.rows.setdefault(contract.table, []).extend(listed)
        self.rows.setdefault("ops_deliveries", []).append(
            {
                "receipt_id": receipt,
                "department_code": contract.department.code,
                "feed": feed,
                "period": period,
                "file_name": f"{feed}.xlsx",
                "version": 1,
                "is_current": verdict.startswith("accepted"),
                "verdict": verdict,
                "arrived_at": datetime(2021, 1, 6, 8),
                "row_in_count": len(listed),
                "accepted_count": len(listed),
                "rejected_count": 0,
                "non_data_count": 0,
            }
        )

    def add(self, table: str, row: Row) -> None:
        """One row of a table of the run itself."""
        self.rows.setdefault(table, []).append(row)

    def write(self, path: Path) -> None:
        """All tables of bronze, typed as the contracts say, also those without a row."""
        tables = {contract.table: contract.bronze_columns for contract in load_contracts().values()} | RUN_TABLES
        with duckdb.connect(str(path)) as connection:
            connection.execute("create schema bronze")
            for table, columns in tables.items():
                declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
                connection.execute(f"create table bronze.{table} ({declared})")
                for row in self.rows.get(table, []):
                    names = ", ".join(f'"{name}"' for name in row)
                    marks = ", ".join("?" for _ in row)
                    connection.execute(f"insert into bronze.{table} ({names}) values ({marks})", list(row.values()))


@dataclass(frozen=True)
class Built:
    """A build file with what dbt said about every node."""

    database: Path
    nodes: Mapping[str, NodeResult]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query on the build file."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def row(self, query: str) -> dict[str, Any]:
        """The one row of a query by column name."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            found = connection.execute(query)
            names = [column[0] for column in found.description or ()]
            (only,) = found.fetchall()
        return dict(zip(names, only, strict=True))

    def not_passed(self) -> dict[str, str]:
        """Every node that did not pass, with its state."""
        return {name: node.state for name, node in self.nodes.items() if node.state != "passed"}


def build(county: County, folder: Path, as_of_period: str) -> Built:
    """The whole project on a county's rows, as a run builds it; parsed and compiled once for all tests."""
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / f"{DATABASE}.duckdb"
    county.write(database)
    dbt_dir = Settings().dbt_dir
    parsed = current_project(Settings())
    statements = project_statements(Settings(), parsed, folder / "compile")
    assert statements is not None, "only dbt itself may build this project"
    nodes = execute(statements, Place(dbt_dir, database, as_of_period))
    return Built(database, {node.name: node for node in nodes})


def run_unit_tests(built: Built, as_of_period: str) -> dict[str, str]:
    """The models' own unit tests on a finished build file; their status by name."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    project, folder = str(Settings().dbt_dir), built.database.parent
    places = ["--project-dir", project, "--profiles-dir", project]
    outputs = ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    chosen = ["--select", "test_type:unit", "--vars", json.dumps({"as_of_period": as_of_period})]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XIANQING_BUILD_DB", str(built.database))
        outcome = dbtRunner().invoke(["--quiet", "test", *chosen, *places, *outputs])
    DuckDBConnectionManager.close_all_connections()
    assert outcome.exception is None, outcome.exception
    return {one.node.name: str(one.status) for one in outcome.result}
