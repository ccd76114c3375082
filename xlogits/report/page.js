// Joined by html.py, in this order: theme.js, page.js, table.js, list.js; one function around them all.

const data = JSON.parse(byId("data").textContent);
const { texts, call: calls, place: places, verdict: verdicts, errors } = data;

// -- cells are columns of indexes into tables; payload.py says which

const steps = (name) => {
  let at = 0;
  return Int32Array.from(data.cells[name], (step) => (at += step));
};
const cells = {
  call: steps("call"), place: steps("place"), verdict: steps("verdict"),
  ours: Int32Array.from(data.cells.ours), theirs: Int32Array.from(data.cells.theirs),
};
const size = cells.call.length;
const outcomes = texts.outcome.length;
const nativeOf = (i) => calls[cells.call[i]][0];
const backendOf = (i) => places[cells.place[i]][0];
const outcomeOf = (i) => verdicts[cells.verdict[i]][0];
const reasonOf = (i) => verdicts[cells.verdict[i]][2];
const rank = data.serious.map((_, outcome) => data.serious.indexOf(outcome));
const look = (outcome) => `o-${texts.outcome[outcome].split(" ")[0]}`;
const grouped = (count) => count.toLocaleString("en-US");
const plural = (count) => `${grouped(count)} comparison${count === 1 ? "" : "s"}`;

// -- elements are made, never parsed, so text stays text

const oddOnes = new Set(data.odd);
function visible(text) {
  const parts = [];
  let run = "";
  for (const char of text.replace(/[\t\n\r\f\v]+/g, " ")) {
    if (!oddOnes.has(char)) { run += char; continue; }
    const code = char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    parts.push(run, make("span", "odd", `U+${code}`));
    run = "";
  }
  return [...parts, run].filter((part) => part !== "");
}
function make(tag, look, ...children) {
  const element = document.createElement(tag);
  if (look) element.className = look;
  element.append(...children);
  return element;
}
function press(look, pressed, onclick, ...children) {
  const button = make("button", look, ...children);
  button.type = "button";
  button.setAttribute("aria-pressed", pressed);
  button.addEventListener("click", onclick);
  return button;
}
