// Keys that lead to pages and rows. They can be switched off, for who speaks to the browser.
import { open } from "./dialogs.js";
import { remember, remembered } from "./remember.js";
import { toggle } from "./selection.js";

const SECOND_KEY_MS = 1500;
const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), select, textarea, [contenteditable]";

let goUntil = 0;

export function begin() {
  document.addEventListener("keydown", pressed);
  const box = document.querySelector("[data-keys-on]");
  if (!box) return;
  box.checked = areOn();
  box.addEventListener("change", () => remember("keys", box.checked ? "on" : "off"));
}

function areOn() {
  return remembered("keys", "on") === "on";
}

function pressed(event) {
  if (!areOn() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
  const act = event.timeStamp < goUntil ? going(event.key) : ACTS[event.key];
  goUntil = 0;
  if (act?.(event) !== undefined) event.preventDefault();
}

// Each returns undefined when it has found nothing to do, so that the browser has its key.
const ACTS = {
  g: (event) => { goUntil = event.timeStamp + SECOND_KEY_MS; return true; },
  j: () => move(1),
  k: () => move(-1),
  x: () => select(),
  r: () => retry(),
  "/": () => find(),
  "?": () => { open(document.getElementById("help")); return true; },
};

function going(key) {
  const link = document.querySelector(`a[data-go="${CSS.escape(key)}"]`);
  return link ? () => { link.click(); return true; } : undefined;
}

function offered(key) {
  const all = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
  return all.find((each) => !each.disabled && each.checkVisibility());
}

function retry() {
  const button = offered("r");
  if (!button) return undefined;
  button.click();
  return true;
}

function find() {
  const field = offered("/");
  if (!field) return undefined;
  field.focus();
  field.select?.();
  return true;
}

function rows() {
  return [...document.querySelectorAll("#main tr[data-row]")];
}

function rowHere() {
  return document.activeElement?.closest("tr[data-row]");
}

function move(step) {
  const all = rows();
  const here = all.indexOf(rowHere());
  const next = all[here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step];
  if (!next) return all.length ? true : undefined;
  (next.querySelector("a[href]") ?? next.querySelector("input, button, summary"))?.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function select() {
  const box = rowHere()?.querySelector("input[data-select]:not(:disabled)");
  if (!box) return undefined;
  toggle(box);
  return true;
}
