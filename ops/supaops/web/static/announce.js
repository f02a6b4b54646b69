// Have a screen reader say a sentence, once it has finished the one before.
export function announce(sentence) {
  const place = document.getElementById("announcer");
  place.textContent = "";
  setTimeout(() => { place.textContent = sentence; }, 100);
}
