"""The back office's words in Spanish and Portuguese: none is missing, and what is compiled is what is written."""

from __future__ import annotations

import gettext
import re
from ast import literal_eval
from pathlib import Path

import pytest

LOCALE = Path(__file__).resolve().parents[2] / "locale"
LANGUAGES = ["es", "pt"]
_ENTRY = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) ((?:"(?:[^"\\]|\\.)*"\n?)+)', re.M)
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def entries(language):
    """(English, English plural or "", translations, context or None) of everything in the catalogue."""
    for block in (LOCALE / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8").split("\n\n")[1:]:
        fields = [(name, "".join(literal_eval(line) for line in text.strip().split("\n"))) for name, text in _ENTRY.findall(block + "\n")]
        named = dict(fields)
        if named.get("msgid"):
            yield (
                named["msgid"],
                named.get("msgid_plural", ""),
                [text for name, text in fields if name.startswith("msgstr")],
                named.get("msgctxt"),
            )


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_or_in_doubt(language):
    source = (LOCALE / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")

    assert [english for english, _plural, told, _context in entries(language) if not all(told)] == []
    assert "fuzzy" not in source


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive(language):
    wrong = [
        english
        for english, plural, told, _context in entries(language)
        for text in told
        if set(_PLACEHOLDER.findall(text)) != set(_PLACEHOLDER.findall(plural or english))
    ]

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_is_what_is_written(language):
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    written = list(entries(language))
    assert len(written) > 600
    for english, plural, told, context in written:
        if plural:
            assert [compiled.ngettext(english, plural, n) for n in (1, 2)] == told
        else:
            assert (compiled.gettext(english) if context is None else compiled.pgettext(context, english)) == told[0]
