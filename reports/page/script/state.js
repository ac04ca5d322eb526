// What is shown is said by the fragment of the address alone, so that every view has a link, and
// the browser's back button leads to the view before.

const CHOICES = ["subject", "rule", "text", "payload", "sent", "case"];

function emptyState() {
  return {
    verdict: new Set(),
    level: new Set(),
    ...Object.fromEntries(CHOICES.map((name) => [name, ""])),
  };
}

let state = emptyState();

/** The state that a fragment asks for; what it says that is not known is left out. */
function parseFragment(fragment) {
  const asked = new URLSearchParams(fragment.replace(/^#/, ""));
  const parsed = emptyState();
  parsed.verdict = new Set(asked.getAll("verdict").filter((name) => OUTCOMES.includes(name)));
  parsed.level = new Set(asked.getAll("level").filter((name) => LEVELS.includes(name)));
  for (const name of CHOICES) parsed[name] = asked.get(name) ?? "";
  if (!(parsed.rule in page.rules)) parsed.rule = "";
  return parsed;
}

function fragmentOf(wanted) {
  const said = new URLSearchParams();
  for (const name of ["verdict", "level"]) {
    for (const value of wanted[name]) said.append(name, value);
  }
  for (const name of CHOICES) if (wanted[name]) said.set(name, wanted[name]);
  return said.size ? `#${said}` : "";
}

/** The address of a view, for links. */
const linkTo = (changes) => fragmentOf({ ...emptyState(), ...changes }) || "#";

/** Go to a view; `replace` leaves no step for the back button. */
function go(changes, { replace = false, mark = null } = {}) {
  const address = location.pathname + location.search + fragmentOf({ ...state, ...changes });
  history[replace ? "replaceState" : "pushState"](mark, "", address);
  follow();
}

/** Show what the address says. */
function follow() {
  const before = state;
  state = parseFragment(location.hash);
  const filtersAs = (one) => fragmentOf({ ...one, case: "" });
  if (filtersAs(before) !== filtersAs(state)) showFiltered();
  if (before.case !== state.case) showCase();
}

/** Whether a case is among those asked for; the two axes concern matrices alone. */
function isShown(item) {
  const words = state.text.toLowerCase().split(/\s+/).filter(Boolean);
  return (
    (!state.verdict.size || state.verdict.has(item.outcome)) &&
    (!state.level.size || state.level.has(item.level)) &&
    (!state.subject || state.subject === item.subject) &&
    (!state.rule || state.rule === item.rules[0]) &&
    (!state.payload || (item.axes.payload ?? state.payload) === state.payload) &&
    (!state.sent || !item.axes.accept || item.axes.sent === state.sent) &&
    words.every((word) => searchable(item).includes(word))
  );
}
