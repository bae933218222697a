/* The desk: one socket that says what changed, pieces read again over HTTP, and polling when the socket is gone. */
(function () {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const base = () => document.body.dataset.base;
  const word = (name) => window.deskComposer.word(name);
  const page = Math.random().toString(36).slice(2);
  const FIRST_MS = 50, BETWEEN_MS = { queue: 500, talk: 500 }, POLL_MS = 4000, BEAT_MS = 10000, LOOK_MS = 30000, TYPING_MS = 2500;
  // A line on which a question stays unanswered for so long is deaf, though it is open.
  const DEAF_MS = 15000;
  // A queue asked for over the line that does not come is asked for over HTTP.
  const LINE_MS = 5000;
  let socket = null, down = 0, lastTyped = 0, stuck = true, askedAt = 0, isLive = false;
  const BUSY = "#head .htmx-request, #lines .htmx-request";
  const due = { queue: null, talk: null }, read = { queue: 0, talk: 0 }, took = { queue: 0, talk: 0 };
  // A house that answers slowly is asked less often: of so many parts of the time one is spent on waiting for it.
  const PATIENCE = 2;

  // How far the line has told of bells, said with the reading that answers them: what another page read since then will do. What
  // this page changed itself is not among them.
  let heard = "";

  function post(url, body) { heard = ""; return fetch(url, { method: "POST", body: body, headers: JSON.parse(document.body.getAttribute("hx-headers")) }); }

  // --- reading again --------------------------------------------------------------------------------------------------

  function soon(what, run) {
    if (due[what]) return;
    // At once after a quiet while, and not more often than a person reads when everybody writes.
    const between = Math.min(Math.max(BETWEEN_MS[what], PATIENCE * took[what]), POLL_MS);
    const wait = Math.max(FIRST_MS, read[what] + between - Date.now());
    due[what] = setTimeout(async function () {
      due[what] = null;
      const begun = read[what] = Date.now();
      await run();
      took[what] = Date.now() - begun;
    }, wait);
  }

  // What of the queue is looked at, as an address names it.
  function asked() {
    return { view: $("find-view").value, q: $("find-text").value, channel: $("find-channel").value, unread: $("find-unread").checked ? "1" : "" };
  }

  function queueUrl() {
    const shown = document.querySelectorAll("#rows .row").length;
    const told = heard;
    heard = "";
    return base() + "queue/?" + new URLSearchParams({ ...asked(), shown: Math.max(shown, 50), heard: told });
  }

  // The one question for the queue that is open on the line.
  let nth = 0, awaited = null;

  function refreshQueue() {
    if (awaited && !isOtherView(awaited.url)) { awaited.again = true; return awaited.promise; }
    const url = queueUrl();
    // Words are looked for in every message: that would hold up the others of the line.
    if (!isLive || !socket || socket.readyState !== 1 || asked().q) return overHttp(url);
    const mine = { nth: ++nth, url: url, again: false };
    mine.promise = new Promise(function (resolve) { mine.resolve = resolve; });
    if (awaited) awaited.resolve(); // of a view that is left
    awaited = mine;
    socket.send(JSON.stringify({ page: page, read: url.split("?")[1], language: document.documentElement.lang, nth: nth }));
    setTimeout(function () { if (awaited === mine) instead(mine); }, LINE_MS);
    return mine.promise;
  }

  function overHttp(url) { return htmx.ajax("GET", url, { target: "#queue", source: "#queue" }).catch(() => {}); }

  function instead(mine) {
    awaited = null;
    overHttp(mine.url).then(function () { settled(mine); });
  }

  function settled(mine) {
    mine.resolve();
    if (mine.again) soon("queue", refreshQueue);
  }

  function answered(told) {
    if (!awaited || awaited.nth !== told.nth) return;
    const mine = awaited;
    if (told.queue === null) { instead(mine); return; }
    awaited = null;
    if (mayShow(mine.url, told.queue)) htmx.swap($("queue"), told.queue, { swapStyle: "innerHTML" }, { eventInfo: { target: $("queue") } });
    settled(mine);
  }

  function refreshTalk() {
    const talk = $("conversation");
    if (!talk) return Promise.resolve();
    if (document.querySelector(BUSY + ", #head details[open]")) { soon("talk", refreshTalk); return Promise.resolve(); }
    const since = talk.dataset.since ? "?since=" + talk.dataset.since : "";
    return htmx.ajax("GET", talk.dataset.thread + since, { target: "#head", source: "#head" }).catch(() => {});
  }

  function changed(told) {
    heard = told.heard || heard;
    const open = $("conversation") && Number($("conversation").dataset.pk);
    if (told.all || told.mode !== undefined || told.listed) soon("queue", refreshQueue);
    if (told.all || (told.conversations || []).includes(open) || (told.ticks || []).includes(open)) soon("talk", refreshTalk);
    if (told.present) present(told.present);
  }

  // --- the live line --------------------------------------------------------------------------------------------------

  function connect() {
    const scheme = location.protocol === "https:" ? "wss://" : "ws://";
    const line = new WebSocket(scheme + location.host + document.body.dataset.live);
    socket = line;
    askedAt = Date.now();
    line.addEventListener("message", function (event) {
      if (line !== socket) return;
      const told = JSON.parse(event.data);
      askedAt = 0;
      if (told.queue !== undefined) { answered(told); return; }
      isLive = told.live !== false;
      if (isLive) down = 0;
      $("line-down").hidden = isLive;
      if (told.all) beat(false);
      changed(told);
    });
    line.addEventListener("close", function (event) { if (line === socket) lost(event.code); });
  }

  function lost(code) {
    socket = null;
    isLive = false;
    if (code === 4404) { location.reload(); return; }
    if (awaited) instead(awaited);
    down += 1;
    if (down > 1) $("line-down").hidden = false;
    setTimeout(connect, Math.min(1000 * down, 10000));
  }

  /* Nothing came back: another line is taken up, and until it speaks the page asks. A page in the background, whose clock is slow,
     is deaf no sooner: what counts is the question. */
  function listen() {
    if (socket && askedAt && Date.now() - askedAt >= DEAF_MS) {
      const deaf = socket;
      down += 1;
      lost(0);
      deaf.close();
    } else beat(false);
  }

  setInterval(function () { if (!isLive) { refreshQueue(); refreshTalk(); } }, POLL_MS);
  setInterval(listen, BEAT_MS);
  // Time alone changes some of it: who is overdue, who arrives today, who was there and is not heard of any more.
  // Over HTTP, which also counts views by words anew.
  setInterval(function () { overHttp(queueUrl()); refreshTalk(); }, LOOK_MS);

  function beat(typing) {
    if (!socket || socket.readyState !== 1) return;
    const talk = $("conversation");
    const at = talk && document.visibilityState === "visible" && $("scroll").checkVisibility() ? Number(talk.dataset.pk) : 0;
    askedAt = askedAt || Date.now();
    socket.send(JSON.stringify({ page: page, at: at, open: talk ? Number(talk.dataset.pk) : 0, typing: typing, ping: 1 }));
  }

  document.addEventListener("desk:typing", function () {
    if (Date.now() - lastTyped > TYPING_MS) { lastTyped = Date.now(); beat(true); }
  });

  function present(all) {
    const talk = $("conversation");
    const here = $("viewers");
    if (talk && here) {
      here.replaceChildren(...(all[talk.dataset.pk] || []).map(function ([name, typing]) {
        const at = document.createElement("span");
        at.className = "viewer";
        at.innerHTML = '<svg class="icon" aria-hidden="true"><use href="#i-eye"/></svg>';
        const who = document.createElement("bdi");
        who.textContent = name;
        at.append(who, typing ? " " + word("types") : "");
        return at;
      }));
    }
    for (const row of document.querySelectorAll("#rows .row")) {
      const tags = row.querySelector(".tags");
      tags.querySelectorAll(".viewer").forEach((one) => one.remove());
      for (const [name, typing] of all[row.dataset.pk] || []) {
        const at = document.createElement("span");
        at.className = "viewer";
        at.textContent = name + (typing ? " " + word("types") : "");
        tags.append(at);
      }
    }
  }

  // --- what is new ----------------------------------------------------------------------------------------------------

  let known = null;

  function look() {
    const rows = $("rows");
    const pairs = rows.dataset.mine.trim().split(/\s+/).filter(Boolean).map((one) => one.split(":"));
    const now = {
      waiting: new Set(rows.dataset.asked.split(" ").filter(Boolean)), mine: new Map(pairs.map(([pk, last]) => [pk, Number(last)])),
      alert: Number(rows.dataset.alert), over: Number(rows.dataset.overdue), count: Number(rows.dataset.waiting),
    };
    if (known) announce(now);
    known = now;
    $("mode-note").hidden = rows.dataset.mode === "live";
    for (const part of document.querySelectorAll("#mode-note [data-mode]")) part.hidden = part.dataset.mode !== rows.dataset.mode;
    const badge = now.count ? "(" + now.count + ") " : "";
    document.title = badge + document.body.dataset.hotelName;
    mark();
  }

  function announce(now) {
    if (now.alert > known.alert || now.over > known.over) { tell("overdue", "now-overdue"); return; }
    for (const pk of now.waiting) if (!known.waiting.has(pk)) { tell("waiting", "newly-waiting"); return; }
    for (const [pk, last] of now.mine) {
      if (known.mine.has(pk) && last > known.mine.get(pk)) { tell("message", "new-message"); return; }
    }
  }

  function tell(sound, words) {
    window.deskSounds.play(sound);
    $("said").textContent = word(words);
    if (document.visibilityState === "visible" || !("Notification" in window) || Notification.permission !== "granted") return;
    try {
      new Notification(document.body.dataset.hotelName, { body: word(words), tag: sound });
    } catch (error) { /* phones allow it only to a service worker: the sound and the title tell */ }
  }

  function clocks() {
    for (const at of document.querySelectorAll(".clock[data-deadline]")) {
      const until = Date.parse(at.dataset.deadline), since = Date.parse(at.dataset.since), now = Date.now();
      let left = Math.round((until - now) / 1000);
      const sign = left < 0 ? "−" : "";
      left = Math.abs(left);
      const two = (n) => String(n).padStart(2, "0");
      at.textContent = left >= 86400 ? sign + Math.floor(left / 86400) + " d"
        : left >= 3600 ? sign + Math.floor(left / 3600) + ":" + two(Math.floor(left % 3600 / 60)) + " h"
          : sign + two(Math.floor(left / 60)) + ":" + two(left % 60);
      const row = at.closest(".row");
      if (now >= until) { row.classList.remove("calm", "wait"); row.classList.add("late"); }
      else if (now - since > (until - since) / 2 && until - since < 7200000) { row.classList.remove("calm"); row.classList.add("wait"); }
    }
  }
  setInterval(clocks, 1000);

  // --- the open conversation ------------------------------------------------------------------------------------------

  function scroll() { return $("scroll"); }
  function bottom() { const at = scroll(); at.scrollTop = at.scrollHeight; }

  function seen() {
    const talk = $("conversation");
    const marks = document.querySelector("#lines .marks");
    if (!talk || !marks || document.visibilityState !== "visible" || !stuck || !scroll().checkVisibility()) return;
    if (Number(marks.dataset.last) <= Number(marks.dataset.seen) || talk.dataset.told === marks.dataset.last) return;
    talk.dataset.told = marks.dataset.last;
    const body = new URLSearchParams({ up_to: marks.dataset.last });
    post(talk.dataset.seen, body)
      .then(function () { soon("queue", refreshQueue); }).catch(function () { talk.dataset.told = ""; });
  }

  function opened() {
    if (!$("conversation")) return;
    screen("thread"); // on a phone nothing scrolls before it is seen
    const fresh = document.querySelector("#lines .fresh");
    stuck = !fresh;
    if (fresh) fresh.scrollIntoView({ block: "start" }); else bottom();
    stuck = near();
    scroll().addEventListener("scroll", function () { stuck = near(); if (stuck) { $("latest").hidden = true; seen(); } }, { passive: true });
    window.deskComposer.restore();
    window.deskComposer.lock();
    window.deskComposer.grow();
    beat(false);
    seen();
    mark();
    if (matchMedia("(min-width: 900px)").matches && !document.querySelector("#gate [data-locked]")) $("composer-text").focus();
  }

  function near() { const at = scroll(); return at.scrollHeight - at.scrollTop - at.clientHeight < 60; }

  function mark() {
    const open = $("conversation") && $("conversation").dataset.pk;
    for (const row of document.querySelectorAll("#rows .row")) {
      if (row.dataset.pk === open) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
    }
  }

  function screen(name) { document.body.dataset.screen = name; }

  let before = null, focusAt = null, wanted = null, pressed = false, opening = 0;

  // A row that is exchanged between press and release is never clicked.
  document.addEventListener("pointerdown", function (event) { pressed = Boolean(event.target.closest("#queue")); }, true);
  for (const name of ["pointerup", "pointercancel", "blur"]) window.addEventListener(name, function () { setTimeout(function () { pressed = false; }, 50); }, true);

  function talkOf(path) { const found = /\/c\/(\d+)\//.exec(path); return found ? found[1] : null; }

  // What looks as it did is not exchanged: a finger may be on it. The clocks run by themselves.
  let shownQueue = "";
  function isKnown(markup) {
    const fresh = markup.replace(/<time class="clock"[^>]*>[^<]*<\/time>/g, (one) => one.replace(/>[^<]*</, "><"));
    const same = fresh === shownQueue;
    shownQueue = fresh;
    return same;
  }

  function isOtherView(path) {
    const told = new URLSearchParams(path.split("?")[1] || "");
    return told.has("view") && Object.entries(asked()).some(([name, value]) => (told.get(name) || "") !== value);
  }

  // May this queue, which was asked for by this address, take the place of the one shown? A row that asked for its conversation
  // must still be there when it comes.
  function mayShow(path, markup) {
    if (isOtherView(path)) return false;
    if (pressed || opening) { soon("queue", refreshQueue); return false; }
    if (isKnown(markup)) return false;
    focusAt = document.activeElement && document.activeElement.id;
    return true;
  }

  // An answer that comes late is of a conversation that is not open any more.
  function isLate(detail) {
    const path = detail.requestConfig ? detail.requestConfig.path : "", pk = talkOf(path), id = detail.target.id;
    if (id === "talk") return wanted !== null && pk !== wanted;
    return pk !== null && Boolean($("conversation")) && pk !== $("conversation").dataset.pk;
  }

  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.detail.target.id === "talk") { wanted = talkOf(event.detail.requestConfig.path); opening += 1; }
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.target.id === "queue") {
      if (!mayShow(event.detail.requestConfig ? event.detail.requestConfig.path : "", event.detail.serverResponse)) event.detail.shouldSwap = false;
      return;
    }
    if (isLate(event.detail)) { event.detail.shouldSwap = false; return; }
    // A button that waits for its answer must still be there when it comes.
    if (event.detail.target.id === "head" && event.detail.requestConfig.verb === "get" && document.querySelector(BUSY)) {
      event.detail.shouldSwap = false;
      soon("talk", refreshTalk);
      return;
    }
    if (event.detail.target.id === "head" && scroll()) before = lastMessage();
  });
  // What is being filled in below (a template's variables) is left alone unless it changed what may be sent.
  document.addEventListener("htmx:oobBeforeSwap", function (event) {
    const at = event.detail.target, fresh = event.detail.fragment && event.detail.fragment.querySelector ? event.detail.fragment.querySelector("#gate") || event.detail.fragment : null;
    if (at && at.id === "gate" && fresh && fresh.dataset && fresh.dataset.may === at.dataset.may) event.detail.shouldSwap = false;
  });

  function lastMessage() { const at = document.querySelector("#lines .marks"); return at ? Number(at.dataset.last) : 0; }

  document.addEventListener("htmx:afterSettle", function (event) {
    const id = event.detail.target.id;
    if (id === "queue") {
      look();
      clocks();
      if (focusAt && $(focusAt) && document.activeElement === document.body) $(focusAt).focus();
    }
    if (id === "talk") opened();
    if (id === "panel") $("panel").classList.add("ready");
    if (id === "head" && scroll()) {
      const grown = before !== null && lastMessage() > before;
      if (stuck) bottom();
      else if (grown) $("latest").hidden = false;
      if (grown) { $("said").textContent = word("new-message"); htmx.trigger(document.body, "suggest"); }
      window.deskComposer.lock();
      seen();
    }
  });

  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.detail.target && event.detail.target.id === "talk") opening = Math.max(0, opening - 1);
    const detail = event.detail, path = detail.requestConfig ? detail.requestConfig.path : "";
    if (detail.requestConfig && detail.requestConfig.verb !== "get") heard = "";
    if (!detail.successful || detail.xhr.status >= 300) return; // a refusal is no failure to htmx
    if (/\/views\/$/.test(path)) $("keep-view").close();
    if (/\/send\/$/.test(path)) { window.deskComposer.sent(talkOf(path), detail.requestConfig.parameters); stuck = true; if (scroll()) bottom(); }
    if (/\/take\/$/.test(path) && $("composer-text") && !$("composer-text").disabled) $("composer-text").focus();
    if (path.includes("/earlier/") && $("conversation")) {
      const first = document.querySelector("#lines .bubble");
      if (first) $("conversation").dataset.since = first.id.slice(1);
    }
  });

  document.addEventListener("htmx:responseError", function (event) {
    const detail = event.detail;
    if (detail.requestConfig.verb === "get" && ["queue", "head"].includes(detail.target.id)) return; // asked again by itself
    toast(word("failed"), "late");
  });
  document.addEventListener("htmx:sendError", function (event) {
    if (event.detail.elt && event.detail.elt.matches("#composer, [data-template]")) toast(word("unsure"), "wait");
  });

  document.addEventListener("told", function (event) { toast(event.detail.words, event.detail.tone, event.detail.undo); soon("queue", refreshQueue); });

  function toast(words, tone, undo) {
    const at = document.createElement("div");
    at.className = "toast " + (tone || "ok");
    at.textContent = words;
    if (undo) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = word("undo");
      button.addEventListener("click", function () { at.remove(); takeBack(undo); });
      at.append(button);
    }
    $("toasts").append(at);
    setTimeout(function () { at.remove(); }, undo ? 30000 : 6000);
  }

  async function takeBack(url) {
    try {
      const answer = await post(url);
      const told = await answer.json();
      if (told.text) window.deskComposer.takenBack(String(told.pk), told.text);
      toast(told.words, told.text ? "ok" : "wait");
    } catch (error) { toast(word("failed"), "late"); }
    soon("talk", refreshTalk);
  }

  /* A picture that comes late pushes the end of the talk away. */
  document.addEventListener("load", function (event) { if (stuck && event.target.matches(".file img")) bottom(); }, true);

  document.addEventListener("desk:told", function (event) { toast(event.detail, "late"); });

  document.addEventListener("click", function (event) {
    const undo = event.target.closest("[data-undo]");
    if (undo) takeBack(undo.dataset.undo);
    const picture = event.target.closest("[data-zoom]");
    if (picture && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      $("zoom").querySelector("img").src = picture.href;
      $("zoom").querySelector("img").alt = picture.querySelector("img").alt;
      $("zoom").showModal();
    }
    if (event.target.closest("#zoom")) $("zoom").close();
  });

  // --- keys and palette -----------------------------------------------------------------------------------------------

  function rows() { return [...document.querySelectorAll("#rows .row")]; }
  function step(by) {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((one) => one === document.activeElement || (document.activeElement === document.body && one.getAttribute("aria-current")));
    const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
  function press(name) { const at = document.querySelector('[data-action="' + name + '"]'); if (at) at.click(); }
  function write(kind) { if ($("conversation")) { screen("thread"); window.deskComposer.setKind(kind); } }

  const COMMANDS = [
    ["next", "J", () => step(1)], ["previous", "K", () => step(-1)], ["take", "T", () => press("take")],
    ["reply", "R", () => write("reply")], ["note", "N", () => write("note")],
    ["canned", "/", () => { write("reply"); if ($("composer-text")) { $("composer-text").value += "/"; $("composer-text").dispatchEvent(new Event("input", { bubbles: true })); } }],
    ["snooze", "S", () => { const at = $("more-actions"); if (at) { at.open = true; at.querySelector("[name=until]").focus(); } }],
    ["close", "E", () => press("close")], ["give-back", "B", () => press("give-back")],
    ["find", "F", () => { screen("queue"); $("find-text").focus(); }], ["guest", "G", () => { screen("panel"); $("panel").focus(); }],
    ["keys", "?", () => openPalette("")],
  ];

  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); openPalette(""); return; }
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
      if (document.activeElement && document.activeElement.id === "composer-text") document.activeElement.blur();
      return;
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable], dialog");
    if (typing || event.ctrlKey || event.altKey || event.metaKey || $("keys-off").checked) return;
    const found = COMMANDS.find((one) => one[1].toLowerCase() === event.key.toLowerCase());
    if (found) { event.preventDefault(); found[2](); }
  });

  let options = [], at = 0;
  function openPalette(text) {
    const box = $("palette");
    if (!box.open) box.showModal();
    $("palette-text").value = text;
    list();
    $("palette-text").focus();
  }
  function list() {
    const text = $("palette-text").value.trim().toLowerCase();
    const views = [...document.querySelectorAll(".views button")].map((one) => [word("view") + ": " + one.querySelector("span").textContent, "", () => one.click()]);
    const talks = rows().map((one) => [one.querySelector("strong").textContent, "", () => one.click()]);
    const all = [...COMMANDS.map((one) => [word(one[0]), one[1], one[2]]), ...views, ...talks];
    options = all.filter((one) => one[0].toLowerCase().includes(text));
    at = 0;
    draw();
  }
  function draw() {
    const lines = options.slice(0, 40).map(function (one, index) {
      const line = document.createElement("li");
      line.setAttribute("role", "option");
      line.id = "option-" + index;
      line.setAttribute("aria-selected", String(index === at));
      line.textContent = one[0];
      if (one[1]) { const key = document.createElement("kbd"); key.textContent = one[1]; line.append(key); }
      line.addEventListener("click", function () { run(index); });
      return line;
    });
    $("palette-list").replaceChildren(...lines);
    $("palette-text").setAttribute("aria-activedescendant", lines.length ? "option-" + at : "");
    if (lines[at]) lines[at].scrollIntoView({ block: "nearest" });
  }
  function run(index) { const chosen = options[index]; $("palette").close(); if (chosen) chosen[2](); }

  // --- views that are kept --------------------------------------------------------------------------------------------

  function keepView(pk, name) {
    $("keep-pk").value = pk;
    $("keep-drop").value = "";
    $("keep-name").value = name || $("find-text").value;
    $("keep-delete").hidden = !pk;
    if ($("keep-all")) $("keep-all").hidden = Boolean(pk);
    $("keep-view").showModal();
    $("keep-name").select();
  }

  // --- start ----------------------------------------------------------------------------------------------------------

  function theme() {
    const now = localStorage.getItem("theme");
    const dark = now ? now === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    localStorage.setItem("theme", dark ? "light" : "dark");
    document.documentElement.dataset.theme = dark ? "light" : "dark";
  }

  document.addEventListener("DOMContentLoaded", function () {
    const kept = localStorage.getItem("theme");
    if (kept) document.documentElement.dataset.theme = kept;
    $("theme").addEventListener("click", theme);
    $("keys-off").checked = localStorage.getItem("desk-keys") === "off";
    $("keys-off").addEventListener("change", function () { localStorage.setItem("desk-keys", $("keys-off").checked ? "off" : "on"); });
    $("palette-open").addEventListener("click", function () { openPalette(""); });
    $("palette-text").addEventListener("input", list);
    $("palette-text").addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { at = (at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % Math.max(options.length, 1); draw(); event.preventDefault(); }
      if (event.key === "Enter") { event.preventDefault(); run(at); }
    });
    document.querySelector("[data-go]")?.addEventListener("change", function (event) { location.assign(event.target.value); });
    document.addEventListener("click", function (event) {
      const to = event.target.closest("[data-screen-to]");
      if (to) screen(to.dataset.screenTo);
      const view = event.target.closest("button[data-view]");
      if (view) {
        $("find-view").value = view.dataset.view;
        $("find-text").value = view.dataset.term || "";
        $("find-channel").value = view.dataset.channel || "";
        $("find-unread").checked = Boolean(view.dataset.unread);
      }
      const keep = event.target.closest("[data-keep]");
      if (keep) keepView(keep.dataset.keep, keep.dataset.name || "");
      if (event.target.closest("#keep-cancel")) $("keep-view").close();
      if (event.target.closest("#keep-delete")) { $("keep-drop").value = "1"; $("keep-view").querySelector("form").requestSubmit(); }
      if (event.target.closest("#latest")) bottom();
      for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
      if ("Notification" in window && Notification.permission === "default" && event.target.closest("#sound")) Notification.requestPermission();
    });
    document.addEventListener("visibilitychange", function () { beat(false); seen(); });
    look();
    clocks();
    opened();
    connect();
  });
})();
