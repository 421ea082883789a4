"""French writing: narrow spaces, « 1er », and zero that is singular."""

from datetime import UTC, date, datetime

import pytest

from presence.kernel import formats

NARROW, WIDE = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (999, "999"), (1430, f"1{NARROW}430"), (1234567, f"1{NARROW}234{NARROW}567")],
)
def test_thousands_are_parted_by_a_narrow_space(value: int, written: str) -> None:
    assert formats.number(value) == written


@pytest.mark.parametrize(
    ("cents", "written"),
    [
        (2306400, f"23{NARROW}064,00{WIDE}€"),
        (5, f"0,05{WIDE}€"),
        (-150, f"\u22121,50{WIDE}€"),
    ],
)
def test_euros_show_their_cents(cents: int, written: str) -> None:
    assert formats.euros(cents) == written


def test_round_euros_hide_zero_cents() -> None:
    assert formats.round_euros(7_000_000) == f"70{NARROW}000{WIDE}€"


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0 intervention"), (1, "1 intervention"), (2, "2 interventions")],
)
def test_zero_is_singular(value: int, written: str) -> None:
    assert formats.count(value, "intervention") == written.replace(" ", WIDE)


def test_an_irregular_plural_is_given() -> None:
    assert formats.count(3, "appel reçu", "appels reçus") == f"3{WIDE}appels reçus"


@pytest.mark.parametrize(
    ("part", "whole", "written"), [(1330, 1430, f"93{WIDE}%"), (1, 0, "—"), (0, 5, f"0{WIDE}%")]
)
def test_a_share_is_a_percentage_or_a_dash(part: int, whole: int, written: str) -> None:
    assert formats.percent(part, whole) == written


def test_the_first_of_a_month_is_premier() -> None:
    assert formats.long_date(date(2013, 12, 1)) == "dimanche 1er décembre 2013"


@pytest.mark.parametrize("day", [11, 21, 31])
def test_no_other_day_is_premier(day: int) -> None:
    assert formats.long_date(date(2014, 1, day), weekday=False) == f"{day} janvier 2014"


@pytest.mark.parametrize(
    ("evening_on", "next_day", "written"),
    [
        (date(2013, 12, 4), date(2013, 12, 5), "Nuit du mercredi 4 au jeudi 5 décembre 2013"),
        (date(2013, 11, 30), date(2013, 12, 1),
         "Nuit du samedi 30 novembre au dimanche 1er décembre 2013"),
        (date(2013, 12, 31), date(2014, 1, 1),
         "Nuit du mardi 31 décembre 2013 au mercredi 1er janvier 2014"),
    ],
    ids=["same month", "month's end", "year's end"],
)  # fmt: skip
def test_a_night_names_both_its_days(evening_on: date, next_day: date, written: str) -> None:
    assert formats.night(evening_on, next_day) == written


def test_an_hour_is_the_one_of_paris() -> None:
    assert formats.hour(datetime(2013, 7, 4, 18, 42, tzinfo=UTC)) == "20:42"
