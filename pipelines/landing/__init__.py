"""LAND: files of any name are recognised, stored once and receipted, or held with the reason."""

from pipelines.landing.landing import Arrival, LandResult, inbox_files, land
from pipelines.landing.receipts import Receipt, landed_receipts, receipts

__all__ = ["Arrival", "LandResult", "Receipt", "inbox_files", "land", "landed_receipts", "receipts"]
