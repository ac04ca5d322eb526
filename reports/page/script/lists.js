// What is no matrix: the cases of a subject under the rules by which they are judged; and the rules
// themselves.

const FIRST_SHOWN = 8;
const MORE_SHOWN = 200;

function caseRow(item) {
  const detail =
    item.outcome === "conforms"
      ? item.actual_form
      : item.outcome === "deviates"
        ? [outcomeInWords(item), item.reason].filter((text) => text !== "differs").join(": ")
        : item.reason;
  return make(
    "li",
    {},
    make(
      "button",
      { type: "button", class: `case ${item.outcome.replace(" ", "-")}`, "data-case": item.key },
      make("span", { class: "icon", "aria-hidden": "true" }, ICONS[item.outcome]),
      make("span", { class: "for-reader" }, `${item.outcome}: `),
      make("span", { class: "name" }, ...visible(item.id)),
      detail && make("span", { class: "detail" }, ...visible(detail)),
    ),
  );
}

/** A list that grows by a button, so that thousands of cases cost nothing until they are wanted. */
function growing(items) {
  const list = make("ul", { class: "cases" });
  const more = make("button", { type: "button", class: "more" });
  let shown = 0;
  const grow = (by) => {
    list.append(...items.slice(shown, shown + by).map(caseRow));
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
  const worst = OUTCOMES.find((outcome) => counts[outcome]);
  const details = make(
    "details",
    { class: "group" },
    make(
      "summary",
      {},
      make(
        "span",
        { class: `badge ${worst.replace(" ", "-")}` },
        icon(worst),
        ` ${inWords(counts)}`,
      ),
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
  const filtered = fragmentOf({ ...state, case: "" }) !== "";
  if (filtered || worst === "deviates" || worst === "undecided") {
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

const titleOf = (subject) =>
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
      make("span", { class: "quiet" }, inWords(tally(items))),
    ),
    ...[...grouped(placed, kindOf)].flatMap(([kind, inside]) => matrices(kind, inside)),
    placed.length > 0 && rest.length > 0 && make("h3", {}, "Besides the matrix"),
    ...listsByRule(rest),
  );
}

const subjects = () => {
  const present = new Set(inOrder.map((item) => item.subject));
  return [...new Set([...SUBJECTS, ...present])].filter((subject) => present.has(subject));
};

function showResults(shown) {
  const bySubject = grouped(shown, (item) => item.subject);
  const sections = subjects()
    .filter((subject) => bySubject.has(subject))
    .map((subject) => subjectSection(subject, bySubject.get(subject)));
  byId("results").replaceChildren(
    ...(sections.length
      ? sections
      : [
          make(
            "p",
            { class: "notice" },
            "No case is like that. ",
            make("a", { href: "#" }, "Show all"),
          ),
        ]),
  );
}

// ----------------------------------------------------------------------------------------- rules

function sourceList(sources) {
  return make(
    "ul",
    { class: "plain sources" },
    ...sources.map(({ title, url }) => make("li", {}, outward(title, url))),
  );
}

function ruleRow([id, { level, sentence, sources, counts }]) {
  const number = (outcome) => {
    const count = counts[COUNT_NAMES[outcome] ?? outcome];
    const link = () =>
      make(
        "a",
        {
          href: linkTo({ rule: id, verdict: new Set([outcome]) }),
          "aria-label": `${count} ${outcome}, ${id}`,
        },
        String(count),
      );
    return make(
      "td",
      { class: `number ${count ? outcome.replace(" ", "-") : "none"}` },
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
      make("span", { class: `level ${level}` }, level),
    ),
    make("td", { class: "said" }, ...visible(sentence), sourceList(sources)),
    ...OUTCOMES.map(number),
  );
}

function showRules() {
  const used = ([, { counts }]) => Object.values(counts).some(Boolean);
  const deviating = ([, { counts }]) => Number(counts.deviates > 0);
  const all = Object.entries(page.rules);
  const rows = all.filter(used).sort((one, other) => deviating(other) - deviating(one));
  const names = all.filter((entry) => !used(entry)).map(([id]) => id);
  const heads = OUTCOMES.map((outcome) =>
    make("th", { scope: "col", class: "number" }, icon(outcome), ` ${outcome}`),
  );
  const children = [
    make("h2", { id: "rules-title" }, "Rules"),
    make(
      "p",
      { class: "quiet" },
      "Each with the cases that are judged by it first. must: documented by AWS or observed on it. should: an RFC, or what clients rely on. derived: follows from other rules, never observed.",
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
            make("th", { scope: "col" }, "What it says, and where that is from"),
            ...heads,
          ),
        ),
        make("tbody", {}, ...rows.map(ruleRow)),
      ),
    ),
    names.length > 0 &&
      make(
        "details",
        {},
        make("summary", {}, `${counted(names.length, "rule")} by which no case is judged first`),
        make("p", { class: "names" }, ...names.flatMap((name) => [code(name), " "])),
      ),
  ];
  byId("rules").replaceChildren(...children.filter(Boolean));
}

/** What a filter by a rule is about, above its cases. */
function showChosenRule() {
  const box = byId("rule-shown");
  box.hidden = !state.rule;
  if (!state.rule) return;
  const { level, sentence, sources } = rule(state.rule);
  const resting = cases.filter((item) => item.rules.indexOf(state.rule) > 0).length;
  const children = [
    make("h2", {}, code(state.rule), " ", make("span", { class: `level ${level}` }, level)),
    make("p", {}, ...visible(sentence)),
    sourceList(sources),
    resting > 0 &&
      make(
        "p",
        {},
        make(
          "a",
          { href: linkTo({ text: state.rule }) },
          `${counted(resting, "other case rests", "other cases rest")} on it too`,
        ),
      ),
  ];
  box.replaceChildren(...children.filter(Boolean));
}
