/* The composer: drafts that survive, one key per letter so that a weak line sends once, notes that stay notes, canned replies. */
(function () {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const word = (name) => $("words").content.querySelector('[data-word="' + name + '"]').textContent;
  let chosen = -1, submitted = null, asked = 0;

  function talk() { return $("conversation"); }
  function draftKey(pk) { return "desk-draft:" + document.body.dataset.user + ":" + (pk || talk().dataset.pk); }
  function fresh() { return crypto.randomUUID ? crypto.randomUUID() : String(Date.now()) + Math.random().toString(16).slice(2); }

  function keep() {
    const text = $("composer-text").value;
    if (!text) { localStorage.removeItem(draftKey()); return; }
    localStorage.setItem(draftKey(), JSON.stringify({
      text: text, canned: $("composer-canned").value, file: $("attached").querySelector("bdi").textContent, kind: $("composer-kind").value, key: $("composer-key").value, seen: $("composer-seen").value, at: Date.now(),
    }));
  }

  /* The words of yesterday come back, and with them the key: what was perhaps sent already is not sent twice. */
  function restore() {
    const kept = localStorage.getItem(draftKey());
    if (!kept) return;
    try {
      const draft = JSON.parse(kept);
      $("composer-text").value = draft.text;
      attachCanned(draft.canned, draft.file);
      $("composer-key").value = draft.key;
      $("composer-seen").value = draft.seen || "";
      setKind(draft.kind || "reply", true);
    } catch (error) { localStorage.removeItem(draftKey()); }
  }

  function last() {
    const marks = document.querySelector("#lines .marks");
    return marks ? marks.dataset.last : "0";
  }

  function setKind(kind, silently) {
    const box = $("composer-text");
    const was = $("composer-kind").value;
    if (!silently && was === "note" && kind === "reply" && box.value.trim() && !window.confirm(word("note-lost"))) return;
    $("composer-kind").value = kind;
    box.placeholder = box.dataset[kind];
    $("composer").classList.toggle("is-note", kind === "note");
    for (const tab of document.querySelectorAll("#composer [role=tab]")) {
      const on = tab.dataset.kind === kind;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
    }
    for (const part of document.querySelectorAll("#composer-send [data-reply], .attach")) part.hidden = kind === "note";
    if (kind === "note") attach(null);
    for (const part of document.querySelectorAll("#composer-send [data-note]")) part.hidden = kind !== "note";
    lock();
    if (!silently) box.focus();
    keep();
  }

  /* A file for the guest; null takes it away. Another file is another letter. A picture is made as small as it is shown. */
  const LIMIT = 3.8e6, SIDE = 2048;
  async function attach(file) {
    const field = $("composer-file");
    $("composer-canned").value = "";
    if (file && file.type.startsWith("image/")) file = await smaller(file).catch(() => file);
    if (file && file.size > LIMIT) { document.dispatchEvent(new CustomEvent("desk:told", { detail: word("file-large") })); file = null; }
    const chosenFile = new DataTransfer();
    if (file) chosenFile.items.add(file);
    field.files = chosenFile.files;
    $("attached").hidden = !file;
    $("attached").querySelector("bdi").textContent = file ? file.name : "";
    if (file) {
      $("composer-key").value = fresh();
      if (!$("composer-seen").value) $("composer-seen").value = last();
      $("composer-text").focus();
    }
  }

  /* The file of a canned reply lies with the hotel: only its name is shown here. */
  function attachCanned(pk, name) {
    attach(null);
    if (!pk) return;
    $("composer-canned").value = pk;
    $("composer-key").value = fresh();
    $("attached").hidden = false;
    $("attached").querySelector("bdi").textContent = name;
  }

  async function smaller(file) {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    if (scale === 1 && file.size < LIMIT && /jpeg|png/.test(file.type)) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  }

  /* Where the channel or a colleague forbids free words, only notes are written. */
  function lock() {
    const locked = Boolean(document.querySelector("#gate [data-locked]"));
    const isReply = $("composer-kind").value === "reply";
    $("composer-text").disabled = locked && isReply;
    $("composer-send").disabled = locked && isReply;
    $("composer").classList.toggle("is-locked", locked && isReply);
  }

  /* A letter of this conversation was taken by the server: exactly its words go, whatever was typed meanwhile stays. */
  function sent(pk, parameters) {
    const text = parameters.get ? parameters.get("text") : parameters.text;
    const key = parameters.get ? parameters.get("key") : parameters.key;
    const at = draftKey(pk);
    submitted = null;
    if (!talk() || talk().dataset.pk !== pk) {
      const kept = JSON.parse(localStorage.getItem(at) || "null");
      if (kept && kept.key === key && kept.text === text) localStorage.removeItem(at);
      else if (kept && kept.key === key) localStorage.setItem(at, JSON.stringify({ ...kept, key: fresh() }));
      return;
    }
    const box = $("composer-text");
    $("suggestion").replaceChildren();
    $("composer-key").value = fresh();
    $("composer-at").value = "";
    $("later").open = false;
    $("held").replaceChildren();
    attach(null);
    hideCanned();
    box.value = box.value === text ? "" : box.value.startsWith(text) ? box.value.slice(text.length).trimStart() : box.value;
    $("composer-seen").value = box.value ? last() : "";
    if (!box.value && $("composer-kind").value === "note") setKind("reply", true);
    grow();
    keep();
  }

  /* Words that were taken back: to the composer of their conversation, before whatever stands there. */
  function takenBack(pk, text) {
    if (talk() && talk().dataset.pk === pk) {
      prepend(text);
      $("composer-key").value = fresh();
      $("composer-seen").value = last();
      grow();
      keep();
      $("composer-text").focus();
      return;
    }
    const at = draftKey(pk);
    const kept = JSON.parse(localStorage.getItem(at) || "null");
    localStorage.setItem(at, JSON.stringify({ text: kept && kept.text ? text + "\n" + kept.text : text, kind: "reply", key: fresh(), seen: "", at: Date.now() }));
  }

  function grow() {
    const box = $("composer-text");
    box.style.height = "auto";
    box.style.height = Math.min(box.scrollHeight, 220) + "px";
  }

  function insert(text) {
    const box = $("composer-text");
    const head = box.value.slice(0, box.selectionStart), tail = box.value.slice(box.selectionStart);
    const slash = /(^|\s)\/[\w-]*$/.exec(head);
    const start = slash ? head.slice(0, slash.index + slash[1].length) : head;
    box.value = start + text + tail;
    box.setSelectionRange(start.length + text.length, start.length + text.length);
    if (!$("composer-seen").value) $("composer-seen").value = last();
    hideCanned();
    box.focus();
    grow();
    keep();
  }

  function pick(option) {
    if (option.dataset.canned) attachCanned(option.dataset.canned, option.dataset.file);
    insert(option.dataset.insert);
  }

  function prepend(text) {
    const box = $("composer-text");
    box.value = box.value.trim() ? text + "\n" + box.value : text;
  }

  /* A draft, or what was booked, is only put before the person who sends it; what stands there stays. A note becomes an answer
     only when its writer says so. */
  function use(text) {
    document.body.dataset.screen = "thread";
    setKind("reply");
    if ($("composer-kind").value !== "reply") return;
    if (!$("composer-text").value.startsWith(text)) prepend(text);
    if (!$("composer-seen").value) $("composer-seen").value = last();
    grow();
    keep();
  }

  function hideCanned() { asked += 1; const at = $("canned"); if (at) { at.hidden = true; at.replaceChildren(); } chosen = -1; }

  async function showCanned(term) {
    const turn = ++asked;
    const answer = await fetch(talk().dataset.canned + "?q=" + encodeURIComponent(term), { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer || !answer.ok || turn !== asked || !talk()) return;
    const at = $("canned");
    at.innerHTML = await answer.text();
    at.hidden = false;
    choose(0);
  }

  function choose(index) {
    const options = [...document.querySelectorAll("#canned [role=option]")];
    if (!options.length) { chosen = -1; return; }
    chosen = (index + options.length) % options.length;
    options.forEach((one, number) => one.setAttribute("aria-selected", String(number === chosen)));
    options[chosen].scrollIntoView({ block: "nearest" });
  }

  function typed() {
    const box = $("composer-text");
    // Other words than those perhaps sent already are another letter.
    if (submitted !== null && box.value !== submitted && !$("composer").classList.contains("htmx-request")) { $("composer-key").value = fresh(); submitted = null; }
    if (box.value && !$("composer-seen").value) $("composer-seen").value = last();
    if (!box.value) $("composer-seen").value = "";
    const slash = /(?:^|\s)\/([\w-]*)$/.exec(box.value.slice(0, box.selectionStart));
    if (slash && $("composer-kind").value === "reply") showCanned(slash[1]); else hideCanned();
    grow();
    keep();
    document.dispatchEvent(new CustomEvent("desk:typing"));
  }

  document.addEventListener("input", function (event) {
    if (event.target.id === "composer-text") typed();
    const variable = event.target.closest?.("[data-variable]");
    if (variable) preview(variable.closest("form"));
  });

  document.addEventListener("change", function (event) {
    if (event.target.id === "composer-file") attach(event.target.files[0] || null);
  });

  document.addEventListener("paste", function (event) {
    const file = event.target.id === "composer-text" && [...event.clipboardData.files][0];
    if (file && $("composer-kind").value === "reply") { event.preventDefault(); attach(file); }
  });

  function preview(form) {
    const at = form.querySelector(".preview");
    let text = at.dataset.body;
    for (const field of form.querySelectorAll("[data-variable]")) {
      text = text.replace(new RegExp("\\{\\{\\s*" + field.dataset.variable + "\\s*\\}\\}", "g"), () => field.value || "…");
    }
    at.textContent = text;
  }

  document.addEventListener("keydown", function (event) {
    if (event.target.id !== "composer-text" || event.isComposing) return;
    const open = !$("canned").hidden && chosen >= 0;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) { choose(chosen + (event.key === "ArrowDown" ? 1 : -1)); event.preventDefault(); return; }
    const draft = document.querySelector("[data-draft]");
    if (!open && event.key === "Tab" && !event.shiftKey && draft && !event.target.value) { use(draft.dataset.draft); event.preventDefault(); return; }
    if (open && (event.key === "Enter" || event.key === "Tab")) {
      pick(document.querySelectorAll("#canned [role=option]")[chosen]);
      event.preventDefault();
      return;
    }
    if (event.key === "Escape" && !$("canned").hidden) { hideCanned(); event.stopPropagation(); return; }
    if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey && matchMedia("(pointer: fine)").matches) {
      event.preventDefault();
      if (($("composer-text").value.trim() || $("composer-file").files.length || $("composer-canned").value) && !$("composer").classList.contains("htmx-request")) $("composer").requestSubmit();
    }
  });

  document.addEventListener("click", function (event) {
    const at = event.target;
    const tab = at.closest("#composer [role=tab]");
    if (tab) setKind(tab.dataset.kind);
    const option = at.closest("#canned [role=option]");
    if (option) pick(option);
    const anyway = at.closest("[data-send-anyway]");
    if (anyway) { $("composer-seen").value = anyway.dataset.sendAnyway; $("held").replaceChildren(); $("composer").requestSubmit(); }
    const edit = at.closest("[data-edit]");
    if (edit) { $("composer-seen").value = edit.dataset.edit; $("held").replaceChildren(); $("composer-text").focus(); keep(); }
    const found = at.closest("[data-draft], [data-write]");
    if (found) use(found.dataset.draft || found.dataset.write);
    const empty = at.closest("[data-empty]");
    if (empty) $(empty.dataset.empty).replaceChildren();
    if (at.closest("[data-fresh]")) { $("composer-key").value = fresh(); submitted = null; keep(); }
    if (at.closest("[data-dismiss]")) { $("held").replaceChildren(); $("composer-text").focus(); }
    if (at.closest("#attached button")) attach(null);
    if (at.closest("[data-clear-at]")) { $("composer-at").value = ""; $("later").open = false; }
  });

  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.detail.elt && event.detail.elt.id === "composer") submitted = $("composer-text").value;
  });

  window.deskComposer = { restore: restore, sent: sent, takenBack: takenBack, setKind: setKind, lock: lock, grow: grow, keep: keep, word: word, insert: insert };
})();
