"""READ: landed files through confined worker processes into accepted rows, rejections and a ledger."""

from pipelines.reading.inspection_runs import inspect_files
from pipelines.reading.ledger import FileLedger, read_ledger
from pipelines.reading.pending import BronzeInput, current_inputs, read_pending
from pipelines.reading.settled import bronze_folder, keep_verdicts, ledgers

__all__ = [
    "BronzeInput",
    "FileLedger",
    "bronze_folder",
    "current_inputs",
    "inspect_files",
    "keep_verdicts",
    "ledgers",
    "read_ledger",
    "read_pending",
]
