"""Letters (courriels) about accounts: a sentence, a link, when it ends, and if it is a mistake.

The address of a link is the configured one, never a request's (T61). Names are text, never markup.
"""

from uuid import UUID

from presence.kernel import formats
from presence.kernel.mail import Message

# Places named in one reminder; the rest is on the page.
MOST_PLACES = 30


def invitation(to: str, name: str, organisation: str, link: str) -> Message:
    """The invitation to open an account."""
    return Message(
        to,
        f"{organisation} vous invite sur Présence",
        f"Bonjour {name},\n\n"
        f"{organisation} vous invite à ouvrir votre compte sur Présence, la présence du soir "
        "partagée entre bailleurs.\n\n"
        f"Choisissez votre mot de passe :\n{link}\n\n"
        "Ce lien est pour vous seul, sert une fois et vaut 7 jours. Si vous n'attendiez pas cette "
        "invitation, ne faites rien : aucun compte ne sera ouvert.\n",
    )


def password_reset(to: str, name: str, link: str) -> Message:
    """The link that sets a new password."""
    return Message(
        to,
        "Votre mot de passe Présence",
        f"Bonjour {name},\n\n"
        "Un nouveau mot de passe a été demandé pour votre compte. Choisissez-le ici :\n"
        f"{link}\n\n"
        "Ce lien sert une fois et vaut 30 minutes. Votre second facteur vous sera demandé comme "
        "d'habitude. Si vous n'avez rien demandé, ne faites rien : votre mot de passe n'a pas "
        "changé.\n",
    )


def trial(to: str, name: str) -> Message:
    """A message that somebody sends to themselves, to see whether it comes."""
    return Message(
        to,
        "Courriel d'essai de Présence",
        f"Bonjour {name},\n\n"
        "Si vous lisez ces lignes, les rapports du soir arriveront à cette adresse.\n",
    )


def evening_reminder(to: str, evening: str, missing: list[str], link: str, key: UUID) -> Message:
    """What is missing before an evening can be signed, to those who sign."""
    lacking = formats.count(len(missing), "lieu sans fiche", "lieux sans fiche")
    listed = "".join(f"- {place}\n" for place in missing[:MOST_PLACES])
    if len(missing) > MOST_PLACES:
        listed += f"- et {formats.number(len(missing) - MOST_PLACES)} autres\n"
    told = (
        f"{lacking} :\n{listed}" if missing else "Toutes les fiches sont là : il reste à signer.\n"
    )
    return Message(
        to,
        f"Soirée du {evening} à signer" + (f" : {lacking}" if missing else ""),
        f"La soirée du {evening} n'est pas signée : à 7 h, les bailleurs liront « rapport non "
        f"reçu ».\n\n{told}\nOuvrir la soirée :\n{link}\n",
        key,
    )
