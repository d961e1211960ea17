"""The usual way on the same files: pandas reads and judges, Great Expectations checks frames, dbt builds the marts.

What a good analyst would write in a week, with the contracts to spare typing: ``pd.read_excel(engine="calamine")`` and
``pd.read_csv(encoding=…)``, vectorised conversions, the same suites on whole frames, ``dbt build`` from the command
line over the Parquet it wrote. In its favour, feed and period of every file come from the truth file, nothing is stored
durably or twice, no verdict is explained, nothing is compared with earlier deliveries, and no release is verified.
One process reads, as such scripts do.

Prints one line of JSON: seconds by step, and rows accepted by file. Its verdicts are compared with ours by
``benchmarks.run``.
"""

from __future__ import annotations

import hmac
import json
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from python_calamine import CalamineError

from pipelines.areas import build_areas
from pipelines.contracts import Contract, Field, load_code_lists, load_contracts
from pipelines.contracts.model import normalise_header
from pipelines.gates.suites import door_checks, needed_columns, run_suite
from pipelines.modelling.bronze import Bronze, write_bronze
from pipelines.reading import BronzeInput, FileLedger
from pipelines.settings import PROJECT_DIR, Settings

YUAN = {"万元": 10_000, "亿元": 100_000_000}
WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHECK_DIGITS = np.array(list("10X98765432"))
VILLAGE_ENDING = r"(?:村民委员会|居民委员会|村委会|居委会|社区|村)+$"
UNIT = re.compile(r"\((?:单位:)?(元|万元|亿元)\)$")
KEY = b"0" * 32


def read_raw(path: Path) -> list[pd.DataFrame]:
    """Every sheet of a workbook or the one table of a text file, all cells as text. Raises ValueError."""
    if path.suffix == ".csv":
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return [pd.read_csv(path, header=None, dtype=str, encoding=encoding, keep_default_na=False)]
            except UnicodeDecodeError:
                continue
        raise ValueError("no known encoding")
    sheets = pd.read_excel(path, sheet_name=None, header=None, dtype=str, engine="calamine", na_filter=False)
    return list(sheets.values())


def named(raw: pd.DataFrame, contract: Contract) -> pd.DataFrame | None:
    """The rows below the header under the fields' names; None without a header in the first ten rows."""
    names = {normalise_header(header): field for field in contract.fields for header in field.headers}
    for at in range(min(10, len(raw))):
        cells = [normalise_header(str(cell)) for cell in raw.iloc[at]]
        units = [UNIT.search(cell) for cell in cells]
        found = {
            place: (names.get(cell) or names.get(UNIT.sub("", cell)), unit)
            for place, (cell, unit) in enumerate(zip(cells, units, strict=True))
        }
        fields = {place: (field, unit) for place, (field, unit) in found.items() if field is not None}
        if len(fields) < max(2, len(contract.recognise)):
            continue
        rows: pd.DataFrame = raw.iloc[at + 1 :, list(fields)].reset_index(drop=True)
        rows.columns = pd.Index([field.name for field, _ in fields.values()])
        rows = rows.apply(lambda column: column.str.strip().str.replace(r'^="(.*)"$', r"\1", regex=True))
        for field, unit in fields.values():
            if field.name.endswith("_cny"):
                stated = unit[1] if unit else field.unit
                rows[field.name] = pd.to_numeric(rows[field.name].str.replace(",", ""), errors="coerce") * YUAN.get(
                    stated or "", 1
                )
        rows["source_row"] = np.arange(at + 2, at + 2 + len(rows), dtype="int32")
        return rows
    return None


def has_check_digit(numbers: pd.Series) -> pd.Series:
    """Whether an 18-digit number ends in the digit that GB 11643 gives."""
    shaped = numbers.str.fullmatch(r"[0-9]{17}[0-9X]").fillna(value=False).astype(bool)
    result = pd.Series(data=False, index=numbers.index)
    if shaped.any():
        text = numbers[shaped].to_numpy(dtype="U18")
        letters = text.view("U1").reshape(-1, 18)
        remainder = (letters[:, :17].astype(np.int64) * WEIGHTS).sum(axis=1) % 11
        result[shaped] = CHECK_DIGITS[remainder] == letters[:, 17]
    return result


def convert(values: pd.Series, field: Field, codes: dict[str, str]) -> pd.Series:  # noqa: PLR0911 -- one a type
    """A column in its type; what does not fit becomes missing."""
    if field.name.endswith("_cny"):
        return values.round(2)
    text = values.mask(values == "")
    match field.type:
        case "identity":
            upper = text.str.upper().str.lstrip("G").str.slice(0, 18)  # a disability certificate adds two digits
            return upper.where(has_check_digit(upper))
        case "month" if text.str.fullmatch("[0-9]{6}").any():
            return pd.to_datetime(text, errors="coerce", format="%Y%m").dt.date
        case "date" | "month":
            plain = text.str.replace(r"[年月./]", "-", regex=True).str.replace("日", "").str.rstrip("-")
            return pd.to_datetime(plain, errors="coerce", format="mixed").dt.date
        case "integer" | "year" | "decimal":
            return pd.to_numeric(text.str.replace(",", "").str.removesuffix("年"), errors="coerce")
        case "boolean":
            return text.map({"是": True, "否": False, "1": True, "0": False})
        case "code":
            return text.map(codes)
        case _:
            return text if field.pattern is None else text.where(text.str.fullmatch(field.pattern))


def pseudonyms(values: pd.Series, domain: str) -> pd.Series:
    """HMAC of every distinct value."""
    base = hmac.new(KEY, domain.encode() + b"\0", "sha256")

    def keyed(value: str) -> str:
        digest = base.copy()
        digest.update(value.encode())
        return digest.hexdigest()[:32]

    distinct = values.dropna().unique()
    return values.map(dict(zip(distinct, map(keyed, distinct), strict=True)))


def judged(rows: pd.DataFrame, contract: Contract, areas: pd.DataFrame) -> pd.DataFrame:
    """The rows that keep the contract, in bronze columns: bad, doubled and summing rows are dropped."""
    lists = load_code_lists()
    required = [field.name for field in contract.fields if field.required and field.name in rows]
    filled = (rows[required] != "").sum(axis=1)
    rows = rows[filled > len(required) / 2].copy()
    kept = pd.Series(data=True, index=rows.index)
    for field in contract.fields:
        if field.name not in rows:
            rows[field.name] = None
            continue
        values = rows[field.name]
        codes = {
            spelling: value.value
            for value in (lists[field.code_list] if field.type == "code" and field.code_list else ())
            for spelling in (value.value, *value.codes)
        }
        rows[field.name] = convert(values, field, codes)
        was_filled = values.notna() if field.name.endswith("_cny") else values != ""
        kept &= rows[field.name].notna() | (~was_filled & (not field.required))
    rows = with_area(rows, contract, areas)
    if contract.area is not None:
        kept &= rows["area_code"].notna()
    rows = rows[kept].drop_duplicates(list(contract.key))
    for field in contract.fields:
        if field.is_pseudonym:
            rows[field.name] = pseudonyms(rows[field.name], field.key_domain or "person")
    return rows


def with_area(rows: pd.DataFrame, contract: Contract, areas: pd.DataFrame) -> pd.DataFrame:
    """The place of each row by code, by one name, or by township and village."""
    area = contract.area
    if area is None:
        return rows
    if area.code is not None:
        known = set(areas["area_code"])
        return rows.assign(area_code=rows[area.code].str.ljust(12, "0").where(lambda codes: codes.isin(known)))
    by_name = areas.drop_duplicates("area_name", keep="last").set_index("area_name")["area_code"]
    if area.name is not None:
        return rows.assign(area_code=rows[area.name].map(by_name))
    townships = areas[areas["area_level"] == "township"].set_index("area_code")["area_name"]
    villages = areas[areas["area_level"] == "village"].assign(
        township=lambda table: table["parent_code"].map(townships)
    )
    villages = villages.assign(village=villages["area_name"].str.replace(VILLAGE_ENDING, "", regex=True))
    pairs = villages.drop_duplicates(["township", "village"], keep="last").set_index(["township", "village"])
    plain = rows[area.village].str.replace(VILLAGE_ENDING, "", regex=True)
    wanted = pd.MultiIndex.from_arrays([rows[area.township], plain])
    return rows.assign(area_code=pairs["area_code"].reindex(wanted).to_numpy())


def write(rows: pd.DataFrame, contract: Contract, constants: dict[str, str], target: Path) -> None:
    """The bronze columns as Parquet, typed by DuckDB."""
    frame = rows.assign(**constants)
    selected = ", ".join(f'try_cast("{name}" as {kind}) as "{name}"' for name, kind in contract.bronze_columns.items())
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        typed = f"select {selected} from frame"  # noqa: S608 -- names and types are those of contracts
        connection.execute(f"copy ({typed}) to '{target}' (format parquet)")


class UsualWay:
    """One run: files in, marts out, step by step."""

    def __init__(self, county: Path, out: Path) -> None:
        self.files, self.out = county / "files", out
        self.entries = json.loads((county / "truth" / "manifest.json").read_text(encoding="utf-8"))["files"]
        self.contracts = load_contracts()
        self.seconds: dict[str, float] = {}
        self.accepted: dict[str, int] = {}
        self.inputs: dict[tuple[str, str], BronzeInput] = {}
        self.ledgers: list[FileLedger] = []
        out.mkdir(parents=True)
        self.settings = Settings(data_dir=out, place="shizong", allow_synthetic=True)

    def read(self) -> None:
        """Read and judge every file of a known feed; the last one of a feed and period that can be read counts."""
        areas = pd.read_parquet(build_areas(self.settings))
        for number, entry in enumerate(sorted(self.entries, key=lambda one: str(one["path"]))):
            if not entry["feed"] or not entry["period"]:
                continue
            contract = self.contracts[entry["feed"]]
            receipt = f"{entry['feed']}-{entry['period']}-{number:012d}"
            target = self.out / f"{number}.parquet"
            try:
                parts = [named(raw, contract) for raw in read_raw(self.files / entry["path"])]
                rows = pd.concat([part for part in parts if part is not None], ignore_index=True)
                good = judged(rows, contract, areas)
            except (ValueError, KeyError, CalamineError) as error:
                self.accepted[entry["path"]] = 0
                print(f"{entry['feed']}: {type(error).__name__}", file=sys.stderr)
                continue
            constants = {"period": entry["period"], "receipt_id": receipt, "source_sheet": ""}
            write(good, contract, constants, target)
            self.accepted[entry["path"]] = len(good)
            if len(good):
                slot = entry["feed"], entry["period"]
                self.inputs[slot] = BronzeInput(receipt, contract.department.code, *slot, target)
                self.ledgers.append(self._ledger(receipt, contract, entry, len(rows), len(good)))

    @staticmethod
    def _ledger(receipt: str, contract: Contract, entry: dict[str, Any], row_count: int, good: int) -> FileLedger:
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
            row_in_count=row_count,
            accepted_count=good,
            rejected_count=row_count - good,
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
        database = self.out / "county.duckdb"
        inputs = list(self.inputs.values())
        as_of = max(one.period for one in inputs)
        bronze = Bronze(self.contracts, inputs, self.ledgers, self.settings.areas_file, self.out, as_of)
        with duckdb.connect(str(database)) as connection:
            write_bronze(connection, bronze)
        project = str(PROJECT_DIR / "dbt_project")
        command = [
            str(Path(sys.executable).with_name("dbt")),
            "build",
            "--quiet",
            "--exclude-resource-type",
            "unit_test",
        ]
        command += ["--project-dir", project, "--profiles-dir", project, "--target-path", str(self.out / "target")]
        command += ["--log-path", str(self.out / "logs"), "--vars", json.dumps({"as_of_period": as_of})]
        child = subprocess.run(
            command, env=os.environ | {"XIANQING_BUILD_DB": str(database)}, stdout=subprocess.DEVNULL, check=False
        )
        with duckdb.connect(str(database), read_only=True) as connection:
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'marts'"
            ).fetchall():
                connection.execute(f"copy marts.{name} to '{self.out / f'{name}.mart.parquet'}' (format parquet)")
        return child.returncode == 0

    def run(self) -> dict[str, Any]:
        """All steps, timed."""
        told: dict[str, Any] = {}
        for step in (self.read, self.check, self.build):
            started = time.perf_counter()
            told[step.__name__] = step()
            self.seconds[step.__name__] = round(time.perf_counter() - started, 2)
        return {"seconds": self.seconds, "checks": told["check"], "is_green": told["build"], "accepted": self.accepted}


if __name__ == "__main__":
    print(json.dumps(UsualWay(Path(sys.argv[1]), Path(sys.argv[2])).run(), ensure_ascii=False))
