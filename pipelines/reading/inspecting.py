"""What a file is and how it would be judged, without landing it: for `xianqing inspect`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from pipelines.contracts import Text, load_code_lists
from pipelines.reading.pool import Failure, WorkerPool, failure_texts
from pipelines.reading.protocol import WorkerConfig
from pipelines.settings import Settings


class InspectReport(BaseModel):
    """A file as the reader sees it; rows and columns count from 1, ``doubts`` are empty when all is clear.

    ``reasons`` counts bad values per reason code; counts are None when the table or its period is unknown.
    """

    model_config = ConfigDict(frozen=True)

    file_name: str
    feed: str | None = None
    period: str | None = None
    format: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    row_in_count: int | None = None
    accepted_count: int | None = None
    rejected_count: int | None = None
    non_data_count: int | None = None
    reasons: dict[str, int] = {}
    doubts: tuple[Text, ...] = ()


def examine(
    raw: bytes, file_name: str, config: WorkerConfig, *, feed: str | None, period: str | None
) -> dict[str, Any]:
    """The report on a file's bytes, as JSON values; runs inside a reading process."""
    from pipelines.reading.judge import Rules, judge_table
    from pipelines.reading.recognition import recognise
    from pipelines.reading.sources import choose_table, open_source, read_candidate
    from pipelines.reading.tables import FileRefusedError

    found = recognise(raw, file_name, config.contracts, feed=feed, period=period)
    report = found.model_dump(include={"feed", "period", "format", "encoding", "sheet", "header_row"})
    doubts = [found.reason] if found.reason else []
    if found.feed is not None and found.period is not None:
        try:
            source = open_source(raw)
            candidate = choose_table(source, config.contracts[found.feed])
            table = read_candidate(source, candidate)
        except FileRefusedError as refusal:
            doubts.append(Text(zh=refusal.zh, en=refusal.en))
        else:
            rules = Rules(found.period, config.areas_file, config.allow_synthetic, load_code_lists())
            judged = judge_table(table, candidate.match, candidate.contract, rules)
            reasons = Counter(judged.problems["code"].to_list())
            reasons.update({"ragged_row": len(judged.broken)} if judged.broken else {})
            doubts += [Text(zh=str(each["zh"]), en=str(each["en"])) for each in judged.warnings]
            report |= {
                "row_in_count": judged.row_in_count,
                "accepted_count": judged.accepted_count,
                "rejected_count": judged.rejected_count,
                "non_data_count": judged.non_data_count,
                "reasons": dict(reasons),
            }
    return report | {"file_name": file_name, "doubts": [each.model_dump() for each in doubts]}


def inspect_file(
    path: Path, settings: Settings, *, feed: str | None = None, period: str | None = None
) -> InspectReport:
    """Look at one file in a reading process; ``feed`` and ``period`` settle what the file does not say."""
    task = {"task": "inspect", "path": str(path.resolve()), "file_name": path.name, "feed": feed, "period": period}
    with WorkerPool(settings) as pool:
        answer = next(iter(pool.run_all([task])))
    if isinstance(answer, Failure):
        return InspectReport(file_name=path.name, doubts=(failure_texts(answer)[0],))
    return InspectReport.model_validate(answer)
