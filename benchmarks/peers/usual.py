"""The usual way on the same files: pandas reads and judges, Great Expectations checks frames, dbt builds the marts.

What a good analyst would write in some weeks, with the contracts to spare typing: ``pd.read_csv`` and calamine read (or
what pandas takes by itself, see ``tables``), conversions are vectorised, the same suites check whole frames, and
``dbt build`` runs over the Parquet it wrote. It judges rows by the same rules and refuses the same files (``tables``,
``columns``, ``divisions``, ``rules``), except that an error of a formula is a blank cell to it, a quoted cell over two
lines is a broken row, every stated total is held against the whole file and any unreadable amount excuses it, and
nobody asks for row counts stated beside a file or whether columns still mean what they meant. In its favour, feed and
period of every file come from the truth file, nothing is stored durably or twice, no verdict is explained, of earlier
deliveries only the numbers of rows are compared, and no release is verified. One process reads, as such scripts do; dbt
starts with the project parsed, which no run of ours counts either.

``COUNTY OUT PARSED READER`` prints one line of JSON: seconds by step, and rows accepted by file, which
``benchmarks.run`` compares with ours. ``COUNTY parse PARSED`` parses the project once.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import duckdb
import pandas as pd
import pyarrow as pa
from python_calamine import CalamineError

from benchmarks.peers.rules import Judged, Rules, is_refused_beside, judged
from benchmarks.peers.tables import READERS, Reader, by_calamine, read_table
from pipelines.areas import build_areas
from pipelines.contracts import Contract, load_code_lists, load_contracts
from pipelines.gates.suites import door_checks, needed_columns, run_suite
from pipelines.meaning.thresholds import load_thresholds
from pipelines.modelling.bronze import Bronze, write_bronze
from pipelines.reading import BronzeInput, FileLedger
from pipelines.settings import PROJECT_DIR, Settings

DATABASE = "county.duckdb"
PARSED = Path("target", "partial_parse.msgpack")


def write(
    connection: duckdb.DuckDBPyConnection,
    rows: pd.DataFrame,
    contract: Contract,
    constants: dict[str, str],
    target: Path,
) -> None:
    """The bronze columns as Parquet, typed by DuckDB."""
    frame = pa.Table.from_pandas(rows.assign(**constants), preserve_index=False)
    selected = ", ".join(
        f'try_cast("{name}" as {kind}) as "{name}"' if name in frame.column_names else f'null::{kind} as "{name}"'
        for name, kind in contract.bronze_columns.items()
    )
    connection.register("frame", frame)
    typed = f"select {selected} from frame"  # noqa: S608 -- names and types are those of contracts
    connection.execute(f"copy ({typed}) to '{target}' (format parquet)")


def known_files(county: Path) -> list[dict[str, Any]]:
    """The delivered files whose feed and period the truth file tells."""
    truth = json.loads((county / "truth" / "manifest.json").read_text(encoding="utf-8"))
    return [entry for entry in truth["files"] if entry["feed"] and entry["period"]]


def parse(county: Path, folder: Path) -> None:
    """What a checkout does once: its dbt project parsed, kept in ``folder`` for builds of this county."""
    folder.mkdir(parents=True)
    run_dbt(folder.resolve(), max(entry["period"] for entry in known_files(county)), "parse")


def run_dbt(folder: Path, as_of: str, *command: str) -> bool:
    """A dbt command in a process of its own, with the database and all outputs in ``folder``; True when all is well."""
    project = str(PROJECT_DIR / "dbt_project")
    arguments = [*command, "--quiet", "--partial-parse", "--project-dir", project, "--profiles-dir", project]
    arguments += ["--target-path", str(folder / PARSED.parent), "--log-path", str(folder / "logs")]
    arguments += ["--log-level-file", "warn", "--vars", json.dumps({"as_of_period": as_of})]
    dbt = str(Path(sys.executable).with_name("dbt"))
    environment = os.environ | {"XIANQING_BUILD_DB": DATABASE}  # another path would have all parsed again
    child = subprocess.run([dbt, *arguments], cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=False)
    return child.returncode == 0


class UsualWay:
    """One run: files in, marts out, step by step; ``parsed`` holds what ``parse`` left, ``reader`` opens workbooks."""

    def __init__(self, county: Path, out: Path, parsed: Path | None = None, reader: Reader = by_calamine) -> None:
        self.files, self.out, self.parsed, self.reader = county / "files", out.resolve(), parsed, reader
        self.entries = known_files(county)
        self.as_of = max(entry["period"] for entry in self.entries)
        self.contracts = load_contracts()
        self.seconds: dict[str, float] = {}
        self.accepted: dict[str, int] = {}
        self.inputs: dict[tuple[str, str], BronzeInput] = {}
        self.ledgers: list[FileLedger] = []
        self.out.mkdir(parents=True)
        self.settings = Settings(data_dir=self.out, place="shizong", allow_synthetic=True)

    def read(self) -> None:
        """Read and judge every file of a known feed; the last good one of a feed and period counts."""
        rules = Rules(pd.read_parquet(build_areas(self.settings)), load_code_lists(), load_thresholds())
        before: dict[str, list[tuple[str, Judged]]] = {}
        connection = duckdb.connect()
        for number, entry in enumerate(sorted(self.entries, key=lambda one: (one["feed"], one["period"], one["path"]))):
            contract, period = self.contracts[entry["feed"]], entry["period"]
            self.accepted[entry["path"]] = 0
            try:
                found = judged(read_table(self.files / entry["path"], contract, self.reader), contract, period, rules)
            except (ValueError, CalamineError, BadZipFile) as error:
                print(f"{contract.feed}: {type(error).__name__}", file=sys.stderr)
                continue
            earlier = before.setdefault(contract.feed, [])
            if found.is_refused or is_refused_beside(found, earlier, contract, period, rules.thresholds):
                continue
            self.accepted[entry["path"]] = found.accepted
            receipt = f"{contract.feed}-{period}-{number:012d}"
            target = self.out / f"{number}.parquet"
            write(
                connection, found.rows, contract, {"period": period, "receipt_id": receipt, "source_sheet": ""}, target
            )
            earlier.append((period, replace(found, rows=found.rows.iloc[:0])))
            if found.accepted:
                slot = contract.feed, period
                self.inputs[slot] = BronzeInput(receipt, contract.department.code, *slot, target)
                self.ledgers.append(self._ledger(receipt, contract, entry, found))

    @staticmethod
    def _ledger(receipt: str, contract: Contract, entry: dict[str, Any], found: Judged) -> FileLedger:
        """What the models about deliveries need to exist."""
        return FileLedger(
            receipt_id=receipt,
            department=contract.department.code,
            feed=contract.feed,
            period=entry["period"],
            file_name=Path(entry["path"]).name,
            arrived_at=datetime.fromisoformat(entry["path"][:10]).replace(tzinfo=UTC),
            version=1,
            contract_version=contract.fingerprint,
            verdict="accepted",
            row_in_count=found.count,
            accepted_count=found.accepted,
            rejected_count=found.count - found.accepted,
        )

    def check(self) -> dict[str, int]:
        """Great Expectations on the whole frame of every file that counts; returns checks and failed ones."""
        told = {"checks": 0, "failed": 0}
        for one in self.inputs.values():
            contract = self.contracts[one.feed]
            checks = door_checks(contract, load_code_lists())
            frame = pd.read_parquet(one.accepted_path, columns=needed_columns(checks))
            outcomes = run_suite(one.feed, checks, frame)
            told["checks"] += len(outcomes)
            told["failed"] += sum(not each.success for each in outcomes)
        return told

    def build(self) -> bool:
        """``dbt build`` in a process of its own; True when every model and test passed."""
        database = self.out / DATABASE
        inputs = list(self.inputs.values())
        bronze = Bronze(self.contracts, inputs, self.ledgers, self.settings.areas_file, self.out, self.as_of)
        with duckdb.connect(str(database)) as connection:
            write_bronze(connection, bronze)
        if self.parsed is not None:
            (self.out / PARSED).parent.mkdir()
            shutil.copy2(self.parsed / PARSED, self.out / PARSED)
        is_green = run_dbt(self.out, self.as_of, "build", "--exclude-resource-type", "unit_test")
        with duckdb.connect(str(database), read_only=True) as connection:
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'marts'"
            ).fetchall():
                connection.execute(f"copy marts.{name} to '{self.out / f'{name}.mart.parquet'}' (format parquet)")
        return is_green

    def run(self) -> dict[str, Any]:
        """All steps, timed."""
        told: dict[str, Any] = {}
        for step in (self.read, self.check, self.build):
            started = time.perf_counter()
            told[step.__name__] = step()
            self.seconds[step.__name__] = round(time.perf_counter() - started, 2)
        return {"seconds": self.seconds, "checks": told["check"], "is_green": told["build"], "accepted": self.accepted}


if __name__ == "__main__":
    county, out, parsed, *reader = sys.argv[1:]
    if out == "parse":
        parse(Path(county), Path(parsed))
    else:
        way = UsualWay(Path(county), Path(out), Path(parsed), READERS[reader[0]])
        print(json.dumps(way.run(), ensure_ascii=False))
