"""Service hours: seasons, public holidays, nights when the clocks change, French sentences."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.kernel.clock import evening_of
from presence.kernel.errors import Invalid
from presence.planning.hours import (
    Grid,
    HolidayService,
    Hours,
    SeasonRule,
    describe,
    evening_order,
    hours_on,
    is_holiday,
    window_of,
)

USUAL = Hours(time(17), time(23))
WINTER, SUMMER = Hours(time(15), time(0)), Hours(time(19), time(1))
CAPI = Grid(USUAL)
LE_MANS = Grid(
    WINTER,
    rules=(
        SeasonRule(WINTER, months=frozenset({11, 12, 1, 2, 3})),
        SeasonRule(SUMMER, months=frozenset(range(4, 11))),
    ),
)
MONDAY_TO_SATURDAY = frozenset(range(1, 7))
EASTER_MONDAY = date(2026, 4, 6)
GOOD_FRIDAY = date(2026, 4, 3)
MARCH_NIGHT, OCTOBER_NIGHT = date(2026, 3, 28), date(2026, 10, 24)
TEN_YEARS = st.dates(date(2024, 1, 1), date(2033, 12, 31))
MINUTES = st.times().map(lambda hour: hour.replace(second=0, microsecond=0))


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    opens_at = draw(MINUTES.filter(lambda hour: hour >= time(12)))
    closes_at = draw(MINUTES.filter(lambda hour: evening_order(hour) > evening_order(opens_at)))
    return Hours(opens_at, closes_at)


def duration(hours: Hours, evening_on: date) -> timedelta:
    opens, closes = window_of(hours, evening_on)
    assert opens.tzinfo is UTC
    assert closes.tzinfo is UTC
    return closes - opens


@given(TEN_YEARS)
def test_capi_walks_from_17_to_23_every_evening(day: date) -> None:
    assert hours_on(CAPI, day) == USUAL


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 10, 31), SUMMER),
        (date(2026, 11, 1), WINTER),
        (date(2026, 12, 31), WINTER),
        (date(2027, 1, 1), WINTER),
        (date(2027, 3, 31), WINTER),
        (date(2027, 4, 1), SUMMER),
    ],
    ids=str,
)
def test_le_mans_changes_hours_with_the_season(day: date, expected: Hours) -> None:
    assert hours_on(LE_MANS, day) == expected


@pytest.mark.parametrize(
    ("day", "in_season"),
    [
        (date(2026, 11, 14), False),
        (date(2026, 11, 15), True),
        (date(2027, 1, 1), True),
        (date(2027, 2, 28), True),
        (date(2028, 2, 29), True),
        (date(2027, 3, 1), False),
    ],
    ids=str,
)
def test_a_season_of_days_passes_new_year(day: date, in_season: bool) -> None:
    rule = SeasonRule(WINTER, between=((11, 15), (2, 29)))

    assert rule.covers(day) is in_season


def test_a_season_of_days_stays_in_its_year() -> None:
    rule = SeasonRule(None, between=((8, 1), (8, 15)))

    served = [hours_on(Grid(USUAL, rules=(rule,)), date(2026, 8, day)) for day in (1, 15, 16)]

    assert served == [None, None, USUAL]


def test_the_first_season_that_fits_wins() -> None:
    first = SeasonRule(SUMMER, months=frozenset({7}), weekdays=frozenset({6}))
    second = SeasonRule(WINTER, months=frozenset({7}))
    grid = Grid(USUAL, rules=(first, second))

    saturday, sunday, august = date(2026, 7, 4), date(2026, 7, 5), date(2026, 8, 1)

    assert [hours_on(grid, day) for day in (saturday, sunday, august)] == [SUMMER, WINTER, USUAL]


def test_a_season_without_weekdays_opens_no_other_day() -> None:
    season = SeasonRule(SUMMER, months=frozenset({7}))
    grid = Grid(USUAL, weekdays=MONDAY_TO_SATURDAY, rules=(season,))

    assert hours_on(grid, date(2026, 7, 5)) is None


def test_a_season_may_open_a_day_of_its_own() -> None:
    season = SeasonRule(SUMMER, months=frozenset({7}), weekdays=frozenset({7}))
    grid = Grid(USUAL, weekdays=MONDAY_TO_SATURDAY, rules=(season,))

    assert [hours_on(grid, date(2026, month, 5)) for month in (4, 7)] == [None, SUMMER]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (HolidayService.SERVED, USUAL),
        (HolidayService.NOT_SERVED, None),
        (HolidayService.AS_SUNDAY, SUMMER),
    ],
    ids=str,
)
def test_a_public_holiday_follows_what_was_agreed(
    policy: HolidayService, expected: Hours | None
) -> None:
    sunday = SeasonRule(SUMMER, weekdays=frozenset({7}))
    grid = Grid(USUAL, rules=(sunday,), holidays=policy)

    assert hours_on(grid, EASTER_MONDAY) == expected


def test_a_holiday_served_as_a_sunday_is_closed_where_sundays_are() -> None:
    grid = Grid(USUAL, weekdays=MONDAY_TO_SATURDAY, holidays=HolidayService.AS_SUNDAY)

    served = [hours_on(grid, EASTER_MONDAY + timedelta(days=n)) for n in (-1, 0, 1)]

    assert served == [None, None, USUAL]


@pytest.mark.parametrize(
    ("department", "expected"),
    [(None, False), ("38", False), ("57", True), ("67", True), ("68", True)],
    ids=str,
)
def test_good_friday_and_saint_stephen_are_holidays_in_alsace_and_moselle_only(
    department: str | None, expected: bool
) -> None:
    days = (GOOD_FRIDAY, date(2026, 12, 26))

    assert [is_holiday(day, department) for day in days] == [expected, expected]


def test_france_has_eleven_public_holidays() -> None:
    days = [date(2031, 1, 1) + timedelta(days=n) for n in range(365)]

    found = [day for day in days if is_holiday(day)]

    assert len(found) == 11
    assert {date(2031, 4, 14), date(2031, 7, 14), date(2031, 12, 25)} < set(found)


@pytest.mark.parametrize("day", [MARCH_NIGHT, OCTOBER_NIGHT], ids=str)
@pytest.mark.parametrize("after", [0, 1], ids=["saturday", "sunday"])
def test_from_17_to_23_is_six_hours_when_the_clocks_change(day: date, after: int) -> None:
    assert duration(USUAL, day + timedelta(days=after)) == timedelta(hours=6)


@pytest.mark.parametrize(
    ("evening_on", "lasts"),
    [
        (MARCH_NIGHT - timedelta(days=1), 8),
        (MARCH_NIGHT, 7),
        (MARCH_NIGHT + timedelta(days=1), 8),
        (OCTOBER_NIGHT - timedelta(days=1), 8),
        (OCTOBER_NIGHT, 9),
        (OCTOBER_NIGHT + timedelta(days=1), 8),
    ],
    ids=str,
)
def test_a_window_over_the_change_of_clocks_lasts_an_hour_less_or_more(
    evening_on: date, lasts: int
) -> None:
    assert duration(Hours(time(19), time(3)), evening_on) == timedelta(hours=lasts)


def test_midnight_is_the_end_of_the_evening_not_its_beginning() -> None:
    opens, closes = window_of(WINTER, date(2026, 12, 31))

    assert opens == datetime(2026, 12, 31, 14, tzinfo=UTC)
    assert closes == datetime(2026, 12, 31, 23, tzinfo=UTC)


@given(hours(), TEN_YEARS, st.floats(0, 1))
def test_an_instant_of_a_window_belongs_to_its_evening(
    hours: Hours, day: date, part: float
) -> None:
    opens, closes = window_of(hours, day)

    instant = opens + (closes - opens) * part

    assert opens < closes
    assert {evening_of(opens), evening_of(instant), evening_of(closes)} == {day}


@given(hours(), TEN_YEARS)
def test_two_evenings_never_overlap(hours: Hours, day: date) -> None:
    _, closes = window_of(hours, day)
    opens, _ = window_of(hours, day + timedelta(days=1))

    assert closes < opens


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "field"),
    [
        (time(11, 59), time(23), "opens_at"),
        (time(0), time(3), "opens_at"),
        (time(17), time(17), "closes_at"),
        (time(17), time(14), "closes_at"),
        (time(17), time(12), "closes_at"),
    ],
    ids=str,
)
def test_hours_that_hold_in_no_evening_are_refused(
    opens_at: time, closes_at: time, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        Hours(opens_at, closes_at)

    assert refused.value.faults[0].field == field
    assert refused.value.message.startswith("Le service ")


def test_a_season_is_said_one_way_and_with_days_that_exist() -> None:
    with pytest.raises(Invalid, match="ses mois ou par ses dates"):
        SeasonRule(USUAL, months=frozenset({7}), between=((7, 1), (7, 31)))
    with pytest.raises(Invalid, match="31/04 n'existe pas"):
        SeasonRule(USUAL, between=((4, 31), (7, 31)))


def test_a_grid_without_a_day_is_refused() -> None:
    with pytest.raises(Invalid, match="au moins un jour"):
        Grid(USUAL, weekdays=frozenset())


def plain(grid: Grid) -> list[str]:
    return [sentence.replace("\u00a0", " ") for sentence in describe(grid)]


def test_the_hours_of_capi_are_said_in_french() -> None:
    assert plain(CAPI) == [
        "Tous les jours de 17 h à 23 h",
        "Jours fériés : comme les autres jours",
    ]


def test_the_hours_of_le_mans_are_said_by_season() -> None:
    assert plain(LE_MANS)[:2] == [
        "De novembre à mars : de 15 h à minuit",
        "D'avril à octobre : de 19 h à 1 h",
    ]


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (SeasonRule(None, between=((8, 1), (8, 15))), "Du 1er au 15 août : pas de service"),
        (
            SeasonRule(SUMMER, between=((6, 15), (8, 31)), weekdays=frozenset({5, 6})),
            "Du 15 juin au 31 août, les vendredi et samedi : de 19 h à 1 h",
        ),
        (SeasonRule(SUMMER, weekdays=frozenset({7})), "Le dimanche : de 19 h à 1 h"),
        (SeasonRule(None, months=frozenset({8})), "En août : pas de service"),
        (
            SeasonRule(Hours(time(12), time(15, 30)), months=frozenset({1, 3, 7})),
            "En janvier, mars et juillet : de midi à 15 h 30",
        ),
        (
            SeasonRule(USUAL, weekdays=frozenset({5, 6, 7, 1})),
            "Du vendredi au lundi : de 17 h à 23 h",
        ),
        (SeasonRule(SUMMER), "Toute l'année : de 19 h à 1 h"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_season_is_said_in_french(rule: SeasonRule, sentence: str) -> None:
    assert sentence in plain(Grid(USUAL, rules=(rule,)))


def test_days_are_said_by_the_seasons_when_the_usual_hours_never_apply() -> None:
    grid = Grid(USUAL, weekdays=MONDAY_TO_SATURDAY, rules=LE_MANS.rules)

    assert plain(grid)[0] == "De novembre à mars, du lundi au samedi : de 15 h à minuit"


def test_holidays_and_their_region_are_said() -> None:
    grid = Grid(USUAL, holidays=HolidayService.NOT_SERVED, department="67")

    assert plain(grid)[-1] == "Jours fériés (avec ceux d'Alsace-Moselle) : pas de service"
