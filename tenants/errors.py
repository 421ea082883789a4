"""What can go wrong between organisations: no context, no right, not a member at that date."""


class TenancyError(Exception):
    """Base of this floor's errors; the message is a French sentence."""


class NoContext(TenancyError):
    """A session was asked for without saying who acts: the default is refusal."""


class NotPermitted(TenancyError):
    """The account's roles do not carry the permission asked for."""
