"""A double of Meta's WhatsApp Cloud API, run as its own process, with a ledger that verdicts can be read from by SQL."""
