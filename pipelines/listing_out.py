"""The list of our people for one named recipient: made from the vault, sealed, and recorded before it is written.

Belongs here: whom a list holds, its bytes, its seal, its record. Does not belong here: hits that come back (feed
``screening_results``) and what a page shows. Clear identities exist here only between the vault and the seal.
"""

from __future__ import annotations

import io
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import pkcs7

from pipelines.files import fsync_file
from pipelines.landing import Receipt, receipts
from pipelines.publishing.manifest import Manifest, read_manifest
from pipelines.settings import Settings

RECORD_NAME = "lists_out.jsonl"
SUFFIX = ".csv.p7m"
SMALLEST_KEY = 2048


@dataclass(frozen=True)
class Population:
    """Whom a list holds: mart, key and condition; and the feed whose vault part knows number and name."""

    mart: str
    key: str
    condition: str
    feed: str
    vault_key: str
    vault_name: str


POPULATIONS: Mapping[str, Population] = {
    "registered": Population(
        "dim_person", "person_key", "is_listed", "person_register", "person_key", "person_name"
    ),
    "monitored": Population(
        "fct_monitoring", "head_person_key", "not is_eliminated and removed_date is null",
        "monitoring_register", "head_person_key", "head_name",
    ),
    "leads": Population(
        "fct_lead_case", "person_key", "lead_state <> 'concluded' and is_in_ledger",
        "screening_applications", "person_key", "applicant_name",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class ListOut:
    """What was made: its number, its file, how many people it names and how many the vault did not know."""

    list_id: str
    path: Path
    recipient: str
    row_count: int
    unknown_count: int


def list_out(
    settings: Settings, *, population: str, certificate: Path, purpose: str, author: str, out: Path
) -> ListOut:
    """Write the people of ``population`` for the holder of ``certificate`` into the folder ``out``.

    The record in ``state/lists_out.jsonl`` is on the disk before the file is. Raises ValueError for a population that
    is not known, a certificate that cannot seal, an empty list, or a purpose or author left out; FileNotFoundError
    when there is no release.
    """
    if population not in POPULATIONS:
        raise ValueError(f"{population} is no population: choose one of {', '.join(POPULATIONS)}")
    if not purpose.strip() or not author.strip():
        raise ValueError("a list needs its purpose and its author: they go on record")
    holder = _certificate(certificate)
    manifest, people = _people(settings, POPULATIONS[population])
    if people.is_empty():
        raise ValueError(f"nobody is in the list of {population}: nothing was written")
    known = people.filter(pl.col("identity").is_not_null())
    list_id = f"LO{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(4)}"
    sealed = seal(_table(known, list_id, is_synthetic=manifest.is_synthetic), holder)
    path = out / f"{list_id}_{population}{SUFFIX}"
    made = ListOut(list_id, path, holder.subject.rfc4514_string(), known.height, people.height - known.height)
    _record(
        settings.state_dir,
        {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "list_id": list_id,
            "population": population,
            "release_id": manifest.release_id,
            "recipient": made.recipient,
            "certificate_sha256": holder.fingerprint(SHA256()).hex(),
            "purpose": purpose,
            "author": author,
            "row_count": made.row_count,
            "unknown_count": made.unknown_count,
            "file_name": path.name,
            "file_sha256": sha256(sealed).hexdigest(),
        },
    )
    out.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(sealed)
    fsync_file(path)
    return made


def seal(content: bytes, holder: x509.Certificate) -> bytes:
    """``content`` so that only the holder of the certificate's key can open it: CMS envelope, AES-256."""
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(content).add_recipient(holder)
    builder = builder.set_content_encryption_algorithm(algorithms.AES256)
    return builder.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def recorded_lists(settings: Settings) -> list[dict[str, Any]]:
    """Every list that was ever made, newest first."""
    path = settings.state_dir / RECORD_NAME
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()][::-1]


def _certificate(path: Path) -> x509.Certificate:
    """The recipient's certificate, PEM or DER; raises ValueError when it cannot seal today."""
    content = path.read_bytes()
    is_pem = content.lstrip().startswith(b"-----BEGIN")
    holder = x509.load_pem_x509_certificate(content) if is_pem else x509.load_der_x509_certificate(content)
    key = holder.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < SMALLEST_KEY:
        raise ValueError(f"{path.name} holds no RSA key of {SMALLEST_KEY} bits or more: ask the recipient for another")
    if not holder.not_valid_before_utc <= datetime.now(UTC) <= holder.not_valid_after_utc:
        raise ValueError(f"{path.name} is not valid today: ask the recipient for a new certificate")
    if not holder.subject.rfc4514_string():
        raise ValueError(f"{path.name} names nobody: a list goes to a named recipient")
    return holder


def _people(settings: Settings, chosen: Population) -> tuple[Manifest, pl.DataFrame]:
    """The release's manifest, and one row a person: pseudonym, number and name in clear (null: not in the vault)."""
    folder = settings.marts_dir / settings.pointer_file.read_text(encoding="utf-8").strip()
    manifest = read_manifest(folder)
    with duckdb.connect() as connection:
        marts = connection.read_parquet(str(folder / f"{chosen.mart}.parquet"))
        wanted = marts.filter(f"{chosen.key} is not null and {chosen.condition}").project(chosen.key).distinct().pl()
    keys = wanted.rename({chosen.key: "key"})
    used = {entry.receipt_id for entry in manifest.inputs}
    found = [each for each in receipts(settings) if each.receipt_id in used and each.feed == chosen.feed]
    clear = _clear(settings, chosen, found)
    return manifest, keys.join(clear, on="key", how="left").sort("key")


def _clear(settings: Settings, chosen: Population, found: Iterable[Receipt]) -> pl.DataFrame:
    """Number and name by pseudonym from the vault, the newest delivery that knows a person first."""
    schema = {"key": pl.String, "identity": pl.String, "name": pl.String}
    parts = [pl.DataFrame(schema=schema)]
    for receipt in sorted(found, key=lambda each: (each.period, each.version), reverse=True):
        name = f"{receipt.receipt_id.rsplit('-', 1)[-1]}.parquet"
        path = settings.vault_dir / receipt.feed / receipt.period / name
        if path.is_file():
            columns = [chosen.vault_key, f"{chosen.vault_key}_clear", chosen.vault_name]
            named = dict(zip(columns, schema, strict=True))
            parts.append(pl.read_parquet(path, columns=columns).select(columns).rename(named))
    return pl.concat(parts).drop_nulls("key").unique("key", keep="first", maintain_order=True)


def _table(people: pl.DataFrame, list_id: str, *, is_synthetic: bool) -> bytes:
    """The list as the recipient's office opens it: UTF-8 with a mark, one row a person, the list's number on each."""
    shown = people.select(
        pl.lit(list_id).alias("名单编号"),
        pl.int_range(1, pl.len() + 1).alias("序号"),
        pl.col("name").alias("姓名"),
        pl.col("identity").alias("证件号码"),
        pl.lit("模拟数据" if is_synthetic else "").alias("备注"),
    )
    buffer = io.BytesIO()
    shown.write_csv(buffer, include_bom=True)
    return buffer.getvalue()


def _record(state_dir: Path, line: Mapping[str, Any]) -> None:
    state_dir.mkdir(parents=True, exist_ok=True)
    path = state_dir / RECORD_NAME
    with os.fdopen(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")
        log.flush()
        os.fsync(log.fileno())
