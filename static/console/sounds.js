/* Three sounds a desk can tell apart without looking: a guest waits, a word in one of mine, somebody is overdue.
   They play also while the page is in front: the guest is on the screen of a person who looks at another guest. */
(function () {
  "use strict";
  const NAMES = ["waiting", "message", "overdue"];
  const players = {};
  let wanted = localStorage.getItem("desk-sound") !== "off";
  let unlocked = false;

  function button() { return document.getElementById("sound"); }

  function show() {
    const on = wanted && unlocked;
    const at = button();
    at.setAttribute("aria-pressed", String(on));
    at.classList.toggle("off", !on);
  }

  function load() {
    for (const name of NAMES) {
      const audio = new Audio(document.body.dataset.sounds + name + ".wav");
      audio.preload = "auto";
      players[name] = audio;
    }
  }

  /* Browsers let a page sound only after a click in it: until then the button says that the sound is off. */
  function unlock() {
    if (unlocked) return;
    const audio = players.message;
    audio.muted = true;
    audio.play().then(function () {
      audio.pause();
      audio.currentTime = 0;
      audio.muted = false;
      unlocked = true;
      show();
    }).catch(function () { audio.muted = false; show(); });
  }

  function play(name) {
    document.dispatchEvent(new CustomEvent("desk:sound", { detail: name }));
    if (!wanted) return;
    const audio = players[name];
    audio.currentTime = 0;
    audio.play().then(function () { unlocked = true; show(); }).catch(function () { unlocked = false; show(); });
  }

  document.addEventListener("DOMContentLoaded", function () {
    load();
    show();
    button().addEventListener("click", function () {
      if (wanted && unlocked) { wanted = false; } else { wanted = true; unlock(); }
      localStorage.setItem("desk-sound", wanted ? "on" : "off");
      show();
    });
    for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, unlock, { passive: true });
  });

  window.deskSounds = { play: play };
})();
