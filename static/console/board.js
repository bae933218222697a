"use strict";
document.addEventListener("DOMContentLoaded", function () {
  const kept = localStorage.getItem("theme");
  if (kept) document.documentElement.dataset.theme = kept;
  document.getElementById("print")?.addEventListener("click", function () { window.print(); });
});
