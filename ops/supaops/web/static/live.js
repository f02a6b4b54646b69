// Repaint #main when the queue has changed, and never while somebody is in the middle of something.
import { announce } from "./announce.js";
import { remember, remembered } from "./remember.js";
import { selected } from "./selection.js";

const REPAINT_MS = 15_000; // ages grow although nothing changes
const LOOKS_MISSED = 5; // before what is shown is called stale
const RETRY_MS = 5_000; // after a repaint that failed
const REFUSED_MS = 30_000; // after the server refused a stream

const FIELD = "input:not([type=checkbox], [type=radio]), select, textarea";

const main = document.getElementById("main");
const pill = document.getElementById("live");

let events = null;
let heardAt = Date.now();
let paceMs = 2000; // how often the server looks
let paintedAt = Date.now();
let painted = main.dataset.version; // what is on the screen
let newest = painted; // what the server told last
let failedAt = null;
let ended = false;
let painting = false;
let asked = null; // the repaint that is under way
let repaintAt = 0;
let connectAt = 0;
let said = "";

export function begin() {
  if (!pill) return;
  keepWhatIsTheReaders();
  pill.querySelector("[data-live-toggle]").addEventListener("click", toggled);
  for (const kind of ["change", "input", "focusin", "focusout", "visibilitychange", "supaops:selection", "click"]) {
    document.addEventListener(kind, () => setTimeout(turn));
  }
  document.addEventListener("close", () => setTimeout(turn), true);
  document.addEventListener("htmx:beforeSwap", beforeSwap);
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:timeout", failed);
  window.addEventListener("pagehide", disconnect);
  setInterval(turn, 1000);
  turn();
}

// Do what is due now: listen or not, repaint or not, and say which.
function turn() {
  const why = reason();
  if (ended || why === "off" || document.hidden) disconnect();
  else connect();
  if (!why && !ended && isDue()) repaint();
  show(why);
}

function isDue() {
  if (painting || Date.now() < repaintAt) return false;
  return newest !== painted || Date.now() - paintedAt > REPAINT_MS;
}

// Why the page stands still; empty while it does not.
function reason() {
  if (!main.dataset.live) return "off";
  if (remembered("live", "on") === "off") return "by hand";
  if (document.hidden) return "this tab is hidden";
  if (document.querySelector("dialog[open]")) return "a dialog is open";
  if (selected().length) return "rows are selected";
  if (document.activeElement?.closest(`#main :is(${FIELD})`)) return "a field is in use";
  if (fields().some(isChanged)) return "a field was changed";
  return "";
}

function fields() {
  return [...main.querySelectorAll("input:not([type=hidden], [data-select], [data-select-all]), select, textarea")];
}

function isChanged(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
  const all = [...field.options];
  if (field.multiple || all.some((each) => each.defaultSelected)) return all.some((each) => each.selected !== each.defaultSelected);
  return field.selectedIndex > 0;
}

function connect() {
  if (events || Date.now() < connectAt) return;
  heardAt = Date.now();
  events = new EventSource(main.dataset.events);
  events.addEventListener("pace", (event) => {
    paceMs = JSON.parse(event.data).every_s * 1000;
  });
  events.addEventListener("tick", (event) => {
    heardAt = Date.now();
    newest = JSON.parse(event.data).version;
    turn();
  });
  events.addEventListener("error", () => {
    if (events?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    disconnect();
    connectAt = Date.now() + REFUSED_MS;
    repaintAt = 0;
    newest = null; // so that a repaint is due, which tells whether the session has ended
    turn();
  });
}

function disconnect() {
  events?.close();
  events = null;
}

async function repaint() {
  painting = true;
  const version = newest;
  const outcome = { shown: false };
  asked = outcome;
  try {
    await htmx.ajax("GET", location.href, { source: main, target: main, select: "#main", swap: "morph:outerHTML", selectOOB: "#made" });
  } catch {
    // htmx has told of it by an event.
  }
  painting = false;
  paintedAt = Date.now();
  if (outcome.shown) painted = version;
  if (failedAt) repaintAt = Date.now() + RETRY_MS;
  turn();
}

function beforeSwap(event) {
  if (event.detail.target !== main) return;
  const answer = event.detail.xhr;
  if (new URL(answer.responseURL).pathname.endsWith("/sign-in")) end();
  if (answer.status >= 400) failed();
  else if (!ended) failedAt = null;
  const mayShow = !ended && !reason() && answer.status < 400;
  event.detail.shouldSwap = mayShow;
  if (asked) asked.shown = mayShow;
}

function failed() {
  failedAt ??= Date.now();
}

function end() {
  ended = true;
  disconnect();
}

// What somebody has opened, checked or been told is theirs, and not the server's to take away.
function keepWhatIsTheReaders() {
  const { callbacks } = Idiomorph.defaults;
  callbacks.beforeAttributeUpdated = (name, element) => {
    if (name === "open") return !element.matches("details, dialog");
    if (name === "checked") return !element.matches("[data-select], [data-select-all]");
    return true;
  };
  callbacks.beforeNodeRemoved = (node) => node.id !== "notice";
}

function toggled() {
  const isOn = remembered("live", "on") === "on";
  if (ended) location.reload();
  remember("live", isOn ? "off" : "on");
  announce(isOn ? "The page is paused." : "The page is live.");
  turn();
}

function show(why) {
  const [state, words, spoken] = told(why);
  pill.toggleAttribute("data-behind", state === "paused" && newest !== painted);
  if (words === said) return;
  const before = pill.dataset.state;
  said = words;
  pill.dataset.state = state;
  pill.querySelector("[data-live-text]").textContent = words;
  const button = pill.querySelector("[data-live-toggle]");
  button.hidden = state === "off";
  button.textContent = state === "ended" ? "Sign in" : why === "by hand" ? "Resume" : "Pause";
  if (spoken) announce(spoken);
  else if (before === "stale" && state === "live") announce("The page is live again.");
}

// The state, what the pill says of it, and what a screen reader is told: only what matters.
function told(why) {
  if (ended) return ["ended", "Signed out", "The session has ended. Sign in again."];
  if (why === "off") return ["off", "Stands still", ""];
  if (why) return ["paused", why === "by hand" ? "Paused" : `Paused: ${why}`, ""];
  const since = staleSince();
  if (since) return ["stale", `Stale since ${clock(since)}`, `The page is stale since ${clock(since)}: there is no answer.`];
  return ["live", "Live", ""];
}

function staleSince() {
  if (failedAt) return failedAt;
  return events && Date.now() - heardAt > Math.max(LOOKS_MISSED * paceMs, 2000) ? heardAt : null;
}

function clock(moment) {
  return `${new Date(moment).toISOString().slice(11, 19)} UTC`;
}
