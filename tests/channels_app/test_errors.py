"""Every error of Meta's: a class, what happens, and words for staff in each language."""

import pytest
from django.utils import translation

from channels_app import outbox
from channels_app.envelope import Failed, Retry
from channels_app.models import Outbound
from channels_app.transports.whatsapp import errors
from tests.promises import promise

# The table of the facts (WHATSAPP, 8), written down a second time: code → class.
TABLE = {
    "transient": [1, 2, 131000, 131016, 133004, 131057],
    "number_rate": [4, 80007, 130429],
    "guest_rate": [131056],
    "limited": [131048, 131049, 131064],
    "opted_out": [130472, 131050],
    "channel": [0, 190, 3, 10, 200, 250, 299, 131005, 368, 131031, 130497, 131037, 131045, 133010, 131042, 131044, 133016],
    "request": [100, 131008, 131009, 131051, 131021, 131062, 137000],
    "unreachable": [131026, 131030],
    "window": [131047],
    "media": [131052, 131053],
    "template": [132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069],
    "odd": [135000, 424242],
}
RETRIED = {"transient": 5, "number_rate": 5, "guest_rate": 5, "media": 2, "odd": 2}
CODES = [(code, kind) for kind, codes in TABLE.items() for code in codes]


def said(code):
    return {"code": code, "message": "(#x) title", "error_data": {"details": "Meta's own words"}}


@promise("C4")
@pytest.mark.parametrize(("code", "kind"), CODES)
def test_every_code_has_its_class_and_is_tried_as_often_as_it_should(code, kind):
    outcome = errors.classify(said(code))

    assert errors.rule_of(code).kind == kind
    assert isinstance(outcome, Retry if kind in RETRIED else Failed)
    if isinstance(outcome, Retry):
        assert (outcome.tries, outcome.whole_number, outcome.per_guest) == (RETRIED[kind], kind == "number_rate", kind == "guest_rate")
    else:
        assert outcome.channel_dead is (kind == "channel")
    assert "Meta's own words" in outcome.reason


@pytest.mark.parametrize("code", [code for code, _kind in CODES])
def test_staff_read_a_sentence_in_their_language(code):
    row = Outbound(error_code=code, error_text="raw")
    told = {}
    for language in ("en", "es", "pt"):
        with translation.override(language):
            told[language] = outbox.why(row)

    assert len(set(told.values())) == 3
    assert all(words.endswith((".", ")")) and len(words) > 20 for words in told.values())


@pytest.mark.parametrize("nonsense", [{}, {"code": None}, {"code": "x"}, {"code": [1]}, {"code": 1e300, "error_data": "no object"}])
def test_an_error_that_makes_no_sense_is_odd_and_no_crash(nonsense):
    assert errors.classify(nonsense).code is not None


def test_is_transient_is_believed_whatever_the_code():
    assert isinstance(errors.classify(said(424242) | {"is_transient": True}), Retry)
