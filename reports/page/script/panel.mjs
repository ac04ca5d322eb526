// The evidence for one case, in a dialog: the browser keeps the focus inside, closes it on Escape
// and gives the focus back.

import { bodyOf, bodyView, comparison, pictures } from "./bytes.mjs";
import { byKey, cases, commandsOf, evidence, evidenceOf, inOrder, rule } from "./data.mjs";
import {
  announce, block, byId, code, copyable, copyButton, counted, fact, folded, make, quiet, spelled,
  visible,
} from "./dom.mjs";
import { caseEntry, sourceList } from "./lists.mjs";
import { casesOfCell, makeCurrent, matrixOf, statusInWords } from "./matrix.mjs";
import { go, isShown, linkTo, state } from "./state.mjs";
import { badge, levelMark } from "./verdicts.mjs";

const OPENED_HERE = { opened: true }; // marks the step of the history that closing takes back

const caseNamed = (key) => byKey.get(key) ?? cases.find((item) => item.id === key);

export function openCase(key) {
  const replace = byId("panel").open;
  go({ case: key }, { replace, mark: replace ? history.state : OPENED_HERE });
}

function closeCase() {
  if (!state.case) return;
  if (history.state?.opened) history.back();
  else go({ case: "" }, { replace: true });
}

/** The cases before and after this one, among those that the filters leave. */
function neighbours(item) {
  const shown = inOrder.filter((other) => other === item || isShown(other, state));
  const place = shown.indexOf(item);
  return { before: shown[place - 1], after: shown[place + 1], place: place + 1, of: shown.length };
}

function turnTo(name) {
  const item = caseNamed(state.case);
  const next = item && neighbours(item)[name];
  if (!next) return;
  openCase(next.key);
}

let lastShown = "";

function showMissing() {
  byId("no-case")?.remove();
  if (!state.case) return;
  const words = ["No case of this run is called ", code(state.case), "."];
  byId("top").append(make("p", { class: "notice", id: "no-case" }, ...words));
}

/** Open, redraw or close the panel, as the address says. */
export function showCase() {
  const panel = byId("panel");
  const item = state.case && caseNamed(state.case);
  if (!item) {
    if (state.case) announce(`No case of this run is called ${spelled(state.case)}`);
    if (panel.open) {
      panel.close();
      focusCase(lastShown);
    }
    showMissing();
    return;
  }
  lastShown = item.key;
  drawPanel(panel, item);
  if (!panel.open) {
    panel.showModal();
    byId("panel-title").focus(); // so that it is read out first
  }
  panel.scrollTop = 0;
}

function panelBar(item) {
  const { before, after, place, of } = neighbours(item);
  const turn = (name, label, sign, target) => {
    const button = make(
      "button",
      { type: "button", "aria-label": label, title: label, disabled: !target, "data-turn": name },
      sign,
    );
    button.addEventListener("click", () => turnTo(name));
    return button;
  };
  const close = make(
    "button",
    { type: "button", class: "close", "aria-label": "Close", title: "Close (Escape)" },
    "✕",
  );
  close.addEventListener("click", closeCase);
  return make(
    "div",
    { class: "panel-bar" },
    turn("before", "Previous case (left arrow)", "←", before),
    turn("after", "Next case (right arrow)", "→", after),
    quiet(`${place.toLocaleString("en")} of ${of.toLocaleString("en")}`),
    make("span", { class: "spring" }),
    copyButton(
      location.href.replace(/#.*/, "") + linkTo({ case: item.key }),
      "link to this case",
      "Copy link",
    ),
    close,
  );
}

function drawPanel(panel, item) {
  const hadFocus = panel.contains(document.activeElement)
    ? document.activeElement.dataset.turn
    : "";
  const evidenceBox = make(
    "div",
    { id: "panel-evidence", "aria-busy": "true" },
    make("p", { class: "quiet" }, "Unpacking …"),
  );
  panel.replaceChildren(
    panelBar(item),
    make(
      "div",
      { class: "panel-body" },
      make(
        "p",
        { class: "panel-verdict" },
        badge(item.status),
        " ",
        levelMark(item.level),
        item.waiver && quiet(" because it is ", ...visible(item.waiver)),
      ),
      make("h2", { id: "panel-title", tabindex: "-1" }, ...visible(item.id)),
      ...verdictWords(item),
      ...othersOfCell(item),
      ...panelRules(item),
      evidenceBox,
    ),
    make("p", { class: "for-reader", role: "status" }),
  );
  const wanted = hadFocus && panel.querySelector(`[data-turn="${hadFocus}"]:not([disabled])`);
  if (panel.open) (wanted || byId("panel-title")).focus();
  evidenceOf(item).then((found) => {
    if (!evidenceBox.isConnected) return; // turned to another case meanwhile
    evidenceBox.replaceChildren(...drawEvidence(item, found));
    evidenceBox.removeAttribute("aria-busy");
  });
}

function verdictWords(item) {
  const entries = [
    ["Expected form", item.expected_form],
    ["Received form", item.actual_form],
    ["Expected", item.expected],
    ["Received", item.observed.split("\n")[0]],
    ["Likely cause", item.cause],
  ].filter(([, words]) => words);
  return [
    make("p", { class: "reason" }, ...visible(item.reason)),
    entries.length > 0 &&
      make(
        "dl",
        { class: "words" },
        ...entries.map(([name, words]) => fact(name, ...visible(words))),
      ),
  ];
}

/** All cases of the cell, which itself shows only one. */
function othersOfCell(item) {
  const all = casesOfCell(item);
  if (all.length < 2) return [];
  const inside = matrixOf(item).inCell;
  const name = (other) =>
    inside.map((axis) => `${axis} ${other.axes[axis]}`).join(", ") || other.key;
  const entry = (other) => caseEntry(other, name(other), statusInWords(other), other === item);
  return [
    make(
      "details",
      { open: all.length <= 4 },
      make("summary", {}, `${all.length} cases share this cell`),
      make("ul", { class: "cases" }, ...all.map(entry)),
    ),
  ];
}

function panelRules(item) {
  const entry = (id) =>
    make(
      "li",
      {},
      make("a", { href: linkTo({ rule: id }) }, code(id)),
      " ",
      levelMark(rule(id).level),
      make("p", {}, ...visible(rule(id).sentence)),
      sourceList(rule(id).sources),
    );
  const [first, ...others] = item.rules;
  const list = (ids) => make("ul", { class: "plain panel-rules" }, ...ids.map(entry));
  return [
    first && make("h3", {}, "Rule"),
    first && list([first]),
    others.length > 0 &&
      folded(`and ${counted(others.length, "rule")} that it depends on`, list(others)),
  ];
}

// ------------------------------------------------------------------------------------- exchanges

const exchangeOf = (step) => (step?.exchange ? evidence.exchanges[step.exchange] : undefined);

function headers(list, secret = []) {
  const value = ([name, words]) =>
    secret.includes(name.toLowerCase()) ? ["$", ...visible(words)] : visible(words);
  const line = (pair) =>
    make("div", {}, make("dt", {}, ...visible(pair[0])), make("dd", {}, ...value(pair)));
  return list.length
    ? make("dl", { class: "headers" }, ...list.map(line))
    : make("p", { class: "quiet" }, "no headers");
}

function exchangeView(step, place, item) {
  const exchange = exchangeOf(step);
  const number = `${place + 1}. ${step.role}`;
  if (!exchange) {
    return make("p", { class: "quiet" }, `${number}: `, ...visible(step.operation), ", not sent");
  }
  const { sent, received } = exchange;
  const status = received ? String(received.status) : "no response";
  const timing = `${(exchange.seconds * 1000).toFixed(1)}\u00a0ms`;
  return make(
    "details",
    { class: "exchange", open: place === item.step },
    make(
      "summary",
      {},
      make("strong", {}, number),
      " ",
      code(`${sent.method} ${sent.url}`),
      " → ",
      make("strong", {}, status),
      " ",
      quiet(timing),
    ),
    ...exchange.repeats.map((why) =>
      make("p", { class: "quiet" }, "Sent again: ", ...visible(why.sentence)),
    ),
    make("h4", {}, "Request"),
    headers(sent.headers, sent.secret_headers),
    sent.sigv4_region &&
      make("p", { class: "quiet" }, `signed for ${sent.sigv4_region}; the signature is left out`),
    ...bodyView(sent.body, `body of request ${place + 1}`),
    make("h4", {}, "Response"),
    ...(received
      ? [
          make("p", {}, code(`${received.http_version} ${received.status}`)),
          headers(received.headers),
          ...bodyView(received.body, `body of response ${place + 1}`),
        ]
      : [make("p", {}, ...visible(exchange.failure.sentence))]),
  );
}

/** The last body that was sent up to the step that decided the verdict. */
function lastUpload(steps, decided) {
  const bodies = steps.slice(0, decided + 1).map((step) => exchangeOf(step)?.sent.body);
  return bodies.findLast((digest) => digest && bodyOf(digest).length > 0);
}

/** Expected beside received bytes, or the hex dump of the verdict where the page lacks either. */
function bytesView(item, expected, received) {
  const dump = item.observed.split("\n").slice(1).join("\n");
  const view = expected ? comparison(expected, received) : { nodes: [], drawn: !dump };
  const dumped = view.drawn ? [] : [block(dump, "first difference", "body")];
  return view.nodes.length || dumped.length
    ? [make("h3", {}, "Bytes"), ...view.nodes, ...dumped]
    : [];
}

function drawEvidence(item, { steps, expected }) {
  const decided = item.step ?? steps.length - 1;
  const received = exchangeOf(steps[decided])?.received?.body;
  const shown = pictures(lastUpload(steps, decided), received);
  const bytes = received ? bytesView(item, expected, received) : [];
  const exchanges = steps.map((step, place) => exchangeView(step, place, item));
  const commands = commandsOf(steps);
  const repeat = commands.map((command, place) =>
    copyable(command, `command ${place + 1} of ${commands.length}`),
  );
  const all =
    commands.length > 1 ? [copyButton(commands.join("\n"), "all commands", "Copy all")] : [];
  return [
    ...(shown ? [make("h3", {}, "Images"), shown] : []),
    ...bytes,
    ...(exchanges.length ? [make("h3", {}, "Exchanges"), ...exchanges] : []),
    ...(repeat.length
      ? [
          make("h3", {}, "Repeat it"),
          make("p", { class: "quiet" }, "In a POSIX shell, in this order."),
          ...repeat,
          ...all,
        ]
      : []),
  ];
}

// -------------------------------------------------------------------------------------- keyboard

/** Left and right turn the pages, except where they already mean something. */
function turnByKey(event) {
  const busy =
    event.altKey || event.ctrlKey || event.metaKey || event.target.closest("[role=group]");
  if (busy) return;
  if (event.key === "ArrowLeft") turnTo("before");
  else if (event.key === "ArrowRight") turnTo("after");
}

/** After closing, the focus is on the case that was shown last, not on the one that was first. */
function focusCase(key) {
  const buttons = [...byId("results").querySelectorAll("[data-case]")];
  const found = buttons.find((button) => button.dataset.case === key);
  if (!found) return;
  if (found.matches(".cell")) makeCurrent(found);
  found.focus();
}

export function watchPanel() {
  const panel = byId("panel");
  panel.addEventListener("cancel", (event) => {
    event.preventDefault(); // the address closes it
    closeCase();
  });
  panel.addEventListener("close", closeCase); // where the browser did not let itself be prevented
  panel.addEventListener("keydown", turnByKey);
  panel.addEventListener("click", (event) => {
    if (event.target === panel) closeCase(); // beside the panel
  });
}
