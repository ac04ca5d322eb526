// The first screen: is it healthy, what explains it, what was not tested.

import { cases, page } from "./data.mjs";
import {
  byId, code, copyable, counted, fact, folded, make, quiet, setChildren, visible,
} from "./dom.mjs";
import { linkTo } from "./state.mjs";
import { grouped, icon, LEVELS, look, OUTCOMES, tally } from "./verdicts.mjs";

const VERDICTS = {
  Conforms: { icon: "✓", color: "conforms" },
  Deviates: { icon: "✗", color: "deviates" },
  "Not decided": { icon: "?", color: "undecided" },
  "Cut short": { icon: "✂", color: "undecided" },
};

const totals = tally(cases);
const waived = cases.filter((item) => item.outcome === "deviates" && !item.fails).length;

function verdictSentence() {
  const judged = totals.conforms + totals.deviates;
  const deviating = `${totals.deviates.toLocaleString("en")} of ${counted(judged, "judged case")}`;
  if (page.word === "Cut short") {
    const planned = page.run.planned.toLocaleString("en");
    const tried = cases.length.toLocaleString("en");
    const soFar = totals.deviates ? `So far ${deviating} deviate.` : "None so far deviates.";
    return `Only ${tried} of ${planned} planned cases were tried. ${soFar}`;
  }
  if (page.word === "Not decided") {
    if (!cases.length) return "No case was tried, so nothing is known of this endpoint.";
    const rest = totals.deviates ? ` ${deviating} deviate.` : "";
    return `${counted(totals.undecided, "case")} left nothing to judge.${rest}`;
  }
  if (page.word === "Deviates") return `${deviating} deviate from the rules.`;
  const passed = `${counted(totals.conforms, "case")} came as the rules expect`;
  return totals.deviates ? `${passed}; ${totals.deviates} did not.` : `${passed}.`;
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
  const heads = OUTCOMES.map((outcome) =>
    make("th", { scope: "col", class: look(outcome) }, icon(outcome), ` ${outcome}`),
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
    const cells = OUTCOMES.map((outcome) =>
      number(
        counts[outcome],
        { level: new Set([level]), verdict: new Set([outcome]) },
        `${level} ${outcome}`,
      ),
    );
    return make("tr", {}, make("th", { scope: "row" }, level), ...cells);
  });
  const all = OUTCOMES.map((outcome) =>
    number(totals[outcome], { verdict: new Set([outcome]) }, outcome),
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
  const parts = OUTCOMES.toReversed().filter((outcome) => totals[outcome]);
  return make(
    "div",
    { class: "bar", "aria-hidden": "true" },
    ...parts.map((outcome) => {
      const part = make("span", { class: look(outcome) });
      part.style.flexGrow = totals[outcome];
      return part;
    }),
  );
}

function notices() {
  const texts = [];
  if (page.end.why) texts.push(page.end.why);
  if (waived) {
    texts.push(
      `${counted(waived, "deviation does", "deviations do")} not fail this run: known, or weaker than the level that fails it.`,
    );
  }
  for (const entry of page.stale) texts.push(`Known deviation that is gone or expired: ${entry}`);
  return texts.map((text) => make("p", { class: "notice" }, ...visible(text)));
}

export function showTop() {
  const { icon: sign, color } = VERDICTS[page.word];
  byId("top").replaceChildren(
    make(
      "div",
      { class: `verdict ${color}` },
      make("span", { class: "sign", "aria-hidden": "true" }, sign),
      make("div", {}, make("h1", { id: "verdict" }, page.word), make("p", {}, verdictSentence())),
    ),
    ...notices(),
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
    make("h3", {}, "To mend it"),
    remedy.length > 0 &&
      make("ol", { class: "mend" }, ...remedy.map((step) => make("li", {}, ...visible(step)))),
    ...commands.map((command, place) => {
      const which = commands.length > 1 ? ` ${place + 1} of ${commands.length}` : "";
      return copyable(command, `command${which} that mends it`);
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
  const { headline = "", explanations = [], unexplained: left = [] } = page.diagnosis ?? {};
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
    unexplained(first?.unexplained?.length ? first.unexplained : left),
    others.length > 0 && make("h3", {}, "Other explanations"),
    ...others.map((other) => otherExplanation(other, other.rank === first.rank)),
  );
}

// -------------------------------------------------------------------------------------- untested

/** Whether an item stands for an operation of which no case is made, or says that there is none. */
const isUnjudged = (item) => item.rules[0] === "not-judged" && item.outcome === "not applicable";

function reasons(outcome) {
  const groups = grouped(
    cases.filter((item) => item.outcome === outcome && !isUnjudged(item)),
    (item) => item.reason,
  );
  return [...groups].sort(([, one], [, other]) => other.length - one.length);
}

function reasonList(outcome, title) {
  const groups = reasons(outcome);
  if (!groups.length) return [];
  const rows = groups.slice(0, 12).map(([reason, items]) => {
    const many = { verdict: new Set([outcome]), text: reason };
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
  return [make("h3", {}, icon(outcome), ` ${title}`), make("ul", { class: "plain" }, ...rows)];
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
  return [make("h3", {}, "Operations that are not judged"), make("ul", { class: "plain" }, ...rows)];
}

export function showUntested() {
  const left = page.end.untested;
  const rows = left.map((text) => make("li", {}, ...visible(text)));
  const leftOut = make("ul", { class: "plain" }, ...rows);
  const children = [
    ...reasonList("undecided", "Undecided: tried, but left nothing to judge"),
    ...reasonList("not applicable", "Not applicable: nothing to try it with here"),
    ...unjudgedList(),
    ...(left.length ? [make("h3", {}, "Left out"), leftOut] : []),
  ];
  if (!children.length) return;
  const section = byId("untested");
  section.hidden = false;
  section.replaceChildren(
    make("h2", { id: "untested-title" }, "What was not tested, and why"),
    ...children,
  );
}
