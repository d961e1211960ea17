"""Feed contracts: one YAML per feed in this folder, validated on load."""

from pipelines.contracts.model import (
    CodeValue,
    Contract,
    Field,
    Text,
    load_code_lists,
    load_contracts,
    normalise_header,
)

__all__ = ["CodeValue", "Contract", "Field", "Text", "load_code_lists", "load_contracts", "normalise_header"]
