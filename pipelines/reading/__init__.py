"""READ: landed files through confined worker processes into accepted rows, rejections and a ledger."""

from pipelines.reading.inspecting import InspectReport, inspect_file
from pipelines.reading.ledger import FileLedger, read_ledger
from pipelines.reading.pending import BronzeInput, bronze_folder, current_inputs, ledgers, read_pending

__all__ = [
    "BronzeInput",
    "FileLedger",
    "InspectReport",
    "bronze_folder",
    "current_inputs",
    "inspect_file",
    "ledgers",
    "read_ledger",
    "read_pending",
]
