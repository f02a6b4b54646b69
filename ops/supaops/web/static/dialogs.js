// [data-opens="#id"] opens a dialog. The browser closes it by Escape, and gives the focus back.
export function begin() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-opens]");
    if (button) open(document.querySelector(button.dataset.opens));
    if (event.target instanceof HTMLDialogElement) closeFromOutside(event);
  });
}

export function open(dialog) {
  if (dialog && !document.querySelector("dialog[open]")) dialog.showModal();
}

function closeFromOutside(event) {
  const box = event.target.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right
    && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside) event.target.close();
}
