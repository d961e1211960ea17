"""What the values that departments write in Chinese are called in English: by the contracts' code lists.

Belongs here: the way from a column and its value to the label. Does not belong here: codes of the house and their words
(``codes.py``, ``catalogue/``).
"""

from __future__ import annotations

from functools import cache

from pipelines.contracts import load_code_lists

# Columns whose values departments take from a code list of another name; the list of a column's own name needs no line.
LISTS = {
    "ownership_level": "management_level",
    "register_house_grade": "dangerous_house_grade",
    "resident_status": "person_status",
    "object_kind": "accountable_kind",
    "use_mode": "loan_use_mode",
    "use_state": "asset_state",
    "cause": "poverty_cause",
    "main_poverty_cause": "poverty_cause",
    "other_poverty_causes": "poverty_cause",
    "risk": "monitoring_risk",
    "second_risk": "monitoring_risk",
    "evaluation": "aid_evaluation",
    "reported_state": "project_state",
    "household_group": "housing_group",
    "fund_source": "fund_level",
    "source_level": "fund_level",
    "course_level": "unit_level",
}


def english(column: str, value: str) -> str:
    """The English label of a value: by the column's own code list, else by any list; the value where there is none."""
    labels = _labels()
    for code_list in (LISTS.get(column, column), ""):
        if label := labels.get((code_list, value)):
            return label
    return value


@cache
def _labels() -> dict[tuple[str, str], str]:
    """English labels by list and value; under the empty name the values that every list that has them calls alike."""
    lists = load_code_lists()
    labels = {(name, one.value): one.en for name, values in lists.items() for one in values}
    said: dict[str, set[str]] = {}
    for (_, value), label in labels.items():
        said.setdefault(value, set()).add(label)
    return labels | {("", value): min(names) for value, names in said.items() if len(names) == 1}
