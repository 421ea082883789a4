"""The two first bailleurs' files: identity, key and agreements, at invented references."""

from datetime import date

from presence.demonstration.cast import SCHEME_START, Cast
from presence.onboarding.services import accept_key, note_trial, state_agreements, state_identity
from tenants.context import Context, Kind
from tenants.database import transaction

# Invented establishments, whose check digits are right.
SIRETS = {"OPAC38": "99900010200007", "PLURALIS": "99900020100007"}


def seed_onboarding(cast: Cast) -> None:
    """Fill the files in, as each management would."""
    for code, bailleur_id in (("OPAC38", cast.opac38), ("PLURALIS", cast.pluralis)):
        with transaction(Context(Kind.BAILLEUR, bailleur_id)) as session:
            state_identity(
                session,
                {
                    "legal_form": "oph" if code == "OPAC38" else "esh",
                    "siret": SIRETS[code],
                    "contact_name": "Direction de la proximité",
                    "contact_email": f"proximite@{code.lower()}.example",
                    "contact_phone": "04 00 00 38 00",
                },
            )
            accept_key(session)
            state_agreements(session, f"Convention CAPI 2012, {code}", SCHEME_START, SCHEME_START)
            note_trial(session, date(2012, 2, 1))
