"""?schema=blank and ?schema=synopsis."""

from __future__ import annotations

import json
from pathlib import Path

from .fields import Resource
from .shapes import XML_HEAD, XML_TAIL, XML_TYPE, Answer, Request, ok, refuse

# The schemas of the composite resources are answered as they were recorded.
_RECORDED = {
    ("hotel_ari", "blank"): "10-schema-blank-hotel_ari",
    ("bookings", "synopsis"): "11-schema-synopsis-bookings",
    ("room_bookings", "synopsis"): "12-schema-synopsis-room_bookings",
}


def schema(request: Request, resource: Resource | None) -> Answer:
    kind = request.query["schema"]
    if kind not in ("blank", "synopsis"):
        words = 'Please select a schema of type "synopsis" to get the whole schema informations (which fields are required, which kind of content...) or "blank" to get an empty schema to fill before using POST request'
        raise refuse(request, 400, 28, words)
    if name := _RECORDED.get((request.resource, kind)):
        recorded = json.loads((Path(__file__).parent / "recordings" / f"{name}.json").read_text(encoding="utf-8"))
        return ok(recorded["response"]["body"], XML_TYPE)
    if resource is None:
        raise refuse(request, 400, 28, f"The schema of {request.resource} is not doubled")
    fields = "".join(f"\t<{field}></{field}>\n" for field in resource.fields if field != "id")
    return ok(f"{XML_HEAD}<{resource.node}>\n{fields}</{resource.node}>\n{XML_TAIL}", XML_TYPE)
