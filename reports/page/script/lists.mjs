// What is not in a matrix: the cases of a subject under the rules by which they are judged; and
// the rules themselves.

import { cases, inOrder, page, rule } from "./data.mjs";
import { byId, code, counted, folded, make, outward, quiet, setChildren, visible } from "./dom.mjs";
import { inMatrix, matrices, matrixOf, statusInWords } from "./matrix.mjs";
import { filtersOf, linkTo, state } from "./state.mjs";
import {
  badge, badness, countsInWords, grouped, icon, levelMark, look, STATUSES, tally,
} from "./verdicts.mjs";

const FIRST_SHOWN = 8;
const MORE_SHOWN = 200;
const SUBJECTS = [
  "download",
  "upload",
  "roundtrip",
  "lambda_proxy",
  "errors",
  "headers",
  "keys",
  "limits",
];

/** A case in a list, as a button that opens it. */
export function caseEntry(item, name, detail, current = false) {
  return make(
    "li",
    {},
    make(
      "button",
      {
        type: "button",
        class: `case ${look(item.status)}`,
        "data-case": item.key,
        "aria-current": current ? "true" : null,
      },
      icon(item.status),
      make("span", { class: "for-reader" }, `${item.status}: `),
      make("span", { class: "name" }, ...visible(name)),
      detail && make("span", { class: "detail" }, ...visible(detail)),
    ),
  );
}

function detailOf(item) {
  if (item.status === "passed") return item.actual_form;
  if (item.status !== "failed") return item.reason;
  return [statusInWords(item), item.reason].filter((text) => text !== "differs").join(": ");
}

/** A list that grows by a button, so that thousands of cases cost nothing until they are wanted. */
function growing(items) {
  const list = make("ul", { class: "cases" });
  const more = make("button", { type: "button", class: "more" });
  let shown = 0;
  const grow = (by) => {
    const next = items.slice(shown, shown + by);
    list.append(...next.map((item) => caseEntry(item, item.id, detailOf(item))));
    shown = Math.min(items.length, shown + by);
    more.hidden = shown === items.length;
    more.textContent = `Show ${Math.min(MORE_SHOWN, items.length - shown)} more of ${items.length}`;
  };
  more.addEventListener("click", () => {
    const first = shown;
    grow(MORE_SHOWN);
    list.children[first].firstElementChild.focus();
  });
  grow(FIRST_SHOWN);
  return [list, more];
}

/** A rule's cases; the list is made when it is opened. */
function ruleGroup(id, items) {
  const counts = tally(items);
  const worst = STATUSES.find((status) => counts[status]);
  const details = make(
    "details",
    { class: "group" },
    make(
      "summary",
      {},
      badge(worst, countsInWords(counts)),
      " ",
      code(id),
      make("span", { class: "sentence" }, ...visible(rule(id).sentence)),
    ),
  );
  const fill = () => {
    if (details.children.length > 1) return;
    const worstFirst = [...items].sort((one, other) => badness(one) - badness(other));
    details.append(...growing(worstFirst));
  };
  details.addEventListener("toggle", fill);
  const filtered = filtersOf(state) !== "";
  if (filtered || worst === "failed" || worst === "inconclusive") {
    fill();
    details.open = true;
  }
  return details;
}

function listsByRule(items) {
  const groups = [...grouped(items, (item) => item.rules[0])];
  const worst = ([, inside]) => Math.min(...inside.map(badness));
  groups.sort((one, other) => worst(one) - worst(other));
  return groups.map(([id, inside]) => ruleGroup(id, inside));
}

const TITLES = { download: "Downloads", upload: "Uploads" };
export const titleOf = (subject) =>
  TITLES[subject] ?? subject.charAt(0).toUpperCase() + subject.slice(1).replace("_", " ");

function subjectSection(subject, items) {
  const placed = items.filter(inMatrix);
  const rest = items.filter((item) => !inMatrix(item));
  const id = `subject-${subject}`;
  return make(
    "section",
    { id, class: "subject", "aria-labelledby": `${id}-title` },
    make(
      "h2",
      { id: `${id}-title` },
      titleOf(subject),
      " ",
      quiet(countsInWords(tally(items))),
    ),
    ...[...grouped(placed, matrixOf)].flatMap(([kind, inside]) => matrices(kind, inside)),
    placed.length > 0 && rest.length > 0 && make("h3", {}, "Besides the matrix"),
    ...listsByRule(rest),
  );
}

export const subjects = () => {
  const present = new Set(inOrder.map((item) => item.subject));
  return [...new Set([...SUBJECTS, ...present])].filter((subject) => present.has(subject));
};

export function showResults(shown) {
  const bySubject = grouped(shown, (item) => item.subject);
  const sections = subjects()
    .filter((subject) => bySubject.has(subject))
    .map((subject) => subjectSection(subject, bySubject.get(subject)));
  const all = make("a", { href: "#" }, "Show all");
  const none = make("p", { class: "notice" }, "No case matches these filters. ", all);
  setChildren(byId("results"), ...(sections.length ? sections : [none]));
}

// ----------------------------------------------------------------------------------------- rules

export function sourceList(sources) {
  return make(
    "ul",
    { class: "plain sources" },
    ...sources.map(({ title, url }) => make("li", {}, outward(title, url))),
  );
}

function ruleRow([id, { level, sentence, sources, counts }]) {
  const number = (status) => {
    const count = counts[status];
    const link = () =>
      make(
        "a",
        {
          href: linkTo({ rule: id, verdict: new Set([status]) }),
          "aria-label": `${count} ${status}, ${id}`,
        },
        String(count),
      );
    return make(
      "td",
      { class: `number ${count ? look(status) : "none"}` },
      count ? link() : "0",
    );
  };
  return make(
    "tr",
    {},
    make(
      "th",
      { scope: "row" },
      make("a", { href: linkTo({ rule: id }) }, code(id)),
      levelMark(level),
    ),
    make("td", { class: "said" }, ...visible(sentence), sourceList(sources)),
    ...STATUSES.map(number),
  );
}

export function showRules() {
  const used = ([, { counts }]) => Object.values(counts).some(Boolean);
  const failing = ([, { counts }]) => Number(counts.failed > 0);
  const byRule = grouped(cases, (item) => item.rules[0]);
  const all = Object.entries(page.rules).map(([id, found]) => [
    id,
    { ...found, counts: tally(byRule.get(id) ?? []) },
  ]);
  const rows = all.filter(used).sort((one, other) => failing(other) - failing(one));
  const names = all.filter((entry) => !used(entry)).map(([id]) => id);
  const heads = STATUSES.map((status) =>
    make("th", { scope: "col", class: "number" }, icon(status), ` ${status}`),
  );
  setChildren(
    byId("rules"),
    make("h2", { id: "rules-title" }, "Rules"),
    make(
      "p",
      { class: "quiet" },
      "Each with the cases that are listed under it. must: documented by AWS or observed on it. should: an RFC, or what clients rely on. derived: follows from other rules, never observed.",
    ),
    make(
      "div",
      { class: "scrolled", tabindex: "0", role: "group", "aria-label": "Table of rules" },
      make(
        "table",
        { class: "rules" },
        make(
          "thead",
          {},
          make(
            "tr",
            {},
            make("th", { scope: "col" }, "Rule"),
            make("th", { scope: "col" }, "What it says, and its sources"),
            ...heads,
          ),
        ),
        make("tbody", {}, ...rows.map(ruleRow)),
      ),
    ),
    names.length > 0 &&
      folded(
        `${counted(names.length, "rule")} without a case`,
        make("p", { class: "names" }, ...names.flatMap((name) => [code(name), " "])),
      ),
  );
}

/** The rule of a filter by rule, above its cases. */
export function showChosenRule() {
  const box = byId("rule-shown");
  box.hidden = !state.rule;
  if (!state.rule) return;
  const { level, sentence, sources } = rule(state.rule);
  const resting = cases.filter((item) => item.rules.indexOf(state.rule) > 0).length;
  const words = `${counted(resting, "other case depends", "other cases depend")} on it too`;
  setChildren(
    box,
    make("h2", {}, code(state.rule), " ", levelMark(level)),
    make("p", {}, ...visible(sentence)),
    sourceList(sources),
    resting > 0 && make("p", {}, make("a", { href: linkTo({ text: state.rule }) }, words)),
  );
}
