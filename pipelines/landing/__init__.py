"""LAND: files of any name are recognised, stored once and receipted, or held with the reason."""

from pipelines.landing.arriving import Arrival
from pipelines.landing.landing import LandResult, inbox_files, land
from pipelines.landing.receipts import Receipt, landed_receipts, receipts

__all__ = ["Arrival", "LandResult", "Receipt", "inbox_files", "land", "landed_receipts", "receipts"]
