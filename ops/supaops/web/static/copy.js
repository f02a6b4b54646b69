// button[data-copy="#id"] copies the text of that element, over plain HTTP as well.
import { announce } from "./announce.js";

const SHOWN_MS = 2000;

export function begin() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button, document.querySelector(button.dataset.copy));
  });
}

async function copy(button, source) {
  if (!source) return;
  const text = source.value ?? source.textContent;
  const done = await written(text.trim());
  announce(done ? "Copied." : "The browser did not allow copying.");
  say(button, done ? "Copied" : "Not copied");
}

// The clipboard is there in a secure context alone: over https, or from this machine.
async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writtenBySelection(text);
  }
}

function writtenBySelection(text) {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused?.focus({ preventScroll: true });
  return done;
}

function say(button, words) {
  if (button.dataset.label) return;
  button.dataset.label = button.textContent;
  button.textContent = words;
  setTimeout(() => {
    button.textContent = button.dataset.label;
    delete button.dataset.label;
  }, SHOWN_MS);
}
