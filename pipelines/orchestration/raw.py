"""One asset per feed, partitioned by month: materialising a partition reads its newest receipt again."""

import dagster as dg

from pipelines.clearing import read_partition
from pipelines.contracts import Contract
from pipelines.reading import FileLedger
from pipelines.settings import Settings

FIRST_MONTH = "2014-01"
MONTHS = dg.MonthlyPartitionsDefinition(start_date=FIRST_MONTH, fmt="%Y-%m", end_offset=1)


def raw_asset(contract: Contract, settings: Settings) -> dg.AssetsDefinition:
    """The asset of one feed, named like its bronze table."""

    @dg.asset(
        name=contract.table,
        partitions_def=MONTHS,
        group_name=contract.department.code,
        description=f"{contract.department.zh}《{contract.title.zh}》| {contract.title.en}. {contract.grain.en}",
        kinds={"parquet"},
    )
    def read_again(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        ledger = read_partition(settings, contract.feed, context.partition_key)
        if ledger is None:
            raise dg.Failure(
                f"No file of {contract.title.zh} has landed for {context.partition_key}: drop it into "
                f"{settings.inbox_dir}, it is recognised by its content."
            )
        return dg.MaterializeResult(metadata=ledger_metadata(ledger))

    return read_again


def ledger_metadata(ledger: FileLedger) -> dict[str, dg.MetadataValue]:
    """What the UI shows of a delivery: counts and verdict, never a value of a row."""
    return {
        "receipt": dg.MetadataValue.text(ledger.receipt_id),
        "verdict": dg.MetadataValue.text(ledger.verdict),
        "rows in": dg.MetadataValue.int(ledger.row_in_count),
        "dagster/row_count": dg.MetadataValue.int(ledger.accepted_count),
        "rejected": dg.MetadataValue.int(ledger.rejected_count),
        "non-data": dg.MetadataValue.int(ledger.non_data_count),
    }


def materialization(contract: Contract, ledger: FileLedger) -> dg.AssetMaterialization:
    """The event that marks one feed and month as read."""
    return dg.AssetMaterialization(asset_key=contract.table, partition=ledger.period, metadata=ledger_metadata(ledger))
