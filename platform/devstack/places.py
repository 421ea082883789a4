"""Where files go, and under which account the servers run.

PostgreSQL refuses to run as root, so root hands the servers to `nobody`. That account must be
able to walk down to the programs and the data: under a folder closed to others, both are put in
a folder of the machine's temporary space, named after the home so that the next start finds it.
"""

import hashlib
import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from devstack.errors import StackError

SERVER_ACCOUNT = "nobody"
FALLBACK_ROOTS = (Path("/var/tmp"), Path("/tmp"))  # noqa: S108 - private, owned subfolders are made inside


@dataclass(frozen=True)
class Account:
    """The system account that runs the servers; None means the current one."""

    uid: int | None
    gid: int | None


@dataclass(frozen=True)
class Places:
    """Folders of one installation: `home` for us, `servers` for what the servers own."""

    home: Path
    servers: Path
    account: Account


def server_account() -> Account:
    """`nobody` for root, the current account for anybody else."""
    if os.geteuid() != 0:
        return Account(None, None)
    entry = pwd.getpwnam(SERVER_ACCOUNT)
    return Account(entry.pw_uid, entry.pw_gid)


def prepare(home: Path) -> Places:
    """Create the folders of an installation and say where everything is."""
    home = home.expanduser().resolve()
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".ecriture"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        message = (
            f"Impossible d'écrire dans « {home} » : "
            "donnez un autre dossier avec PRESENCE_HOME=/chemin."
        )
        raise StackError(message) from error
    account = server_account()
    if account.uid is None:
        return Places(home, home, account)
    home.chmod(0o711)
    servers = home if _walkable(home) else _fallback(home)
    return Places(home, servers, account)


def owned_folder(path: Path, account: Account) -> Path:
    """A private folder that the servers' account owns."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    if account.uid is not None and account.gid is not None:
        os.chown(path, account.uid, account.gid)
    return path


def reachable_copy(source: Path, places: Places, name: str, beside: Path | None = None) -> Path:
    """`source` itself if the servers' account can walk down to it, else a copy that it can.

    `beside` is a folder that must stand next to it under its own name.
    """
    if places.account.uid is None or _walkable(source):
        return source
    stamp = hashlib.sha256(str(source.resolve()).encode()).hexdigest()[:8]
    folder = places.servers / f"{name}-{stamp}"
    if not folder.exists():
        partial = folder.with_name(folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        for part in (source, beside) if beside else (source,):
            shutil.copytree(part, partial / part.name, symlinks=True)
        partial.chmod(0o755)
        partial.rename(folder)
    return folder / source.name


def _walkable(path: Path) -> bool:
    """Whether anybody may walk down to `path` (the « x » bit for others, all the way)."""
    resolved = path.resolve()
    return all(part.stat().st_mode & 0o001 for part in (resolved, *resolved.parents))


def _fallback(home: Path) -> Path:
    name = "presence-" + hashlib.sha256(str(home).encode()).hexdigest()[:12]
    for root in FALLBACK_ROOTS:
        try:
            if not _walkable(root):
                continue
            folder = root / name
            folder.mkdir(mode=0o711, exist_ok=True)
            # Somebody else's folder of that name would hand them our data.
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            folder.chmod(0o711)
        except OSError:
            continue
        return folder
    message = (
        f"Le dossier « {home} » est fermé au compte « {SERVER_ACCOUNT} » qui porte les serveurs, "
        "et ni /var/tmp ni /tmp ne sont ouverts : donnez un dossier ouvert avec "
        "PRESENCE_HOME=/chemin."
    )
    raise StackError(message)
