"""Second factor (second facteur): time-based codes (RFC 6238) and recovery codes.

A code serves once: the step it belongs to must be later than the last one used. The shared secret
is sealed; of recovery codes only a keyed mark is kept. E-mail is not a factor (ASVS 5.0, 6.3.6).
"""

import secrets
import time
from dataclasses import dataclass
from datetime import datetime

import pyotp

from presence.accounts.identity import Identity, call
from presence.kernel.errors import Invalid
from presence.kernel.sealing import Unreadable, mark, seal, unseal

STEP_SECONDS = 30
RECOVERY_CODES = 10
_ISSUER = "Présence"
# Without 0/O and 1/I: these are copied by hand.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class State:
    """What a person sees of their second factor."""

    since: datetime | None
    codes_left: int


def state_of(identity: Identity) -> State:
    """Whether it is enrolled, and how many recovery codes are left."""
    (row,) = call("second_factor_of", identity.account_id)
    return State(row.since, row.codes_left)


def new_secret() -> str:
    """A shared secret to enrol (base 32, 160 bits)."""
    return pyotp.random_base32()


def address_of(identity: Identity, secret: str) -> str:
    """The `otpauth://` address that an application reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=identity.email, issuer_name=_ISSUER)


def enrol(identity: Identity, secret: str, code: str) -> list[str]:
    """Enrol once a first code proves that the application has the secret: the recovery codes."""
    step = step_of(secret, code)
    if step is None:
        raise Invalid("code", "Ce code n'est pas le bon : attendez le suivant et recopiez-le.")
    return _set(identity, seal(secret.encode()), step)


def enrol_known(identity: Identity, secret: str) -> list[str]:
    """Enrol a secret without a first code: a demonstration's account, never a person's."""
    return _set(identity, seal(secret.encode()), 0)


def renew_codes(identity: Identity) -> list[str]:
    """Replace the recovery codes: the former ones are void."""
    return _set(identity, None, None)


def give_up(identity: Identity) -> None:
    """Remove the second factor, where no role requires it."""
    call("set_second_factor", identity.account_id, None, None, [])


def step_of(secret: str, code: str, instant: float | None = None) -> int | None:
    """The step that a code belongs to, the one before and the one after included; else None."""
    digits = code.strip().replace(" ", "")
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    current = int((time.time() if instant is None else instant) // STEP_SECONDS)
    totp = pyotp.TOTP(secret)
    found = [
        step
        for step in (current - 1, current, current + 1)
        if secrets.compare_digest(totp.generate_otp(step), digits)
    ]
    return found[0] if found else None


def check(sealed: bytes | None, code: str) -> tuple[int | None, str | None] | None:
    """What a typed code uses up: a step or a recovery code's mark; None when it is neither."""
    plain = recovery_form(code)
    if len(plain) == 10:
        return None, mark(plain)
    if sealed is None:
        return None
    try:
        step = step_of(unseal(sealed).decode(), code)
    except Unreadable:
        return None
    return None if step is None else (step, None)


def recovery_form(code: str) -> str:
    """A recovery code without what people add when they copy it."""
    return code.strip().upper().replace("-", "").replace(" ", "")


def _set(identity: Identity, sealed: bytes | None, step: int | None) -> list[str]:
    plain = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    call("set_second_factor", identity.account_id, sealed, step, [mark(code) for code in plain])
    return [f"{code[:5]}-{code[5:]}" for code in plain]
