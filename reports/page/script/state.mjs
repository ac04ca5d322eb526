// Only the fragment of the address says what is shown, so that every view has a link, and
// the browser's back button leads to the view before.

import { page, searchable } from "./data.mjs";
import { LEVELS, STATUSES } from "./verdicts.mjs";

const CHOICES = ["subject", "rule", "text", "payload", "sent", "case"];

export function emptyState() {
  return {
    verdict: new Set(),
    level: new Set(),
    ...Object.fromEntries(CHOICES.map((name) => [name, ""])),
  };
}

/** The state that a fragment names; values that are not known are left out. */
export function parseFragment(fragment) {
  const values = new URLSearchParams(fragment.replace(/^#/, ""));
  const parsed = emptyState();
  parsed.verdict = new Set(values.getAll("verdict").filter((name) => STATUSES.includes(name)));
  parsed.level = new Set(values.getAll("level").filter((name) => LEVELS.includes(name)));
  for (const name of CHOICES) parsed[name] = values.get(name) ?? "";
  if (!(parsed.rule in page.rules)) parsed.rule = "";
  return parsed;
}

export function fragmentOf(wanted) {
  const values = new URLSearchParams();
  for (const name of ["verdict", "level"]) {
    for (const value of wanted[name]) values.append(name, value);
  }
  for (const name of CHOICES) if (wanted[name]) values.set(name, wanted[name]);
  return values.size ? `#${values}` : "";
}

export let state = parseFragment(location.hash);
let redraw = () => {};

/** Have `listener` called, with the state before, after each change of the address. */
export function watchState(listener) {
  redraw = listener;
  addEventListener("popstate", follow);
  addEventListener("hashchange", follow);
}

/** The address of a view, for links. */
export const linkTo = (changes) => fragmentOf({ ...emptyState(), ...changes }) || "#";

/** Go to a view; `replace` leaves no step for the back button. */
export function go(changes, { replace = false, mark = null } = {}) {
  const address = location.pathname + location.search + fragmentOf({ ...state, ...changes });
  history[replace ? "replaceState" : "pushState"](mark, "", address);
  follow();
}

/** Show what the address says. */
function follow() {
  const before = state;
  state = parseFragment(location.hash);
  redraw(before);
}

/** The filters of a view as text: they are the same where the texts are. */
export const filtersOf = (view) => fragmentOf({ ...view, case: "" });

/** Whether the filters let a case through; `payload` and `sent` concern cases of matrices only. */
export function isShown(item, view) {
  const words = view.text.toLowerCase().split(/\s+/).filter(Boolean);
  return (
    (!view.verdict.size || view.verdict.has(item.status)) &&
    (!view.level.size || view.level.has(item.level)) &&
    (!view.subject || view.subject === item.subject) &&
    (!view.rule || view.rule === item.rules[0]) &&
    (!view.payload || (item.axes.payload ?? view.payload) === view.payload) &&
    (!view.sent || !item.axes.accept || item.axes.sent === view.sent) &&
    words.every((word) => searchable(item).includes(word))
  );
}
