"""What dbt would execute, kept: every seed, model and data test of a project as one SQL text, compiled once.

dbt spends many times longer on each node than the database does on a small one, month after month with the same words.
The project is compiled for a mark in place of the month; a build puts the month where the mark stands. Only what is
certain to mean the same is kept: a project with anything else (hooks, constraints, stored failures, another
materialisation, a month that decides in Jinja) is built by dbt itself.

Belongs here: the statements and when they may stand for dbt. Does not belong here: executing them (``execute``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from graphlib import TopologicalSorter
from typing import Any, Literal

from pipelines.files import write_json
from pipelines.modelling.parsed import Parsed, alone

STATEMENTS_FILE = "statements.json"
MONTH_MARK = "@as-of-period@"
MONTH_MACRO = "as_of_period"
# Macros of dbt that a project may replace without a trace here: they do their work while it is compiled.
WHILE_COMPILING = frozenset({"generate_schema_name", "generate_alias_name", "generate_database_name"})
Kind = Literal["seed", "model", "test"]
# Jinja that could decide something by the month instead of writing it down: a block, or an expression that compares.
_MONTH_DECIDES = (
    re.compile(r"\{%[^%]*as_of_period"),
    re.compile(r"\{\{[^}]*as_of_period[^}]*(?:\bif\b|[=<>!]=|[<>]|\[)"),
    re.compile(r"\{\{[^}]*(?:\bif\b|[=<>!]=|[<>]|\[)[^}]*as_of_period"),
)
_READS_MONTH = re.compile(r"var\(\s*['\"]as_of_period")


class UncertainError(RuntimeError):
    """The project holds something that only dbt itself may execute; the text says what."""


@dataclass(frozen=True)
class Statement:
    """One node as dbt would execute it.

    ``sql`` is a query, for a seed the CSV file's path inside the project; the month in it is ``MONTH_MARK``.
    ``columns`` are names and types that the relation must have, empty where nothing is promised. ``parents`` are what
    the query reads, ``waits_for`` what must have passed before, tests of parents included. A test warns or fails when
    ``fail_calc`` fits the conditions; ``is_error`` is False when it can only warn.
    """

    unique_id: str
    name: str
    kind: Kind
    path: str
    relation: str
    is_view: bool
    sql: str
    columns: tuple[tuple[str, str], ...]
    parents: tuple[str, ...]
    waits_for: tuple[str, ...]
    attached_model: str | None = None
    fail_calc: str = "count(*)"
    warn_if: str = "!= 0"
    error_if: str = "!= 0"
    is_error: bool = True

    def in_month(self, period: str) -> str:
        """The SQL for the month 'YYYY-MM'."""
        return self.sql.replace(MONTH_MARK, period)


def kept_statements(parsed: Parsed, compile_project: Callable[[str], Iterable[Any]]) -> list[Statement]:
    """The statements of a parsed project, in an order that can be executed; compiled when they are not there yet.

    ``compile_project`` has dbt compile all nodes for the month it is given and returns dbt's nodes. Raises
    UncertainError when only dbt itself may build this project, and what ``compile_project`` raises.
    """
    file = parsed.folder / STATEMENTS_FILE
    with alone(parsed.folder.parent):
        try:
            kept: Any = json.loads(file.read_text(encoding="utf-8"))
        except OSError:
            kept = _compiled(parsed, compile_project)
            with suppress(OSError):  # in another user's folder they serve this run alone
                write_json(file, kept)
    if kept["uncertain"] is not None:
        raise UncertainError(kept["uncertain"])
    return [_statement(each) for each in kept["statements"]]


def _compiled(parsed: Parsed, compile_project: Callable[[str], Iterable[Any]]) -> dict[str, Any]:
    """For the file: the statements, or why only dbt itself may build this project."""
    try:
        _require_plain(json.loads(parsed.manifest_file.read_text(encoding="utf-8")))
        found = [asdict(each) for each in statements_of(compile_project(MONTH_MARK))]
    except UncertainError as error:
        return {"uncertain": str(error), "statements": []}
    return {"uncertain": None, "statements": found}


def _statement(raw: dict[str, Any]) -> Statement:
    lists = {name: tuple(raw[name]) for name in ("parents", "waits_for")}
    return Statement(**(raw | lists | {"columns": tuple((name, kind) for name, kind in raw["columns"])}))


def _require_plain(manifest: Mapping[str, Any]) -> None:
    """Raise UncertainError for what is decided while dbt runs, or by the month while it compiles."""
    if manifest["metrics"] or manifest.get("functions") or manifest["semantic_models"] or manifest["saved_queries"]:
        raise UncertainError("metrics, functions or saved queries")
    project = manifest["metadata"]["project_name"]
    built_in = {macro["name"] for macro in manifest["macros"].values() if macro["package_name"] != project}
    for key, node in manifest["nodes"].items():
        if node["resource_type"] not in ("seed", "model", "test"):
            raise UncertainError(f"{key} is a {node['resource_type']}")
        _require_literal_month(key, node.get("raw_code") or "", is_macro=False)
    for key, macro in manifest["macros"].items():
        if macro["package_name"] == project:
            if macro["name"] in built_in - WHILE_COMPILING or macro["name"].startswith("materialization_"):
                raise UncertainError(f"{key} changes how dbt executes")
            _require_literal_month(key, macro["macro_sql"], is_macro=True)


def _require_literal_month(key: str, code: str, *, is_macro: bool) -> None:
    if is_macro and key.rsplit(".", maxsplit=1)[-1] == MONTH_MACRO:
        return
    if _READS_MONTH.search(code):
        raise UncertainError(f"{key} reads the month past its macro")
    if any(pattern.search(code) for pattern in _MONTH_DECIDES) and not (is_macro and "as_of_period()" not in code):
        raise UncertainError(f"{key} may decide by the month")


def statements_of(nodes: Iterable[Any]) -> list[Statement]:
    """Dbt's compiled nodes as statements, parents first. Raises UncertainError for what must be left to dbt."""
    found = {node.unique_id: node for node in nodes}
    parents = {key: {each for each in node.depends_on_nodes if each in found} for key, node in found.items()}
    waits = _waits(parents, {key: frozenset(node.depends_on_nodes) for key, node in found.items() if _is_test(node)})
    before = {key: tuple(sorted(parents[key] | waits.get(key, set()))) for key in sorted(found)}
    statements = []
    for key in TopologicalSorter(before).static_order():
        node = found[key]
        _require_known(node)
        make = _test if _is_test(node) else _seed if str(node.resource_type) == "seed" else _model
        one = make(node, before[key])
        if one.sql.count(MONTH_MARK) != one.sql.count(f"'{MONTH_MARK}'"):
            raise UncertainError(f"{key} uses the month other than as a text of its own")
        statements.append(one)
    return statements


def _is_test(node: Any) -> bool:
    return str(node.resource_type) == "test"


def _waits(parents: Mapping[str, set[str]], tests: Mapping[str, frozenset[str]]) -> dict[str, set[str]]:
    """By node the tests that dbt lets pass before it: those that only look at what lies upstream of it."""
    upstream: dict[str, set[str]] = {}
    for key in TopologicalSorter(parents).static_order():
        upstream[key] = parents[key].union(*(upstream[parent] for parent in parents[key]))
    return {
        key: {test for test, seen in tests.items() if seen and seen <= above}
        for key, above in upstream.items()
        if key not in tests
    }


def _require_known(node: Any) -> None:
    """Raise UncertainError for a node with anything that is not executed here as dbt executes it."""
    config, key = node.config, node.unique_id
    unusual = {
        "a hook": bool(getattr(config, "pre_hook", None) or getattr(config, "post_hook", None)),
        "grants": bool(getattr(config, "grants", None)),
        "documentation in the database": bool(getattr(config, "persist_docs", None)),
        "a header": bool(config.get("sql_header")),
        "a place of its own": any(
            config.get(name) for name in ("partitioned_by", "partition_by", "sorted_by", "sort_by")
        ),
        "indexes": bool(config.get("indexes")),
        "constraints": bool(getattr(node, "constraints", None)) or any(c.constraints for c in node.columns.values()),
        "another language than SQL": getattr(node, "language", "sql") not in ("sql", None),
        "a temporary table of dbt": bool(getattr(node, "extra_ctes", None)),
        "kept failures": bool(config.get("store_failures")) and _is_test(node),
        "a limit": config.get("limit") is not None,
    }
    if wrong := [name for name, is_there in unusual.items() if is_there]:
        raise UncertainError(f"{key} has {', '.join(wrong)}")


def _test(node: Any, before: tuple[str, ...]) -> Statement:
    severity = str(node.config.severity).upper()
    if severity not in ("ERROR", "WARN"):
        raise UncertainError(f"{node.unique_id} has the severity {severity}")
    parents = tuple(node.depends_on_nodes)
    return Statement(
        unique_id=node.unique_id,
        name=node.name,
        kind="test",
        path=node.original_file_path,
        relation="",
        is_view=False,
        sql=node.compiled_code,
        columns=(),
        parents=parents,
        waits_for=before,
        attached_model=getattr(node, "attached_node", None) or (parents[0] if len(parents) == 1 else None),
        fail_calc=node.config.fail_calc,
        warn_if=node.config.warn_if,
        error_if=node.config.error_if,
        is_error=severity == "ERROR",
    )


def _seed(node: Any, before: tuple[str, ...]) -> Statement:
    """A seed whose every column has a declared type: what dbt would guess is not guessed here."""
    config = node.config
    if config.get("delimiter", ",") != "," or config.get("quote_columns") or config.get("fast") is False:
        raise UncertainError(f"{node.unique_id} is loaded in a way of its own")
    return Statement(
        unique_id=node.unique_id,
        name=node.name,
        kind="seed",
        path=node.original_file_path,
        relation=node.relation_name,
        is_view=False,
        sql=node.original_file_path,
        columns=tuple((str(name), str(kind)) for name, kind in config.column_types.items()),
        parents=(),
        waits_for=before,
    )


def _model(node: Any, before: tuple[str, ...]) -> Statement:
    materialized = node.config.materialized
    if materialized not in ("table", "view"):
        raise UncertainError(f"{node.unique_id} is a {materialized}")
    is_promised = node.config.contract.enforced
    columns = tuple((column.name, column.data_type) for column in node.columns.values()) if is_promised else ()
    if is_promised and (materialized == "view" or not all(kind for _, kind in columns)):
        raise UncertainError(f"{node.unique_id} has a contract without types, or as a view")
    return Statement(
        unique_id=node.unique_id,
        name=node.name,
        kind="model",
        path=node.original_file_path,
        relation=node.relation_name,
        is_view=materialized == "view",
        sql=node.compiled_code,
        columns=columns,
        parents=tuple(node.depends_on_nodes),
        waits_for=before,
    )
