"""G37: two hundred letters of a morning, against the bare SMTP dialogue that hands them over."""

import smtplib
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from datetime import time as time_of_day
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from flask import Flask

from devstack.bench.city import City
from devstack.bench.measure import Result, interleave, median_ms, ratios
from devstack.bench.product import product
from devstack.mail import serve
from devstack.processes import free_port
from presence.accounts.identity import Grant
from presence.daily_reports import sealed
from presence.daily_reports.content import AwaitedPlace, Content, InterventionLine, VisitLine
from presence.delivery.queries import deliveries
from presence.delivery.recipients import Recipient
from presence.delivery.sending import Desk, send
from presence.delivery.telling import Told, write
from presence.kernel import mail
from presence.kernel.clock import PARIS, now
from presence.kernel.nomenclature import (
    Action,
    Area,
    DeliveryKind,
    Origin,
    Outcome,
    PeopleBand,
    Situation,
    VisitResult,
)
from presence.settings import MailRelay
from tenants.database import transaction
from tenants.roles import OrganisationKind, Role

LETTERS, PLACES, HAPPENED = 200, 60, 6
SENDER = "presence@presence.example"


def measure(city: City) -> list[Result]:
    """A morning's letters about one report, a small transaction each, over one dialogue."""
    url = f"smtp://127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory() as folder, product(city) as app:
        server = serve(url, Path(folder))
        mail.configure(MailRelay(url, SENDER))
        try:
            people = {person.account_id: person for person in _people()}
            report_id = _seal(city)
            sending = partial(_letters, app, city, people, report_id, count(1))
            sending()
            written = [path.read_bytes() for path in sorted(Path(folder).glob("*.eml"))]
            found = interleave({"product": sending, "bare": partial(_dialogue, url, written)})
        finally:
            server.stop()
    what = f"{LETTERS} courriels : produit / dialogue SMTP nu"
    note = median_ms(found)
    return [Result("G37", what, ratios(found, "product", "bare"), 12.0, note=note)]


def _letters(
    app: Flask,
    city: City,
    people: dict[UUID, Recipient],
    report_id: UUID,
    versions: Iterator[int],
) -> float:
    """Write the lines, then send them as the worker does; only the sending is timed."""
    version = next(versions)
    with app.app_context():
        with transaction(city.as_bailleur()) as session:
            leaving = now(session)
            write(session, [_line(who, city, leaving, version, report_id) for who in people])
            # The letters of every round so far, of which this round's are kept.
            found = deliveries(session, limit=LETTERS * version)
            ids = [line.id for line in found if line.version == version]
        started = time.perf_counter()
        with mail.connection() as relay:
            desk = Desk(people, relay, "http://127.0.0.1:8000")
            for delivery_id in ids:
                with transaction(city.as_bailleur()) as session:
                    send(session, delivery_id, desk)
        return time.perf_counter() - started


def _line(account_id: UUID, city: City, leaving: datetime, version: int, report_id: UUID) -> Told:
    return Told(
        account_id, city.scheme, city.after_on, DeliveryKind.EVENING, "Nuit mesurée", leaving,
        version, report_id,
    )  # fmt: skip


def _dialogue(url: str, written: Sequence[bytes]) -> float:
    """The same bytes, handed over by the standard library alone."""
    where = urlsplit(url)
    started = time.perf_counter()
    with smtplib.SMTP(where.hostname or "", where.port or 0) as smtp:
        for letter in written:
            smtp.sendmail(SENDER, ["personne@bench.example"], letter)
    return time.perf_counter() - started


def _people() -> Iterator[Recipient]:
    grants = (Grant(Role.FINANCE),)
    for number in range(LETTERS):
        address = f"p{number}@bench.example"
        yield Recipient(uuid4(), address, "Personne", OrganisationKind.BAILLEUR, grants)


_REPORT: LiteralString = """
  insert into presence.daily_report (id, bailleur_id, prestataire_id, scheme_id, evening_on,
                                     version, number, signed_at, signer, content, content_hash)
  values (%s, %s, %s, %s, %s, 1, 'BANC', %s, 'Chef', %s, %s)"""


def _seal(city: City) -> UUID:
    """A report of sixty places and six interventions, signed."""
    signed_at = datetime.combine(city.after_on, time_of_day(23, 6), PARIS)
    content = sealed.write(_content(city, signed_at))
    made = uuid4()
    with city.connect() as connection:
        connection.execute(
            _REPORT,
            (
                made, city.bailleur, city.prestataire, city.scheme, city.after_on, signed_at,
                content, sha256(content).hexdigest(),
            ),
        )  # fmt: skip
    return made


def _content(city: City, at: datetime) -> Content:
    halls = [(f"Résidence {n}, hall 1", uuid4(), uuid4()) for n in range(PLACES)]
    done = VisitResult.NOTHING_TO_REPORT
    return Content(
        number="BANC", bailleur="Bailleur", scheme="Banc", evening_on=city.after_on, version=1,
        signed_at=at, signer="Chef", supersedes=None,
        awaited=tuple(AwaitedPlace(*hall, hall[0].split(", ")[0]) for hall in halls),
        visits=tuple(VisitLine(*hall, uuid4(), at, done, None) for hall in halls),
        interventions=tuple(
            InterventionLine(
                *hall, uuid4(), at, Area.HALL, Situation.NOISE, (Action.MEDIATION,),
                Outcome.CALMED, next(iter(Origin)), next(iter(PeopleBand)), None, None, None,
            )
            for hall in halls[:HAPPENED]
        ),
        anomalies=(), calls=(),
    )  # fmt: skip
