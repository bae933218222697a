"""The simulator: a phone on the screen that talks to the receptionist through the same inbox, turns and outbox."""
