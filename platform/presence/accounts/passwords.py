"""Passwords (mots de passe): what is accepted, how it is kept, changed and reset.

At least 12 characters, 16 for whoever administers (ANSSI, MonServiceSécurisé), no composition
rule, no forced renewal (ASVS 5.0, 6.2.5 and 6.2.10); what zxcvbn and its lists of leaked passwords
guess in under 10^8 tries is refused (CNIL 2022-100, case 2, with throttling).
"""

import re
import secrets
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from presence.accounts.identity import Identity, call, hash_of, identity_of, within
from presence.kernel.errors import Invalid
from presence.kernel.jobs import ask
from tenants.context import RELAY
from tenants.database import transaction
from tenants.roles import ADMINISTRATORS, Role

# OWASP's first choice for Argon2id: 19 MiB, two passes, one lane; 15 ms here.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
MINIMUM, MINIMUM_ADMINISTRATOR, MOST = 12, 16, 256
_STRONG = 3  # zxcvbn's « safely unguessable »: over 10^8 tries, of 4
# zxcvbn's cost grows with the square of the length; what comes after adds strength only.
_JUDGED = 72


def accept(password: str, roles: frozenset[Role], known: list[str]) -> str:
    """The hash to store; raises `Invalid`. `known` are words about the person, guessed first."""
    least = MINIMUM if ADMINISTRATORS.isdisjoint(roles) else MINIMUM_ADMINISTRATOR
    if len(password) < least:
        told = f"Le mot de passe doit compter au moins {least} caractères."
        raise Invalid("mot_de_passe", told)
    if len(password) > MOST or "\0" in password:
        raise Invalid("mot_de_passe", f"Le mot de passe compte au plus {MOST} caractères.")
    # Whole and in parts: « Claire Martin » is guessed as easily as « Claire ».
    parts = [word for text in known for word in re.split(r"\W+", text) if len(word) > 2]
    words = [text.lower() for text in (*known, *parts)]
    if zxcvbn(password[:_JUDGED], user_inputs=["presence", *words])["score"] < _STRONG:
        told = (
            "Ce mot de passe se devine trop vite ou figure dans une liste de mots de passe volés : "
            "prenez plutôt quatre ou cinq mots sans rapport entre eux."
        )
        raise Invalid("mot_de_passe", told)
    return _HASHER.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether it is the password; without a hash, the same work and never."""
    try:
        return _HASHER.verify(password_hash or _dummy_hash(), password) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False


def confirm(identity: Identity, password: str) -> None:
    """Ask again who it is before an act that opens doors; raises `Invalid`."""
    stored = next((row.password_hash for row in call("account_for_sign_in", identity.email)), None)
    if not matches(stored, password):
        raise Invalid("actuel", "Le mot de passe actuel n'est pas celui-là.")


def change(identity: Identity, current: str, new: str, session_secret: str) -> None:
    """Change one's own password: every other session and every token ends; raises `Invalid`."""
    confirm(identity, current)
    hashed = accept(new, identity.roles, [identity.email, identity.display_name])
    call("change_password", identity.account_id, hashed, hash_of(session_secret))


def ask_reset(email: str) -> None:
    """Mail a link if the address has an account; the answer is the same if it has none."""
    with transaction(RELAY) as session:
        (row,) = within(session, "open_reset", email.strip())
        if row[0] is not None:
            ask(session, f"reset:{row[0]}", "workers.mail.send_reset", reset=str(row[0]))


def account_of_reset(secret: str) -> Identity | None:
    """Whose password a link resets; None once used or too old."""
    (row,) = call("reset_by_hash", hash_of(secret))
    return identity_of(row[0]) if row[0] is not None else None


def reset(secret: str, new: str) -> bool:
    """Set a new password by a link: False once it was used. The second factor stays asked."""
    person = account_of_reset(secret)
    if person is None:
        return False
    hashed = accept(new, person.roles, [person.email, person.display_name])
    (row,) = call("use_reset", hash_of(secret), hashed)
    return bool(row[0])


def arm_reset(reset_id: UUID) -> tuple[str, str, str] | None:
    """Make the link's secret when the mail leaves: (address, name, secret), None once void."""
    secret = secrets.token_urlsafe(32)
    rows = call("arm_reset", reset_id, hash_of(secret))
    return (rows[0].email, rows[0].display_name, secret) if rows else None


@cache
def _dummy_hash() -> str:
    return _HASHER.hash(secrets.token_hex(16))
