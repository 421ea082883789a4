"""A client of the API, as a machine would call it."""

from typing import Any
from uuid import uuid4

from flask import Flask
from werkzeug.test import TestResponse

from presence.accounts.credentials import issue_token_for
from tests.worlds import World

OPAC38 = "responsable@opac38.example"
PLURALIS = "responsable@pluralis.example"
LEADER = "chef@prestataire.example"
AGENT = "agent@prestataire.example"
CAPI = "coordination@capi.example"
OPERATOR = "operateur@presence.example"
PROBLEM = "application/problem+json"


class Caller:
    """Somebody with a token."""

    def __init__(self, app: Flask, email: str | None) -> None:
        self.client = app.test_client()
        self.headers: dict[str, str] = {}
        if email:
            with app.app_context():
                self.headers["Authorization"] = f"Bearer {issue_token_for(email, 1)}"

    def get(self, path: str, **query: object) -> TestResponse:
        return self.client.get(f"/api/v1/{path}", query_string=query or None, headers=self.headers)

    def post(self, path: str, body: object = None, key: object = "new") -> TestResponse:
        return self.send("POST", path, body, key)

    def put(self, path: str, body: object) -> TestResponse:
        return self.send("PUT", path, body, None)

    def send(self, method: str, path: str, body: object, key: object = None) -> TestResponse:
        headers = dict(self.headers)
        if key is not None:
            headers["Idempotency-Key"] = str(uuid4() if key == "new" else key)
        return self.client.open(f"/api/v1/{path}", method=method, json=body, headers=headers)

    def raw(
        self, method: str, path: str, data: bytes, content_type: str = "application/json"
    ) -> TestResponse:
        headers = self.headers | {"Idempotency-Key": str(uuid4())}
        return self.client.open(
            f"/api/v1/{path}", method=method, data=data, content_type=content_type, headers=headers
        )

    def items(self, path: str, **query: object) -> list[dict[str, Any]]:
        response = self.get(path, **query)
        assert response.status_code == 200, response.text
        found: list[dict[str, Any]] = response.json["items"]  # type: ignore[index]
        return found


def caller(world: World, email: str | None) -> Caller:
    """A caller of that world's application."""
    return Caller(world.app, email)


def body(response: TestResponse, status: int) -> dict[str, Any]:
    """The JSON of a response, once its status and its type are checked."""
    assert response.status_code == status, response.text
    if status >= 400:
        assert response.mimetype == PROBLEM
    found: dict[str, Any] = response.get_json(force=True)
    return found


def said(response: TestResponse, status: int) -> dict[str, Any]:
    """A problem without its number, to compare two of them."""
    found = body(response, status)
    assert found.pop("correlation_id")
    return found


def fields(response: TestResponse, status: int = 422) -> set[str]:
    """The fields that a problem names."""
    return {fault["field"] for fault in body(response, status)["errors"]}
