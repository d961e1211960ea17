"""What a reading process says of a file that came: feed and period, or what is missing.

Apart from the finding (``recognition``), so that a run to which nothing came loads no parser.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from pipelines.contracts import Text
from pipelines.landing.receipts import Likeness


class Recognised(BaseModel):
    """What a file is; ``feed`` and ``period`` are set when certain, otherwise reason and remedy say what is missing."""

    model_config = ConfigDict(frozen=True)

    feed: str | None = None
    period: str | None = None
    format: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    reason: Text | None = None
    remedy: Text | None = None
    likeness: Likeness | None = None
