"""Seed the demonstration through the product's own services, each step in its actor's context.

The reports are not sealed and nothing is aggregated here: the worker does that, from the outbox,
as it would any evening. `finish` comes after it: a phone that was late.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from random import Random
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from presence.daily_reports.closing import close_evening
from presence.demonstration.anomalies import seed_anomalies
from presence.demonstration.cast import SCHEME_START, Cast, assemble_cast, open_accounts
from presence.demonstration.deliveries import seed_deliveries
from presence.demonstration.facts import Facts, facts
from presence.demonstration.follow_ups import seed_follow_ups
from presence.demonstration.handover import seed_handover
from presence.demonstration.imports import seed_imports
from presence.demonstration.onboarding import seed_onboarding
from presence.demonstration.places import (
    JOINERS,
    OPAC38,
    PLURALIS,
    Planned,
    joiner_portfolio,
    portfolio,
)
from presence.demonstration.planning import seed_requests
from presence.demonstration.review import seed_review
from presence.demonstration.roster import seed_roster
from presence.demonstration.rounds import seed_rounds
from presence.demonstration.sites import seed_sites
from presence.demonstration.story import MISSING_ON, SEED, Evening, Stop, write_evenings
from presence.demonstration.transfers import seed_transfers
from presence.disclosure.rules import Policy
from presence.field.rules import VisitReport
from presence.field.services import intervention_key, take_in
from presence.finance.services import AmountEntry, KeyEntry, adopt_key, enter_amount
from presence.followup.services import SummonsReport, record_summons
from presence.kernel.clock import at_paris, evening_instant, evening_of, first_of_month
from presence.kernel.nomenclature import (
    AmountStatus,
    Area,
    Funder,
    HelpOffered,
    KeyBasis,
    Origin,
    Situation,
    Urgency,
)
from presence.oncall.services import CallReport, link_call, log_call
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.places import add_area
from presence.patrimoine.services import Covering, create_residences
from presence.planning.frequency import Frequency
from presence.planning.rules import is_due
from presence.planning.services import set_frequency
from presence.releases.agreements import propose_agreement, sign_agreement
from presence.releases.indicators import EVERYTHING
from presence.releases.policies import set_policy
from presence.releases.publishing import open_release
from tenants.context import Context, Kind
from tenants.database import transaction
from tenants.registry import organisations

NAMESPACE = UUID("0f6f2d3e-52a1-4d0b-9c39-2d7c4e1f8a38")
SIGNED_AT = time(23, 6)
LATE_ON = date(2013, 12, 3)
LATE_VISITS = 4
# Nights when Paris changes its clocks: a call comes at 02:30 on each.
CLOCK_CHANGES = (date(2012, 3, 24), date(2012, 10, 27), date(2013, 3, 30), date(2013, 10, 26))
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Seeded:
    """What `finish` needs."""

    cast: Cast
    late: list[VisitReport]


def is_seeded() -> bool:
    """Whether the demonstration is already there."""
    with transaction(Context(Kind.OPERATOR)) as session:
        return bool(organisations(session))


@dataclass(frozen=True)
class Keys:
    """What the demonstration's people sign in with: one password, one kept second factor."""

    password: str
    factor: str


def seed(
    keys: Keys, insee_codes: list[str], progress: Progress, known: Facts | None = None
) -> Seeded:
    """Seed everything, from the register to the closing of each evening."""
    known = known or facts()
    progress("Organismes et comptes", 0.0)
    with transaction(Context(Kind.OPERATOR)) as session:
        cast = assemble_cast(session, insee_codes)
    progress("Patrimoine", 0.04)
    stops = _places(cast, known)
    open_accounts(keys.password, keys.factor)
    seed_roster(cast)
    late: list[VisitReport] = []
    evenings = _evenings(stops, known)
    with transaction(Context(Kind.PRESTATAIRE, cast.prestataire, seconds=600)) as session:
        written = list(write_evenings(evenings, known))
        for month, nights in groupby(written, key=lambda night: first_of_month(night[0])):
            visits = [visit for _, found in nights for visit in found]
            late += [v for v in visits if evening_of(v.started_at) == LATE_ON][-LATE_VISITS:]
            on_time = [visit for visit in visits if visit not in late]
            take_in(session, on_time, _received)
            _calls(session, on_time)
            share = (month - known.first_on).days / (known.after_last_on - known.first_on).days
            progress("Passages et interventions", 0.08 + 0.3 * max(0.0, share))
        for index, (evening_on, _) in enumerate(written):
            _close(session, cast, evening_on)
            progress("Soirées signées", 0.4 + 0.55 * index / len(written))
    progress("Suites, coûts et accord", 0.95)
    _followup(cast, known)
    _money(cast, known)
    _agreement(cast, known)
    _besides(cast)
    progress("Données prêtes", 1.0)
    return Seeded(cast, late)


def _besides(cast: Cast) -> None:
    """What the rooms around the evening hold, each as its own people would write it."""
    seed_transfers(cast)
    seed_sites(cast)
    seed_handover(cast)
    seed_anomalies(cast)
    seed_follow_ups(cast)
    seed_requests(cast)
    seed_rounds(cast)
    seed_onboarding(cast)
    # Last: a plan is compared with all that the others have written.
    seed_imports(cast)


def finish(seeded: Seeded) -> None:
    """The morning after: a late phone, whose visits come once the evening is signed; a dispute."""
    with transaction(Context(Kind.PRESTATAIRE, seeded.cast.prestataire)) as session:
        take_in(session, seeded.late, lambda _: at_paris(LATE_ON + timedelta(days=1), time(8, 40)))
    seed_deliveries(seeded.cast)
    seed_review(seeded.cast)


def _places(cast: Cast, known: Facts) -> list[tuple[Stop, int, UUID]]:
    own = (
        (cast.opac38, portfolio(OPAC38, "Bourgoin-Jallieu", known.opac_dwellings)),
        (cast.pluralis, portfolio(PLURALIS, "Nord-Isère", known.pluralis_dwellings)),
    )
    stops = []
    for bailleur_id, planned in own:
        stops += _build(cast, bailleur_id, planned, SCHEME_START)
    for bailleur_id, (name, _, dwellings) in zip(cast.joiners, JOINERS, strict=True):
        _build(cast, bailleur_id, joiner_portfolio(name, dwellings), known.joining_on)
    # The round mixes bailleurs, as a real one does; the order is the residences' names.
    return sorted(stops, key=lambda stop: (stop[0].insee_code, str(stop[2])))


def _build(
    cast: Cast, bailleur_id: int, planned: list[Planned], from_on: date
) -> list[tuple[Stop, int, UUID]]:
    with transaction(Context(Kind.BAILLEUR, bailleur_id)) as session:
        rows = create_residences(
            session, [item.draft for item in planned], Covering(cast.scheme_id, from_on)
        )
        for row, item in zip(rows, planned, strict=True):
            set_frequency(session, row.id, Frequency(item.times_per_week), from_on=from_on)
        add_area(session, rows[0].id, Area.CELLAR, name="Caves")
        details = {row.id: item for row, item in zip(rows, planned, strict=True)}
        return [
            (
                Stop(
                    hall.id,
                    hall.residence_id,
                    hall.name,
                    details[hall.residence_id].draft.insee_code,
                    details[hall.residence_id].draft.qpv_name is not None,
                ),
                details[hall.residence_id].times_per_week,
                hall.residence_id,
            )
            for hall in patrimoine.entrances(session)
        ]


def _evenings(stops: list[tuple[Stop, int, UUID]], known: Facts) -> list[Evening]:
    days = (known.after_last_on - known.first_on).days + 1
    return [
        Evening(
            evening_on,
            tuple(stop for stop, times, residence in stops if is_due(residence, times, evening_on)),
        )
        for evening_on in (known.first_on + timedelta(days=n) for n in range(days))
        if evening_on != MISSING_ON
    ]


def _received(visit: VisitReport) -> datetime:
    return evening_instant(evening_of(visit.started_at), SIGNED_AT) - timedelta(minutes=5)


def _close(session: Session, cast: Cast, evening_on: date) -> None:
    if evening_on in CLOCK_CHANGES:
        _night_call(session, evening_on)
    signed_at = evening_instant(evening_on, SIGNED_AT)
    close_evening(
        session, cast.scheme_id, evening_on, signer="Nadia Chef-d'équipe", signed_at=signed_at
    )


def _calls(session: Session, visits: list[VisitReport]) -> None:
    """The resident's call that brought the agents, when one did."""
    called = [
        visit
        for visit in visits
        if any(item.origin is Origin.RESIDENT_CALL for item in visit.interventions)
    ]
    halls = patrimoine.entrances_by_id(session, (visit.entrance_id for visit in called))
    for visit in called:
        call = log_call(
            session,
            CallReport(
                uuid5(NAMESPACE, str(visit.client_id)),
                halls[visit.entrance_id].residence_id,
                visit.started_at - timedelta(minutes=14),
                visit.interventions[0].situation,
                Urgency.TONIGHT,
            ),
        )
        link_call(session, call.id, intervention_key(visit.client_id, 0))


def _night_call(session: Session, evening_on: date) -> None:
    """A call at 02:30 on a night when the clocks change: it belongs to the evening before."""
    place = patrimoine.residences(session)[0]
    log_call(
        session,
        CallReport(
            uuid5(NAMESPACE, f"night {evening_on}"),
            place.id,
            evening_instant(evening_on, time(2, 30)),
            Situation.NOISE,
            Urgency.INFORMATION,
        ),
    )


def _followup(cast: Cast, known: Facts) -> None:
    chance = Random(SEED)  # noqa: S311 - a story, not a secret
    opac = (
        known.families * known.opac_dwellings // (known.opac_dwellings + known.pluralis_dwellings)
    )
    # Over the whole published period, less its ends; a shorter story keeps none in the future.
    span = min(600, (known.last_on - known.first_on).days - 20)
    for bailleur_id, families in ((cast.opac38, opac), (cast.pluralis, known.families - opac)):
        with transaction(Context(Kind.BAILLEUR, bailleur_id)) as session:
            places = patrimoine.residences(session)
            for rank in range(families):
                day = known.first_on + timedelta(days=20 + rank * span // families)
                record_summons(
                    session,
                    SummonsReport(
                        uuid5(NAMESPACE, f"summons {bailleur_id} {rank}"),
                        chance.choice(places[:6]).id,
                        day,
                        chance.choice(list(HelpOffered)),
                    ),
                )


def _money(cast: Cast, known: Facts) -> None:
    """2012 as paid, 2013 and 2014 as foreseen, at the published amounts."""
    with transaction(Context(Kind.SCHEME, cast.scheme_id)) as session:
        adopt_key(
            session,
            KeyEntry(uuid5(NAMESPACE, "key"), KeyBasis.DWELLINGS, SCHEME_START),
        )
        for year in (2012, 2013, 2014):
            status = AmountStatus.ACTUAL if year == SCHEME_START.year else AmountStatus.FORECAST
            for label, cents, funder in (
                (f"Prestation {year}", known.cost_cents, None),
                (f"Subvention FIPD {year}", known.grant_cents, Funder.FIPD),
            ):
                enter_amount(
                    session,
                    AmountEntry(
                        uuid5(NAMESPACE, label), label, date(year, 1, 1), date(year, 12, 31),
                        cents, status, funder,
                    ),
                )  # fmt: skip


def _agreement(cast: Cast, known: Facts) -> None:
    with transaction(Context(Kind.SCHEME, cast.scheme_id)) as session:
        agreement_id = propose_agreement(session, indicators=EVERYTHING, from_on=SCHEME_START).id
        set_policy(session, Policy(), SCHEME_START)
        open_release(session, known.first_on, known.last_on, "premier bilan")
        if known.first_on.year < known.last_on.year:
            # The part of its first year that the scheme has lived, as its subsidy file asks.
            first = date(known.first_on.year, 12, 31)
            open_release(session, known.first_on, first, "dossier FIPD")
    for bailleur_id in (cast.opac38, cast.pluralis):
        with transaction(Context(Kind.BAILLEUR, bailleur_id)) as session:
            sign_agreement(session, agreement_id)
