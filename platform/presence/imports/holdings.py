"""What a file is compared with (patrimoine en place): places, communes, rules of frequencies."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.imports.checking import Rules
from presence.imports.communes import Communes
from presence.imports.portfolio import HeldEntrance, HeldResidence, Portfolio
from presence.kernel.clock import evening_of, now
from presence.kernel.errors import Invalid
from presence.kernel.nomenclature import FrequencyPeriod
from presence.kernel.ownership import stated
from presence.patrimoine.models import Agency, Building, Entrance, Residence
from presence.planning.bulk import later_frequencies
from presence.planning.frequency import Frequency, check
from presence.planning.queries import frequencies_in_force
from presence.planning.stored import served_by
from presence.planning.wording import per_week
from tenants.database import context_of
from tenants.models import Commune, Organisation

# What of a former frequency stays asked for when only the number of evenings changes.
_STAYS = ("weekdays", "from_time", "to_time", "pattern", "min_gap_days")
Times = Mapping[UUID, int | None]


def effective_on(session: Session) -> date:
    """The first evening that has not begun: from when what is already there may change."""
    return evening_of(now(session)) + timedelta(days=1)


def gazetteer(session: Session) -> Communes:
    """Every commune of the territory, with its postal codes."""
    rows = session.execute(select(Commune.insee_code, Commune.name, Commune.postal_codes))
    return {row.insee_code: (row.name, list(row.postal_codes)) for row in rows}


def own_siren(session: Session) -> str | None:
    """The bailleur's own SIREN, when the register knows it."""
    own = context_of(session).own_id
    return session.scalar(select(Organisation.siren).where(Organisation.id == own))


def portfolio(session: Session) -> Portfolio:
    """All that the bailleur holds, archived places too, as it will be on the next evening."""
    lines = frequencies_in_force(session, effective_on(session))
    times = {line.place_id: per_week(line.frequency) for line in lines}
    entrances = _entrances(session, times)
    rows = session.execute(
        select(
            Residence.id, Agency.name.label("agency"), Residence.code, Residence.name,
            Residence.address, Residence.insee_code, Residence.dwellings, Residence.qpv_name,
            Residence.qpv_vintage, Residence.archived_on,
        )
        .join(
            Agency,
            (Agency.bailleur_id == Residence.bailleur_id) & (Agency.id == Residence.agency_id),
        )
        .where(*stated(session, Residence))
    )  # fmt: skip
    return Portfolio(
        tuple(
            HeldResidence(
                **row._asdict(),
                times_per_week=times.get(row.id),
                entrances=tuple(entrances.get(row.id, ())),
            )
            for row in rows
        )
    )


def _entrances(session: Session, times: Times) -> dict[UUID, list[HeldEntrance]]:
    rows = session.execute(
        select(
            Entrance.residence_id, Entrance.id, Entrance.name, Entrance.code, Entrance.address,
            Building.code.label("building_code"), Building.name.label("building_name"),
            Entrance.dwellings, Entrance.rnb_id, Entrance.ban_key, Entrance.latitude,
            Entrance.longitude, Entrance.archived_on,
        )
        .outerjoin(
            Building,
            (Building.bailleur_id == Entrance.bailleur_id) & (Building.id == Entrance.building_id),
        )
        .where(*stated(session, Entrance))
        .order_by(Entrance.residence_id, Entrance.rank)
    )  # fmt: skip
    found: dict[UUID, list[HeldEntrance]] = defaultdict(list)
    for row in rows:
        values = row._asdict()
        residence_id = values.pop("residence_id")
        found[residence_id].append(HeldEntrance(**values, times_per_week=times.get(row.id)))
    return found


def asked_frequency(former: Frequency | None, times: int) -> Frequency:
    """So many evenings a week; the days, hours and gap that were asked for stay asked for."""
    kept = {name: getattr(former, name) for name in _STAYS} if former else {}
    return Frequency(times=times, per=FrequencyPeriod.WEEK, **kept)


def rules_of(session: Session, held: Portfolio, scheme_id: int | None) -> Rules:
    """What the frequencies that a file asks for must respect; `scheme_id` is of new places."""
    day = effective_on(session)
    codes = {place.id: place.code for place in held.residences}
    former = {
        codes[line.residence_id]: line.frequency
        for line in frequencies_in_force(session, day)
        if line.entrance_id is None
    }
    own = select(Residence.code, Residence.scheme_id).where(*stated(session, Residence))
    schemes = {row.code: row.scheme_id for row in session.execute(own)}

    @cache
    def why(frequency: Frequency, scheme: int) -> str | None:
        try:
            check(frequency, served_by(session, scheme), from_on=day)
        except Invalid as error:
            return error.message
        return None

    def refused(code: str, times: int) -> str | None:
        scheme = schemes.get(code, scheme_id)
        rule = asked_frequency(former.get(code), times)
        return why(rule, scheme) if scheme is not None else None

    return Rules(
        refused,
        {place.code: place.times_per_week for place in held.residences},
        {codes[key]: from_on for key, from_on in later_frequencies(session, day).items()},
    )
