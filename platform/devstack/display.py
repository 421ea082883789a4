"""What the terminal shows: steps, a progress bar, the bilan, the accounts."""

import sys
import time

from devstack.stack import Stack
from presence.cli.figures import as_table
from presence.demonstration.cast import ACCOUNTS
from presence.demonstration.facts import facts
from presence.releases.bilan import bilan_document
from presence.releases.queries import bilan, releases
from tenants.context import Context, Kind
from tenants.database import transaction
from tenants.roles import ROLE_LABELS
from tenants.scheme import schemes

BAR = 28


class Steps:
    """Steps on one line each; a bar on a terminal, a line at each tenth elsewhere."""

    def __init__(self) -> None:
        """Nothing said yet."""
        self.live = sys.stdout.isatty()
        self.label: str | None = None
        self.started = time.monotonic()
        self.tenth = -1

    def say(self, label: str) -> None:
        """Start a step."""
        self.done()
        self.label, self.started, self.tenth = label, time.monotonic(), -1
        if self.live:
            self._write(f"\r  … {label}")

    def progress(self, detail: str, share: float) -> None:
        """Show how far a step is."""
        share = min(1.0, max(0.0, share))
        full = int(share * BAR)
        if self.live:
            bar = "█" * full + "░" * (BAR - full)
            self._write(f"\r\033[K  {bar} {share:4.0%}  {detail}")
        elif int(share * 10) > self.tenth:
            self.tenth = int(share * 10)
            self._write(f"    {share:4.0%}  {detail}\n")

    def done(self) -> None:
        """End the step."""
        if self.label is None:
            return
        seconds = time.monotonic() - self.started
        start = "\r\033[K" if self.live else ""
        self._write(f"{start}  ✓ {self.label} ({seconds:.1f} s)\n")
        self.label = None

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def show_welcome(port: int, stack: Stack, steps: Steps) -> None:
    """The bilan as a table, the address and the accounts."""
    steps.done()
    lines = ["", _bilan(), "", f"  {facts().banner}", "", "Comptes"]
    for person in ACCOUNTS:
        told = ", ".join(ROLE_LABELS[role] for role in person.roles)
        code = " · second facteur" if person.second_factor else ""
        lines.append(f"  {person.email:<36}{told}{code}")
    lines += ["", f"Mot de passe de tous les comptes : {stack.secrets.demo_password}"]
    lines += [f"Second facteur (secret TOTP)     : {stack.secrets.demo_totp}"]
    lines += [f"Courrier envoyé                  : {stack.places.home / 'mail'}", ""]
    lines += [f"Adresse : http://127.0.0.1:{port}/connexion   (Ctrl-C pour arrêter)", ""]
    sys.stdout.write("\n".join(lines) + "\n")


def _bilan() -> str:
    with transaction(Context(Kind.OPERATOR)) as session:
        scheme = schemes(session)[0]
        reader, scheme_id = scheme.territory_id, scheme.id
    with transaction(Context(Kind.FIGURES, reader)) as session:
        head = releases(session, scheme_id)[0]
        found = bilan(session, head.id)
        return as_table(bilan_document(found, head)) if found else "Aucun bilan publié."
