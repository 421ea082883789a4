"""« Modifier une résidence »: its name, its perimeter, its frequency, its halls, its end."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presence.accounts.identity import Identity
from presence.kernel.clock import today
from presence.kernel.errors import Conflict, Invalid, NotFound
from presence.kernel.nomenclature import ArchiveReason, Area, FrequencyPeriod, StopOrder
from presence.patrimoine import coverage, places
from presence.patrimoine import queries as patrimoine
from presence.patrimoine.services import EntranceDraft
from presence.planning.frequency import Frequency
from presence.planning.hours import WEEKDAYS
from presence.planning.queries import frequencies_in_force
from presence.planning.services import set_frequency
from presence.planning.wording import frequency_words
from presence.web.edge import page, see_other
from presence.web.forms import date_of, decimal, hour_of, member, uuid_of, whole
from tenants.roles import Permission

blueprint = Blueprint("places", __name__)
Act = Callable[[Session, UUID], str]
ENTER, LEAVE, COUNT = "entrer", "sortir", "compter"
MOST_DWELLINGS = coverage.MOST_DWELLINGS


@blueprint.get("/residences/<uuid:residence_id>/modifier")
@page(Permission.MANAGE_PLACES)
def edit(session: Session, _: Identity, residence_id: UUID) -> ResponseReturnValue:
    """Every form about one residence."""
    return _page(session, residence_id)


def _posted(rule: str, act: Act) -> None:
    """A form of the page: done, a word and back; refused, the page again with why."""

    def view(session: Session, _: Identity, residence_id: UUID) -> ResponseReturnValue:
        if patrimoine.residence(session, residence_id) is None:
            raise NotFound
        try:
            with session.begin_nested():
                told = act(session, residence_id)
        except (Invalid, Conflict) as error:
            return _page(session, residence_id, error), 422
        flash(told)
        return see_other("places.edit", residence_id=residence_id)

    view.__name__ = act.__name__.strip("_")
    path = f"/residences/<uuid:residence_id>/{rule}"
    blueprint.post(path)(page(Permission.MANAGE_PLACES)(view))


def _rename(session: Session, residence_id: UUID) -> str:
    form = request.form
    vintage = form.get("millesime")
    changes = places.change_residence(
        session,
        residence_id,
        {
            "code": form.get("code", ""),
            "name": form.get("nom", ""),
            "address": form.get("adresse", ""),
            "insee_code": form.get("insee", ""),
            "qpv_name": form.get("qpv", ""),
            "qpv_vintage": whole(vintage, "millesime", least=2015, most=2024) if vintage else None,
        },
        form.get("agence", ""),
    )
    return "Résidence modifiée." if changes else "Rien n'a changé."


def _cover(session: Session, residence_id: UUID) -> str:
    form = request.form
    from_on, act = date_of(form.get("depuis"), "depuis"), form.get("acte")
    dwellings = _dwellings(form.get("logements"))
    if act == LEAVE:
        coverage.leave_perimeter(session, residence_id, from_on)
        return f"La résidence sort du périmètre le {from_on:%d/%m/%Y}."
    if act == ENTER:
        coverage.enter_perimeter(session, residence_id, from_on, dwellings)
        return f"La résidence entre dans le périmètre le {from_on:%d/%m/%Y}."
    if act != COUNT or dwellings is None:
        raise Invalid("logements", "Donnez le nombre de logements.")
    coverage.count_dwellings(session, residence_id, dwellings, from_on)
    return "Nombre de logements enregistré ; le passé garde le sien."


def _visit_often(session: Session, residence_id: UUID) -> str:
    form = request.form
    start, end = form.get("de"), form.get("a")
    frequency = Frequency(
        times=whole(form.get("nombre"), "nombre", least=1, most=31),
        per=member(FrequencyPeriod, form.get("par"), "par"),
        weekdays=frozenset(whole(d, "jours", least=1, most=7) for d in form.getlist("jours")),
        from_time=hour_of(start, "de") if start else None,
        to_time=hour_of(end, "a") if end else None,
        pattern=member(StopOrder, form.get("ordre"), "ordre"),
        min_gap_days=whole(form.get("ecart") or "0", "ecart", least=0, most=28),
    )
    hall = form.get("hall")
    entrance_id = uuid_of(hall, "hall") if hall else None
    from_on = date_of(form.get("depuis"), "depuis")
    set_frequency(session, residence_id, frequency, from_on=from_on, entrance_id=entrance_id)
    return f"Fréquence fixée : {frequency_words(frequency)}, à compter du {from_on:%d/%m/%Y}."


def _add_hall(session: Session, residence_id: UUID) -> str:
    form = request.form
    building = form.get("batiment")
    row = places.add_entrance(
        session,
        residence_id,
        EntranceDraft(form.get("nom", ""), **_hall_values()),
        uuid_of(building, "batiment") if building else None,
        uuid_of(form.get("cle"), "cle"),
    )
    return f"{row.name} ajouté."


def _change_hall(session: Session, residence_id: UUID) -> str:
    form = request.form
    entrance_id = _hall_of(session, residence_id)
    act = form.get("acte")
    if act == "archiver":
        places.archive_entrance(session, entrance_id, date_of(form.get("le"), "le"))
        return "Hall archivé : son historique est conservé."
    if act == "deplacer":
        target = uuid_of(form.get("vers"), "vers")
        places.move_entrance(session, entrance_id, target, date_of(form.get("le"), "le"))
        return "Hall déplacé : son passé reste ici, la suite est dans l'autre résidence."
    building = form.get("batiment")
    values = _hall_values() | {
        "name": form.get("nom", ""),
        "building_id": uuid_of(building, "batiment") if building else None,
    }
    changes = places.change_entrance(session, entrance_id, values)
    return "Hall modifié." if changes else "Rien n'a changé."


def _add_building(session: Session, residence_id: UUID) -> str:
    form = request.form
    row = places.add_building(
        session, residence_id, form.get("nom", ""), code=form.get("code") or None,
        rnb=form.get("rnb") or None, client_id=uuid_of(form.get("cle"), "cle"),
    )  # fmt: skip
    return f"{row.name} ajouté."


def _add_area(session: Session, residence_id: UUID) -> str:
    form = request.form
    hall = form.get("hall")
    kind = member(Area, form.get("nature"), "nature")
    places.add_area(
        session, residence_id, kind, name=form.get("nom") or None,
        entrance_id=uuid_of(hall, "hall") if hall else None,
        client_id=uuid_of(form.get("cle"), "cle"),
    )  # fmt: skip
    return f"« {kind.label} » ajouté aux parties communes."


def _archive(session: Session, residence_id: UUID) -> str:
    on = date_of(request.form.get("le"), "le")
    reason = member(ArchiveReason, request.form.get("motif"), "motif")
    places.archive_residence(session, residence_id, on, reason)
    return "Résidence archivée : l'historique est conservé."


def _restore(session: Session, residence_id: UUID) -> str:
    places.restore_residence(session, residence_id)
    return "Résidence sortie de l'archive ; remettez-la dans le périmètre si elle doit l'être."


for _rule, _act in (
    ("modifier", _rename), ("perimetre", _cover), ("frequence", _visit_often),
    ("entrees", _add_hall), ("entrees/changer", _change_hall), ("batiments", _add_building),
    ("parties-communes", _add_area), ("archiver", _archive), ("desarchiver", _restore),
):  # fmt: skip
    _posted(_rule, _act)


def _hall_values() -> dict[str, Any]:
    form = request.form
    return {
        "code": form.get("code") or None,
        "address": form.get("adresse") or None,
        "dwellings": _dwellings(form.get("logements")),
        "rnb_id": form.get("rnb") or None,
        "ban_key": form.get("ban") or None,
        "latitude": decimal(form.get("latitude"), "latitude", most=90),
        "longitude": decimal(form.get("longitude"), "longitude", most=180),
    }


def _dwellings(text: str | None) -> int | None:
    return whole(text, "logements", least=0, most=MOST_DWELLINGS) if text else None


def _hall_of(session: Session, residence_id: UUID) -> UUID:
    entrance_id = uuid_of(request.form.get("hall"), "hall")
    found = patrimoine.entrances_by_id(session, [entrance_id]).get(entrance_id)
    if found is None or found.residence_id != residence_id:
        raise Invalid("hall", "Hall inconnu dans cette résidence.")
    return entrance_id


def _page(session: Session, residence_id: UUID, refused: Invalid | Conflict | None = None) -> str:
    place = patrimoine.residence(session, residence_id)
    if place is None:
        raise NotFound
    day: date = today(session)
    lines = [line for line in frequencies_in_force(session, day) if line.residence_id == place.id]
    halls = patrimoine.hall_details(session, [place.id])
    return render_template(
        "residences/edit.html",
        place=place,
        halls=halls,
        buildings=patrimoine.buildings(session, place.id),
        areas=patrimoine.areas(session, place.id),
        periods=patrimoine.coverage_of(session, place.id),
        frequencies=[(line, frequency_words(line.frequency)) for line in lines],
        hall_names={hall.id: hall.name for hall in halls},
        agencies=patrimoine.agency_names(session),
        communes=sorted(patrimoine.communes(session).items(), key=lambda item: item[1]),
        others=[p for p in patrimoine.residences(session) if p.id != place.id],
        weekdays=list(enumerate(WEEKDAYS, start=1)),
        orders=StopOrder,
        units=FrequencyPeriod,
        kinds=Area,
        reasons=[reason for reason in ArchiveReason if reason is not ArchiveReason.SOLD],
        today=day,
        new_key=uuid4,
        refused=refused,
    )
