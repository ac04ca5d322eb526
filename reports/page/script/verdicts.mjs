// Verdicts, counted and put into words.

import { page } from "./data.mjs";
import { make } from "./dom.mjs";

export const STATUSES = page.statuses; // the worst first
export const LEVELS = ["must", "should", "derived"];
export const ICONS = {
  failed: "✗",
  tolerated: "!",
  inconclusive: "?",
  "not applicable": "–",
  passed: "✓",
};

export const badness = (item) => STATUSES.indexOf(item.status);

/** The class of what is drawn in the colour of a status. */
export const look = (status) => status.replace(" ", "-");

export const icon = (status) =>
  make("span", { class: "icon", "aria-hidden": "true" }, ICONS[status]);

export const badge = (status, words = status) =>
  make("span", { class: `badge ${look(status)}` }, icon(status), ` ${words}`);

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
  const counts = Object.fromEntries(STATUSES.map((status) => [status, 0]));
  for (const item of items) counts[item.status] += 1;
  return counts;
}

/** Counts in words: what is not zero, the worst first. */
export function countsInWords(counts) {
  const parts = STATUSES.filter((status) => counts[status]).map(
    (status) => `${counts[status].toLocaleString("en")} ${status}`,
  );
  return parts.join(", ") || "no case";
}
