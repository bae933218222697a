"""QloApps: the adapter (adapter.py), its wire (api.py), what its rows mean (rows.py), what it accepts of people (people.py)."""

from pms.adapters.qloapps.adapter import QloApps

__all__ = ["QloApps"]
