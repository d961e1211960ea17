"""Settings: the environment wins over the installation's file, and a key that others may read is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from pipelines.settings import KeyFileError, Settings, load_settings


def test_the_environment_wins_over_the_installation_file_over_the_default(tmp_path: Path) -> None:
    (tmp_path / "xianqing.env").write_text(
        "# written by xianqing init\nXIANQING_PLACE=duan\nXIANQING_WORKER_COUNT=3\n", encoding="utf-8"
    )
    settings = load_settings({"XIANQING_DATA_DIR": str(tmp_path), "XIANQING_WORKER_COUNT": "1", "OTHER": "x"})
    assert (settings.place, settings.worker_count, settings.keep_releases) == ("duan", 1, 12)
    assert settings.data_dir == tmp_path


def test_a_value_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="worker_count"):
        load_settings({"XIANQING_DATA_DIR": str(tmp_path), "XIANQING_WORKER_COUNT": "many"})


@pytest.mark.parametrize(
    ("mode", "size", "what", "zh"),
    [(0o644, 32, "chmod 600", "可被他人读取（权限 644）"), (0o600, 31, "31 bytes", "长度为 31 字节，应为 32 字节")],
)
def test_a_key_that_is_open_or_damaged_is_refused(tmp_path: Path, mode: int, size: int, what: str, zh: str) -> None:
    settings = Settings(data_dir=tmp_path)
    settings.vault_dir.mkdir()
    settings.pseudonym_key_file.write_bytes(b"k" * size)
    settings.pseudonym_key_file.chmod(mode)
    with pytest.raises(KeyFileError, match=what) as refused:
        settings.read_key()
    assert zh in refused.value.zh


def test_a_missing_key_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="xianqing init") as refused:
        Settings(data_dir=tmp_path).read_key()
    assert "（文件不存在）：首次使用请运行一次 `xianqing init`" in refused.value.zh
