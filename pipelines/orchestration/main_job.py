"""The job ``main``: intake, models, release, in one process and under one lease."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, build_dbt_asset_specs

from pipelines.gates.result import GateResult
from pipelines.modelling.nodes import NodeResult
from pipelines.orchestration.raw import materialization
from pipelines.run import GateFailedError, Progress, Run, start_run
from pipelines.settings import Settings

DELIVERIES = dg.AssetKey("deliveries")
RELEASE = dg.AssetKey("release")
INTAKE_GATES = ("space", "conservation", "control_totals", "door")
MODEL_GATES = ("dbt", "bridge_balances")
RUN = "pipeline_run"


class Translator(DagsterDbtTranslator):
    """Assets are called like models; a feed's bronze table is that feed's raw asset."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """The model's name, the feed's table, or the deliveries for what the run itself puts into bronze."""
        if dbt_resource_props["resource_type"] == "source" and dbt_resource_props["source_name"] == "run":
            return DELIVERIES
        return dg.AssetKey(dbt_resource_props["name"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The layer: staging, intermediate, marts or seeds."""
        return str(dbt_resource_props["schema"])


def run_resource(settings: Settings, progress: Progress | None = None) -> dg.ResourceDefinition:
    """The run that all steps of the job share: it holds the lease from the first step to the last."""

    @dg.resource(
        config_schema={
            "as_of_period": dg.Field(str, default_value="", description="YYYY-MM; empty: the newest month accepted"),
            "full": dg.Field(bool, default_value=False, description="read every landed file again"),
        }
    )
    def pipeline_run(context: dg.InitResourceContext) -> Iterator[Run]:
        config = context.resource_config
        as_of_period = config["as_of_period"] or None
        with start_run(settings, as_of_period=as_of_period, full=config["full"], progress=progress) as run:
            yield run

    return pipeline_run


def check_results(
    gates: Sequence[GateResult], names: Sequence[str], asset_key: dg.AssetKey
) -> Iterator[dg.AssetCheckResult]:
    """Gates as asset checks: a warning passes, what blocks does not."""
    for gate in gates:
        if gate.name in names:
            yield dg.AssetCheckResult(
                asset_key=asset_key,
                check_name=gate.name,
                passed=not gate.is_blocking,
                severity=dg.AssetCheckSeverity.ERROR,
                description=gate.en,
                metadata={
                    "state": gate.state,
                    "checks": len(gate.checks),
                    "rows examined": sum(check.examined_count or 0 for check in gate.checks),
                    "problems": [check.model_dump() for check in gate.problems[:20]],
                },
            )


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            DELIVERIES,
            group_name="deliveries",
            description="到件：接收、读取、入库检查 | Land, read, check at the door.",
        )
    ],
    check_specs=[dg.AssetCheckSpec(name, asset=DELIVERIES) for name in INTAKE_GATES],
    required_resource_keys={RUN},
)
def deliveries(context: dg.AssetExecutionContext) -> Iterator[Any]:
    """Land, read and check what has arrived; each delivery read is marked on its feed's asset."""
    run: Run = context.resources.pipeline_run
    problem = None
    try:
        run.intake()
    except GateFailedError as error:
        problem = error
    for ledger in run.read_now:
        if ledger.verdict in ("accepted", "accepted_with_rejects"):
            context.log_event(materialization(run.contracts[ledger.feed], ledger))
    yield from check_results(run.gates, INTAKE_GATES, DELIVERIES)
    if problem is not None:
        raise dg.Failure(str(problem)) from problem
    yield dg.MaterializeResult(asset_key=DELIVERIES, metadata={"files read": len(run.read_now)})


def models_asset(manifest: dict[str, Any]) -> dg.AssetsDefinition:
    """All dbt models and seeds as one multi-asset, built by dbt in this process."""
    translator = Translator(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))
    specs = [
        spec.merge_attributes(deps=[DELIVERIES])
        for spec in build_dbt_asset_specs(manifest=manifest, dagster_dbt_translator=translator)
    ]
    keys = {spec.key for spec in specs}
    tested = sorted(key for key in keys if key.path[-1] in _tested_models(manifest))

    @dg.multi_asset(
        name="models",
        specs=specs,
        check_specs=[dg.AssetCheckSpec("dbt_tests", asset=key) for key in tested],
        required_resource_keys={RUN},
    )
    def models(context: dg.AssetExecutionContext) -> Iterator[Any]:
        run: Run = context.resources.pipeline_run
        nodes = run.build()
        failed = [node.name for node in nodes if node.kind in ("model", "seed") and node.state != "passed"]
        for node in nodes:
            if node.kind in ("model", "seed") and node.state == "passed":
                yield dg.MaterializeResult(asset_key=node.name, metadata={"seconds": node.seconds})
        for key in tested:
            yield _test_result(key, [node for node in nodes if _tests(node, key.path[-1])])
        if failed:
            raise dg.Failure(
                f"dbt could not build {', '.join(failed[:5])}: see the check `dbt` and the log of this step."
            )

    return models


def _tests(node: NodeResult, model: str) -> bool:
    return node.kind in ("test", "unit_test") and (node.attached_model or "").split(".")[-1] == model


def _tested_models(manifest: dict[str, Any]) -> set[str]:
    attached = [node.get("attached_node") for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    return {key.split(".")[-1] for key in attached if key}


def _test_result(key: dg.AssetKey, tests: Sequence[NodeResult]) -> dg.AssetCheckResult:
    failed = [node.name for node in tests if node.state not in ("passed", "warned")]
    return dg.AssetCheckResult(
        asset_key=key,
        check_name="dbt_tests",
        passed=not failed,
        metadata={"tests": len(tests), "failed": failed},
    )


def release_asset(mart_keys: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The release: audits, verification in another process, and the swapped pointer."""

    @dg.multi_asset(
        name="release",
        specs=[
            dg.AssetSpec(
                RELEASE,
                deps=mart_keys,
                group_name="release",
                description="发布版本 | The release that dashboards read.",
            )
        ],
        check_specs=[dg.AssetCheckSpec(name, asset=RELEASE) for name in MODEL_GATES],
        required_resource_keys={RUN},
    )
    def release(context: dg.AssetExecutionContext) -> Iterator[Any]:
        run: Run = context.resources.pipeline_run
        problem = None
        try:
            run.audit()
        except GateFailedError as error:
            problem = error
        yield from check_results(run.gates, MODEL_GATES, RELEASE)
        if problem is not None:
            raise dg.Failure(str(problem)) from problem
        run.verify()
        publication = run.publish()
        yield dg.MaterializeResult(
            asset_key=RELEASE,
            metadata={
                "release": publication.release_id,
                "new": publication.is_new,
                "content hash": publication.content_hash,
            },
        )

    return release
