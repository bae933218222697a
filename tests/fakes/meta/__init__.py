"""A double of Meta's WhatsApp Cloud API, run as its own process, with a ledger open to SQL."""
