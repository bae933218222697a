"""What can go wrong at the ledger. ``permanent`` says whether asking again can help."""


class PmsError(Exception):
    """Base. ``permanent``: the same request will never succeed."""

    permanent = False


class Unavailable(PmsError):
    """The PMS cannot be reached or answers nonsense; nothing was changed. Ask again later."""


class Busy(Unavailable):
    """Another process is writing to this PMS right now; nothing was asked."""


class LeftAlone(Unavailable):
    """The PMS failed too often: it is left alone for a while, and was not asked."""


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
    """The PMS does not let us in: a wrong key, a right that is missing, an address that leads elsewhere. People must look."""

    permanent = True
