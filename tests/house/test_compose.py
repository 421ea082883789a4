"""docker-compose.yml, the Dockerfile and .env.example agree with the code that they run."""

import ast
import importlib
import importlib.metadata
import re
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from tenants.context import Kind

ROOT = Path(__file__).resolve().parents[2]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(
    (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
)["services"]
DECLARED: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
ONE_SHOT = {"migrate"}
OURS = {name for name, service in SERVICES.items() if service["image"] == "presence"}


@cache
def variables() -> frozenset[str]:
    """Every variable that the product reads, found in the syntax trees."""
    found: set[str] = set()
    for folder in ("platform/presence", "tenants", "workers", "migrations"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    found |= read_by(node)
    return frozenset(found)


def read_by(call: ast.Call) -> set[str]:
    name = ast.unparse(call.func).rsplit(".", 1)[-1]
    if not call.args or (
        name != "read_variable" and ast.unparse(call.func) not in {"os.environ.get", "os.getenv"}
    ):
        return set()
    first = call.args[0]
    if isinstance(first, ast.Constant):
        return {str(first.value)}
    if isinstance(first, ast.JoinedStr) and ast.unparse(first).startswith("f'DB_PASSWORD_"):
        return {f"DB_PASSWORD_{kind.name}" for kind in Kind}
    return set()


def plain(variable: str) -> str:
    return variable.removesuffix("_FILE")


def secrets_read_by(service: dict[str, Any]) -> set[str]:
    """The secrets whose path appears in a service's variables, command or health check."""
    text = yaml.safe_dump({k: service.get(k) for k in ("environment", "command", "healthcheck")})
    return set(re.findall(r"/run/secrets/(\w+)", text))


@pytest.mark.parametrize("name", SERVICES)
def test_a_long_running_service_says_whether_it_is_well(name: str) -> None:
    service = SERVICES[name]

    assert ("healthcheck" in service) != (name in ONE_SHOT)
    assert (service["restart"] == "no") == (name in ONE_SHOT)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_holds_no_power_that_it_does_not_need(name: str) -> None:
    service = SERVICES[name]

    assert str(service["user"]).split(":")[0] not in {"", "0", "root"}
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_command_names_a_program_that_exists(name: str) -> None:
    service = SERVICES[name]
    commands = [service["command"]]
    if "healthcheck" in service:
        commands.append(service["healthcheck"]["test"][1:])
    for program, *arguments in commands:
        if program == "presence":
            assert_subcommand(arguments)
        elif program == "gunicorn":
            assert_gunicorn(arguments)
        else:
            assert program == "celery"
            assert hasattr(importlib.import_module("celery.bin." + arguments[2]), arguments[2])
            assert (ROOT / (arguments[1].replace(".", "/") + ".py")).exists()


def assert_subcommand(arguments: list[str]) -> None:
    group = importlib.import_module("presence.cli").presence
    assert isinstance(group, click.Group)
    command = group.get_command(click.Context(group), arguments[0])
    assert command is not None
    known = {option for param in command.params for option in param.opts}
    assert {a for a in arguments[1:] if a.startswith("--")} <= known
    for option, value in zip(arguments[1::2], arguments[2::2], strict=True):
        param = next(p for p in command.params if option in p.opts)
        assert not isinstance(param.type, click.Choice) or value in param.type.choices


def assert_gunicorn(arguments: list[str]) -> None:
    config = importlib.import_module("gunicorn.config")
    known = {flag for setting in config.KNOWN_SETTINGS for flag in (setting.cli or ())}
    flags = {a.split("=")[0] for a in arguments if a.startswith("--")}
    assert flags <= known
    module, _, _ = arguments[-1].partition(":")
    assert (ROOT / "platform" / (module.replace(".", "/") + ".py")).exists()


def test_the_dockerfile_starts_the_same_server_as_compose() -> None:
    dockerfile = (ROOT / "platform" / "Dockerfile").read_text(encoding="utf-8")
    command = yaml.safe_load(re.findall(r"^CMD (\[.*\])$", dockerfile, re.M)[-1])

    assert " ".join(command).replace("=", " ") == " ".join(SERVICES["web"]["command"]).replace(
        "=", " "
    )
    assert "--require-hashes" in dockerfile
    assert "USER 10001:10001" in dockerfile
    for folder in ("platform/presence", "tenants", "workers", "migrations"):
        assert f"COPY {folder} {folder}" in dockerfile


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_variable_is_one_that_the_code_reads(name: str) -> None:
    assert {plain(variable) for variable in SERVICES[name]["environment"]} <= variables()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_given_exactly_the_secrets_that_it_reads(name: str) -> None:
    service = SERVICES[name]

    assert set(service.get("secrets", ())) == secrets_read_by(service)


def test_every_secret_is_declared_used_and_made() -> None:
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", ())}
    script = (ROOT / "platform" / "make-secrets").read_text(encoding="utf-8")
    kinds = re.search(r"for kind in ([a-z ]+); do", script)
    assert kinds is not None
    made = set(re.findall(r"^\s*keep_or_write (\w+)", script, re.M)) - {"db_password_"}
    made |= {f"db_password_{kind}" for kind in kinds[1].split()}

    assert used == set(DECLARED["secrets"])
    assert used == made
    for name, secret in DECLARED["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
    assert "secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_the_example_names_every_variable_once() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    named = [line.split("=", 1)[0] for line in lines if "=" in line and not line.startswith("#")]

    assert len(named) == len(set(named))
    assert set(named) == variables()
    assert {plain(v) for name in OURS for v in SERVICES[name]["environment"]} <= set(named)


def test_the_image_is_named_once_and_built_from_the_root() -> None:
    for name in OURS:
        assert SERVICES[name]["build"] == {"context": ".", "dockerfile": "platform/Dockerfile"}
    assert importlib.metadata.version("gunicorn").startswith("27.")
