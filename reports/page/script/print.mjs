// On paper nothing can be opened: what deviates is listed with its evidence instead.

import { commandsOf, evidence, inOrder, rule } from "./data.mjs";
import { byId, code, fact, make, setChildren, visible } from "./dom.mjs";
import { isShown, state } from "./state.mjs";

const MOST_PRINTED = 100;

function printedCase(item) {
  const commands = evidence ? commandsOf(evidence.cases[item.place].steps) : [];
  const observed = visible(item.observed);
  return make(
    "article",
    {},
    make("h3", {}, `✗ ${item.level} `, ...visible(item.id)),
    make("p", {}, ...visible(item.reason)),
    make("p", {}, code(item.rules[0]), ": ", ...visible(rule(item.rules[0]).sentence)),
    make(
      "dl",
      { class: "words" },
      fact("Expected", ...visible(item.expected)),
      make("div", {}, make("dt", {}, "Received"), make("dd", { class: "dumped" }, ...observed)),
      item.cause && fact("Likely cause", ...visible(item.cause)),
    ),
    ...commands.map((command) => make("pre", {}, code(command))),
  );
}

function preparePrint() {
  const failing = inOrder.filter((item) => item.status === "failed" && isShown(item, state));
  const rest = failing.length - MOST_PRINTED;
  setChildren(
    byId("print"),
    failing.length > 0 && make("h2", {}, "Failures"),
    ...failing.slice(0, MOST_PRINTED).map(printedCase),
    rest > 0 && make("p", {}, `and ${rest} more: filter the page to print those`),
  );
}

export function watchPrint() {
  addEventListener("beforeprint", preparePrint);
  addEventListener("afterprint", () => byId("print").replaceChildren());
}
