"""A link that logs in once: it stops working as soon as somebody has logged in with it, whatever process saw it."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator


class LoginTicket(PasswordResetTokenGenerator):
    """The token rests on the last login's time, so a login uses it up."""

    key_salt = "hotelagent.ops.tickets"


login_ticket = LoginTicket()
