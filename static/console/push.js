/* Notifications of this browser although the desk is closed: on and off by the person, renewed whenever the desk is opened. */
(function () {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const box = () => $("push");
  const wish = () => "desk-push:" + document.body.dataset.user + ":" + document.body.dataset.base;
  let busy = false;

  function post(url, told, more) {
    const headers = JSON.parse(document.body.getAttribute("hx-headers"));
    return fetch(url, { method: "POST", body: new URLSearchParams(told), headers: headers, ...more });
  }

  function bytes(key) {
    const text = atob(key.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(text, (one) => one.charCodeAt(0));
  }

  function isPhoneOfApple() { return /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1); }

  /* What stands in the way: "" when nothing does. */
  function obstacle() {
    const known = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
    if (!known) return isPhoneOfApple() ? "home" : "unknown";
    return Notification.permission === "denied" ? "denied" : "";
  }

  function show(on) {
    const why = obstacle();
    $("push-switch").setAttribute("aria-pressed", String(on));
    $("push-switch").disabled = busy || why !== "";
    for (const part of box().querySelectorAll("[data-on]")) part.hidden = !on;
    for (const part of box().querySelectorAll("[data-off]")) part.hidden = on;
    for (const part of box().querySelectorAll("[data-why]")) part.hidden = part.dataset.why !== why;
  }

  async function worker() {
    const made = await navigator.serviceWorker.register(box().dataset.worker, { scope: "/console/" });
    return made.active ? made : navigator.serviceWorker.ready;
  }

  function same(subscription) {
    const used = subscription.options.applicationServerKey;
    const ours = bytes(box().dataset.key);
    return used && new Uint8Array(used).every((one, at) => one === ours[at]);
  }

  async function subscribe() {
    const made = await worker();
    let found = await made.pushManager.getSubscription();
    if (found && !same(found)) { await found.unsubscribe(); found = null; }
    found = found || await made.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box().dataset.key) });
    const told = found.toJSON();
    const answer = await post(box().dataset.tell, { endpoint: told.endpoint, p256dh: told.keys.p256dh, auth: told.keys.auth });
    if (!answer.ok) throw new Error(String(answer.status));
    localStorage.setItem(wish(), "on");
  }

  /* Only this hotel and person are taken off: the browser may be told for another hotel. */
  async function unsubscribe(more) {
    localStorage.removeItem(wish());
    const made = await navigator.serviceWorker.getRegistration("/console/");
    const found = made && await made.pushManager.getSubscription();
    if (found) await post(box().dataset.hush, { endpoint: found.endpoint }, more);
  }

  async function turn(on) {
    busy = true;
    show(on);
    try {
      if (on) {
        if (Notification.permission === "default") await Notification.requestPermission();
        if (Notification.permission === "granted") await subscribe();
      } else await unsubscribe();
    } catch (error) {
      localStorage.removeItem(wish());
      document.dispatchEvent(new CustomEvent("desk:told", { detail: window.deskComposer.word("push-failed") }));
    }
    busy = false;
    show(localStorage.getItem(wish()) === "on");
  }

  document.addEventListener("DOMContentLoaded", function () {
    if (!box()) return;
    const wanted = localStorage.getItem(wish()) === "on" && obstacle() === "" && Notification.permission === "granted";
    show(wanted);
    if (wanted) subscribe().catch(function () { localStorage.removeItem(wish()); show(false); });
    $("push-switch").addEventListener("click", function () { turn($("push-switch").getAttribute("aria-pressed") !== "true"); });
    $("log-out").addEventListener("submit", function (event) {
      if (localStorage.getItem(wish()) !== "on") return;
      event.preventDefault();
      const leave = () => event.target.submit();
      unsubscribe({ keepalive: true }).then(leave, leave);
    });
  });
})();
