// On paper nothing can be opened: what deviates is listed with its evidence instead.

const MOST_PRINTED = 100;

function printed(item) {
  const commands = evidence ? commandsOf(evidence.cases[item.place].steps) : [];
  return make(
    "article",
    {},
    make("h3", {}, `✗ ${item.level} `, ...visible(item.id)),
    make("p", {}, ...visible(item.reason)),
    make("p", {}, code(item.rules[0]), ": ", ...visible(rule(item.rules[0]).sentence)),
    make(
      "dl",
      { class: "words" },
      make("div", {}, make("dt", {}, "Expected"), make("dd", {}, ...visible(item.expected))),
      make(
        "div",
        {},
        make("dt", {}, "Observed"),
        make("dd", { class: "dumped" }, ...visible(item.observed)),
      ),
      item.cause &&
        make("div", {}, make("dt", {}, "Likely cause"), make("dd", {}, ...visible(item.cause))),
    ),
    ...commands.map((command) => make("pre", {}, code(command))),
  );
}

function preparePrint() {
  const deviating = inOrder.filter((item) => item.outcome === "deviates" && isShown(item));
  const rest = deviating.length - MOST_PRINTED;
  const children = deviating.length
    ? [
        make("h2", {}, "Deviations"),
        ...deviating.slice(0, MOST_PRINTED).map(printed),
        rest > 0 && make("p", {}, `and ${rest} more: filter the page to print those`),
      ]
    : [];
  byId("print").replaceChildren(...children.filter(Boolean));
}

function watchPrint() {
  addEventListener("beforeprint", preparePrint);
  addEventListener("afterprint", () => byId("print").replaceChildren());
}
