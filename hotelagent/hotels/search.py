"""Searching by what people type: words without accents or case, each as the beginning of a word, and phone numbers.

The expression of ``folded`` is the one an index is made of: change it only together with a migration.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Lower

_ACCENTED, _BARE = "áàâãäåéèêëíìîïóòôõöúùûüñç", "aaaaaaeeeeiiiiooooouuuunc"
MIN_PHONE_DIGITS = 4


def folded(field: str | Any) -> SearchVector:
    """A text column (or expression) as words without accents or case."""
    column = F(field) if isinstance(field, str) else field
    bare = Func(Lower(column), Value(_ACCENTED), Value(_BARE), function="translate", output_field=TextField())
    return SearchVector(bare, config="simple")


def word_query(term: str) -> SearchQuery | None:
    """All the words of ``term``, each as the beginning of a word; None when it has none."""
    bare = unicodedata.normalize("NFKD", term.lower())
    found = re.findall(r"[^\W_]+", "".join(c for c in bare if not unicodedata.combining(c)))
    return SearchQuery(" & ".join(f"{word}:*" for word in found), search_type="raw", config="simple") if found else None


def phone_digits(term: str) -> str:
    """The digits of what may be a phone number, "" when it cannot be one."""
    digits = re.sub(r"\D", "", term)
    return digits if len(digits) >= MIN_PHONE_DIGITS and re.fullmatch(r"[\d\s()+.-]+", term.strip()) else ""
