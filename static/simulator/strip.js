// The strip beside the phone: who answers, what was read and remembered, what is proposed, and what happened.
"use strict";

const OWNER_ICONS = { bot: "bell", waiting: "clock", person: "person", snoozed: "moon", closed: "closed" };
const EVENT_LOOKS = {
  hold_created: ["calendar", "bot"],
  booking_placing: ["clock", "plain"],
  booking_confirmed: ["sent", "ok"],
  booking_rejected: ["warning", "late"],
  booking_unknown: ["warning", "wait"],
  booking_changed: ["calendar", "ok"],
  booking_cancelled: ["close", "wait"],
  handed_off: ["person", "wait"],
  taken: ["person", "accent"],
  given_back: ["bell", "bot"],
};
const SLOT_ORDER = ["name", "check_in", "check_out", "nights", "adults", "children", "child_ages", "room_type", "rooms"];

const eventDayFormat = dateFormat({ day: "numeric", month: "short" });

const strip = {
  proposal: null,

  draw({ messages, strip: told, events }) {
    const lastGuest = messages.findLast((message) => message.author === "guest");
    const lastBot = messages.findLast((message) => message.author === "bot");
    byId("s-owner").replaceChildren(ownerPill(told.owner), ...languageNote(told.language));
    byId("s-awaiting").replaceChildren(make("p", told.awaiting ? "big" : "hint", word(told.awaiting ? `slot-${told.awaiting}` : "nothing-awaited")));
    byId("s-intents").replaceChildren(...intentsOf(told, lastGuest, messages.at(-1)), ...sourcesOf(lastBot));
    byId("s-slots").replaceChildren(slotsOf(told));
    byId("s-events").replaceChildren(eventsOf(events));
    this.proposal = told.proposal ?? null;
    byId("s-proposal").replaceChildren(this.proposal ? proposalOf(this.proposal) : hint("empty-proposal"));
    byId("s-proposal").closest(".card").classList.toggle("live", Boolean(this.proposal));
    drawPeek(told, events);
    this.refresh();
  },

  /** The time a proposal has left; called as often as the page asks what is new. */
  refresh() {
    const line = document.querySelector("#s-proposal .until");
    if (!this.proposal || !line) return;
    const left = Date.parse(this.proposal.expires_at) - Date.now();
    const time = clock(this.proposal.expires_at);
    const text = left > 0 ? word("kept-until", { time, minutes: Math.ceil(left / 60000) }) : word("expired", { time });
    const span = line.querySelector("span");
    if (span.textContent !== text) span.textContent = text;
    line.classList.toggle("over", left <= 0);
  },
};

function hint(key) {
  return make("p", "hint", word(key));
}

function ownerPill(owner) {
  return make("span", `pill owner-${owner}`, icon(OWNER_ICONS[owner] ?? "dot"), word(`owner-${owner}`));
}

function languageNote(code) {
  if (!code) return [];
  const names = new Intl.DisplayNames([language], { type: "language" });
  return [make("p", "aside", word("speaks", { language: names.of(code) }))];
}

/** On a narrow screen one line stands for the whole strip: who answers, and what it waits for or did last. */
function drawPeek(told, events) {
  let rest = told.awaiting ? word(`slot-${told.awaiting}`) : "";
  if (!rest && events.length) rest = [word(`event-${events[0].type}`), events[0].reference].filter(Boolean).join(" ");
  byId("peek").replaceChildren(ownerPill(told.owner), rest ? make("span", "rest", rest) : "");
}

function intentsOf(told, lastGuest, last) {
  if (!lastGuest) return [hint("empty-intents")];
  if (last === lastGuest && told.owner === "bot") return [hint("reading")];
  if (!told.intents?.length) return [hint(lastGuest.kind === "interactive" ? "a-tap" : "nothing-read")];
  const list = make("ul", "intents");
  for (const { name, confidence } of told.intents) {
    const share = shareFormat.format(confidence);
    const bar = make("span", "bar");
    bar.setAttribute("aria-hidden", "true");
    bar.style.setProperty("--share", confidence);
    list.append(make("li", confidence >= 0.8 ? "" : "unsure", make("span", "name", word(`intent-${name}`)), make("span", "share", word("sure", { share })), bar));
  }
  return [list];
}

function sourcesOf(lastBot) {
  if (!lastBot?.sources.length) return [];
  const named = lastBot.sources.map((source) => source.replace(/^(\w+):(\d+):v(\d+)$/, "$1 $2 (v$3)"));
  return [make("p", "aside", word("facts", { sources: named.join(", ") }))];
}

function slotsOf(told) {
  const [heard, kept] = [told.heard ?? {}, told.slots ?? {}];
  const known = { ...heard, ...kept };
  const place = (name) => (SLOT_ORDER.includes(name) ? SLOT_ORDER.indexOf(name) : SLOT_ORDER.length);
  const names = Object.keys(known).filter((name) => !isEmpty(known[name])).sort((one, other) => place(one) - place(other));
  if (!names.length) return hint("empty-slots");
  const list = make("dl", "slots");
  for (const name of names) {
    const fresh = name in heard ? make("span", "heard", word("just-heard")) : null;
    list.append(make("dt", "", word(`slot-${name}`)), make("dd", "", quoted("span", "", slotText(name, known[name])), fresh));
  }
  return list;
}

function isEmpty(value) {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
}

function slotText(name, value) {
  if (name === "check_in" || name === "check_out") return stayDate(value);
  if (name === "room_type") return rooms.get(value) ?? String(value);
  if (typeof value === "boolean") return word(value ? "yes" : "no");
  if (Array.isArray(value)) return value.map((one) => (typeof one === "object" ? JSON.stringify(one) : one)).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function proposalOf(proposal) {
  const booking = proposal.kind === "book";
  const list = make("dl", "slots");
  const line = (label, text) => list.append(make("dt", "", label), make("dd", "", quoted("span", "", text)));
  if (proposal.reference) line(word("slot-booking_code"), proposal.reference);
  line(word("stay"), `${stayDate(proposal.check_in)} – ${stayDate(proposal.check_out)}`);
  const kinds = proposal.rooms ?? [];
  if (kinds.length) line(word("room"), kinds.map((one) => `${one.count > 1 ? `${one.count} × ` : ""}${rooms.get(one.room_type) ?? one.room_type}`).join(", "));
  if (proposal.adults) line(word("party"), partyText(proposal));
  if (proposal.total) line(word("total"), money(proposal.total, proposal.currency));
  list.lastElementChild.classList.toggle("big", Boolean(proposal.total));
  const head = make("p", "kind", make("strong", "", word(booking ? "to-book" : "to-cancel")));
  return make("div", "", head, list, make("p", "until", icon("clock"), make("span")));
}

function partyText({ adults, children }) {
  if (children) return word("people", { adults, children });
  return adults === 1 ? word("people-one") : word("people-adults", { adults });
}

function eventsOf(events) {
  if (!events.length) return hint("empty-events");
  const list = make("ol", "events");
  for (const event of events) {
    const [picture, tone] = EVENT_LOOKS[event.type] ?? ["dot", "plain"];
    const time = make("time", "", dayKey(event.at) === dayKey(Date.now()) ? clock(event.at) : `${eventDayFormat.format(new Date(event.at))}, ${clock(event.at)}`);
    time.dateTime = event.at;
    const reason = event.reason ? make("span", "reason", word(`reason-${event.reason}`)) : null;
    const reference = event.reference ? quoted("code", "", event.reference) : null;
    list.append(make("li", tone, make("span", "knob", icon(picture)), make("span", "what", word(`event-${event.type}`), reference, reason), time));
  }
  return list;
}
