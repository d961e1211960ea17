"""Great Expectations suites, generated from the feed contracts: nobody writes one by hand.

Great Expectations is imported inside the functions: it costs seconds, and most runs bring nothing new.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pipelines.contracts import CodeValue, Contract, Field
from pipelines.reading.values import YUAN_PER_UNIT

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core import ExpectationSuite
    from great_expectations.datasource.fluent.interfaces import Batch
    from great_expectations.datasource.fluent.pandas_datasource import DataFrameAsset

CheckKind = Literal["not_null", "value_set", "pattern", "range", "unique_in_delivery"]
PSEUDONYM_PATTERN = "^[0-9a-f]{32}$"


@dataclass(frozen=True)
class DoorCheck:
    """One expectation in the contract's words; ``values`` are its limits."""

    kind: CheckKind
    columns: tuple[str, ...]
    values: tuple[Any, ...] = ()

    @property
    def name(self) -> str:
        """Unique within a feed, e.g. ``value_set(sex)``."""
        return f"{self.kind}({', '.join(self.columns)})"


@dataclass(frozen=True)
class Outcome:
    """What Great Expectations said: ``error`` is set when the check itself crashed; ``failed_count`` are rows."""

    check: DoorCheck
    success: bool
    error: str | None
    failed_count: int | None = 0


def door_checks(contract: Contract, code_lists: dict[str, tuple[CodeValue, ...]]) -> list[DoorCheck]:
    """Every check that a contract implies for the columns that reach bronze."""
    kept = [field for field in contract.fields if field.is_kept]
    checks = [check for field in kept for check in _field_checks(field, code_lists)]
    if contract.area is not None:
        checks += [DoorCheck("not_null", ("area_code",)), DoorCheck("pattern", ("area_code",), ("^[0-9]{12}$",))]
    unique = DoorCheck("unique_in_delivery", ("receipt_id", *contract.key))
    return list(dict.fromkeys([*checks, unique]))


def _field_checks(field: Field, code_lists: dict[str, tuple[CodeValue, ...]]) -> list[DoorCheck]:
    checks = []
    if field.required:
        checks.append(DoorCheck("not_null", (field.name,)))
    if field.is_pseudonym:
        checks.append(DoorCheck("pattern", (field.name,), (PSEUDONYM_PATTERN,)))
    elif field.pattern is not None and field.type == "text":
        checks.append(DoorCheck("pattern", (field.name,), (field.pattern,)))
    if field.type == "code" and field.code_list is not None:
        values = tuple(value.value for value in code_lists[field.code_list])
        checks.append(DoorCheck("value_set", (field.name,), values))
    if field.type == "codes" and field.code_list is not None:
        one = "(?:" + "|".join(_escape(value.value) for value in code_lists[field.code_list]) + ")"
        checks.append(DoorCheck("pattern", (field.name,), (f"^{one}(?:;{one})*$",)))
    if field.min is not None or field.max is not None:
        factor = YUAN_PER_UNIT[field.unit] if field.name.endswith("_cny") and field.unit else 1.0
        limits = tuple(None if limit is None else limit * factor for limit in (field.min, field.max))
        checks.append(DoorCheck("range", (field.name,), limits))
    return checks


def _escape(text: str) -> str:
    return "".join("\\" + character if character in r"\.^$*+?{}[]|()" else character for character in text)


def needed_columns(checks: list[DoorCheck]) -> list[str]:
    """The columns an extract must hold, each once."""
    return list(dict.fromkeys(column for check in checks for column in check.columns))


def build_suite(name: str, checks: list[DoorCheck]) -> ExpectationSuite:
    """The Great Expectations suite of these checks."""
    from great_expectations import ExpectationSuite, expectations

    # Handed over as a list: added one by one, each would be compared with all before it.
    return ExpectationSuite(name=name, expectations=[_expectation(expectations, check) for check in checks])


def _expectation(kinds: Any, check: DoorCheck) -> Any:
    """A check as Great Expectations' class for it; ``kinds`` is its module of expectations."""
    column, meta = check.columns[0], {"check": check.name}
    match check.kind:
        case "not_null":
            return kinds.ExpectColumnValuesToNotBeNull(column=column, meta=meta)
        case "value_set":
            return kinds.ExpectColumnValuesToBeInSet(column=column, value_set=list(check.values), meta=meta)
        case "pattern":
            return kinds.ExpectColumnValuesToMatchRegex(column=column, regex=check.values[0], meta=meta)
        case "range":
            low, high = check.values
            return kinds.ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=high, meta=meta)
        case "unique_in_delivery":
            return kinds.ExpectCompoundColumnsToBeUnique(column_list=list(check.columns), meta=meta)


@cache
def _asset() -> DataFrameAsset:
    """The asset that frames are handed to, in a context that keeps nothing, draws nothing and reports to nobody."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False),
        ),
    )
    return context.data_sources.add_pandas("extracts").add_dataframe_asset("extract")


def warm_up() -> threading.Thread:
    """Start loading Great Expectations beside other work, which takes seconds; to be joined before it is used."""
    loading = threading.Thread(target=_asset, name="great-expectations", daemon=True)
    loading.start()
    return loading


def open_batch(frame: pd.DataFrame) -> Batch:
    """A batch over a frame; the context behind it is made once a process."""
    asset = _asset()
    if not asset.batch_definitions:
        asset.add_batch_definition_whole_dataframe("whole")
    return asset.get_batch_definition("whole").get_batch(batch_parameters={"dataframe": frame})


def judge_extract(name: str, checks: list[DoorCheck], frame: pd.DataFrame) -> list[Outcome]:
    """Run the checks over an extract: pass or not; how many rows broke a check an extract cannot tell.

    Results carry no value of any row.
    """
    return _verdicts(open_batch(frame), name, checks)


def run_suite(name: str, checks: list[DoorCheck], frame: pd.DataFrame) -> list[Outcome]:
    """Run the checks over a frame, and those that rows broke once more to count these rows.

    Results carry no value of any row.
    """
    batch = open_batch(frame)
    outcomes = _verdicts(batch, name, checks)
    broken = [outcome.check for outcome in outcomes if not outcome.success and outcome.error is None]
    counts = _failed_counts(batch, name, broken) if broken else {}
    return [
        outcome if outcome.success else replace(outcome, failed_count=counts.get(outcome.check)) for outcome in outcomes
    ]


def _verdicts(batch: Batch, name: str, checks: list[DoorCheck]) -> list[Outcome]:
    """What Great Expectations says of each check; rows that broke one are not counted."""
    by_name = {check.name: check for check in checks}
    validation = batch.validate(build_suite(name, checks), result_format="BOOLEAN_ONLY")
    outcomes = []
    for result in validation.results:
        about: Any = result.expectation_config
        success = bool(result.success)
        failed_count = 0 if success else None
        error = crash(result.exception_info)
        outcomes.append(Outcome(by_name[about.meta["check"]], success, error, failed_count))
    return outcomes


def _failed_counts(batch: Batch, name: str, checks: list[DoorCheck]) -> dict[DoorCheck, int]:
    """How many rows broke each check, without an example of them."""
    without_examples: Any = {"result_format": "BASIC", "partial_unexpected_count": 0}
    validation = batch.validate(build_suite(name, checks), result_format=without_examples)
    by_name = {check.name: check for check in checks}
    counts = {}
    for result in validation.results:
        about: Any = result.expectation_config
        if "unexpected_count" in result.result:
            counts[by_name[about.meta["check"]]] = int(result.result["unexpected_count"])
    return counts


def crash(exception_info: dict[str, Any]) -> str | None:
    """The kind of exception that a validation swallowed, None when it ran; never its text, which quotes data."""
    entries = [exception_info] if "raised_exception" in exception_info else list(exception_info.values())
    raised = [entry for entry in entries if isinstance(entry, dict) and entry.get("raised_exception")]
    if not raised:
        return None
    last_line = str(raised[0].get("exception_traceback") or "").strip().splitlines()[-1:] or ["unknown error"]
    return last_line[0].split(":", 1)[0].rsplit(".", 1)[-1]
