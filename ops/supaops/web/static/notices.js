// Notices: said aloud, since what is there when a page loads is not; gone when they are dismissed.
import { announce } from "./announce.js";

export function begin() {
  const notice = document.querySelector("#notice[role=status] p");
  if (notice) announce(notice.textContent);
  document.addEventListener("click", dismiss);
}

function dismiss(event) {
  const button = event.target.closest("[data-dismiss]");
  if (!button) return;
  document.querySelector(button.dataset.dismiss)?.remove();
  document.getElementById("main").focus({ preventScroll: true });
}
