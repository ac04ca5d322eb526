// The first screen: the verdict, its diagnosis and fix, what failed, what was not tested.

import { cases, page, rule } from "./data.mjs";
import {
  byId, code, copyable, counted, fact, folded, make, quiet, setChildren, visible,
} from "./dom.mjs";
import { linkTo } from "./state.mjs";
import {
  countsInWords, grouped, icon, levelMark, LEVELS, look, STATUSES, tally,
} from "./verdicts.mjs";

const totals = tally(cases);

const VERDICTS = {
  Passed: page.reserved ? { icon: "!", color: "tolerated" } : { icon: "✓", color: "passed" },
  Failed: { icon: "✗", color: "failed" },
  Inconclusive: { icon: "?", color: "inconclusive" },
  Incomplete: { icon: "✂", color: "inconclusive" },
};

function verdictSentence() {
  if (!cases.length) return "No case was executed, so nothing is known about this endpoint.";
  const counts = `${countsInWords(totals)}.`;
  if (page.end.complete) return counts;
  const planned = page.run.planned.toLocaleString("en");
  const executed = cases.length.toLocaleString("en");
  return `${counts} Only ${executed} of ${planned} planned cases were executed.`;
}

function duration() {
  const seconds = (Date.parse(page.end.ended) - Date.parse(page.run.started)) / 1000;
  if (!(seconds >= 0)) return "not known";
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = `${Math.round(seconds % 60)} s`;
  return minutes < 60
    ? `${minutes} min ${rest}`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const lines = (texts) => texts.map((text) => make("div", {}, ...visible(text)));

const facts = () => {
  const { run } = page;
  const started = run.started.replace("T", " ").replace(/(\.\d+)?(\+00:00|Z)$/, " UTC");
  const sha = run.definition.sha256;
  return [
    ["Endpoint", code(run.endpoint)],
    [
      "Definition",
      [
        code(run.definition.source),
        " ",
        make("span", { class: "quiet", title: `SHA-256 ${sha}` }, `SHA-256 ${sha.slice(0, 12)}…`),
      ],
    ],
    ...(page.proven.length ? [["Bytes were right", lines(page.proven)]] : []),
    ...(page.unproven.length ? [["Bytes were not seen", lines(page.unproven)]] : []),
    ...(page.findings.length ? [["About the definition", lines(page.findings)]] : []),
    ["Started", make("time", { datetime: run.started }, started)],
    ["Duration", duration()],
    [
      "Profile",
      [...visible(run.profile), run.strict ? ", strict" : "", `, fails from level ${run.level}`],
    ],
    ["Suite", `version ${run.suite_version}`],
  ];
};

/** Levels by outcomes; each number leads to its cases. */
function countsTable() {
  const heads = STATUSES.map((status) =>
    make("th", { scope: "col", class: look(status) }, icon(status), ` ${status}`),
  );
  const link = (count, changes, what) =>
    make(
      "a",
      { href: linkTo(changes), "aria-label": `${count} ${what}` },
      count.toLocaleString("en"),
    );
  const number = (count, changes, what) =>
    make("td", {}, count ? link(count, changes, what) : quiet("0"));
  const rows = LEVELS.map((level) => {
    const counts = tally(cases.filter((item) => item.level === level));
    const cells = STATUSES.map((status) =>
      number(
        counts[status],
        { level: new Set([level]), verdict: new Set([status]) },
        `${level} ${status}`,
      ),
    );
    return make("tr", {}, make("th", { scope: "row" }, level), ...cells);
  });
  const all = STATUSES.map((status) =>
    number(totals[status], { verdict: new Set([status]) }, status),
  );
  return make(
    "table",
    { class: "counts" },
    make("caption", { class: "for-reader" }, "Cases by level and verdict"),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Level"), ...heads)),
    make(
      "tbody",
      {},
      ...rows,
      make("tr", { class: "sum" }, make("th", { scope: "row" }, "all"), ...all),
    ),
  );
}

/** The same at a glance; it says nothing that the table does not. */
function bar() {
  const parts = STATUSES.toReversed().filter((status) => totals[status]);
  return make(
    "div",
    { class: "bar", "aria-hidden": "true" },
    ...parts.map((status) => {
      const part = make("span", { class: look(status) });
      part.style.flexGrow = totals[status];
      return part;
    }),
  );
}

function notices() {
  const texts = page.end.why ? [page.end.why] : [];
  for (const entry of page.stale) {
    texts.push(`Known deviation that no longer occurs or has expired: ${entry}`);
  }
  return texts.map((text) => make("p", { class: "notice" }, ...visible(text)));
}

export function showTop() {
  const { icon: sign, color } = VERDICTS[page.word];
  byId("top").replaceChildren(
    make(
      "div",
      { class: `verdict ${color}` },
      make("span", { class: "sign", "aria-hidden": "true" }, sign),
      make(
        "div",
        {},
        make("h1", { id: "verdict" }, page.word, page.reserved && `; ${page.reserved}`),
        make("p", {}, verdictSentence()),
        make("p", {}, code(page.run.endpoint), " as ", code(page.run.definition.source)),
      ),
    ),
    ...notices(),
  );
}

export function showRun() {
  byId("run").replaceChildren(
    make("h2", { id: "run-title" }, "Counts and run"),
    make(
      "div",
      { class: "glance" },
      make("div", {}, bar(), countsTable()),
      make(
        "dl",
        { class: "facts" },
        ...facts().map(([name, value]) => fact(name, value)),
      ),
    ),
  );
}

// -------------------------------------------------------------------------------------- failures

const MOST_SYMPTOMS = 12;

/** A section of a status: its cases by rule and symptom, the largest group first. */
function symptomSection(status, title, words) {
  const found = cases.filter((item) => item.status === status);
  if (!found.length) return;
  const groups = [...grouped(found, (item) => `${item.rules[0]}\n${words(item)}`).values()];
  groups.sort((one, other) => other.length - one.length);
  const rows = groups.slice(0, MOST_SYMPTOMS).map((items) => {
    const [{ key, rules, waiver }] = items;
    const symptom = words(items[0]);
    const many = { verdict: new Set([status]), rule: rules[0], text: symptom };
    const href = linkTo(items.length > 1 ? many : { case: key });
    return make(
      "li",
      {},
      make("a", { href }, counted(items.length, "case")),
      ": ",
      ...visible(symptom),
      waiver && quiet(" (", ...visible(waiver), ")"),
      " ",
      code(rules[0]),
      " ",
      levelMark(rule(rules[0]).level),
    );
  });
  const rest = groups.slice(MOST_SYMPTOMS).flat().length;
  const more = counted(rest, "case");
  if (rest) {
    const href = linkTo({ verdict: new Set([status]) });
    rows.push(make("li", {}, make("a", { href }, `${more} with other symptoms`)));
  }
  const section = byId(status);
  section.hidden = false;
  section.replaceChildren(
    make("h2", { id: `${status}-title` }, icon(status), ` ${title}`),
    make("ul", { class: "plain symptoms" }, ...rows),
  );
}

export function showSymptoms() {
  symptomSection("failed", "What failed", (item) => item.symptom);
  symptomSection("tolerated", "Tolerated: does not fail the run", (item) => item.reason);
}

// ------------------------------------------------------------------------------------- diagnosis

function unexplained(keys) {
  if (!keys?.length) return null;
  const links = keys
    .slice(0, 20)
    .map((id) => make("li", {}, make("a", { href: linkTo({ case: id }) }, code(id))));
  return folded(
    `${counted(keys.length, "case")} not explained`,
    make("ul", { class: "plain" }, ...links),
    keys.length > links.length &&
      make("p", { class: "quiet" }, `and ${keys.length - links.length} more`),
  );
}

/** How to fix it. */
function remedies(explanation) {
  const { remedy = [], commands = [] } = explanation;
  if (!remedy.length && !commands.length) return [];
  return [
    make("h3", {}, "How to fix it"),
    remedy.length > 0 &&
      make("ol", { class: "remedy" }, ...remedy.map((step) => make("li", {}, ...visible(step)))),
    ...commands.map((command, place) => {
      const which = commands.length > 1 ? ` ${place + 1} of ${commands.length}` : "";
      return copyable(command, `command${which} of the fix`);
    }),
  ];
}

/** Another explanation; the cases cannot tell one that is `equallyLikely` from the first. */
function otherExplanation(explanation, equallyLikely) {
  const mark = equallyLikely && make("span", { class: "level" }, "fits as well");
  return folded(
    [...visible(explanation.sentence), mark],
    explanation.cause && make("p", {}, "Usual cause: ", ...visible(explanation.cause)),
    ...remedies(explanation),
    unexplained(explanation.unexplained),
  );
}

export function showDiagnosis() {
  const { headline = "", explanations = [], unexplained: rest = [] } = page.diagnosis ?? {};
  if (!headline && !explanations.length) return;
  const [first, ...others] = explanations;
  const section = byId("diagnosis");
  section.hidden = false;
  setChildren(
    section,
    make("h2", { id: "diagnosis-title" }, "Diagnosis"),
    make("p", { class: "headline" }, ...visible(headline || first.sentence)),
    first?.cause && make("p", {}, make("strong", {}, "Usual cause: "), ...visible(first.cause)),
    ...(first ? remedies(first) : []),
    unexplained(first?.unexplained?.length ? first.unexplained : rest),
    others.length > 0 && make("h3", {}, "Other explanations"),
    ...others.map((other) => otherExplanation(other, other.rank === first.rank)),
  );
}

// -------------------------------------------------------------------------------------- untested

/** Whether an item stands for an operation of which no case is made, or says that there is none. */
const isUnjudged = (item) => item.rules[0] === "not-judged" && item.status === "not applicable";

function reasons(status) {
  const groups = grouped(
    cases.filter((item) => item.status === status && !isUnjudged(item)),
    (item) => item.reason,
  );
  return [...groups].sort(([, one], [, other]) => other.length - one.length);
}

function reasonList(status, title) {
  const groups = reasons(status);
  if (!groups.length) return [];
  const rows = groups.slice(0, 12).map(([reason, items]) => {
    const many = { verdict: new Set([status]), text: reason };
    const href = linkTo(items.length > 1 ? many : { case: items[0].key });
    return make(
      "li",
      {},
      make("a", { href }, counted(items.length, "case")),
      ": ",
      ...visible(reason),
    );
  });
  const rest = groups.slice(12).reduce((sum, [, items]) => sum + items.length, 0);
  if (rest) rows.push(make("li", { class: "quiet" }, `${counted(rest, "case")} for other reasons`));
  return [make("h3", {}, icon(status), ` ${title}`), make("ul", { class: "plain" }, ...rows)];
}

function unjudgedList() {
  const items = cases.filter((item) => isUnjudged(item) && item.id !== "none");
  if (!items.length) return [];
  const rows = items.map((item) =>
    make(
      "li",
      {},
      make("a", { href: linkTo({ case: item.key }) }, item.id),
      ": ",
      ...visible(item.reason),
    ),
  );
  return [make("h3", {}, "Operations that are not tested"), make("ul", { class: "plain" }, ...rows)];
}

export function showUntested() {
  const { untested } = page.end;
  const rows = untested.map((text) => make("li", {}, ...visible(text)));
  const list = make("ul", { class: "plain" }, ...rows);
  const children = [
    ...reasonList("inconclusive", "Inconclusive: executed, but no answer that could be judged"),
    ...reasonList("not applicable", "Not applicable: this API has nothing to test it with"),
    ...unjudgedList(),
    ...(untested.length ? [make("h3", {}, "Not covered by this run"), list] : []),
  ];
  if (!children.length) return;
  const section = byId("untested");
  section.hidden = false;
  section.replaceChildren(
    make("h2", { id: "untested-title" }, "What was not tested, and why"),
    ...children,
  );
}
