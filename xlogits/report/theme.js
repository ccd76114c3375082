const byId = (id) => document.getElementById(id);
const root = document.documentElement;

// -- the theme: that of the system until another one is chosen

const THEMES = ["auto", "light", "dark"];
let theme = "auto";
try { theme = localStorage.getItem("xlogits-theme") || "auto"; } catch { /* storage is forbidden */ }

function paintTheme() {
  if (!THEMES.includes(theme)) theme = "auto";
  root.dataset.theme = theme;
  byId("theme").textContent = `Theme: ${theme}`;
}

function nextTheme() {
  theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  try { localStorage.setItem("xlogits-theme", theme); } catch { /* it lasts as long as the page */ }
  paintTheme();
}

paintTheme();
