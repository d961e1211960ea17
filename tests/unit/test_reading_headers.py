"""Which contracts are asked about a file: those left out could not have recognised it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts import load_contracts
from pipelines.reading.header_words import wordings, words_of
from pipelines.reading.headers import find_header, may_recognise, recognises
from pipelines.reading.sources import Source, candidates
from pipelines.reading.tables import Head

CONTRACTS = load_contracts()
FEEDS = sorted(CONTRACTS)


@st.composite
def heads(draw: st.DrawFn) -> list[list[str]]:
    """A feed's header as offices write it: in two rows, with units and marks, some names missing."""
    contract = CONTRACTS[draw(st.sampled_from(FEEDS))]
    kept = draw(st.integers(0, 3))
    names = [
        draw(
            st.sampled_from(
                [each.header, *each.aliases, each.header + "（万元）", "*" + each.header, each.header + "/元"]
            )
        )
        for each in contract.fields
        if kept == 0 or draw(st.integers(0, 9)) < 9
    ]
    lower = draw(st.lists(st.sampled_from(["", "元", "备注", "（人）", *names[:3]]), max_size=len(names)))
    upper = draw(st.lists(st.sampled_from(["", "基本情况", "x" * 1001, *names[-3:]]), max_size=len(names)))
    rows = [["某县台账"], *([upper] if upper else []), names, *([lower] if lower else []), ["1"] * len(names)]
    return draw(st.permutations(rows)) if draw(st.integers(0, 9)) == 0 else rows


@settings(max_examples=25, deadline=None)
@given(heads())
def test_a_contract_that_is_not_asked_would_not_have_recognised_the_file(rows: list[list[str]]) -> None:
    words = words_of(wordings(rows))
    for contract in CONTRACTS.values():
        match = find_header(rows, contract)
        if match is not None and recognises(contract, match):
            assert may_recognise(contract, words)


@settings(max_examples=15, deadline=None)
@given(st.lists(heads(), min_size=1, max_size=2))
def test_candidates_are_those_of_asking_every_contract(sheets: list[list[list[str]]]) -> None:
    source = Source(b"", "csv", None, [Head(f"sheet {at}", rows) for at, rows in enumerate(sheets)])
    expected = [
        (contract.feed, head.sheet, match)
        for contract in CONTRACTS.values()
        for head in source.heads
        if (match := find_header(head.rows, contract)) is not None and recognises(contract, match)
    ]
    found = candidates(source, CONTRACTS)
    assert [(each.contract.feed, each.head.sheet, each.match) for each in found] == expected


def test_nearly_every_contract_is_left_out_for_a_plain_register() -> None:
    contract = CONTRACTS["person_register"]
    words = words_of(wordings([[each.header for each in contract.fields]]))
    asked = [feed for feed, each in CONTRACTS.items() if may_recognise(each, words)]
    assert "person_register" in asked
    assert len(asked) <= 5
