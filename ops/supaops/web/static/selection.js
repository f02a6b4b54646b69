// Boxes of a table's rows: all of the page, ranges by Shift, and how many there are.
let last = null;

export function begin() {
  document.addEventListener("click", range);
  document.addEventListener("change", changed);
  // After a repaint, and when the browser has put back what was checked before.
  document.addEventListener("htmx:afterSettle", show);
  window.addEventListener("pageshow", show);
  show();
}

export function boxes() {
  return [...document.querySelectorAll("#main input[data-select]:not(:disabled)")];
}

export function selected() {
  return boxes().filter((box) => box.checked);
}

export function toggle(box) {
  box.checked = !box.checked;
  last = box.id || box.value;
  show();
}

function range(event) {
  const box = event.target.closest?.("input[data-select]");
  if (!box) return;
  const all = boxes();
  const from = all.findIndex((each) => (each.id || each.value) === last);
  const to = all.indexOf(box);
  if (event.shiftKey && from >= 0) {
    for (const each of all.slice(Math.min(from, to), Math.max(from, to) + 1)) each.checked = box.checked;
  }
  last = box.id || box.value;
  show();
}

function changed(event) {
  if (!event.target.matches("[data-select-all]")) return;
  for (const box of boxes()) box.checked = event.target.checked;
  show();
}

function show() {
  const all = boxes().length;
  const chosen = selected().length;
  for (const box of document.querySelectorAll("[data-select-all]")) {
    box.checked = all > 0 && chosen === all;
    box.indeterminate = chosen > 0 && chosen < all;
  }
  for (const place of document.querySelectorAll("[data-selection-count]")) place.textContent = chosen;
  document.dispatchEvent(new CustomEvent("supaops:selection"));
}
