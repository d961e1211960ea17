"""The files of a release with what became of them: the list, one file's rows and money, the letter to its sender.

Belongs here: choosing and naming rows of the marts, held and refused files of the run's status beside them. Does not
belong here: verdicts and counts (they come from the reader), wording of a letter (``pipelines.letters``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from dashboards import data, state, tables
from dashboards.cards import Card
from dashboards.data import Release, Row, Wanted
from dashboards.layout import View
from dashboards.words import LANGUAGES, NOTHING
from pipelines.letters import OVERRIDE, FileNote, answer_by, letter, note_of, remarks
from pipelines.settings import get_settings

DELIVERY, AMOUNT, CONTROL, DOUBT, REJECTION = (
    "ops_delivery",
    "ops_amount",
    "ops_control",
    "ops_doubt",
    "ops_rejection",
)
CLOSED = ("dismissed", "settled")
VERDICTS = ("accepted", "accepted_with_rejects", "refused", "held", "same_rows", *CLOSED)
COUNTS = ("row_in_count", "accepted_count", "rejected_count", "non_data_count")


TEXTS_OF_HELD = ("looks_like", "ask", "closed_by")


@dataclass(frozen=True)
class Parts:
    """What a release says of one file beside its line in the list."""

    amounts: pl.DataFrame
    controls: pl.DataFrame
    doubts: pl.DataFrame
    rejections: pl.DataFrame


def all_files(release: Release, status: Row) -> pl.DataFrame:
    """Every file, the newest first: those of the release, and those that the last run held or refused.

    ``is_open``: what is wrong with it waits for a correction; ``asks``: its sender has something to do. Counts of a
    file that could not be read are null, not 0.
    """
    delivered = release.rows(DELIVERY)
    unread = (pl.col("verdict") == "refused") & (pl.col("row_in_count") == 0)
    frame = delivered.with_columns(pl.when(unread).then(None).otherwise(pl.col(name)).alias(name) for name in COUNTS)
    frame = pl.concat([frame, _of_status(delivered, status)], how="diagonal_relaxed")
    texts = [f"{stem}_{language}" for stem in TEXTS_OF_HELD for language in LANGUAGES]
    frame = frame.with_columns(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(pl.String).alias(name) for name in texts
    )
    has_current = pl.col("is_current").any().over("feed", "period")
    wrong = _rows(release, CONTROL, {"is_equal": False})["receipt_id"].unique()
    is_wrong = (pl.col("rejected_count") > 0) | pl.col("receipt_id").is_in(wrong.implode())
    current = pl.when("is_current").then("version").max().over("feed", "period")
    is_refused_since = (pl.col("verdict") == "refused") & (pl.col("version") > current).fill_null(value=False)
    frame = frame.with_columns(
        is_open=(pl.col("is_current") | ~has_current | (pl.col("verdict") == "held") | is_refused_since)
        & ~pl.col("verdict").is_in(CLOSED)
    )
    asks = pl.col("is_open") & (pl.col("verdict").is_in(["refused", "held"]) | is_wrong.fill_null(value=False))
    return frame.with_columns(asks=asks).sort(
        ["arrived_at", "receipt_id"], descending=True, nulls_last=True, maintain_order=True
    )


def _of_status(delivered: pl.DataFrame, status: Row) -> pl.DataFrame:
    """Held and refused files of the last run that the release does not list, as rows of the same names.

    A held file stands under the department whose feed it looks like, so that this department is asked.
    """
    known = set(delivered["receipt_id"].to_list())
    feeds = {row["feed"]: row for row in delivered.iter_rows(named=True)}
    about = [name for name in delivered.columns if name.startswith(("department_", "feed_title_"))]
    listed = [(verdict, one) for verdict in ("held", "refused") for one in status.get(verdict, [])]
    listed += [(one["closing"], one) for one in status.get("closed", [])]
    rows = []
    for verdict, one in listed:
        identity = one.get("receipt_id") or f"{verdict}-{one['file_name']}"
        is_listed = ((delivered["file_name"] == one["file_name"]) & (delivered["verdict"] == verdict)).any()
        if identity in known or (not one.get("receipt_id") and is_listed):
            continue
        feed = feeds.get(one.get("feed") or one.get("likely_feed") or "", {})
        known_names = about if one.get("feed") else [name for name in about if name.startswith("department_")]
        when = one.get("arrived_at")
        rows.append(
            dict.fromkeys(delivered.columns)
            | {name: feed.get(name) for name in known_names}
            | {
                "receipt_id": identity,
                "file_name": one["file_name"],
                "feed": one.get("feed"),
                "period": one.get("period"),
                "verdict": verdict,
                "is_current": False,
                "arrived_at": dt.datetime.fromisoformat(when).astimezone(dt.UTC).replace(tzinfo=None) if when else None,
                **{
                    f"{stem}_{language}": one[stem][language] for stem in ("reason", "remedy") for language in LANGUAGES
                },
                **{
                    f"{stem}_{language}": (one.get(stem) or {}).get(language)
                    for stem in TEXTS_OF_HELD
                    for language in LANGUAGES
                },
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None)


def chosen(files: pl.DataFrame, wanted: dict[str, str]) -> pl.DataFrame:
    """The files whose columns equal what is wanted; the verdict ``asks`` stands for all that wait for their sender."""
    for column, value in wanted.items():
        files = files.filter(pl.col("asks") if value == "asks" else pl.col(column) == value)
    return files


def listing(view: View, files: pl.DataFrame) -> tables.Table:
    """Every file with its rows in, accepted, rejected and declared non-data."""
    words = view.words
    balance = (
        pl.when(pl.col("row_in_count").is_null())
        .then(pl.lit(NOTHING))
        .when(pl.col("row_in_count") == pl.sum_horizontal("accepted_count", "rejected_count", "non_data_count"))
        .then(pl.lit(words("quality.conserved")))
        .otherwise(pl.lit(words("quality.not_conserved")))
    )
    standing = (
        pl.when("asks").then(pl.lit(words("files.asks")))
        .when("is_current").then(pl.lit(words("files.current")))
        .when(pl.col("verdict").is_in(["same_rows", *CLOSED])).then(pl.lit(NOTHING))
        .otherwise(pl.lit(words("files.replaced")))
    )  # fmt: skip
    frame = tables.of_senders(files, words).with_columns(
        verdict_word=tables.named(files["verdict"], "verdict", words), conserved=balance, state=standing
    )
    heads = {
        "file_name": "quality.file",
        f"department_{words.language}": "quality.department",
        f"feed_title_{words.language}": "quality.feed",
        "period": "quality.period",
        "version": "quality.version",
        "arrived_at": "quality.arrived_at",
        "verdict_word": "quality.verdict",
        "state": "files.state",
        "row_in_count": "quality.row_in",
        "accepted_count": "quality.accepted",
        "rejected_count": "quality.rejected",
        "non_data_count": "quality.non_data",
        "conserved": "quality.conservation",
    }
    return tables.Table(words("quality.ledger"), frame, {name: words(key) for name, key in heads.items()})


def as_links(view: View, listed: pl.DataFrame) -> list[tuple[dict[str, str], str, str]]:
    """The rows of a listing as links: query of the files page, name, and verdict, state and month."""
    links = []
    for row in listed.iter_rows(named=True):
        facts = (row["verdict_word"], row["state"], view.words.month(row["period"]))
        shown = " · ".join(fact for fact in dict.fromkeys(facts) if fact != NOTHING)
        links.append((state.carried() | {"file": row["receipt_id"]}, row["file_name"], shown))
    return links


def parts(release: Release, receipt_ids: Iterable[str]) -> Parts:
    """Amounts, control totals, doubts and rejected cells of the files; a release made before a table has none of it."""
    wanted = {"receipt_id": tuple(receipt_ids)}
    found = [_rows(release, name, wanted) for name in (AMOUNT, CONTROL, DOUBT, REJECTION)]
    by_place = [name for name in ("source_sheet", "source_row", "source_column") if name in found[-1].columns]
    found[-1] = found[-1].sort(by_place, maintain_order=True)
    return Parts(*found)


def _rows(release: Release, table: str, wanted: Mapping[str, Wanted]) -> pl.DataFrame:
    """Rows of a table that older releases may lack."""
    if table in release.manifest["tables"]:
        return release.rows(table, wanted)
    return pl.DataFrame(schema={"receipt_id": pl.String})


def amounts(view: View, about: Parts) -> tables.Table:
    """Money in, accepted and rejected per money column of a file."""
    words, frame = view.words, about.amounts
    # Money has come as float yuan from the release: half a fen is no difference.
    adds_up = (pl.col("in_cny") - pl.col("accepted_cny") - pl.col("rejected_cny")).abs() < 0.005
    frame = frame.with_columns(
        column=_header(frame),
        conserved=pl.when(adds_up)
        .then(pl.lit(words("quality.conserved")))
        .otherwise(pl.lit(words("quality.not_conserved"))),
    )
    columns: dict[str, Card | str] = {"column": words("files.money_column")}
    cards = {
        name: view.cards.card(AMOUNT, name) for name in ("in_cny", "accepted_cny", "rejected_cny", "unparsed_count")
    }
    columns |= {name: _in_yuan(view, card) if card.form == "cny" else card for name, card in cards.items()}
    return tables.Table(words("files.amounts"), frame, columns | {"conserved": words("quality.conservation")})


def controls(view: View, about: Parts) -> tables.Table:
    """The totals that a file states itself against its rows."""
    words, frame = view.words, about.controls
    frame = frame.with_columns(
        column=_header(frame),
        what=tables.named(frame["kind"], "control", words),
        difference=pl.col("stated").cast(pl.Float64) - pl.col("computed").cast(pl.Float64),
        equal=pl.when("is_equal").then(pl.lit(words("files.equal"))).otherwise(pl.lit(words("files.unequal"))),
    )
    columns: dict[str, Card | str] = {"source_row": words("quality.row"), "what": words("files.control")}
    columns |= {"column": words("files.money_column")}
    columns |= {name: _money(view, name) for name in ("stated", "computed", "difference")}
    return tables.Table(words("files.controls"), frame, columns | {"equal": words("files.agrees")})


def doubts(view: View, about: Parts) -> tables.Table:
    """How many doubts of each kind a file holds, with the first row: those that rejected rows, and mere warnings."""
    words = view.words
    frame = about.doubts.sort("kind", "doubt_count", descending=[False, True], nulls_last=True)
    if about.rejections.height:
        first = about.rejections.group_by("receipt_id", pl.col("reason_code").alias("code")).agg(
            pl.col("source_row").min().cast(pl.Int64).alias("first_row")
        )
        frame = frame.join(first, on=["receipt_id", "code"], how="left", maintain_order="left")
        is_rejected = pl.col("kind") == "rejected"
        frame = frame.with_columns(source_row=pl.when(is_rejected).then("first_row").otherwise("source_row"))
    frame = frame.with_columns(what=tables.named(frame["kind"], "doubt_kind", words))
    heads = {
        "what": "files.effect",
        f"text_{words.language}": "quality.reason",
        "doubt_count": "files.places",
        "source_row": "files.first_row",
        f"remedy_{words.language}": "quality.remedy",
    }
    return tables.Table(words("files.doubts"), frame, {name: words(key) for name, key in heads.items()})


def _header(frame: pl.DataFrame) -> pl.Expr:
    """The column's header as the contract has it; an older release knows the field's name only."""
    return pl.coalesce("header", "field") if "header" in frame.columns else pl.col("field")


def _money(view: View, column: str) -> Card:
    title, unit = view.words(f"files.{column}"), view.words("unit.yuan")
    return Card(column, title, unit, "", "", "", "", "", "", "yuan", 2)


def _in_yuan(view: View, card: Card) -> Card:
    """The card of an amount, shown to the fen: a difference of some yuan has to be seen."""
    return replace(card, form="yuan", unit=view.words("unit.yuan"))


def note(delivery: Row, about: Parts) -> FileNote:
    """The file as a letter speaks of it."""
    warnings = about.doubts.filter(pl.col("kind") == "warning") if about.doubts.height else about.doubts
    is_decided = bool(warnings.height) and OVERRIDE in warnings["code"].to_list()
    told = remarks(warnings.select("code", "text_zh").iter_rows()) if warnings.height else []
    controls = [] if is_decided else about.controls.rows(named=True)
    return note_of(delivery, about.rejections, controls, told)


def letter_about(view: View, files: pl.DataFrame) -> str:
    """The text to one department about these files of it; empty when it has nothing to do."""
    if files.is_empty():
        return ""
    about = parts(view.release, files["receipt_id"].to_list())
    by_file = [_by_file(frame) for frame in (about.amounts, about.controls, about.doubts, about.rejections)]
    empty = Parts(*(frame.clear() for frame in (about.amounts, about.controls, about.doubts, about.rejections)))
    blanks = (empty.amounts, empty.controls, empty.doubts, empty.rejections)
    notes = [
        note(row, Parts(*(found.get(row["receipt_id"], blank) for found, blank in zip(by_file, blanks, strict=True))))
        for row in files.sort("feed", "period", nulls_last=True).iter_rows(named=True)
    ]
    return _written(view, notes, files["department_zh"][0] or "")


def _by_file(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {str(key[0]): part for key, part in frame.partition_by("receipt_id", as_dict=True).items()}


def _written(view: View, notes: Sequence[FileNote], department: str) -> str:
    settings = get_settings()
    today = dt.datetime.now(dt.UTC).astimezone().date()
    # A letter goes to an office under the name that it has on the day of the letter, whatever month the page shows.
    name = view.release.terms.wording("zh", today, view.release.home.code).dated(department)
    by = answer_by(today, settings.answer_days)
    return letter(name, notes, by=by, contact=settings.contact, is_synthetic=view.release.is_synthetic)


def status_of_run() -> Row:
    """What the last run left for readers."""
    return data.status(get_settings().marts_dir)
