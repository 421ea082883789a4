"""Identifiers of places and organisations: one writing each, or a French reason."""

import csv
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.migrating import ROOT
from presence.patrimoine.identifiers import (
    RNB_ALPHABET,
    Malformed,
    ban_key,
    insee_code,
    postal_code,
    rnb_id,
    siren,
    siret,
)

Reader = Callable[[str], str]
SIGNS = "".join(sorted(RNB_ALPHABET))


def refusal(read: Reader, text: str) -> Malformed:
    with pytest.raises(Malformed) as caught:
        read(text)
    return caught.value


@pytest.mark.parametrize(
    ("read", "text", "kept"),
    [
        (rnb_id, "9h3k-pq7r_2x4z", "9H3KPQ7R2X4Z"),
        (rnb_id, "9H3K PQ7R 2X4Z", "9H3KPQ7R2X4Z"),
        (ban_key, "38053_0450_00012_BIS", "38053_0450_00012_bis"),
        (ban_key, "2a004_1234_00001", "2a004_1234_00001"),
        (siren, "243 800 604", "243800604"),
        (siret, "356 000 000 00048", "35600000000048"),
        (siret, "35600000049837", "35600000049837"),
        (insee_code, " 38 053 ", "38053"),
        (insee_code, "2b033", "2B033"),
        (insee_code, "97105", "97105"),
        (postal_code, "38 300", "38300"),
        (postal_code, "20000", "20000"),
    ],
)
def test_a_good_identifier_has_one_writing(read: Reader, text: str, kept: str) -> None:
    assert read(text) == kept


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (rnb_id, "9H3KPQ7R2X4O", "« O » est à relire"),
        (rnb_id, "9H3KPQ7R2X40", "« 0 » est à relire"),
        (rnb_id, "9H3KPQ7R2X4", "celui-ci en a 11"),
        (rnb_id, "", "celui-ci en a 0"),
        (ban_key, "38053_0450", "commune_voie_numéro"),
        (ban_key, "38053_xxxx_00012", "doit être connue"),
        (ban_key, "38053_0000_00012", "doit être connue"),
        (ban_key, "38053_450_00012", "4 signes"),
        (ban_key, "00053_0450_00012", "code Insee"),
        (siren, "243800605", "clé de contrôle"),
        (siren, "24380060", "9 chiffres, celui-ci en a 8"),
        (siren, "24380060X", "que des chiffres"),
        (siret, "2,438E+13", "abrégé"),
        (siret, "35600000049838", "clé de contrôle"),
        (insee_code, "99999", "5 signes"),
        (insee_code, "20004", "5 signes"),
        (postal_code, "00123", "5 chiffres"),
        (postal_code, "38٣٠٠", "5 chiffres"),
    ],
)
def test_a_wrong_identifier_says_what_is_wrong(read: Reader, text: str, said: str) -> None:
    assert said in refusal(read, text).reason


@pytest.mark.parametrize(
    ("read", "text", "repair"),
    [
        (postal_code, "1500", "01500"),
        (postal_code, "38300.0", "38300"),
        (postal_code, "1500,0", "01500"),
        (postal_code, "F-38300", "38300"),
        (postal_code, "383", None),
        (insee_code, "1053", "01053"),
        (insee_code, "38053.0", "38053"),
        (insee_code, "commune", None),
        (ban_key, "38053_0450_12", "38053_0450_00012"),
        (ban_key, "38053_0450_123456", None),
        (rnb_id, "9H3KPQ7R2X4O", None),
    ],
)
def test_a_repair_is_proposed_when_the_slip_is_obvious(
    read: Reader, text: str, repair: str | None
) -> None:
    assert refusal(read, text).repair == repair


def test_the_zero_that_a_spreadsheet_took_is_named() -> None:
    assert "Excel a retiré le zéro : 01500 ?" in refusal(postal_code, "1500").reason


def test_every_commune_of_the_territory_has_good_numbers() -> None:
    path = ROOT / "platform/presence/demonstration/data/capi_communes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))

    read = [(insee_code(r["insee_code"]), siren(r["siren"]), r["postal_codes"]) for r in rows]

    assert read == [(r["insee_code"], r["siren"], postal_code(r["postal_codes"])) for r in rows]


@given(st.text(SIGNS, min_size=12, max_size=12), st.sampled_from(["", " ", "-", "_"]))
def test_an_rnb_identifier_is_the_same_however_it_is_spaced(bare: str, between: str) -> None:
    written = between.join([bare[:4], bare[4:8], bare[8:]]).lower()

    assert rnb_id(written) == bare


@given(st.text("0123456789", min_size=8, max_size=8), st.integers(0, 8), st.integers(1, 9))
def test_one_changed_digit_is_always_found(start: str, place: int, shift: int) -> None:
    good = next(start + key for key in "0123456789" if _accepted(start + key))
    wrong = good[:place] + str((int(good[place]) + shift) % 10) + good[place + 1 :]

    assert "clé de contrôle" in refusal(siren, wrong).reason


@given(st.sampled_from([rnb_id, ban_key, siren, siret, insee_code, postal_code]), st.text())
def test_any_text_is_read_or_refused_and_what_is_read_stays(read: Reader, text: str) -> None:
    try:
        kept = read(text)
    except Malformed as error:
        assert error.reason.endswith((".", "?"))  # noqa: PT017 - both ends are right
    else:
        assert read(kept) == kept


def _accepted(number: str) -> bool:
    try:
        return siren(number) == number
    except Malformed:
        return False
