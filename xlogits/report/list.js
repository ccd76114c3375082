// -- the list: single comparisons, a page at a time

function focusOn(native, backend, divergence = null) {
  const same = focus.native === native && focus.backend === backend && focus.divergence === divergence;
  Object.assign(focus, NOTHING, same ? {} : { native, backend, divergence });
  paintTable();
  paintList();
  if (same) return;
  byId("cells-title").focus({ preventScroll: true });
  byId("list").scrollIntoView();
}

// The row of the ledger that a known divergence names: the words before the first colon.
const rows = new Map(data.ledger.map(([name], row) => [name, row]));
const rowOfVerdict = verdicts.map(([outcome, why]) =>
  texts.outcome[outcome].startsWith("known") ? rows.get(texts.why[why].split(":")[0]) : undefined);
const divergenceOf = (i) => rowOfVerdict[cells.verdict[i]];

const inFocus = (i) =>
  (focus.native === null || nativeOf(i) === focus.native) &&
  (focus.backend === null || backendOf(i) === focus.backend) &&
  (focus.divergence === null || divergenceOf(i) === focus.divergence);

function chooseCells() {
  const within = matched.filter(inFocus);
  paintReasons(within);
  chosen = focus.reason === null ? within : within.filter((i) => reasonOf(i) === focus.reason);
  const largest = (i) => Math.max(cells.ours[i], cells.theirs[i]);
  const keys = {
    outcome: (i) => rank[outcomeOf(i)] * errors.length - largest(i),
    ours: (i) => -cells.ours[i], theirs: (i) => -cells.theirs[i], native: nativeOf,
  };
  const key = new Float64Array(size);
  for (const i of chosen) key[i] = keys[sort](i);
  chosen.sort((a, b) => key[a] - key[b] || a - b);
}

function paintReasons(within) {
  const counts = new Map();
  for (const i of within) {
    const reason = reasonOf(i);
    if (!texts.reason[reason]) continue;
    const entry = counts.get(reason) || [0, outcomeOf(i)];
    counts.set(reason, [entry[0] + 1, entry[1]]);
  }
  const common = [...counts].sort(([, a], [, b]) => rank[a[1]] - rank[b[1]] || b[0] - a[0]);
  const few = common.slice(0, 6);
  byId("reasons-title").hidden = few.length === 0;
  byId("reasons").replaceChildren(...few.map(([reason, [count, outcome]]) => press(
    look(outcome), focus.reason === reason,
    () => chooseReason(few.findIndex(([other]) => other === reason), reason),
    make("span", "number", `${data.glyphs[outcome]} ${grouped(count)}`),
    make("span", "text", ...visible(texts.reason[reason]), ...accepted(outcome, texts.reason[reason])),
  )));
}

// The buttons are made anew, so the one that was pressed is looked for again.
function chooseReason(place, reason) {
  focus.reason = focus.reason === reason ? null : reason;
  paintList();
  byId("reasons").children[place]?.focus();
}

// A known divergence is named after its row of the ledger, which says why it is accepted.
function accepted(outcome, name) {
  if (!texts.outcome[outcome].startsWith("known") || !rows.has(name)) return [];
  return [make("span", "second", ...visible(data.ledger[rows.get(name)][1]))];
}

function paintChips() {
  const chips = [];
  const chip = (name, ...text) => chips.push(press("", true, () => {
    focus[name] = null;
    paintTable();
    paintList();
    byId("cells-title").focus({ preventScroll: true });
  }, ...text, " ×"));
  if (focus.native !== null) chip("native", ...visible(texts.native[focus.native]));
  if (focus.backend !== null) chip("backend", "on ", ...visible(texts.backend[focus.backend]));
  if (focus.divergence !== null) chip("divergence", ...visible(data.ledger[focus.divergence][0]));
  if (focus.reason !== null) chip("reason", ...visible(texts.reason[focus.reason].slice(0, 80)));
  for (const button of chips) button.title = "Take this away";
  byId("chips").replaceChildren(...chips);
  for (const name of document.querySelectorAll("[data-native]")) {
    const pressed = focus.backend === null && Number(name.dataset.native) === focus.native;
    name.setAttribute("aria-pressed", pressed);
  }
}

function paintList() {
  chooseCells();
  paintChips();
  // on paper the list is what somebody chose, or what differs
  byId("list").classList.toggle("thinned", chosen.length < size);
  byId("list").classList.toggle("differing", chosen.some((i) => outcomeOf(i) === data.serious[0]));
  page = 0;
  paintPage();
  remember();
}

function paintPage() {
  const most = narrow.matches ? SHORT_PAGE : PAGE;
  const from = page * most, to = Math.min(from + most, chosen.length);
  byId("cells").tBodies[0].replaceChildren(...chosen.slice(from, to).map(rowOf));
  byId("range").textContent = chosen.length
    ? `${grouped(from + 1)} to ${grouped(to)} of ${plural(chosen.length)}` : "No comparisons";
  for (const button of document.querySelectorAll("[data-turn]")) {
    button.disabled = button.dataset.turn < 0 ? page === 0 : to >= chosen.length;
  }
  byId("sort").value = sort;
  for (const button of document.querySelectorAll("[data-sort]")) {
    const order = sort === "ours" || sort === "theirs" ? "descending" : "ascending";
    if (button.dataset.sort === sort) button.parentElement.setAttribute("aria-sort", order);
    else button.parentElement.removeAttribute("aria-sort");
  }
}

function turnPage(button, step) {
  page += step;
  paintPage();
  byId("list").scrollIntoView();
  if (button.disabled) byId("cells-title").focus({ preventScroll: true });  // or the focus would be nowhere
}

const spelled = (row, names) => row.map((at, k) => texts[names[k]][at]);

function rowOf(i) {
  const [native, variant, kase, quantity] = spelled(calls[cells.call[i]], ["native", "variant", "case", "quantity"]);
  const [backend, device, dtype, mode] = spelled(places[cells.place[i]], ["backend", "device", "dtype", "mode"]);
  const [outcome, why] = verdicts[cells.verdict[i]];
  const two = (kind, first, second) => make("td", kind, ...visible(first), make("span", "second", ...visible(second)));
  const error = (label, at) => {
    const box = make("td", "number", at ? errors[at] : "–");
    box.dataset.label = label;
    return box;
  };
  return make("tr", look(outcome),
    make("td", "outcome", make("span", "glyph", data.glyphs[outcome]), ` ${texts.outcome[outcome]}`),
    two("what", native, variant), two("case", kase, quantity), two("where", `${backend} ${device}`, `${dtype} ${mode}`),
    error("xlogits", cells.ours[i]), error("native", cells.theirs[i]),
    make("td", "why", ...explained(texts.why[why])));
}

function explained(why) {
  if (why.length <= 260) return visible(why);
  return [make("details", "", make("summary", "", ...visible(`${why.slice(0, 200)} …`)), ...visible(why))];
}

// -- the address holds what is looked for, so that a view can be sent to somebody

function remember() {
  const words = new URLSearchParams();
  const query = byId("query").value.trim();
  if (query) words.set("q", query);
  for (const name of SELECTS) if (filters[name] !== null) words.set(name, texts[name][filters[name]]);
  if (focus.native !== null) words.set("native", texts.native[focus.native]);
  if (focus.backend !== null) words.set("on", texts.backend[focus.backend]);
  if (sort !== "outcome") words.set("sort", sort);
  try { history.replaceState(null, "", `#${words}`); } catch { /* a page without an address */ }
}

function recall() {
  const words = new URLSearchParams(location.hash.slice(1));
  const index = (name, text) => (texts[name].includes(text) ? texts[name].indexOf(text) : null);
  byId("query").value = words.get("q") || "";
  for (const name of SELECTS) byId(`by-${name}`).value = index(name, words.get(name)) ?? "";
  Object.assign(focus, NOTHING, { native: index("native", words.get("native")), backend: index("backend", words.get("on")) });
  sort = [...byId("sort").options].some((o) => o.value === words.get("sort")) ? words.get("sort") : "outcome";
}

function refresh() {
  filterCells();
  focus.reason = null;
  paintTable();
  foldAll();
  paintList();
}

// -- and now all of it

let waiting = 0;
for (const name of SELECTS) byId(`by-${name}`).addEventListener("change", refresh);
byId("query").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(refresh, 80); });
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("filters").addEventListener("reset", () => setTimeout(() => {
  Object.assign(focus, NOTHING);
  refresh();
}));
byId("sort").addEventListener("change", () => { sort = byId("sort").value; paintList(); });
byId("theme").addEventListener("click", nextTheme);
byId("table").addEventListener("keydown", moveInTable);
byId("table").addEventListener("focusin", enterTable);
byId("map").addEventListener("mousemove", pointAtMap);
byId("map").addEventListener("click", (event) => { const found = inMap(event); if (found) focusOn(...found); });
narrow.addEventListener("change", () => { foldAll(); foldLedger(); page = 0; paintPage(); });
for (const button of document.querySelectorAll(".fold")) {
  const body = button.closest("tbody");
  button.addEventListener("click", () => fold(body, body.classList.contains("folded")));
}
byId("back").addEventListener("click", (event) => {
  const wanted = document.querySelector("#table [aria-pressed=true]") || stop;
  if (!wanted || !shown(wanted)) return;
  event.preventDefault();  // going to the heading would take the focus away
  wanted.focus();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-outcome], [data-native], [data-sort], [data-turn], [data-divergence]");
  if (!button) return;
  const { outcome, native, sort: by, turn, divergence } = button.dataset;
  if (divergence !== undefined) focusOn(null, null, Number(divergence));
  if (native !== undefined) focusOn(Number(native), null);
  if (by !== undefined) { sort = by; paintList(); }
  if (turn !== undefined) turnPage(button, Number(turn));
  if (outcome === undefined) return;
  byId("by-outcome").value = Number(outcome) === filters.outcome ? "" : outcome;
  refresh();
});
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const details of opened) details.open = true;
});
addEventListener("afterprint", () => { for (const details of opened) details.open = false; });
addEventListener("hashchange", () => {
  if (byId(location.hash.slice(1))) return;
  recall();
  refresh();
});
for (const id of ["theme", "filters", "list"]) byId(id).hidden = false;
for (const name of document.querySelectorAll("#table .name")) name.tabIndex = -1;
makeBadges();
foldLedger();
if (!byId(location.hash.slice(1))) recall();
refresh();
paintTheme();
