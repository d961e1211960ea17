"""The only reader of the environment: where things lie, how much a worker may use, which county this is.

Belongs here: paths, limits of the machine, the choice of place. Does not belong here: policy numbers (dated seeds of
the dbt project) or anything about a model (its own ``.yml``).

Values come from the environment (``XIANQING_…``), then from ``xianqing.env`` in the data folder (written by
``xianqing init``), then from the defaults below.
"""

from __future__ import annotations

import os
import stat
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from pipelines.errors import ToldError

PROJECT_DIR = Path(__file__).resolve().parents[1]
PREFIX = "XIANQING_"


_WHY = {FileNotFoundError: "文件不存在", PermissionError: "没有读取权限"}


class KeyFileError(ToldError):
    """The pseudonym key is missing, unreadable by us, or readable by others."""


class Settings(BaseModel):
    """One frozen value with every setting; tests build their own with ``Settings(data_dir=…)``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = PROJECT_DIR / "data"
    place: str = "shizong"
    area_table: Path | None = Field(default=None, description="the office's own division table, CSV")
    key_file: Path | None = Field(default=None, description="pseudonym key; default: vault/pseudonym.key")
    allow_synthetic: bool = Field(default=False, description="accept identities under the area prefixes 9901–9909")
    contracts_dir: Path = PROJECT_DIR / "pipelines" / "contracts"
    dbt_dir: Path = PROJECT_DIR / "dbt_project"

    worker_count: int = Field(default=2, ge=1, description="reader processes")
    worker_memory_mb: int = Field(default=4096, ge=256, description="memory that one reader may fill")
    file_timeout_seconds: int = Field(default=600, ge=1, description="longest time for one file")
    stable_seconds: float = Field(default=10, ge=0, description="an upload is complete when its size has not changed")

    keep_releases: int = Field(default=12, ge=2)
    reader_grace_seconds: int = Field(
        default=3600, ge=0, description="a release stays this long after it ceased to be current"
    )
    minimum_free_mb: int = Field(default=1024, ge=0, description="a run does not start below this free space")
    small_cell: int = Field(
        default=4, ge=0, description="counts of people from 1 to below this are hidden on screen; 0 = show all"
    )

    household_pages: bool = Field(
        default=False, description="open pages of single households; every opening is recorded in data/state"
    )
    contact: str = Field(default="", description="whom departments answer: name and telephone, for texts to senders")
    answer_days: int = Field(default=5, ge=1, description="days a department has to send a corrected file")

    feeds_not_expected: str = Field(
        default="", description="feeds this office is not sent, separated by commas: nobody is asked for them"
    )

    dashboard_port: int = 8501
    dagster_port: int = 3000

    @property
    def unexpected_feeds(self) -> frozenset[str]:
        """The feeds of ``feeds_not_expected``; one that comes all the same is taken and expected from then on."""
        return frozenset(name.strip() for name in self.feeds_not_expected.split(",") if name.strip())

    @property
    def raw_dir(self) -> Path:
        """Bytes as they came, one folder per department, feed and period."""
        return self.data_dir / "raw"

    @property
    def inbox_dir(self) -> Path:
        """Where people drop files."""
        return self.raw_dir / "inbox"

    @property
    def held_dir(self) -> Path:
        """Files that nobody could place yet."""
        return self.raw_dir / "held"

    @property
    def bronze_dir(self) -> Path:
        """Judged rows: accepted, rejected and the ledger of each file."""
        return self.data_dir / "bronze"

    @property
    def areas_file(self) -> Path:
        """The division table with history that rows are resolved against."""
        return self.bronze_dir / "reference" / "areas.parquet"

    @property
    def vault_dir(self) -> Path:
        """Clear identities and quarantined rows; nobody but the owner may enter."""
        return self.data_dir / "vault"

    @property
    def build_dir(self) -> Path:
        """DuckDB files of runs, one each, never served."""
        return self.data_dir / "build"

    @property
    def marts_dir(self) -> Path:
        """Published releases, the pointer and the status of the last run."""
        return self.data_dir / "marts"

    @property
    def pointer_file(self) -> Path:
        """One line: the release that readers open."""
        return self.marts_dir / "current"

    @property
    def status_file(self) -> Path:
        """What the last run did, for the dashboards."""
        return self.marts_dir / "status.json"

    @property
    def state_dir(self) -> Path:
        """Lease, fencing counter and Dagster's own records."""
        return self.data_dir / "state"

    @property
    def installation_file(self) -> Path:
        """What this folder was set up for, written by ``xianqing init``."""
        return self.state_dir / "installation.json"

    @property
    def dagster_home(self) -> Path:
        """Dagster's instance folder."""
        return self.state_dir / "dagster"

    @property
    def pseudonym_key_file(self) -> Path:
        """The installation's one pseudonym key."""
        return self.key_file or self.vault_dir / "pseudonym.key"

    def read_key(self) -> bytes:
        """The pseudonym key (32 bytes); raises KeyFileError when it is missing or open to others."""
        path = self.pseudonym_key_file
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            key = path.read_bytes()
        except OSError as error:
            why = _WHY.get(type(error), error.strerror)
            raise KeyFileError(
                f"无法读取假名密钥 {path}（{why}）：首次使用请运行一次 `xianqing init`，否则请从备份恢复；"
                "更换密钥后，新旧数据将无法对应。",
                f"The pseudonym key {path} cannot be read ({error.strerror}): run `xianqing init` once, or restore the "
                "key from its backup; without the same key old and new rows no longer fit together.",
            ) from error
        if mode & 0o077:
            raise KeyFileError(
                f"假名密钥 {path} 可被他人读取（权限 {mode:o}）：请运行 `chmod 600 {path}`。",
                f"The pseudonym key {path} can be read by others (mode {mode:o}): run `chmod 600` on it.",
            )
        if len(key) != 32:
            raise KeyFileError(
                f"假名密钥 {path} 长度为 {len(key)} 字节，应为 32 字节：请从备份恢复。",
                f"The pseudonym key {path} has {len(key)} bytes instead of 32: restore it from its backup.",
            )
        return key


def _from_file(path: Path) -> dict[str, str]:
    """The ``KEY=value`` lines of an environment file; an absent file holds none."""
    if not path.is_file():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines() if "=" in line)
    return {key.strip(): value.strip() for key, value in pairs if not key.lstrip().startswith("#")}


def load_settings(environment: dict[str, str]) -> Settings:
    """Settings from an environment and the data folder's ``xianqing.env``; the environment wins.

    Raises pydantic.ValidationError for a value that does not fit.
    """
    data_dir = Path(environment.get(PREFIX + "DATA_DIR", PROJECT_DIR / "data")).resolve()
    merged = _from_file(data_dir / "xianqing.env") | environment
    values = {
        name: merged[PREFIX + name.upper()]
        for name in Settings.model_fields
        if name != "data_dir" and merged.get(PREFIX + name.upper(), "") != ""
    }
    return Settings.model_validate(values | {"data_dir": data_dir})


@cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return load_settings(dict(os.environ))
