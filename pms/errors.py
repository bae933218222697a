"""What can go wrong at the ledger. ``permanent`` says whether asking again can help."""


class PmsError(Exception):
    """Base. ``permanent``: the same request will never succeed."""

    permanent = False


class Unavailable(PmsError):
    """The PMS cannot be reached or answers nonsense; nothing was changed. Ask again later."""


class Rejected(PmsError):
    """The PMS refused the request for a reason of its own; the message says which."""

    permanent = True


class SoldOut(Rejected):
    """The room went to somebody else."""


class PriceChanged(Rejected):
    """The price is no longer the quoted one."""


class NotFound(Rejected):
    """There is no such booking."""


class OutcomeUnknown(PmsError):
    """Sent, but no answer: booked or not, only a later look-up by our reference can tell."""


class AuthFailed(PmsError):
    """The PMS does not accept our key."""

    permanent = True
