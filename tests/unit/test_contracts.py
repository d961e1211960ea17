"""Contracts: a wrong one is refused when it is loaded, not when a department's file meets it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.contracts import load_contracts, normalise_header
from pipelines.contracts.model import CONTRACTS_DIR, load_contract
from pipelines.files import read_yaml


def changed(tmp_path: Path, feed: str, change: dict[str, Any]) -> Path:
    raw = yaml.safe_load((CONTRACTS_DIR / f"{feed}.yml").read_text(encoding="utf-8"))
    path = tmp_path / f"{feed}.yml"
    path.write_text(yaml.safe_dump(raw | change, allow_unicode=True), encoding="utf-8")
    return path


def test_the_seven_feeds_of_the_first_release_have_contracts() -> None:
    assert set(load_contracts()) >= {
        "person_register",
        "household_register",
        "register_changes",
        "residents",
        "fund_quota",
        "fund_payment",
        "region",
    }


def test_no_direct_identifier_reaches_bronze_in_clear() -> None:
    for contract in load_contracts().values():
        for field in contract.fields:
            if field.personal == "direct" and field.name in contract.bronze_columns:
                assert field.is_pseudonym, f"{contract.feed}.{field.name}"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"key": ["nobody"]}, "unknown fields nobody"),
        ({"colour": "red"}, "colour"),
        ({"recognise": ["没有这一列"]}, "没有这一列"),
        ({"period": {"source": "title"}}, "pattern"),
        ({"period": {"source": "column", "column": "没有"}}, "没有"),
        ({"area": {"township": "township_name"}}, "exactly one way"),
        ({"feed": "someone_else"}, "one name"),
    ],
)
def test_a_malformed_contract_is_refused_and_named(tmp_path: Path, change: dict[str, Any], what: str) -> None:
    path = changed(tmp_path, "household_register", change)
    with pytest.raises(ValueError, match=what) as caught:
        load_contract(path)
    assert path.name in str(caught.value)


@pytest.mark.parametrize(
    ("field", "what"),
    [
        ({"name": "money_cny", "header": "钱", "type": "decimal"}, "unit"),
        ({"name": "sum", "header": "钱", "type": "decimal", "amount": True}, "_cny"),
        ({"name": "kind", "header": "种", "type": "code"}, "code_list"),
        ({"name": "kind", "header": "种", "type": "code", "code_list": "no_such_list"}, "no_such_list"),
        ({"name": "number", "header": "号", "type": "key"}, "key_domain"),
        ({"name": "change_id", "header": "号", "type": "text"}, "twice"),
        ({"name": "other", "header": " 变动编号 ", "type": "text"}, "belongs to"),
    ],
)
def test_a_malformed_field_is_refused(tmp_path: Path, field: dict[str, Any], what: str) -> None:
    raw = yaml.safe_load((CONTRACTS_DIR / "register_changes.yml").read_text(encoding="utf-8"))
    path = changed(tmp_path, "register_changes", {"fields": [*raw["fields"], field]})
    with pytest.raises(ValueError, match=what):
        load_contract(path)


def test_a_contract_changes_its_fingerprint_with_its_content(tmp_path: Path) -> None:
    one = load_contract(CONTRACTS_DIR / "residents.yml")
    other = load_contract(changed(tmp_path, "residents", {"limits": {"rejected_share": 0.5}}))
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    "header",
    ["个数 （个）", "个数(个)", "\u3000个数（个） ", "个\xa0数（个）", "\ufeff个数（个）", "个\u200b数\n（个）"],
)
def test_blanks_and_brackets_do_not_hide_a_header(header: str) -> None:
    assert normalise_header(header) == "个数(个)"


def test_our_yaml_is_read_as_the_plain_reader_reads_it() -> None:
    paths = [*CONTRACTS_DIR.glob("*.yml"), *(CONTRACTS_DIR.parents[1] / "dashboards" / "catalogue").glob("zh*.yml")]
    assert len(paths) > 80
    for path in paths:
        assert read_yaml(path) == yaml.safe_load(path.read_text(encoding="utf-8")), path.name


def test_a_date_an_empty_value_and_a_broken_file_are_what_they_were(tmp_path: Path) -> None:
    path = tmp_path / "some.yml"
    path.write_text("since: 2020-01-01\nto:\nyes: no\ncode: 0012\n", encoding="utf-8")
    assert read_yaml(path) == yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text("a: [1, 2", encoding="utf-8")
    with pytest.raises(yaml.YAMLError):
        read_yaml(path)


def test_a_department_has_one_name_in_each_language_in_all_its_contracts() -> None:
    named: dict[str, set[tuple[str, str]]] = {}
    for contract in load_contracts().values():
        one = contract.department
        named.setdefault(one.code, set()).add((one.zh, one.en))
    assert {code: names for code, names in named.items() if len(names) > 1} == {}
