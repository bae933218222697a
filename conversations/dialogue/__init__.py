"""The dialogue, pure: no Django, no input or output, no clock (``now`` is an argument)."""
