"""Counts, sums and hashes of every published table, computed in a process of its own.

The content hash does not depend on row order, on file layout or on the clock: each row becomes one JSON text, each text
an MD5 number, and the table's hash is the SHA-256 of the sums of those numbers with the column names and types. It is
what releases are compared by, and dear; the digest, over the engine's own hash of every row, is cheap and tells on one
engine whether two places hold the same rows.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import duckdb
from pydantic import BaseModel, ConfigDict

MARTS_SCHEMA = "marts"
SUMMED_SUFFIXES = ("_cny", "_count")
THREADS = 2
Found = TypeVar("Found")


class FingerprintError(RuntimeError):
    """The other process could not read what this one wrote."""


class TableDigest(BaseModel):
    """What must be equal between the build file and the release; ``row_hash`` means nothing to another engine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    row_hash: str
    row_count: int
    sums: dict[str, str | None]


class TableFingerprint(TableDigest):
    """A digest with the content hash, which stays the same for ever."""

    content_hash: str

    @property
    def digest(self) -> TableDigest:
        """What another reading of the same rows must give."""
        return TableDigest(row_hash=self.row_hash, row_count=self.row_count, sums=self.sums)


def quote(identifier: str) -> str:
    """An SQL identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def _as_text(value: Any) -> str | None:
    """A sum as plain text, without exponent or trailing zeros; null stays null."""
    if value is None:
        return None
    text = format(Decimal(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[str, str]]:
    described = connection.execute(f"describe select * from {relation}").fetchall()
    return sorted((str(row[0]), str(row[1])) for row in described)


def _sha256(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _digest(connection: duckdb.DuckDBPyConnection, relation: str) -> TableDigest:
    """Rows, sums and the engine's hashes of all rows, as a sum and as exclusive or."""
    columns = _columns(connection, relation)
    numeric = ("DECIMAL", "BIGINT", "INTEGER", "HUGEINT", "SMALLINT")
    summed = [name for name, kind in columns if name.endswith(SUMMED_SUFFIXES) and kind.startswith(numeric)]
    sums = "".join(f", sum({quote(name)})" for name in summed)
    listed = ", ".join(quote(name) for name, _ in columns)
    row = connection.execute(
        f"with rows as (select *, hash({listed}) as row_hash__ from {relation}) "
        f"select count(*), sum(row_hash__), bit_xor(row_hash__){sums} from rows"
    ).fetchone()
    if row is None:
        raise FingerprintError(f"The table {relation} gave no count: the build is not usable, run again.")
    return TableDigest(
        row_hash=_sha256(columns, *(str(part) for part in row[:3])),
        row_count=row[0],
        sums={name: _as_text(value) for name, value in zip(summed, row[3:], strict=True)},
    )


def content_hash_of(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """The content hash of one relation; the connection's time zone must be UTC when it has moments in time."""
    columns = _columns(connection, relation)
    ordered = ", ".join(f"{quote(name)} := {quote(name)}" for name, _ in columns)
    row = connection.execute(
        f"with rows as (select md5_number(to_json(struct_pack({ordered}))::varchar) as number from {relation}) "
        "select count(*), sum((number >> 64)::ubigint), sum((number & 18446744073709551615::uhugeint)::ubigint)"
        " from rows"
    ).fetchone()
    if row is None:
        raise FingerprintError(f"The table {relation} gave no count: the build is not usable, run again.")
    return _sha256(columns, *(str(part) for part in row))


def _fingerprint(
    connection: duckdb.DuckDBPyConnection, relation: str, known: TableFingerprint | None
) -> TableFingerprint:
    """The fingerprint; the content hash of a ``known`` table with the same rows is taken from there."""
    digest = _digest(connection, relation)
    if known is not None and known.digest == digest:
        return known
    return TableFingerprint(content_hash=content_hash_of(connection, relation), **digest.model_dump())


def for_each_table(
    connection: duckdb.DuckDBPyConnection, names: Iterable[str], work: Callable[[duckdb.DuckDBPyConnection, str], Found]
) -> dict[str, Found]:
    """The answer for every table, two at a time: small tables do not keep two cores busy.

    ``work`` gets a connection of its own, whose time zone is UTC.
    """

    def one(name: str) -> Found:
        with connection.cursor() as cursor:
            cursor.execute("set timezone = 'UTC'")
            return work(cursor, name)

    listed = list(names)
    with ThreadPoolExecutor(THREADS) as executor:
        return dict(zip(listed, executor.map(one, listed), strict=True))


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        "select table_name from information_schema.tables where table_schema = ? order by table_name", [MARTS_SCHEMA]
    ).fetchall()
    return [name for (name,) in found]


def _in_build(name: str) -> str:
    return f"{MARTS_SCHEMA}.{quote(name)}"


def digest_build(build_file: Path) -> dict[str, TableDigest]:
    """Digests of every table in the schema ``marts`` of a closed build file, opened read-only."""
    with duckdb.connect(str(build_file), read_only=True) as connection:
        return for_each_table(connection, _tables(connection), lambda cursor, name: _digest(cursor, _in_build(name)))


def fingerprint_build(
    build_file: Path, known: Mapping[str, TableFingerprint] | None = None
) -> dict[str, TableFingerprint]:
    """Fingerprints of the same tables; ``known`` are those of an earlier build."""
    before = known or {}
    with duckdb.connect(str(build_file), read_only=True) as connection:
        return for_each_table(
            connection,
            _tables(connection),
            lambda cursor, name: _fingerprint(cursor, _in_build(name), before.get(name)),
        )


def digest_release(folder: Path, names: Sequence[str]) -> dict[str, TableDigest]:
    """Digests of the Parquet files of these tables in a release folder."""
    with duckdb.connect() as connection:
        files = {name: str(folder / f"{name}.parquet").replace("'", "''") for name in names}
        return for_each_table(connection, files, lambda cursor, name: _digest(cursor, f"read_parquet('{files[name]}')"))


def content_hash(tables: dict[str, TableFingerprint], about: Mapping[str, Any] | None = None) -> str:
    """One hash over all tables' hashes and what is said ``about`` them: equal inputs give an equal value.

    ``about`` holds what readers see beside the tables (JSON values), never a clock time or a version of the code.
    """
    parts = [f"{name}:{tables[name].content_hash}" for name in sorted(tables)]
    parts.append(json.dumps(about or {}, ensure_ascii=False, sort_keys=True))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def fingerprint_elsewhere(
    build_file: Path, known: Mapping[str, TableFingerprint] | None = None
) -> dict[str, TableFingerprint]:
    """Fingerprints of a build file, computed by another process. Raises FingerprintError when that process fails."""
    before = json.dumps({name: table.model_dump() for name, table in (known or {}).items()})
    told = _elsewhere(build_file, before)
    return {name: TableFingerprint.model_validate(value) for name, value in told.items()}


def digest_elsewhere(folder: Path, names: Sequence[str]) -> dict[str, TableDigest]:
    """Digests of tables of a release folder, computed by another process. Raises FingerprintError when that fails."""
    told = _elsewhere(folder, json.dumps(list(names)))
    return {name: TableDigest.model_validate(value) for name, value in told.items()}


def _elsewhere(source: Path, before: str) -> dict[str, Any]:
    child = subprocess.run(
        [sys.executable, "-m", "pipelines.publishing.fingerprint", str(source)],
        input=before,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=Path(__file__).resolve().parents[2],
        check=False,
    )
    if child.returncode != 0:
        reason = child.stderr.strip().splitlines()[-1:] or ["no message"]
        raise FingerprintError(
            f"A second process could not read {source} ({reason[0]}): nothing was published, run again."
        )
    told: dict[str, Any] = json.loads(child.stdout)
    return told


def main(source: Path, before: str) -> None:
    """Write the fingerprints of a build file, or the digests of a release folder, as JSON to standard output."""
    tables: Mapping[str, TableDigest]
    if source.is_dir():
        tables = digest_release(source, json.loads(before))
    else:
        known = json.loads(before or "{}")
        tables = fingerprint_build(
            source, {name: TableFingerprint.model_validate(value) for name, value in known.items()}
        )
    sys.stdout.write(json.dumps({name: table.model_dump() for name, table in tables.items()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.stdin.read())
