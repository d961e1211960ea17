"""Setting an office up: the key, the two kinds of installation that never mix, and taking the synthetic county away."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pipelines.areas import AreaTableError
from pipelines.installation import (
    InstallationError,
    clear_synthetic,
    initialise,
    is_made_synthetic,
    make_key,
    synthetic_deliveries,
)
from pipelines.settings import KeyFileError, Settings, load_settings


def test_a_real_installation_refuses_synthetic_identities_from_then_on(tmp_path: Path) -> None:
    initialise(tmp_path / "data", place="shizong", synthetic=False)
    settings = load_settings({"XIANQING_DATA_DIR": str(tmp_path / "data")})

    assert not settings.allow_synthetic
    assert settings.inbox_dir.is_dir()
    assert settings.areas_file.is_file()
    assert stat.S_IMODE(settings.vault_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(settings.pseudonym_key_file.stat().st_mode) == 0o600
    assert len(settings.read_key()) == 32


def test_setting_up_again_keeps_the_key(tmp_path: Path) -> None:
    before = initialise(tmp_path / "data", place="shizong", synthetic=True).read_key()

    assert initialise(tmp_path / "data", place="shizong", synthetic=True).read_key() == before
    assert not make_key(tmp_path / "data" / "vault" / "pseudonym.key")


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    key_file = tmp_path / "key"
    key_file.write_bytes(bytes(32))
    key_file.chmod(0o644)

    with pytest.raises(KeyFileError, match="chmod 600"):
        initialise(tmp_path / "data", place="shizong", synthetic=False, key_file=key_file)


def test_real_and_synthetic_people_never_meet(tmp_path: Path) -> None:
    settings = initialise(tmp_path / "data", place="shizong", synthetic=True)
    landed = settings.raw_dir / "finance" / "fund_payment" / "2020-01" / "0123456789ab.receipt.json"
    landed.parent.mkdir(parents=True)
    landed.write_text("{}")

    with pytest.raises(InstallationError, match="clear-synthetic"):
        initialise(tmp_path / "data", place="shizong", synthetic=False)
    clear_synthetic(settings)
    assert not initialise(tmp_path / "data", place="shizong", synthetic=False).allow_synthetic


def test_a_synthetic_installation_stays_one_whatever_the_environment_says(tmp_path: Path) -> None:
    settings = initialise(tmp_path / "data", place="shizong", synthetic=True)
    refusing = load_settings({"XIANQING_DATA_DIR": str(tmp_path / "data"), "XIANQING_ALLOW_SYNTHETIC": "false"})

    assert not refusing.allow_synthetic
    assert is_made_synthetic(refusing)
    (settings.data_dir / "xianqing.env").unlink()
    assert is_made_synthetic(refusing)
    (settings.state_dir / "installation.json").unlink()
    assert not is_made_synthetic(refusing)


def test_rows_that_were_read_count_as_landed_even_without_their_receipts(tmp_path: Path) -> None:
    settings = initialise(tmp_path / "data", place="shizong", synthetic=True)
    ledger = settings.bronze_dir / "finance" / "fund_payment" / "2020-01" / "0123456789ab" / "ledger.json"
    ledger.parent.mkdir(parents=True)
    ledger.write_text("{}")

    with pytest.raises(InstallationError, match="clear-synthetic"):
        initialise(tmp_path / "data", place="shizong", synthetic=False)


def test_without_any_word_synthetic_people_are_refused(tmp_path: Path) -> None:
    assert not Settings(data_dir=tmp_path).allow_synthetic
    assert not load_settings({"XIANQING_DATA_DIR": str(tmp_path)}).allow_synthetic


def test_clearing_keeps_the_readme_and_refuses_a_real_installation(tmp_path: Path) -> None:
    settings = initialise(tmp_path / "data", place="shizong", synthetic=True)
    (settings.marts_dir / "README.md").write_text("kept")
    (settings.marts_dir / "status.json").write_text("{}")
    removed = clear_synthetic(settings)

    assert settings.vault_dir in removed
    assert [path.name for path in settings.marts_dir.iterdir()] == ["README.md"]
    assert not settings.pseudonym_key_file.exists()

    real = initialise(tmp_path / "real", place="shizong", synthetic=False)
    accepting = load_settings({"XIANQING_DATA_DIR": str(tmp_path / "real"), "XIANQING_ALLOW_SYNTHETIC": "true"})
    with pytest.raises(InstallationError, match="real installation"):
        clear_synthetic(accepting)
    with pytest.raises(InstallationError, match="real installation"):
        clear_synthetic(real)
    assert real.pseudonym_key_file.exists()


def test_an_unknown_place_without_a_table_names_those_that_ship(tmp_path: Path) -> None:
    with pytest.raises(AreaTableError, match="shizong"):
        initialise(tmp_path / "data", place="nowhere", synthetic=False)
    assert not (tmp_path / "data" / "xianqing.env").exists()


def test_two_synthetic_counties_never_share_a_folder(tmp_path: Path) -> None:
    settings = initialise(tmp_path / "data", place="shizong", synthetic=True)
    synthetic_deliveries(settings, "shizong-0.05-12-7").mkdir(parents=True)

    assert synthetic_deliveries(settings, "shizong-0.05-12-7").is_dir()
    with pytest.raises(InstallationError, match=r"shizong-0\.05-12-7.*make clean-data"):
        synthetic_deliveries(settings, "shizong-1.0-12-7")
