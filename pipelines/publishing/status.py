"""``marts/status.json``: what the last run did, written whole at each stage, so that nobody reads half of it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from pipelines.contracts import Text
from pipelines.files import write_json
from pipelines.settings import Settings

Closing = Literal["dismissed", "settled"]
RunState = Literal["running", "published", "nothing_new", "failed", "rolled_back"]


class StatusModel(BaseModel):
    """Frozen and strict."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class GateLine(Text):
    """One gate as the dashboard shows it."""

    name: str
    passed: bool
    state: Literal["passed", "warned", "failed", "error", "no_data"]
    details: list[dict[str, Any]]


class LastRun(StatusModel):
    """The last run: where it is or how it ended."""

    run_id: str
    state: RunState
    started_at: datetime
    ended_at: datetime | None
    stage: str
    message: Text
    gates: list[GateLine]
    release_id: str | None
    seconds: dict[str, float]


class ProblemFile(StatusModel):
    """A file that was held or refused: which, why, and what to do. ``receipt_id`` is None in an older status.

    Of a held file: what it looks like, ``ask`` (what the sender should write where), and why nothing is left to do when
    it was dismissed or settled by a later delivery. Of a refused one the checks that a steward could waive.
    """

    receipt_id: str | None = None
    arrived_at: datetime | None = None
    file_name: str
    feed: str | None
    period: str | None
    reason: Text
    remedy: Text
    stored_path: str | None = None
    likely_feed: str | None = None
    likely_period: str | None = None
    looks_like: Text | None = None
    ask: Text | None = None
    closing: Closing | None = None
    closed_by: Text | None = None
    stopped_by: tuple[str, ...] = ()


class LeadPlace(StatusModel):
    """Where one lead stands: a row of a file, and the row of the file that it contradicts, if there is one."""

    file_name: str
    row: int
    other_file_name: str | None
    other_row: int | None


class Lead(Text):
    """A contradiction between departments that people have to look into: how many in a period, and the first ones."""

    rule: str
    period: str
    count: int
    places: list[LeadPlace]


class Status(StatusModel):
    """The whole file; ``held`` still wait, ``closed`` were held once; ``leads`` are each rule's newest period's."""

    last_run: LastRun
    held: list[ProblemFile]
    refused: list[ProblemFile]
    closed: list[ProblemFile] = []
    leads: list[Lead] = []


def write_status(settings: Settings, status: Status) -> None:
    """Replace ``marts/status.json`` atomically."""
    write_json(settings.status_file, json.loads(status.model_dump_json()))


def read_status(settings: Settings) -> Status | None:
    """The status, None before the first run; raises pydantic.ValidationError when the file is malformed."""
    if not settings.status_file.is_file():
        return None
    return Status.model_validate_json(settings.status_file.read_bytes())
