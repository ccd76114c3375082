// Joined by assertions.py after theme.js: which comparisons are shown.

const rows = [...document.querySelectorAll("#cells tbody tr")];
const cards = [...document.querySelectorAll("[data-outcome]")];
let outcome = null;

function paint() {
  const words = byId("query").value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const text = row.children[1].textContent.toLowerCase();
    row.hidden = (outcome !== null && row.dataset.is !== outcome) || !words.every((word) => text.includes(word));
    if (!row.hidden) shown += 1;
  }
  for (const card of cards) card.setAttribute("aria-pressed", card.dataset.outcome === outcome);
  byId("no-rows").hidden = shown > 0;
  byId("matched").textContent = shown === rows.length
    ? `${rows.length} comparisons, none filtered out` : `${shown} of ${rows.length} comparisons`;
}

byId("theme").addEventListener("click", nextTheme);
byId("theme").hidden = false;
if (rows.length) {
  for (const card of cards) {
    card.addEventListener("click", () => {
      outcome = outcome === card.dataset.outcome ? null : card.dataset.outcome;
      paint();
    });
  }
  byId("query").addEventListener("input", paint);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("reset", () => { outcome = null; setTimeout(paint); });
  byId("filters").hidden = false;
  paint();
}
