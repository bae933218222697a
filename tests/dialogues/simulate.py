"""Guests with a goal, made by chance from a seed: they answer what they are asked, interrupt, correct themselves, change
their mind, mistype, and say yes only to what they want.

A goal is what must be true at the end; the guest knows nothing of the receptionist but what it writes.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from conversations.dialogue import phrasebook
from conversations.management.commands.converse import Talk
from conversations.models import Identity
from hotelagent.hotels.models import Hotel
from reservations.models import Booking
from tests.dialogues.play import book, described, moment_of, prepare

INTERRUPTS, CORRECTS, CHANGES_MIND, MISTYPES = 0.3, 0.3, 0.1, 0.15
MOST_LINES = 22
NAMES = {
    "es": ["Julieta Arredondo", "Bruno Salvatierra", "Nélida Quiroga", "Thiago Montenegro", "Pilar Echagüe"],
    "en": ["Harriet Colburn", "Declan Moriarty", "Priya Raman", "Oskar Lindgren", "Naomi Whitfield"],
    "pt": ["Larissa Bittencourt", "Otávio Fragoso", "Dona Cândida Peixoto", "Murilo Sant'Anna", "Yasmin Figueira"],
}
# Adults, children and guests that a room of the demo hotel takes at most.
ROOMS = {"SGL": (1, 0, 1), "DBL": (2, 1, 3), "TWN": (2, 0, 2), "FAM": (3, 2, 4), "SUI": (2, 2, 4)}
SAY: dict[str, dict[str, list[str]]] = {
    "es": {
        "book": ["hola, quiero reservar una habitación", "buenas, tenés lugar {range}?", "hola, {range} hay algo para {party}?", "necesito {room} {range} para {party}",
                 "che, precio para {party} {range}?", "quería reservar {room} para {party}", "buen día, busco alojamiento {range}, somos {party}"],
        "cancel": ["quiero cancelar mi reserva", "al final no viajo, cancelame la reserva por favor", "necesito dar de baja la reserva {code}"],
        "change": ["quiero cambiar mi reserva, {range}", "puedo mover la reserva? sería {range}", "necesito modificar las fechas: {range}"],
        "status": ["me confirmás si tengo una reserva?", "cómo está mi reserva?"],
        "range": ["del {a} al {b}", "llegando el {a} y saliendo el {b}", "entre el {a} y el {b}", "desde el {a} hasta el {b}"],
        "check_in": ["el {a}", "llego el {a}"], "check_out": ["el {b}", "hasta el {b}", "me voy el {b}"],
        "room_type": ["{room}", "{room} por favor", "prefiero {room}"], "name": ["{name}", "a nombre de {name}", "{name}, gracias"],
        "yes": ["sí", "dale", "sí, confirmo", "perfecto, reservala", "ok, dale", "sí, por favor"], "yes_cancel": ["sí, cancelala", "sí", "confirmo, cancelá"],
        "yes_change": ["sí, cambiala", "sí", "dale"], "no": ["no, así no"], "correct": ["no, perdón, mejor {range}", "me equivoqué, es {range}"],
        "mind": ["mejor {room}", "cambié de idea, quiero {room}"], "person": ["{adults}"], "hello": ["hola!"],
        "ask": ["aceptan mascotas?", "hay pileta?", "a qué hora es el check in?", "tienen cochera?", "el desayuno está incluido?", "cómo llego desde ezeiza?", "tienen wifi?"],
    },
    "en": {
        "book": ["hi, I'd like to book a room", "hello, do you have anything {range}?", "hi there, {range}, is there a room for {party}?", "I need {room} {range} for {party}",
                 "how much for {party} {range}?", "could I book {room} for {party}?", "looking for a place to stay {range}, {party}"],
        "cancel": ["I want to cancel my booking", "we can't travel after all, please cancel the reservation", "please cancel booking {code}"],
        "change": ["I'd like to change my booking, {range}", "can you move my reservation? it would be {range}", "need to modify the dates: {range}"],
        "status": ["is my booking confirmed?", "can you check my reservation?"],
        "range": ["from {a} to {b}", "arriving {a} and leaving {b}", "{a} until {b}", "checking in {a}, checking out {b}"],
        "check_in": ["{a}", "we arrive on {a}"], "check_out": ["{b}", "until {b}", "leaving {b}"],
        "room_type": ["{room}", "{room} please", "I'd rather have {room}"], "name": ["{name}", "under {name}", "{name}, thanks"],
        "yes": ["yes", "yes please", "confirm", "perfect, book it", "ok, go ahead", "sure"], "yes_cancel": ["yes, cancel it", "yes", "yes please"],
        "yes_change": ["yes, change it", "yes", "ok"], "no": ["no, not like that"], "correct": ["sorry, rather {range}", "my mistake, it's {range}"],
        "mind": ["actually {room}", "I changed my mind, I want {room}"], "person": ["{adults}"], "hello": ["hello!"],
        "ask": ["do you take pets?", "is there a pool?", "what time is check-in?", "do you have parking?", "is breakfast included?", "how do I get there from Ezeiza?", "is there wifi?"],
    },
    "pt": {
        "book": ["oi, quero reservar um quarto", "olá, tem vaga {range}?", "oi, {range} tem algo para {party}?", "preciso de {room} {range} para {party}",
                 "quanto fica para {party} {range}?", "queria reservar {room} para {party}", "bom dia, procuro hospedagem {range}, {party}"],
        "cancel": ["quero cancelar minha reserva", "não vamos mais viajar, cancela a reserva por favor", "preciso cancelar a reserva {code}"],
        "change": ["quero mudar minha reserva, {range}", "dá pra alterar a reserva? seria {range}", "preciso mudar as datas: {range}"],
        "status": ["minha reserva está confirmada?", "pode ver a minha reserva?"],
        "range": ["de {a} a {b}", "chegando {a} e saindo {b}", "do dia {a} ao dia {b}", "entrada {a}, saída {b}"],
        "check_in": ["{a}", "chego dia {a}"], "check_out": ["{b}", "até {b}", "saio dia {b}"],
        "room_type": ["{room}", "{room} por favor", "prefiro {room}"], "name": ["{name}", "em nome de {name}", "{name}, obrigado"],
        "yes": ["sim", "pode ser", "sim, confirmo", "perfeito, pode reservar", "ok, fechado", "sim, por favor"], "yes_cancel": ["sim, pode cancelar", "sim", "confirmo"],
        "yes_change": ["sim, pode mudar", "sim", "ok"], "no": ["não, assim não"], "correct": ["não, desculpa, melhor {range}", "me enganei, é {range}"],
        "mind": ["melhor {room}", "mudei de ideia, quero {room}"], "person": ["{adults}"], "hello": ["oi!"],
        "ask": ["aceitam animais?", "tem piscina?", "que horas é o check-in?", "tem estacionamento?", "o café da manhã está incluído?", "como chego de Ezeiza?", "tem wifi?"],
    },
}  # fmt: skip
ROOM_NAMES = {
    "es": {"SGL": "una individual", "DBL": "una doble", "TWN": "la twin", "FAM": "la familiar", "SUI": "la suite"},
    "en": {"SGL": "a single room", "DBL": "a double room", "TWN": "the twin room", "FAM": "the family room", "SUI": "the suite"},
    "pt": {"SGL": "um individual", "DBL": "um quarto de casal", "TWN": "o quarto twin", "FAM": "o quarto família", "SUI": "a suíte"},
}
CROWD = {
    "es": ("1 adulto", "{n} adultos", " y 1 chico de {ages}", " y {c} chicos de {ages}", " y "),
    "en": ("1 adult", "{n} adults", " and 1 child aged {ages}", " and {c} children aged {ages}", " and "),
    "pt": ("1 adulto", "{n} adultos", " e 1 criança de {ages} anos", " e {c} crianças de {ages} anos", " e "),
}


@dataclass(frozen=True)
class Goal:
    """What the guest wants to be true at the end."""

    kind: str  # book | cancel | change | status
    language: str
    now: dt.date
    check_in: dt.date
    check_out: dt.date
    room: str
    adults: int
    child_ages: tuple[int, ...]
    name: str

    @property
    def wanted(self) -> dict[str, Any]:
        return {"check_in": self.check_in, "check_out": self.check_out, "adults": self.adults, "children": len(self.child_ages),
                "rooms": {self.room: 1}}  # fmt: skip


@dataclass
class Result:
    """``minimum`` is how many messages a guest needs who says everything well."""

    success: bool = False
    wrong: int = 0
    lines: int = 0
    minimum: int = 0
    repeats: int = 0
    answers: int = 0
    seconds: list[float] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)


def goal(seed: int) -> Goal:
    """The goal of that seed, always the same."""
    chance = random.Random(seed)
    kind = chance.choices(["book", "change", "cancel", "status"], [70, 12, 12, 6])[0]
    language = ("es", "en", "pt")[seed % 3]
    now = dt.date(2026, 11, 18) + dt.timedelta(days=chance.randrange(120))
    check_in = now + dt.timedelta(days=chance.randrange(3, 240))
    room = chance.choice(sorted(ROOMS))
    most, children, guests = ROOMS[room]
    adults = chance.randint(1, most)
    children = min(children, guests - adults) if chance.random() < 0.5 else 0
    ages = tuple(chance.randint(1, 11) for _ in range(chance.randint(0, children)))
    return Goal(
        kind,
        language,
        now,
        check_in,
        check_in + dt.timedelta(days=chance.randint(2, 6)),
        room,
        adults,
        ages,
        chance.choice(NAMES[language]),
    )


def simulate(hotel: Hotel, seed: int) -> Result:
    """One guest from hello to the end; nothing of it stays in the database."""
    with transaction.atomic():
        result = _Guest(hotel, goal(seed), random.Random(seed + 1)).run()
        transaction.set_rollback(True)
    return result


class _Guest:
    def __init__(self, hotel: Hotel, wanted: Goal, chance: random.Random) -> None:
        self.hotel, self.goal, self.chance, self.result = hotel, wanted, chance, Result()
        self.words, self.told = SAY[wanted.language], set[str]()
        self.interrupts = chance.random() < INTERRUPTS
        self.corrects = chance.random() < CORRECTS and wanted.kind == "book"
        self.changes_mind = chance.random() < CHANGES_MIND and wanted.kind == "book" and wanted.adults <= 2 and not wanted.child_ages
        self.shown = wanted  # what the guest says so far; wrong dates first when they will be corrected
        if self.corrects:
            self.shown = replace(wanted, check_in=wanted.check_in + dt.timedelta(days=7), check_out=wanted.check_out + dt.timedelta(days=7))
        if self.changes_mind:
            self.shown = replace(self.shown, room="FAM" if wanted.room != "FAM" else "SUI")
        self.codes: dict[str, str] = {}

    def run(self) -> Result:
        talk = Talk(self.hotel, "sim", "", moment_of(dt.datetime.combine(self.goal.now, dt.time(10, 30)).isoformat(), self.hotel))
        prepare(self.hotel, {}, talk)
        if self.goal.kind != "book":
            self._own_booking(talk)
        answer = self._say(talk, self._opening())
        while self.result.lines < MOST_LINES and not self._is_done() and answer["owner"] == "bot":
            line = self._reply(answer)
            if not line:
                break
            answer = self._say(talk, line)
        self._judge()
        return self.result

    # --- what the guest says ---
    def _opening(self) -> str:
        kind = "book" if self.goal.kind == "book" else self.goal.kind
        line = self.chance.choice(self.words[kind])
        self.told |= {slot for slot, mark in (("dates", "{range}"), ("adults", "{party}"), ("room", "{room}")) if mark in line}
        self.result.minimum = {"book": 2 + ("dates" not in self.told) + ("adults" not in self.told) + ("room" not in self.told) + 1,
                               "change": 2, "cancel": 2, "status": 1}[self.goal.kind]  # fmt: skip
        self.result.minimum += self.interrupts + self.corrects + self.changes_mind
        return self._filled(line)

    def _reply(self, answer: dict[str, Any]) -> str:
        awaiting, proposal = answer["state"]["awaiting"], answer["state"]["proposal"]
        if proposal:
            return self._to_summary(proposal)
        if self.interrupts and awaiting in {"room_type", "name", "adults"}:
            self.interrupts = False
            return self.chance.choice(self.words["ask"])
        if awaiting == "check_in":
            self.told.add("dates")
            return self._filled("{range}")
        if awaiting in {"adults"}:
            return self._filled("{party}")
        if awaiting in {"check_out", "room_type", "name"}:
            return self._filled(self.chance.choice(self.words[awaiting]))
        if awaiting == "stay":
            return self._filled("{range}")
        return (
            self._filled("{range}")
            if self.goal.kind in {"book", "change"} and awaiting != "choice"
            else self._filled(self.words[self.goal.kind][0])
        )

    def _to_summary(self, proposal: dict[str, Any]) -> str:
        """Yes to what is wanted; else what is wrong with it."""
        if proposal["kind"] == "cancel":
            return self.chance.choice(self.words["yes_cancel"]) if self.goal.kind == "cancel" else self.words["no"][0]
        if self.interrupts:
            self.interrupts = False
            return self.chance.choice(self.words["ask"])
        if self.corrects:
            self.corrects, self.shown = False, replace(self.shown, check_in=self.goal.check_in, check_out=self.goal.check_out)
            return self._filled(self.chance.choice(self.words["correct"]))
        if self.changes_mind:
            self.changes_mind, self.shown = False, replace(self.shown, room=self.goal.room)
            return self._filled(self.chance.choice(self.words["mind"]))
        dates = (proposal["check_in"], proposal["check_out"]) == (self.goal.check_in.isoformat(), self.goal.check_out.isoformat())
        if not dates:
            return self._filled("{range}")
        if (proposal["adults"], proposal["children"]) != (self.goal.adults, len(self.goal.child_ages)):
            return self._filled("{party}")
        if proposal["room_type"] != self.goal.room:
            return self._filled("{room}")
        return self.chance.choice(self.words["yes_change" if proposal["kind"] == "change" else "yes"])

    def _filled(self, line: str) -> str:
        shown, language = self.shown, self.goal.language
        for _twice in range(2):
            if "{range}" in line:
                line = line.replace("{range}", self.chance.choice(self.words["range"]))
        ages = CROWD[language][4].join(filter(None, [", ".join(map(str, shown.child_ages[:-1])), *map(str, shown.child_ages[-1:])]))
        one, many, child, children, _join = CROWD[language]
        party = one if shown.adults == 1 else many.format(n=shown.adults)
        if shown.child_ages:
            party += (child if len(shown.child_ages) == 1 else children).format(c=len(shown.child_ages), ages=ages)
        return line.format(a=self._day(shown.check_in), b=self._day(shown.check_out), party=party, room=ROOM_NAMES[language][shown.room],
                           name=shown.name, adults=shown.adults, code=next(iter(self.codes.values()), ""))  # fmt: skip

    def _day(self, day: dt.date) -> str:
        months = phrasebook.book(self.goal.language)["date"]["months"]
        text = f"{months[day.month - 1]} {day.day}" if self.goal.language == "en" else f"{day.day} de {months[day.month - 1]}"
        return text + (f" {day.year}" if (day - self.goal.now).days > 340 else "")

    def _mistyped(self, line: str) -> str:
        """Two letters swapped in a word that is neither a number nor a name."""
        words = line.split(" ")
        places = [index for index, word in enumerate(words) if len(word) > 5 and word.isalpha() and word.islower()]
        if places and self.chance.random() < MISTYPES:
            index = self.chance.choice(places)
            at = self.chance.randrange(1, len(words[index]) - 2)
            word = words[index]
            words[index] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return " ".join(words)

    # --- what became of it ---
    def _say(self, talk: Talk, line: str) -> dict[str, Any]:
        line = self._mistyped(line)
        self.result.lines += 1
        self.result.transcript.append("> " + line)
        started = time.monotonic()
        answer = talk.say({"text": line})
        self.result.seconds.append(time.monotonic() - started)
        self.result.transcript += [reply["text"] for reply in answer["replies"]]
        asked, known = answer["state"]["awaiting"], answer["state"]["slots"]
        self.result.answers += 1
        if (
            asked in {"adults", "name", "check_in"}
            and known.get(asked)
            and asked not in answer["understanding"]["slots"]
            and not answer["understanding"]["clarify"]
        ):
            self.result.repeats += 1
        return answer

    def _own_booking(self, talk: Talk) -> None:
        start, end = self.goal.check_in - dt.timedelta(days=10), self.goal.check_out - dt.timedelta(days=10)
        if self.goal.kind != "change" or start <= self.goal.now:
            start, end = self.goal.check_in, self.goal.check_out
        if self.goal.kind == "change" and start == self.goal.check_in:
            start, end = start + dt.timedelta(days=10), end + dt.timedelta(days=10)
        key = Identity.objects.get(hotel=self.hotel, value=f"{talk.account.pk}:{talk.guest}").guest.key
        has = {"check_in": start, "check_out": end, "room_type": self.goal.room, "adults": self.goal.adults,
               "children": len(self.goal.child_ages), "child_ages": self.goal.child_ages, "name": self.goal.name}  # fmt: skip
        self.codes["A"] = book(self.hotel, has, key)
        self.before = described(Booking.objects.get(reference=self.codes["A"]))

    def _is_done(self) -> bool:
        if self.goal.kind == "status":
            return any(self.codes["A"] in text for text in self.result.transcript)
        return self._end()[0]

    def _end(self) -> tuple[bool, int]:
        """Whether the goal is reached, and how many things were done that nobody asked for."""
        made = [
            described(row) for row in Booking.objects.filter(hotel=self.hotel, state="confirmed").exclude(reference__in=self.codes.values())
        ]
        if self.goal.kind == "book":
            right = [row for row in made if all(row[name] == value for name, value in self.goal.wanted.items())]
            return bool(right), len(made) - len(right) + max(0, len(right) - 1)
        row = described(Booking.objects.get(reference=self.codes["A"]))
        if self.goal.kind == "cancel":
            return row["state"] == "cancelled", len(made)
        if self.goal.kind == "status":
            return row == self.before, len(made) + (row != self.before)
        right = row["state"] == "confirmed" and all(row[name] == value for name, value in self.goal.wanted.items())
        return right, len(made) + (not right and row != self.before)

    def _judge(self) -> None:
        reached, self.result.wrong = self._end()
        self.result.success = reached and self._is_done()
