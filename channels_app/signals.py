"""The post office's doorbells upwards."""

from django.dispatch import Signal

# Sent after the change is written, in its transaction: outbound=Outbound, previous=state before.
outbound_changed = Signal()
# A file of a guest was fetched, or will never be; in its transaction: media=Media.
media_fetched = Signal()
