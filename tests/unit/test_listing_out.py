"""A list of people: only its recipient opens it, it is on record before it exists, and it comes from the vault."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from pipelines.landing import land, receipts
from pipelines.listing_out import RECORD_NAME, list_out, recorded_lists
from pipelines.publishing.manifest import Manifest
from pipelines.reading import bronze_folder, read_pending
from pipelines.settings import Settings
from pipelines.simulate.county import build_county
from pipelines.simulate.frames import FRAMES, Slot
from tests.integration.small_county import new_county

RELEASE = "20200201T000000Z-1-abcd"
Holder = tuple[x509.Certificate, rsa.RSAPrivateKey]


def holder(*, days: int = 30, size: int = 2048) -> Holder:
    key = rsa.generate_private_key(public_exponent=65537, key_size=size)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "县公安局 比对专员")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=60))
    return builder.not_valid_after(now + dt.timedelta(days=days)).sign(key, hashes.SHA256()), key


def saved(certificate: x509.Certificate, folder: Path) -> Path:
    path = folder / "recipient.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, pl.DataFrame]:
    """An installation that has read one register of monitored households, and what that register truly held."""
    home = tmp_path_factory.mktemp("office")
    settings = new_county(home / "data")
    register = FRAMES["monitoring_register"](build_county(0.02, 7), Slot(2020, 1, is_yearly=False))
    register = register.filter(pl.col("清退日期").is_null())
    rows = register.drop("area_code", "_长名").with_columns(pl.col("识别监测时间", "消除监测时间").str.slice(0, 7))
    file = home / "师宗县防返贫监测对象2020年1月.csv"
    title = "师宗县防返贫监测对象信息表（模拟数据）\n截至2020年1月31日\n"
    file.write_text("\ufeff" + title + rows.write_csv(), encoding="utf-8")
    os.utime(file, (1_580_900_000, 1_580_900_000))
    land([file], settings, arrival="mtime")
    read_pending(settings)
    (receipt,) = receipts(settings)
    folder = settings.marts_dir / RELEASE
    folder.mkdir(parents=True)
    accepted = pl.read_parquet(bronze_folder(settings, receipt) / "accepted.parquet")
    accepted.write_parquet(folder / "fct_monitoring.parquet")
    manifest = Manifest.model_validate(
        {
            "release_id": RELEASE, "created_at": "2020-02-05T00:00:00Z", "content_hash": "0", "as_of_period": "2020-01",
            "place": {"zh": "师宗县", "en": "Shizong", "code": "530323000000"}, "is_synthetic": True,
            "code_version": "0", "tables": {}, "inputs": [{"receipt_id": receipt.receipt_id, "sha256": receipt.sha256}],
            "late_departments": [], "data_light": {"zh": "无", "en": "none", "level": "none", "reasons": []},
            "previous_release_id": None,
        }
    )  # fmt: skip
    (folder / "manifest.json").write_text(manifest.model_dump_json(), encoding="utf-8")
    settings.pointer_file.write_text(RELEASE + "\n", encoding="utf-8")
    return settings, register


@pytest.fixture
def make(office: tuple[Settings, pl.DataFrame], tmp_path: Path) -> Callable[..., Path]:
    def made(certificate: x509.Certificate, **more: str) -> Path:
        wanted = {"population": "monitored", "purpose": "2020年第2轮信息比对", "author": "张某"} | more
        return list_out(office[0], certificate=saved(certificate, tmp_path), out=tmp_path / "out", **wanted).path

    return made


def test_only_the_recipient_reads_who_is_monitored(
    office: tuple[Settings, pl.DataFrame], make: Callable[..., Path]
) -> None:
    certificate, key = holder()
    path = make(certificate)
    sealed = path.read_bytes()
    true = office[1].filter(pl.col("风险是否已消除") == "否")
    opened = pkcs7.pkcs7_decrypt_der(sealed, certificate, key, [])
    people = pl.read_csv(opened, schema_overrides={"证件号码": pl.String})
    assert set(people["证件号码"]) == set(true["户主证件号码"])
    assert set(people["姓名"]) == set(true["户主姓名"])
    assert set(people["备注"]) == {"模拟数据"}
    assert not any(number.encode() in sealed for number in true["户主证件号码"])
    assert path.stat().st_mode & 0o077 == 0
    other, other_key = holder()
    with pytest.raises((ValueError, InvalidTag)):
        pkcs7.pkcs7_decrypt_der(sealed, other, other_key, [])


def test_every_list_is_on_record_without_a_name(
    office: tuple[Settings, pl.DataFrame], make: Callable[..., Path]
) -> None:
    settings, register = office
    before = len(recorded_lists(settings))
    path = make(holder()[0])
    newest = recorded_lists(settings)[0]
    assert len(recorded_lists(settings)) == before + 1
    assert (newest["file_name"], newest["release_id"], newest["author"]) == (path.name, RELEASE, "张某")
    assert "比对专员" in newest["recipient"]
    text = (settings.state_dir / RECORD_NAME).read_text(encoding="utf-8")
    assert not any(number in text for number in register["户主证件号码"])


@pytest.mark.parametrize(
    ("given", "more", "what"),
    [
        ({"days": -1}, {}, "not valid today"),
        ({"size": 1024}, {}, "2048 bits"),
        ({}, {"purpose": " "}, "purpose"),
        ({}, {"population": "everybody"}, "no population"),
    ],
)
def test_what_cannot_be_answered_for_is_not_made(
    make: Callable[..., Path], tmp_path: Path, given: dict[str, int], more: dict[str, str], what: str
) -> None:
    with pytest.raises(ValueError, match=what):
        make(holder(**given)[0], **more)
    assert not (tmp_path / "out").exists()
