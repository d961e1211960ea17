"""What a release says about itself: ``manifest.json``."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.contracts import Text

MANIFEST_FILE = "manifest.json"
CARDS_FILE = "cards.json"
RELEASE_ID = re.compile(r"^\d{8}T\d{9}Z-[0-9a-f]{8}$")


class ReleaseError(RuntimeError):
    """A release is missing, unknown or not what its manifest says."""


class ManifestModel(BaseModel):
    """Frozen and strict: a manifest of another shape is refused rather than half read."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(Text):
    """The county of a release, with its 12-digit code."""

    code: str


class PublishedTable(ManifestModel):
    """One Parquet file: ``sha256`` of its bytes, ``content_hash`` of its rows."""

    file: str
    sha256: str
    content_hash: str
    row_count: int
    sums: dict[str, str | None]


class InputReceipt(ManifestModel):
    """One delivery that the release was built from."""

    receipt_id: str
    sha256: str


class LateDelivery(ManifestModel):
    """A delivery that was due by the as-of period and is missing or refused."""

    department_zh: str
    department_en: str
    feed: str
    period: str


class DataLight(Text):
    """How far the figures can be trusted, and why."""

    level: Literal["severe", "minor", "none"]
    reasons: list[Text]


class Manifest(ManifestModel):
    """Everything a reader needs to know before opening a table."""

    release_id: str
    created_at: datetime
    content_hash: str
    as_of_period: str
    place: Place
    is_synthetic: bool
    code_version: str
    tables: dict[str, PublishedTable]
    inputs: list[InputReceipt]
    late_departments: list[LateDelivery]
    data_light: DataLight
    previous_release_id: str | None


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a release folder; raises ReleaseError when it is missing or malformed."""
    path = folder / MANIFEST_FILE
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ReleaseError(
            f"There is no release in {folder} ({error.strerror}): `xianqing releases list` shows those that exist."
        ) from error
    except ValidationError as error:
        raise ReleaseError(
            f"The manifest {path} is damaged ({error.error_count()} problems): do not use this release; go back to "
            "another one with `xianqing releases rollback RELEASE_ID`."
        ) from error
