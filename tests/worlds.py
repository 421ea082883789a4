"""A world: one private database of the product, and the product bound to it."""

import dataclasses
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from itertools import count
from pathlib import Path
from uuid import uuid4

import psycopg
from celery import current_app
from flask import Flask
from psycopg import sql
from sqlalchemy import select
from sqlalchemy.orm import Session

import workers.aggregation
import workers.certificates
import workers.cost_sharing
import workers.daily_reports
import workers.delivery
import workers.imports
import workers.isolation
import workers.mail
import workers.publication
import workers.relay
import workers.reminders
import workers.review
import workers.rounds
import workers.transfers
from presence.app import create_app
from presence.demonstration.facts import Facts, facts
from presence.demonstration.seeding import Keys, finish, seed
from presence.kernel.clock import today
from presence.migrating import migrate
from tenants.context import RELAY, Context, Kind
from tenants.database import db, transaction
from tenants.installation import install_database, shift_business_clock
from tenants.models import Commune, Job
from tests.stack import Servers, worker_number

EMPTY, SMALL_DEMO = "template_empty", "template_small_demo"
# SQL of a planted defect (`make mutants`, tests/mutants), run on every world once it is copied.
PLANTED = "PRESENCE_PLANTED_SQL"
_numbers = count(1)
Row = tuple[object, ...]


class World:
    """One database, the Flask application bound to it, and doors for each actor."""

    def __init__(self, servers: Servers, database: str) -> None:
        self.servers = servers
        self.database = database
        self.admin_url = servers.admin_url(database)
        self.superuser_url = servers.superuser_url(database)
        self.password = servers.secrets.demo_password

    @cached_property
    def app(self) -> Flask:
        """The product's Flask application on this database."""
        return create_app(self.servers.settings(self.database, worker_number()))

    @property
    def ids(self) -> dict[str, int]:
        """Each organisation's internal id by code, and the first scheme's as « scheme »."""
        with self.superuser() as connection:
            rows = connection.execute(
                "select code, id from presence.organisation "
                "union all (select 'scheme', id from presence.scheme order by id limit 1)"
            ).fetchall()
        return {str(code): int(str(number)) for code, number in rows}

    @contextmanager
    def acting(self, context: Context) -> Iterator[Session]:
        """One transaction of the product in a context."""
        with self.app.app_context(), transaction(context) as session:
            yield session

    @contextmanager
    def bailleur(self, code: str) -> Iterator[Session]:
        """A transaction of a bailleur."""
        with self.acting(Context(Kind.BAILLEUR, self.ids[code])) as session:
            yield session

    @contextmanager
    def prestataire(self, code: str = "PRESTA") -> Iterator[Session]:
        """A transaction of a prestataire."""
        with self.acting(Context(Kind.PRESTATAIRE, self.ids[code])) as session:
            yield session

    @contextmanager
    def scheme(self, scheme_id: int | None = None) -> Iterator[Session]:
        """A transaction of a scheme, the first one if none is named."""
        subject = self.ids["scheme"] if scheme_id is None else scheme_id
        with self.acting(Context(Kind.SCHEME, subject)) as session:
            yield session

    @contextmanager
    def reader(self, code: str = "CAPI") -> Iterator[Session]:
        """A transaction of somebody who reads published figures."""
        with self.acting(Context(Kind.FIGURES, self.ids[code])) as session:
            yield session

    @contextmanager
    def operator(self) -> Iterator[Session]:
        """A transaction of the operator."""
        with self.acting(Context(Kind.OPERATOR)) as session:
            yield session

    @contextmanager
    def relay(self) -> Iterator[Session]:
        """A transaction of the relay."""
        with self.acting(RELAY) as session:
            yield session

    @contextmanager
    def superuser(self) -> Iterator[psycopg.Connection[Row]]:
        """A connection that sees everything, each statement on its own."""
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            yield connection

    @contextmanager
    def login(self, kind: Kind) -> Iterator[psycopg.Connection[Row]]:
        """A bare connection of an application role: no context, one transaction."""
        url = self.servers.settings(self.database).database_urls[kind.value]
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=False) as connection:
            yield connection
            connection.rollback()

    def scalar(self, statement: str, *values: object) -> object:
        """The first value that the superuser reads."""
        with self.superuser() as connection:
            row = connection.execute(statement.encode(), values or None).fetchone()
        return row[0] if row else None

    def set_clock(self, instant: str) -> None:
        """Make business time start at an instant."""
        shift_business_clock(self.admin_url, instant)

    def run_jobs(self, *, night: bool = False) -> int:
        """Run, in this process, every job that is waiting or that the outbox asks for."""
        with self.app.app_context():
            if night:
                _add_night()
            done = 0
            while True:
                while workers.relay.relay_once():
                    pass
                waiting = _waiting()
                if not waiting:
                    return done
                for job_id, task in waiting:
                    current_app.tasks[task](job_id)
                    done += 1

    def close(self) -> None:
        """Give the connections back."""
        if "app" in self.__dict__:
            with self.app.app_context():
                for engine in db.engines.values():
                    engine.dispose()


def _add_night() -> None:
    with transaction(RELAY) as session:
        workers.relay.add_job(
            session,
            workers.relay.JobSpec(
                f"night:{uuid4()}",
                workers.aggregation.TASK,
                Kind.RELAY,
                None,
                {"due_on": str(today(session))},
            ),
        )


def _add_certificates() -> None:
    with transaction(RELAY) as session:
        workers.relay.add_job(
            session,
            workers.relay.JobSpec(
                f"certificates:{uuid4()}", workers.certificates.PLAN, Kind.OPERATOR, None
            ),
        )


def _waiting() -> list[tuple[str, str]]:
    with transaction(RELAY) as session:
        rows = session.execute(
            select(Job.id, Job.task)
            .where(Job.state == "queued", workers.relay.is_due())
            .order_by(Job.created_at, Job.key)
        )
        return [(str(row.id), row.task) for row in rows]


def small_facts() -> Facts:
    """One month instead of twenty-two months, everything else as published."""
    return dataclasses.replace(
        facts(),
        first_on=date(2013, 11, 1),
        interventions=60,
        mediation=56,
        reminder=8,
        police=5,
        families=20,
    )


@contextmanager
def cloned(servers: Servers, template: str) -> Iterator[World]:
    """A world on a copy of a template, dropped afterwards."""
    build_template(servers, template)
    name = f"world_{worker_number()}_{next(_numbers)}"
    copy_database(servers, name, template)
    world = World(servers, name)
    if PLANTED in os.environ:
        with world.superuser() as connection:
            connection.execute(os.environ[PLANTED].encode())
    try:
        yield world
    finally:
        world.close()
        drop_database(servers, name)


def copy_database(servers: Servers, name: str, template: str) -> None:
    """Copy a database file by file: our servers keep nothing, so the checkpoint is free."""
    with psycopg.connect(servers.superuser_url(), autocommit=True) as connection:
        connection.execute(
            sql.SQL(
                "create database {} owner presence_owner template {} strategy file_copy"
            ).format(sql.Identifier(name), sql.Identifier(template))
        )
    install_database(servers.superuser_url(), name)


def drop_database(servers: Servers, name: str) -> None:
    """Drop a database, whoever is still in it."""
    with psycopg.connect(servers.superuser_url(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )


def build_template(servers: Servers, template: str) -> None:
    """Build a template once per run, whichever process asks first."""
    ready = Path(servers.home) / f"{template}.ready"
    if ready.exists():
        return
    with (Path(servers.home) / f"{template}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if ready.exists():
            return
        drop_database(servers, template)
        if template == EMPTY:
            install_database(servers.superuser_url(), template)
            migrate(servers.admin_url(template), servers.secrets.signing_key())
        else:
            build_template(servers, EMPTY)
            copy_database(servers, template, EMPTY)
            seed_demonstration(World(servers, template), small_facts())
        ready.touch()


def seed_demonstration(world: World, known: Facts) -> None:
    """The demonstration as `make demo` leaves it: seeded, worked off, a late phone, one night."""
    shift_business_clock(world.admin_url, known.clock)
    with world.app.app_context():
        with transaction(Context(Kind.OPERATOR)) as session:
            communes = list(session.scalars(select(Commune.insee_code)))
        keys = Keys(world.password, world.servers.secrets.demo_totp)
        seeded = seed(keys, communes, lambda _label, _share: None, known)
        world.run_jobs()
        finish(seeded)
        world.run_jobs(night=True)
        _add_certificates()
        world.run_jobs()
    world.close()
