"""What the booking desk can answer instead of a booking."""


class DeskError(Exception):
    """Base."""


class NothingFree(DeskError):
    """The room is gone, or kept for somebody else."""


class TooManyHolds(DeskError):
    """This guest keeps too many rooms already."""


class StayNotPossible(DeskError):
    """The stay breaks a restriction or has no price; ``broken`` says which rules."""

    def __init__(self, broken: tuple[object, ...] = ()) -> None:
        super().__init__("this stay cannot be booked")
        self.broken = broken


class KeyReused(DeskError):
    """The same key with other contents: refused, never guessed."""
