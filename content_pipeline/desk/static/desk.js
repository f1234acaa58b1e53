// Keyboard shortcuts and live counts. Everything else works without this file.
"use strict";

document.documentElement.classList.add("js");

const find = (selector) => document.querySelector(selector);
const help = document.getElementById("help");
const film = document.getElementById("film");
const FIELDS = "input:not([type=checkbox], [type=radio], [type=hidden]), textarea, select, [contenteditable]";

find(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Queue: one entry after the other.
const entries = [...document.querySelectorAll("[data-entry] .entry-link")];
const step = (by) => {
  if (!entries.length) return find(by > 0 ? "a[rel=next]" : "a[rel=prev]")?.click();
  const at = entries.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : entries.length - 1) : Math.min(Math.max(at + by, 0), entries.length - 1);
  entries[next].focus();
  entries[next].scrollIntoView({ block: "nearest" });
};

const showReject = () => {
  const box = document.getElementById("reject");
  if (!box) return;
  box.open = true;
  box.scrollIntoView({ block: "center" });
  box.querySelector("textarea").focus();
};

const focusOn = (element) => {
  element?.scrollIntoView({ block: "center" });
  element?.focus();
};

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  a: () => focusOn(find("[data-approve]")),
  r: showReject,
  e: () => find("[data-edit]")?.click(),
  m: () => find("[data-move]")?.click(),
  q: () => location.assign("/"),
  c: () => location.assign("/calendar"),
  "?": () => help?.showModal(),
  " ": () => (film.paused ? film.play() : film.pause()),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help?.open) return;
  if (event.target.closest?.(FIELDS)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const action = KEYS[event.key];
  // Space presses the button or opens the details that have the focus, and a film that has it plays by itself.
  if (!action || (event.key === " " && (!film || event.target.closest?.("button, a, summary, input, video")))) return;
  event.preventDefault();
  action();
});

find("[data-reject]")?.addEventListener("click", (event) => {
  event.preventDefault();
  showReject();
});

for (const select of document.querySelectorAll("[data-submit]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// A picture that is gone leaves its place empty instead of a broken sign.
for (const image of document.querySelectorAll(".cover img")) {
  const hide = () => image.classList.add("gone");
  if (image.complete && !image.naturalWidth) hide();
  image.addEventListener("error", hide);
}

// A second press must not send a form twice.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Edit: characters so far, and what Instagram shows before "more".
const caption = find("[data-caption]");
if (caption) {
  const tags = find("[data-tags]");
  const line = find("[data-count]");
  const shown = find("[data-shown]");
  const more = find("[data-more]");
  const fold = Number(caption.dataset.fold);
  const limit = Number(line.dataset.limit);
  const most = Number(line.dataset.most);
  find("[data-preview]").hidden = false;
  const count = () => {
    const words = tags.value.split(/[\s,]+/).filter(Boolean);
    const text = caption.value.trim() + (words.length ? "\n\n" + words.map((w) => (w[0] === "#" ? w : "#" + w)).join(" ") : "");
    const letters = [...text];
    line.textContent = `${letters.length} of ${limit} characters, ${words.length} of ${most} hashtags`;
    line.classList.toggle("over", letters.length > limit || words.length > most);
    shown.textContent = letters.slice(0, fold).join("");
    more.hidden = letters.length <= fold;
  };
  caption.addEventListener("input", count);
  tags.addEventListener("input", count);
  count();
}
