// Small comforts on top of pages that work without it: focus after a swap, the server's silence said.
"use strict";
const token = document.querySelector('input[name="csrf_token"]');
document.body.addEventListener("htmx:configRequest", (event) => {
  if (token) event.detail.headers["X-CSRFToken"] = token.value;
});
document.body.addEventListener("htmx:afterSettle", () => {
  const target = document.querySelector("[data-focus]");
  if (target) { target.focus(); target.removeAttribute("data-focus"); }
});
const say = (words) => {
  const line = document.createElement("p");
  line.className = "flash flash-error";
  line.textContent = words;
  document.getElementById("status")?.replaceChildren(line);
};
document.body.addEventListener("htmx:sendError", () => say("Serveur injoignable : rien n'est enregistré, votre saisie est conservée. Réessayez."));
document.body.addEventListener("htmx:responseError", () => say("La demande a échoué : rien n'est enregistré, votre saisie est conservée. Réessayez."));
document.querySelector(".error-summary")?.focus();
// A code that was asked for is masked again by itself.
for (const shown of document.querySelectorAll("[data-mask-after]")) {
  setTimeout(() => {
    shown.className = "hint";
    shown.textContent = "Masqué. Pour le revoir, rouvrez la fiche et demandez-le de nouveau.";
  }, Number(shown.dataset.maskAfter) * 1000);
}
