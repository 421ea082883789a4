"""Letters (courriels) about accounts: a sentence, a link, when it ends, and if it is a mistake.

The address of a link is the configured one, never a request's (T61). Names are text, never markup.
"""

from presence.kernel.mail import Message


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
