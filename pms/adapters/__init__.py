"""Adapters by the type of a hotel's connection. A new PMS is one module and one line here."""

ADAPTERS = {
    "embedded": "pms.adapters.embedded.EmbeddedPms",
    "qloapps": "pms.adapters.qloapps.QloApps",
}
