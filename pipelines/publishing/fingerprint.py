"""Counts, sums and a content hash of every published table, computed in a process of its own.

The hash does not depend on row order, on file layout or on the clock: each row becomes one JSON text, each text an
MD5 number, and the table's hash is the SHA-256 of the sums of those numbers with the column names and types.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict

MARTS_SCHEMA = "marts"
SUMMED_SUFFIXES = ("_cny", "_count")


class FingerprintError(RuntimeError):
    """The other process could not read what this one wrote."""


class TableFingerprint(BaseModel):
    """What must be equal between the build file and the release."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    content_hash: str
    row_count: int
    sums: dict[str, str | None]


def quote(identifier: str) -> str:
    """An SQL identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def _as_text(value: Any) -> str | None:
    """A sum as plain text, without exponent or trailing zeros; null stays null."""
    if value is None:
        return None
    text = format(Decimal(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _fingerprint(connection: duckdb.DuckDBPyConnection, relation: str) -> TableFingerprint:
    connection.execute("set timezone = 'UTC'")
    described = connection.execute(f"describe select * from {relation}").fetchall()
    columns = sorted((str(row[0]), str(row[1])) for row in described)
    numeric = ("DECIMAL", "BIGINT", "INTEGER", "HUGEINT", "SMALLINT")
    summed = [name for name, kind in columns if name.endswith(SUMMED_SUFFIXES) and kind.startswith(numeric)]
    ordered = ", ".join(f"{quote(name)} := {quote(name)}" for name, _ in columns)
    sums = "".join(f", sum({quote(name)})" for name in summed)
    row = connection.execute(
        f"with rows as (select *, to_json(struct_pack({ordered}))::varchar as row_text__ from {relation}) "
        f"select count(*), sum(md5_number_lower(row_text__)), sum(md5_number_upper(row_text__)){sums} from rows"
    ).fetchone()
    if row is None:
        raise FingerprintError(f"The table {relation} gave no count: the build is not usable, run again.")
    digest = hashlib.sha256(json.dumps([columns, *(str(part) for part in row[:3])]).encode()).hexdigest()
    return TableFingerprint(
        content_hash=digest,
        row_count=row[0],
        sums={name: _as_text(value) for name, value in zip(summed, row[3:], strict=True)},
    )


def fingerprint_build(build_file: Path) -> dict[str, TableFingerprint]:
    """Fingerprints of every table in the schema ``marts`` of a closed build file, opened read-only."""
    with duckdb.connect(str(build_file), read_only=True) as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = ? order by table_name",
            [MARTS_SCHEMA],
        ).fetchall()
        return {name: _fingerprint(connection, f"{MARTS_SCHEMA}.{quote(name)}") for (name,) in names}


def fingerprint_release(folder: Path) -> dict[str, TableFingerprint]:
    """Fingerprints of every Parquet file of a release folder."""
    with duckdb.connect() as connection:
        result = {}
        for path in sorted(folder.glob("*.parquet")):
            literal = str(path).replace("'", "''")
            result[path.stem] = _fingerprint(connection, f"read_parquet('{literal}')")
        return result


def content_hash(tables: dict[str, TableFingerprint], about: Mapping[str, Any] | None = None) -> str:
    """One hash over all tables' hashes and what is said ``about`` them: equal inputs give an equal value.

    ``about`` holds what readers see beside the tables (JSON values), never a clock time or a version of the code.
    """
    parts = [f"{name}:{tables[name].content_hash}" for name in sorted(tables)]
    parts.append(json.dumps(about or {}, ensure_ascii=False, sort_keys=True))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def fingerprint_elsewhere(source: Path) -> dict[str, TableFingerprint]:
    """Fingerprints of a build file or a release folder, computed by another process.

    Raises FingerprintError when that process fails.
    """
    child = subprocess.run(
        [sys.executable, "-m", "pipelines.publishing.fingerprint", str(source)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
        check=False,
    )
    if child.returncode != 0:
        reason = child.stderr.strip().splitlines()[-1:] or ["no message"]
        raise FingerprintError(
            f"A second process could not read {source} ({reason[0]}): nothing was published, run again."
        )
    return {name: TableFingerprint.model_validate(value) for name, value in json.loads(child.stdout).items()}


def main(source: Path) -> None:
    """Write the fingerprints of ``source`` as JSON to standard output."""
    tables = fingerprint_release(source) if source.is_dir() else fingerprint_build(source)
    sys.stdout.write(json.dumps({name: table.model_dump() for name, table in tables.items()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
