"""READ: landed files through confined worker processes into accepted rows, rejections and a ledger."""

from pipelines.reading.inspection_runs import inspect_files
from pipelines.reading.ledger import FileLedger, read_ledger
from pipelines.reading.pending import BronzeInput, bronze_folder, current_inputs, ledgers, read_pending

__all__ = [
    "BronzeInput",
    "FileLedger",
    "bronze_folder",
    "current_inputs",
    "inspect_files",
    "ledgers",
    "read_ledger",
    "read_pending",
]
