"""The post office's one doorbell upwards."""

from django.dispatch import Signal

# Sent after the change is written, in its transaction: outbound=Outbound, previous=state before.
outbound_changed = Signal()
