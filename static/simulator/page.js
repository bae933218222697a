// What every part of the simulator's page uses: words, elements, dates and money; the theme and the drawers.
// Whatever came over the wire is put on the page as text, never as markup.
"use strict";

const page = document.getElementById("simulator");
const settings = page.dataset;
const language = document.documentElement.lang;
const words = new Map([...byId("words").content.querySelectorAll("[data-word]")].map((one) => [one.dataset.word, one.textContent]));

// --- small tools -------------------------------------------------------------------------------------------------------

function byId(id) {
  return document.getElementById(id);
}

function word(key, values = {}) {
  const found = words.get(key) ?? key.replace(/^[a-z]+-/, "").replaceAll("_", " ");
  return found.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** An element with a class, and text or children in it. */
function make(tag, className = "", ...inside) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...inside.filter((one) => one !== null && one !== undefined && one !== ""));
  return element;
}

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("class", "icon");
  picture.setAttribute("aria-hidden", "true");
  picture.append(document.createElementNS(space, "use"));
  picture.firstChild.setAttribute("href", `#i-${name}`);
  return picture;
}

function button(className, act, ...inside) {
  const made = make("button", className, ...inside);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

/** What strangers wrote, with its own direction of writing. */
function quoted(tag, className, text) {
  const element = make(tag, className, text);
  element.dir = "auto";
  return element;
}

function dateFormat(options, zone = settings.zone) {
  return new Intl.DateTimeFormat(language, { timeZone: zone, ...options });
}

const clockFormat = dateFormat({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayKeyFormat = new Intl.DateTimeFormat("en-CA", { timeZone: settings.zone });
const dayFormat = dateFormat({ weekday: "long", day: "numeric", month: "long" });
const stayFormat = dateFormat({ weekday: "short", day: "numeric", month: "short" }, "UTC");
const farStayFormat = dateFormat({ weekday: "short", day: "numeric", month: "short", year: "numeric" }, "UTC");
const shareFormat = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });

const clock = (at) => clockFormat.format(new Date(at));
const dayKey = (at) => dayKeyFormat.format(new Date(at));

function dayName(at) {
  const key = dayKey(at);
  if (key === dayKey(Date.now())) return word("today");
  return key === dayKey(Date.now() - 24 * 3600 * 1000) ? word("yesterday") : dayFormat.format(new Date(at));
}

/** A date of a stay, always with its weekday. */
function stayDate(day) {
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return String(day);
  return (Math.abs(date - Date.now()) < 300 * 24 * 3600 * 1000 ? stayFormat : farStayFormat).format(date);
}

function money(amount, currency) {
  const digits = Number.isInteger(Number(amount)) ? 0 : 2;
  return new Intl.NumberFormat(language, { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount);
}

function clientKey() {
  if (crypto.randomUUID) return crypto.randomUUID(); // absent on plain http, except on this machine
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// --- the theme: the system's, or chosen and remembered ------------------------------------------------------------------

const THEMES = ["system", "light", "dark"];

function showTheme(name) {
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  byId("theme").querySelector("span").textContent = word(`theme-${name}`);
}

function keptTheme() {
  const kept = localStorage.getItem("theme");
  return THEMES.includes(kept) ? kept : "system";
}

byId("theme").addEventListener("click", () => {
  localStorage.setItem("theme", THEMES[(THEMES.indexOf(keptTheme()) + 1) % THEMES.length]);
  showTheme(keptTheme());
});
showTheme(keptTheme());

document.querySelector(".guests [aria-current]").scrollIntoView({ block: "nearest", inline: "nearest" });

// --- drawers: on a narrow screen the guests and the strip fold away -----------------------------------------------------

const openers = [...document.querySelectorAll("[data-drawer]")];

function setDrawer(opener, open) {
  opener.setAttribute("aria-expanded", String(open));
  byId(opener.dataset.drawer).classList.toggle("open", open);
}

for (const opener of openers) {
  opener.addEventListener("click", () => {
    const open = opener.getAttribute("aria-expanded") !== "true";
    for (const other of openers) setDrawer(other, open && other === opener);
    if (!open) return;
    const drawer = byId(opener.dataset.drawer);
    (drawer.tabIndex === 0 ? drawer : drawer.querySelector("a")).focus();
  });
}

function openDrawer() {
  return openers.find((one) => one.getAttribute("aria-expanded") === "true");
}

document.addEventListener("keydown", (event) => {
  const opener = openDrawer();
  if (event.key !== "Escape" || !opener) return;
  setDrawer(opener, false);
  opener.focus();
});

document.addEventListener("pointerdown", (event) => {
  const opener = openDrawer();
  if (opener && !opener.contains(event.target) && !byId(opener.dataset.drawer).contains(event.target)) setDrawer(opener, false);
});
