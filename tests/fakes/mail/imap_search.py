"""SEARCH: the keys the double knows. An unknown one is refused, never taken for a match."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from .account import Message
from .headers import field_of
from .imap_words import Bad, No, numbers

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
FLAGS = {"SEEN": "\\Seen", "ANSWERED": "\\Answered", "FLAGGED": "\\Flagged", "DELETED": "\\Deleted", "DRAFT": "\\Draft"}


@dataclass(frozen=True)
class Candidate:
    """A message as the selected mailbox numbers it."""

    seq: int
    uid: int
    message: Message


Test = Callable[[Candidate], bool]


def compile_search(words: list, highest_seq: int, highest_uid: int) -> Test:
    """All keys must hold. Bad for what cannot be parsed, No for Gmail queries beyond the double."""
    words = list(words)
    if words and isinstance(words[0], str) and words[0].upper() == "CHARSET":
        if words[1].upper() not in {"UTF-8", "US-ASCII"}:
            raise No("[BADCHARSET (UTF-8 US-ASCII)] unknown charset")
        del words[:2]
    if not words:
        raise Bad("Could not parse command")
    tests = []
    while words:
        tests.append(_key(words, highest_seq, highest_uid))
    return lambda one: all(test(one) for test in tests)


def _key(words: list, highest_seq: int, highest_uid: int) -> Test:
    if not words:
        raise Bad("Could not parse command")
    word = words.pop(0)
    if isinstance(word, list):
        return compile_search(word, highest_seq, highest_uid)
    name = word.upper()
    if re.fullmatch(r"[\d*][\d:*,]*", name):
        within = numbers(name, highest_seq)
        return lambda one: within(one.seq)
    if name == "NOT":
        inner = _key(words, highest_seq, highest_uid)
        return lambda one: not inner(one)
    if name == "OR":
        first, second = _key(words, highest_seq, highest_uid), _key(words, highest_seq, highest_uid)
        return lambda one: first(one) or second(one)
    if name == "UID":
        inside = numbers(_text(words), highest_uid)
        return lambda one: inside(one.uid)
    if name in FLAGS:
        return lambda one: FLAGS[name] in one.message.flags
    if name.startswith("UN") and name[2:] in FLAGS:
        return lambda one: FLAGS[name[2:]] not in one.message.flags
    return _by_content(name, words)


def _by_content(name: str, words: list) -> Test:
    if name == "ALL":
        return lambda one: True
    if name in {"SINCE", "BEFORE", "ON"}:
        day = _date(_text(words))
        return {
            "SINCE": lambda one: _day(one) >= day,
            "BEFORE": lambda one: _day(one) < day,
            "ON": lambda one: _day(one) == day,
        }[name]
    if name in {"LARGER", "SMALLER"}:
        size = int(_text(words))
        return lambda one: len(one.message.raw) > size if name == "LARGER" else len(one.message.raw) < size
    if name in {"FROM", "TO", "CC", "SUBJECT"}:
        return _holds(name, _text(words))
    if name == "HEADER":
        header, value = _text(words), _text(words)
        return _has_id(value) if header.upper() == "MESSAGE-ID" else _holds(header, value)
    if name in {"X-GM-MSGID", "X-GM-THRID"}:
        wanted = int(_text(words))
        return lambda one: (one.message.msgid if name == "X-GM-MSGID" else one.message.thrid) == wanted
    if name == "X-GM-LABELS":
        label = _text(words)
        return lambda one: label in one.message.labels
    if name == "X-GM-RAW":
        return _gmail_query(_text(words))
    raise Bad("Could not parse command")


def _gmail_query(query: str) -> Test:
    """The few words of Gmail's own search box that a mail program has a use for."""
    tests: list[Test] = []
    for word, quoted, plain in re.findall(r'(\w+):(?:"([^"]*)"|(\S+))', query):
        value = quoted or plain
        if word == "rfc822msgid":
            tests.append(_has_id(value))
        elif word in {"from", "to", "subject"}:
            tests.append(_holds(word, value))
        elif word == "newer_than" and re.fullmatch(r"\d+d", value):
            first = dt.datetime.now(dt.UTC) - dt.timedelta(days=int(value[:-1]))
            tests.append(lambda one, first=first: one.message.received_at >= first)
        else:
            raise No(f"the double does not know the query {word}:{value}")
    if not tests or re.sub(r'\w+:(?:"[^"]*"|\S+)', "", query).strip():
        raise No(f"the double does not know the query {query}")
    return lambda one: all(test(one) for test in tests)


def _has_id(value: str) -> Test:
    # Whole ids only: Gmail finds words, not pieces of them.
    wanted = value.strip().strip("<>")
    return lambda one: bool(wanted) and one.message.message_id.strip("<>") == wanted


def _holds(header: str, value: str) -> Test:
    return lambda one: one.message.headers.get(header) is not None and value.lower() in field_of(one.message.headers, header).lower()


def _text(words: list) -> str:
    if not words or not isinstance(words[0], str):
        raise Bad("Could not parse command")
    return words.pop(0)


def _date(text: str) -> dt.date:
    match = re.fullmatch(r"(\d{1,2})-(\w{3})-(\d{4})", text)
    if match is None or match[2].title() not in MONTHS:
        raise Bad("Could not parse command")
    return dt.date(int(match[3]), MONTHS.index(match[2].title()) + 1, int(match[1]))


def _day(one: Candidate) -> dt.date:
    # RFC 3501: the date, without time and zone.
    return one.message.received_at.date()
