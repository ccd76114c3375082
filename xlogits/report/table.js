// -- what is looked for: `filters` thin out the table and the list, `focus` only the list

const SELECTS = ["outcome", "backend", "device", "dtype", "mode", "quantity", "case"];
const filters = {};
const NOTHING = { native: null, backend: null, reason: null, divergence: null };
const focus = { ...NOTHING };
let matched = [], chosen = [], page = 0, sort = "outcome";
const PAGE = 100, SHORT_PAGE = 20;  // the second on a narrow page

const squeezed = (text) => text.toLowerCase().replaceAll("_", "");
const names = texts.native.map(squeezed);

// A word matches a part of a name, or the name under another import: F.cross_entropy, tf.nn.relu.
function matches(name, word) {
  if (name.includes(word)) return true;
  const dot = word.indexOf(".");
  const at = dot < 0 ? -1 : `.${name}`.indexOf(word.slice(dot));
  if (at < 0) return false;
  let seen = 0;
  for (const char of name.slice(0, at)) if (char === word[seen]) seen += 1;
  return at === 0 || seen >= dot;
}
function wantedNatives() {
  const query = byId("query").value.trim();
  const exact = texts.native.indexOf(query);
  if (query && exact >= 0) return names.map((_, index) => index === exact);
  const words = squeezed(query).split(/\s+/).filter(Boolean);
  return names.map((name) => words.every((word) => matches(name, word)));
}

function readFilters() {
  for (const name of SELECTS) {
    const value = byId(`by-${name}`).value;
    filters[name] = value === "" ? null : Number(value);
    byId(`by-${name}`).parentElement.classList.toggle("active", value !== "");
  }
  byId("query").parentElement.classList.toggle("active", byId("query").value.trim() !== "");
}

function filterCells() {
  readFilters();
  const natives = wantedNatives();
  const is = (name, value) => filters[name] === null || filters[name] === value;
  const inCall = calls.map(([n, , c, q]) => natives[n] && is("case", c) && is("quantity", q));
  const inPlace = places.map(([b, d, t, m]) => is("backend", b) && is("device", d) && is("dtype", t) && is("mode", m));
  const inVerdict = verdicts.map(([outcome]) => is("outcome", outcome));
  matched = [];
  for (let i = 0; i < size; i += 1) {
    if (inCall[cells.call[i]] && inPlace[cells.place[i]] && inVerdict[cells.verdict[i]]) matched.push(i);
  }
}

// -- the table: one badge for each function and backend

const width = texts.backend.length;
const badges = new Map();
function makeBadges() {
  for (const row of document.querySelectorAll("[data-row]")) {
    for (const box of row.querySelectorAll("[data-column]")) {
      const native = Number(row.dataset.row), backend = Number(box.dataset.column);
      const badge = press("badge", false, () => focusOn(native, backend));
      badge.tabIndex = -1;
      box.dataset.label = texts.backend[backend];
      box.append(badge);
      badges.set(native * width + backend, badge);
    }
  }
}

function paintTable() {
  const counts = new Int32Array(texts.native.length * width * outcomes);
  const worst = new Int32Array(texts.native.length * width);
  for (const i of matched) {
    const at = nativeOf(i) * width + backendOf(i);
    counts[at * outcomes + outcomeOf(i)] += 1;
    worst[at] = Math.max(worst[at], cells.ours[i]);
  }
  const columns = new Set(matched.map(backendOf));
  for (const [at, badge] of badges) {
    const tally = counts.subarray(at * outcomes, (at + 1) * outcomes);
    paintBadge(badge, Math.floor(at / width), at % width, tally, errors[worst[at]]);
  }
  for (const box of document.querySelectorAll("#table [data-column]")) box.hidden = !columns.has(Number(box.dataset.column));
  for (const row of document.querySelectorAll("[data-row]")) row.hidden = !row.querySelector(".badge:not([hidden])");
  for (const body of document.querySelectorAll("#table tbody")) body.hidden = !body.querySelector("[data-row]:not([hidden])");
  byId("no-rows").hidden = matched.length > 0;
  byId("table").hidden = matched.length === 0;
  byId("matched").textContent = matched.length === size
    ? `${plural(size)}, none filtered out` : `${grouped(matched.length)} of ${plural(size)}`;
  for (const card of document.querySelectorAll("[data-outcome]")) {
    card.setAttribute("aria-pressed", Number(card.dataset.outcome) === filters.outcome);
  }
}

function glyph(outcome) {
  const sign = make("span", "glyph", data.glyphs[outcome]);
  sign.setAttribute("aria-hidden", "true");
  return sign;
}

function paintBadge(badge, native, backend, tally, worst) {
  const present = data.serious.filter((outcome) => tally[outcome]);
  badge.hidden = present.length === 0;
  if (badge.hidden) return;
  badge.className = `badge ${look(present[0])}`;
  const unseen = (text) => make("span", "unseen", text);
  badge.replaceChildren(
    unseen(`${texts.native[native]} on ${texts.backend[backend]}: `),
    make("span", "counts", ...present.map((o) => make("span", look(o), glyph(o), ` ${grouped(tally[o])}`, unseen(` ${texts.outcome[o]} `)))),
    make("span", "worst", worst ? `${worst} eps` : "no error to give"),
  );
  const words = present.map((outcome) => `${tally[outcome]} ${texts.outcome[outcome]}`);
  const error = worst ? `, largest error of xlogits ${worst} eps` : "";
  const label = `${texts.native[native]} on ${texts.backend[backend]}: ${words.join(", ")}${error}`;
  badge.title = label;
  badge.setAttribute("aria-pressed", focus.native === native && focus.backend === backend);
}

// On a narrow page every family is one line until it is opened, unless something is looked for.
const narrow = matchMedia("screen and (max-width: 46rem)");
function fold(body, open) {
  body.classList.toggle("folded", !open);
  body.querySelector(".fold").setAttribute("aria-expanded", open);
}
function foldAll() {
  const open = !narrow.matches || matched.length < size;
  for (const body of document.querySelectorAll("#table tbody")) fold(body, open);
  keepStop();
}

function foldLedger() {
  for (const row of document.querySelectorAll(".ledger details")) row.open = !narrow.matches;
}

// -- the map at the head: a column for each function, a row for each backend

function inMap(event) {
  const map = byId("map"), box = map.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * map.viewBox.baseVal.width;
  const y = ((event.clientY - box.top) / box.height) * map.viewBox.baseVal.height;
  const lefts = map.dataset.columns.split(" ").map(Number);
  const native = lefts.findLastIndex((left) => left <= x);
  const backend = Math.floor(y / Number(map.dataset.row));
  return badges.has(native * width + backend) ? [native, backend] : null;
}
function pointAtMap(event) {
  const found = inMap(event);
  const badge = found && badges.get(found[0] * width + found[1]);
  byId("map").style.setProperty("cursor", found ? "pointer" : "default");
  byId("pointed").textContent = badge && !badge.hidden ? badge.title : "";
}

// -- by keys: the table is one stop of Tab, arrows move in it

const shown = (element) => element.getClientRects().length > 0;
let stop = null;
function stopAt(button) {
  if (stop) stop.tabIndex = -1;
  stop = button;
  if (stop) stop.tabIndex = 0;
}
function keepStop() {
  if (!stop || !shown(stop)) stopAt([...document.querySelectorAll("#table .name")].find(shown) || null);
}
function enterTable(event) {
  const button = event.target.closest(".name, .badge");
  if (button) stopAt(button);
}
function moveInTable(event) {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const box = event.target.closest("[data-column], th[scope=row]");
  if (!step || !box) return;
  event.preventDefault();
  const rows = [...document.querySelectorAll("#table [data-row]")].filter(shown);
  const row = rows[rows.indexOf(box.parentElement) + step[0]];
  const wanted = row && row.children[[...box.parentElement.children].indexOf(box) + step[1]];
  wanted?.querySelector("button:not([hidden])")?.focus();
}
