"""G24: what being signed in adds to a request that does nothing else."""

import time
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from devstack.bench.city import City
from devstack.bench.measure import Result, interleave, median_ms, ratios
from devstack.bench.product import PEOPLE, Visitor, product
from presence.web.edge import signed_in

PATH = "/banc"
REPEATS, CHUNKS = 20, 8


def measure(city: City) -> list[Result]:
    """The same page without a session, then with one, looked up in the database each time."""
    with product(city) as app:
        app.add_url_rule(PATH, "bench", _nothing)
        known = Visitor(app, next(iter(PEOPLE)), city.stack.secrets.demo_password).browser
        variants = {"signed in": _timed(known, "oui"), "anonymous": _timed(_client(app), "non")}
        samples = interleave(variants, chunks=CHUNKS)
    return [
        Result(
            "G24", "page vide : session vérifiée en base / anonyme",
            ratios(samples, "signed in", "anonymous"), 2.0, note=median_ms(samples),
        )
    ]  # fmt: skip


def _nothing() -> str:
    return "non" if signed_in() is None else "oui"


def _client(app: Flask) -> FlaskClient:
    return app.test_client()


def _timed(client: FlaskClient, expected: str) -> Callable[[], float]:
    def timed() -> float:
        started = time.perf_counter()
        for _ in range(REPEATS):
            if client.get(PATH).text != expected:
                raise AssertionError(expected)
        return (time.perf_counter() - started) / REPEATS

    return timed
