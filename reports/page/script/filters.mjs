// The form above the results: it only changes the address, and shows what the address says.

import { cases, inOrder, page } from "./data.mjs";
import { byId, counted, make, quiet, visible } from "./dom.mjs";
import { showChosenRule, showResults, subjects } from "./lists.mjs";
import { emptyState, go, isShown, state } from "./state.mjs";
import { STATUSES, tally } from "./verdicts.mjs";

const TYPING_PAUSE = 150; // milliseconds, after which what was typed is searched for

export function fillChoices() {
  const form = byId("filters");
  const totals = tally(cases);
  const boxes = STATUSES.map((status) =>
    make(
      "label",
      {},
      make("input", { type: "checkbox", name: "verdict", value: status }),
      ` ${status} `,
      quiet(totals[status].toLocaleString("en")),
    ),
  );
  byId("verdicts").append(...boxes);
  form.elements.subject.append(
    ...subjects().map((name) => make("option", { value: name }, ...visible(name))),
  );
  const used = Object.keys(page.rules).filter((id) => cases.some((item) => item.rules[0] === id));
  form.elements.rule.append(...used.map((id) => make("option", { value: id }, ...visible(id))));
}

function showInForm() {
  const form = byId("filters");
  for (const box of form.querySelectorAll("[type=checkbox]")) {
    box.checked = state[box.name].has(box.value);
  }
  for (const name of ["subject", "rule", "text"]) {
    if (form.elements[name].value !== state[name]) form.elements[name].value = state[name];
  }
}

/** Redraw everything that the filters touch. */
export function showFiltered() {
  const shown = inOrder.filter((item) => isShown(item, state));
  showInForm();
  showChosenRule();
  showResults(shown);
  const all = shown.length === cases.length;
  byId("shown").textContent = all
    ? counted(cases.length, "case")
    : `${shown.length.toLocaleString("en")} of ${counted(cases.length, "case")}`;
  byId("reset").hidden = all;
}

function chosen(form, name) {
  return new Set([...form.querySelectorAll(`[name="${name}"]:checked`)].map((box) => box.value));
}

export function watchFilters() {
  const form = byId("filters");
  let typing = 0;
  const read = (replace) => {
    const { subject, rule: ruleChoice, text: words } = form.elements;
    go(
      {
        verdict: chosen(form, "verdict"),
        level: chosen(form, "level"),
        subject: subject.value,
        rule: ruleChoice.value,
        text: words.value,
        case: "",
      },
      { replace },
    );
  };
  form.addEventListener("change", (event) => {
    if (event.target.name !== "text") read(false);
  });
  form.addEventListener("input", (event) => {
    if (event.target.name !== "text") return;
    clearTimeout(typing);
    // One step back leads to before the search, not to each of its letters.
    typing = setTimeout(() => read(state.text !== ""), TYPING_PAUSE);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    go({ ...emptyState() });
    form.querySelector("[type=checkbox]").focus(); // the button has gone
  });
}
