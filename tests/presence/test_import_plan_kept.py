"""A plan as a whole: refused lines given back, kept as JSON, fingerprints, twice is once."""

import time
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.imports.columns import guess
from presence.imports.items import Plan
from presence.imports.lines import FaultKind
from presence.imports.plan import plan, refused_csv
from presence.imports.portfolio import Portfolio
from presence.imports.reading import read_table
from presence.imports.rows import parse
from tests.factories.patrimoine_files import (
    TITLES,
    applied,
    communes,
    csv_file,
    faulty_file,
    good_rows,
)
from tests.presence.import_plans import (
    ARCHIVED_ON,
    EMPTY,
    FORMER,
    GOOD,
    HALLS,
    an_entrance,
    hall,
    held,
    planned,
)


def test_the_realistic_file_counts_its_refusals_and_its_repairs() -> None:
    file = faulty_file()
    table = read_table(file.content, "patrimoine.csv")
    lines, faults = parse(table, guess(table.header), communes())

    shown = plan(lines, faults, EMPTY)

    assert (shown.counts.created, shown.counts.refused, shown.counts.to_apply) == (54, 6, 54)
    assert shown.repairable == {FaultKind.LOST_ZERO: 1}


def test_the_refused_lines_come_back_with_reasons_and_repairs() -> None:
    file = faulty_file()
    table, columns = guess((full := read_table(file.content, "")).header).narrow(full)
    shown = plan(*parse(table, columns, communes()), EMPTY)

    again = read_table(refused_csv(shown, table), "rejets.csv")

    assert again.header == (*TITLES, "Ligne", "Motif du rejet", "Correction proposée")
    assert len(again.rows) == shown.counts.refused_lines
    first = dict(zip(again.header, again.rows[0][1], strict=True))
    assert (first["CP"], first["Ligne"], first["Correction proposée"]) == (
        "1500",
        "2",
        "CP : 01500",
    )
    assert "Excel a retiré le zéro" in first["Motif du rejet"]
    assert not any(cell.startswith("=") for _, cells in again.rows for cell in cells)
    assert all(column.ignored for column in guess(again.header).columns[-3:])


def test_a_plan_survives_being_kept() -> None:
    portfolio = held(an_entrance("Hall 1", code="H1"), an_entrance("Hall 2"))
    rows = [
        hall("Montée A", reference="H1", times="3"),
        hall("Hall 9", code="N2"),
        hall("X", code=""),
    ]

    shown = planned(HALLS, rows, portfolio)

    assert Plan.from_json(shown.to_json()) == shown
    assert Plan.from_json(shown.to_json()).fingerprint() == shown.fingerprint()


@pytest.mark.parametrize(
    "portfolio",
    [
        held(dwellings=49),
        held(name="Autre"),
        held(an_entrance("Hall 2")),
        held(an_entrance(rnb_id="9H3KPQ7R2X4Z")),
        held(archived_on=ARCHIVED_ON),
        Portfolio((*held().residences, replace(held().residences[0], code="N9", id=UUID(int=9)))),
    ],
)
def test_anything_that_changed_in_what_is_held_changes_the_fingerprint(
    portfolio: Portfolio,
) -> None:
    before = planned(FORMER, [GOOD], held())

    assert planned(FORMER, [GOOD], portfolio).fingerprint() != before.fingerprint()


def test_a_file_that_changed_changes_the_fingerprint_even_for_the_same_plan() -> None:
    unchanged = planned(("code", "nom", "logements"), [("N1", "Les Lilas", "48")], held())
    shorter = planned(("code", "nom"), [("N1", "Les Lilas")], held())

    assert unchanged.items == shorter.items
    assert unchanged.fingerprint() != shorter.fingerprint()


def test_the_order_of_what_is_held_changes_nothing() -> None:
    one, other = held().residences[0], replace(held().residences[0], code="N2", id=UUID(int=2))

    assert Portfolio((one, other)).fingerprint() == Portfolio((other, one)).fingerprint()


NAMES = st.sampled_from(["Hall 1", "hall 1", "Hall 2", "Montée A", ""])
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["N1", "N2", "N3"]),
        st.sampled_from(["", "A", "B"]),
        NAMES,
        st.sampled_from(["", "", "H1", "H2"]),
        st.sampled_from(["10", "11", "", "-1"]),
        st.sampled_from(["", "3", "5"]),
    ).map(
        lambda t: hall(t[2], code=t[0], building=t[1], reference=t[3], dwellings=t[4], times=t[5])
    ),
    min_size=1,
    max_size=7,
)


@given(ROWS, ROWS)
def test_the_same_file_twice_changes_nothing_the_second_time(
    before: list[tuple[str, ...]], rows: list[tuple[str, ...]]
) -> None:
    start = applied(planned(HALLS, before), EMPTY)
    once = planned(HALLS, rows, start)

    twice = planned(HALLS, rows, applied(once, start))

    assert twice.counts.to_apply == 0
    assert twice.counts.refused_lines == once.counts.refused_lines


@given(ROWS, ROWS)
def test_every_residence_has_one_verdict_and_every_line_one_fate(
    before: list[tuple[str, ...]], rows: list[tuple[str, ...]]
) -> None:
    start = applied(planned(HALLS, before), EMPTY)

    shown = planned(HALLS, rows, start)

    codes = [item.code for item in shown.items]
    assert sorted(codes) == sorted({row[0] for row in rows} | {r.code for r in start.residences})
    assert {line for item in shown.items for line in item.lines} == set(range(2, len(rows) + 2))


@given(ROWS, ROWS)
def test_names_of_entrances_stay_unique(
    before: list[tuple[str, ...]], rows: list[tuple[str, ...]]
) -> None:
    start = applied(planned(HALLS, before), EMPTY)

    after = applied(planned(HALLS, rows, start), start)

    for residence in after.residences:
        names = [each.name for each in residence.entrances]
        assert len(names) == len(set(names))


def test_twenty_thousand_lines_are_planned_in_seconds() -> None:
    content = csv_file(TITLES, good_rows(10_000))

    start = time.process_time()
    table = read_table(content, "patrimoine.csv")
    shown = plan(*parse(table, guess(table.header), communes()), EMPTY)
    spent = time.process_time() - start

    assert shown.counts.created == 10_000
    # A second on a quiet machine; the bound only catches what grows faster than the file.
    assert spent < 10
