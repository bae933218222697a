/* Runs while the desk is closed: shows who waits, and opens the desk there. It keeps nothing and answers no request. */
"use strict";

self.addEventListener("push", function (event) {
  const told = event.data ? event.data.json() : {};
  event.waitUntil(show(told));
});

/* Every push is shown, because browsers take the right away from who shows none; silently where the desk is in front and sounds. */
async function show(told) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const inFront = pages.some((one) => one.focused && new URL(one.url).pathname.startsWith("/console/"));
  await self.registration.showNotification(told.title || "Hotel Receptionist", {
    body: told.body || "", tag: told.tag || "desk", renotify: !inFront, silent: inFront, lang: told.language || "",
    icon: "/static/console/icon-192.png", badge: "/static/console/badge.png", data: { url: told.url || "/console/" },
  });
}

self.addEventListener("notificationclick", function (event) {
  event.notification.close();
  event.waitUntil(open(new URL(event.notification.data.url, self.location.origin)));
});

async function open(url) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((one) => new URL(one.url).pathname === url.pathname);
  if (there) return there.focus();
  return self.clients.openWindow(url.href);
}
