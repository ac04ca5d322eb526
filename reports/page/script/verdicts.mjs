// Verdicts, counted and put into words.

import { make } from "./dom.mjs";

export const OUTCOMES = ["deviates", "undecided", "not applicable", "conforms"]; // the worst first
export const LEVELS = ["must", "should", "derived"];
export const ICONS = { conforms: "✓", deviates: "✗", undecided: "?", "not applicable": "–" };

export const badness = (item) => OUTCOMES.indexOf(item.outcome);

/** The class of what is drawn in the colour of an outcome. */
export const look = (outcome) => outcome.replace(" ", "-");

export const icon = (outcome) =>
  make("span", { class: "icon", "aria-hidden": "true" }, ICONS[outcome]);

export const badge = (outcome, words = outcome) =>
  make("span", { class: `badge ${look(outcome)}` }, icon(outcome), ` ${words}`);

export const levelMark = (level) => make("span", { class: `level ${level}` }, level);

/** Group into a map, in the order in which the groups first appear. */
export function grouped(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (groups.has(key)) groups.get(key).push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

export function tally(items) {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0]));
  for (const item of items) counts[item.outcome] += 1;
  return counts;
}

const VERBS = { deviates: "deviate", conforms: "conform" };

/** Counts in words: what is not zero, the worst first. */
export function countsInWords(counts) {
  const verb = (outcome) => (counts[outcome] === 1 ? outcome : (VERBS[outcome] ?? outcome));
  const parts = OUTCOMES.filter((outcome) => counts[outcome]).map(
    (outcome) => `${counts[outcome].toLocaleString("en")} ${verb(outcome)}`,
  );
  return parts.join(", ") || "no case";
}
