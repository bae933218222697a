// The simulator's phone: shows the thread, sends what the guest writes or taps, and asks what is new.
"use strict";

const POLL_MS = 700;
const RETRY_MS = 3000;
const PATIENCE_MS = 10000; // for one request
const TYPING_MS = 15000;
const BUTTONS_MAX = 3; // more, or any description, is a list; as on WhatsApp

const [thread, view, draft, trouble] = ["thread", "scroll", "draft", "trouble"].map(byId);

const TICK_ICONS = { queued: "clock", sent: "sent", delivered: "read", read: "read" };

// --- state -------------------------------------------------------------------------------------------------------------

let told = { messages: [], strip: { owner: "bot" }, events: [] }; // the last answer
let toldRaw = "";
let letters = []; // written here, not yet seen in an answer
let started = false; // the first answer is drawn
const bubbles = new Map(); // message id, or a letter's key -> { element, ... }
const dividers = new Map(); // day -> element
const rooms = new Map(); // code -> the name guests are shown

// --- the thread --------------------------------------------------------------------------------------------------------

function settleLetters() {
  for (const message of told.messages) {
    if (message.author !== "guest" || bubbles.has(message.id)) continue;
    const same = letters.filter((letter) => letter.after < message.id && letter.text.trim() === message.text.trim());
    const letter = same.find((one) => one.tick !== "failed") ?? same[0]; // a failed one may have arrived after all
    if (!letter) continue;
    letters.splice(letters.indexOf(letter), 1);
    bubbles.set(message.id, bubbles.get(letter.key)); // the same element goes on, so it is not read out twice
    bubbles.delete(letter.key);
  }
}

function drawThread() {
  settleLetters();
  const atEnd = view.scrollHeight - view.scrollTop - view.clientHeight < 80;
  const wanted = [];
  const rows = [...told.messages, ...letters];
  let day = "";
  let previous = null;
  const lastReply = told.messages.findLastIndex((one) => one.author === "bot" || one.author === "staff");
  rows.forEach((row, index) => {
    if (dayKey(row.at) !== day) {
      day = dayKey(row.at);
      if (!dividers.has(day)) dividers.set(day, make("p", "day", ""));
      const name = dayName(row.at);
      if (dividers.get(day).textContent !== name) dividers.get(day).textContent = name;
      wanted.push(dividers.get(day));
      previous = null;
    }
    const key = row.key ?? row.id;
    if (!bubbles.has(key)) bubbles.set(key, bubbleOf(row));
    const bubble = bubbles.get(key);
    bubble.element.classList.toggle("first", previous !== row.author);
    bubble.element.classList.toggle("old", Boolean(row.choices?.length) && index < told.messages.length - 1);
    drawFoot(bubble, row, row.author === "guest" && !row.key ? (index < lastReply ? "read" : "delivered") : row.tick);
    if (row.choices?.length) markChosen(bubble, row, rows[index + 1]);
    wanted.push(bubble.element);
    previous = row.author;
  });
  let cursor = thread.firstChild;
  for (const element of wanted) {
    if (element === cursor) cursor = cursor.nextSibling;
    else thread.insertBefore(element, cursor);
  }
  while (cursor) {
    const next = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
  byId("empty").hidden = !started || rows.length > 0;
  drawTyping();
  if (atEnd) view.scrollTop = view.scrollHeight;
}

function bubbleOf(row) {
  const guest = row.author === "guest";
  const element = make("div", `bubble ${row.author}`);
  const named = row.author === "bot" || row.author === "staff";
  const name = make("p", named ? "who" : "unseen", word(guest ? "you" : `author-${row.author}`));
  if (named) name.prepend(icon(row.author === "staff" ? "person" : "bell"));
  const body = make("div", "body", name, quoted("p", "text", row.text || word("no-text", { kind: row.kind })));
  const foot = make("p", "foot");
  foot.setAttribute("aria-live", "off"); // a tick is no news
  body.append(foot);
  element.append(body);
  const bubble = { element, foot, drawn: "", options: [] };
  if (row.choices?.length) element.append(choicesOf(row, bubble));
  return bubble;
}

function choicesOf(row, bubble) {
  const asList = row.choices.length > BUTTONS_MAX || row.choices.some((choice) => choice.description);
  const holder = make("div", "choices");
  if (asList) {
    const opener = button("option", () => openSheet(row.choices, opener), icon("list"), word("see-options"));
    opener.setAttribute("aria-haspopup", "dialog");
    holder.append(opener);
    return holder;
  }
  for (const choice of row.choices) {
    const option = button("option", () => tap(choice), quoted("span", "", choice.title));
    bubble.options.push([choice, option]);
    holder.append(option);
  }
  return holder;
}

function markChosen(bubble, row, answer) {
  const taken = answer?.author === "guest" && answer.kind === "interactive" ? answer.text : null;
  for (const [choice, option] of bubble.options) {
    if (choice.title !== taken || option.classList.contains("chosen")) continue;
    option.classList.add("chosen");
    option.prepend(icon("sent"));
    option.append(make("span", "unseen", ` (${word("chosen")})`));
  }
}

/** Time and tick; and, in words, why a letter did not arrive. */
function drawFoot(bubble, row, tick) {
  const drawn = `${row.at} ${tick} ${row.reason}`;
  if (bubble.drawn === drawn) return;
  bubble.drawn = drawn;
  const time = make("time", "", clock(row.at));
  time.dateTime = row.at;
  const parts = [time];
  const failed = tick && !TICK_ICONS[tick];
  if (tick && !failed) {
    const mark = make("span", `tick ${tick}`, icon(TICK_ICONS[tick]), make("span", "unseen", word(`tick-${tick}`)));
    mark.title = word(`tick-${tick}`);
    parts.push(mark);
  }
  bubble.foot.replaceChildren(...parts);
  bubble.element.classList.toggle("undelivered", Boolean(failed));
  bubble.element.classList.toggle("failed", tick === "failed");
  bubble.element.querySelector(":scope > .why")?.remove();
  if (failed) bubble.element.append(whyOf(row, tick));
}

function whyOf(row, tick) {
  const why = make("div", "why", make("p", "", icon("warning"), quoted("span", "", row.reason || word(`tick-${tick}`))));
  if (row.key) {
    why.append(
      button("small", () => attempt(row), word("retry")),
      button("small", () => {
        letters = letters.filter((letter) => letter !== row);
        draft.value = draft.value || row.text; // an edited letter is another letter
        fit();
        drawThread();
        draft.focus();
      }, word("discard")),
    );
  }
  return why;
}

function drawTyping() {
  const rows = [...told.messages, ...letters.filter((letter) => letter.tick !== "failed")];
  const last = rows.at(-1);
  const busy = Boolean(last) && last.author === "guest" && told.strip.owner === "bot" && Date.now() - Date.parse(last.at) < TYPING_MS;
  const typing = byId("typing");
  if (typing.hidden === busy) {
    const atEnd = view.scrollHeight - view.scrollTop - view.clientHeight < 80;
    typing.hidden = !busy;
    if (atEnd) view.scrollTop = view.scrollHeight;
  }
  const owner = told.strip.owner;
  write(byId("presence"), busy ? word("writing") : owner === "bot" ? word("presence-bot") : word(`owner-${owner}`));
  write(byId("clock"), clock(Date.now()));
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// --- writing -----------------------------------------------------------------------------------------------------------

function say(text, choice = "") {
  const letter = { key: clientKey(), author: "guest", text, choice, kind: choice ? "interactive" : "text", at: "", tick: "", reason: "", after: told.messages.at(-1)?.id ?? 0 };
  letters.push(letter);
  attempt(letter);
  view.scrollTop = view.scrollHeight;
}

function tap(choice) {
  closeSheet();
  say(choice.title, choice.id);
}

let line = Promise.resolve(); // letters leave one after the other, in the order they were written

function attempt(letter) {
  Object.assign(letter, { tick: "queued", reason: "", at: new Date().toISOString() });
  drawThread();
  line = line.then(() => post(letter));
}

async function post(letter) {
  try {
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? settings.csrf;
    const answer = await fetch(settings.sendUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ text: letter.text, key: letter.key, ...(letter.choice ? { choice: letter.choice } : {}) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (answer.redirected || answer.status === 403) throw new SignedOut();
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    letter.tick = "sent";
    poll();
  } catch (error) {
    // The same key goes out again on a retry: should this one have arrived after all, it stays one letter.
    Object.assign(letter, { tick: "failed", reason: word(error instanceof SignedOut ? "signed-out" : "not-sent") });
  }
  drawThread();
}

class SignedOut extends Error {}

// --- asking what is new ------------------------------------------------------------------------------------------------

let timer = 0;
let asking = false;

async function poll() {
  clearTimeout(timer);
  if (asking || document.hidden) return;
  asking = true;
  let wait = POLL_MS;
  try {
    const answer = await fetch(settings.messagesUrl, { headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.redirected || answer.status === 403) throw new SignedOut();
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    const raw = await answer.text();
    if (raw !== toldRaw) take(JSON.parse(raw), raw);
    write(trouble, "");
  } catch (error) {
    wait = RETRY_MS;
    write(trouble, word(error instanceof SignedOut ? "signed-out" : "reconnecting"));
  }
  asking = false;
  trouble.classList.toggle("on", trouble.textContent !== "");
  drawTyping();
  strip.refresh();
  if (!document.hidden) timer = setTimeout(poll, wait);
}

function take(answer, raw) {
  const first = !started;
  [told, toldRaw, started] = [answer, raw, true];
  for (const choice of told.messages.flatMap((message) => message.choices)) {
    if (choice.id.startsWith("room:")) rooms.set(choice.id.slice(5), choice.title);
  }
  drawThread();
  strip.draw(told);
  if (first) view.scrollTop = view.scrollHeight;
}

// --- the sheet of a list message ---------------------------------------------------------------------------------------

const [sheet, veil] = ["sheet", "veil"].map(byId);
let sheetOpener = null;

function openSheet(choices, opener) {
  sheetOpener = opener;
  byId("sheet-options").replaceChildren(...choices.map((choice) => {
    const note = choice.description ? quoted("span", "note", choice.description) : null;
    return make("li", "", button("", () => tap(choice), quoted("span", "name", choice.title), note));
  }));
  showSheet(true);
  sheet.querySelector("li button").focus();
}

function closeSheet() {
  if (sheet.hidden) return;
  showSheet(false);
  sheetOpener?.focus();
}

function showSheet(open) {
  sheet.hidden = veil.hidden = !open;
  for (const other of byId("phone").children) if (other !== sheet && other !== veil) other.inert = open;
}

byId("sheet-close").addEventListener("click", closeSheet);
veil.addEventListener("click", closeSheet);
sheet.addEventListener("keydown", (event) => {
  const options = [...sheet.querySelectorAll("li button")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") closeSheet();
  if (step) options.at((options.indexOf(document.activeElement) + step) % options.length).focus();
  if (step || event.key === "Escape") event.preventDefault();
});

// --- the composer ------------------------------------------------------------------------------------------------------

function fit() {
  draft.rows = Math.min(5, draft.value.split("\n").length); // a browser with field-sizing counts wrapped lines too
  byId("send").disabled = draft.value.trim() === "";
}

draft.addEventListener("input", fit);
draft.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  byId("composer").requestSubmit();
});
byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = draft.value.trim();
  if (!text) return;
  draft.value = "";
  fit();
  say(text);
  draft.focus();
});
for (const sample of document.querySelectorAll("[data-sample]")) sample.addEventListener("click", () => say(sample.textContent.trim()));

view.addEventListener("scroll", () => {
  byId("latest").hidden = view.scrollHeight - view.scrollTop - view.clientHeight < 160;
}, { passive: true });
byId("latest").addEventListener("click", () => {
  view.scrollTop = view.scrollHeight;
  draft.focus();
});
document.addEventListener("visibilitychange", poll); // hidden pages ask nothing, and a page seen again asks at once

// --- off we go ---------------------------------------------------------------------------------------------------------

fit();
if (settings.messagesUrl) {
  poll();
  if (matchMedia("(min-width: 760px)").matches) draft.focus();
} else {
  draft.disabled = true;
  drawTyping();
  strip.draw(told);
  write(trouble, word("bad-guest"));
  trouble.classList.add("on");
}
