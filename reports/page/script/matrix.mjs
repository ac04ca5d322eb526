// Downloads, uploads and functions as people think of them: a table for each operation. A cell
// stands for all cases in it and shows the worst of them; colour only repeats sign and words.

import { cases, inOrder } from "./data.mjs";
import { byId, code, counted, make, quiet, spelled, visible } from "./dom.mjs";
import { go, state } from "./state.mjs";
import { badness, countsInWords, grouped, ICONS, look, tally } from "./verdicts.mjs";

const MATRICES = [
  {
    subject: "download",
    title: "Downloads",
    explained:
      "What was received for each type under which the object is stored (rows) and each Accept (columns).",
    row: "stored",
    column: "accept",
    rowHead: "Stored as",
    columnHead: "Accept",
    inCell: ["payload", "sent"],
  },
  {
    subject: "upload",
    title: "Uploads",
    explained: "What was received for each Content-Type (rows) and each form of body (columns).",
    row: "sent",
    column: "form",
    rowHead: "Content-Type",
    columnHead: "Body",
    inCell: [],
  },
  {
    subject: "lambda_proxy",
    title: "What a function receives",
    explained: "What a function received for each Content-Type (rows) and each body (columns).",
    row: "sent",
    column: "form",
    rowHead: "Content-Type",
    columnHead: "Body",
    inCell: [],
  },
  {
    subject: "lambda_proxy",
    title: "What a function returns",
    explained: "What was received for each response of a function (rows) and each Accept (columns).",
    row: "answer",
    column: "accept",
    rowHead: "Returned",
    columnHead: "Accept",
    inCell: ["returned"],
  },
];

const ANY = "any";

/** The matrix that has the case. */
export const matrixOf = (item) =>
  MATRICES.find(
    ({ subject, row, column }) => subject === item.subject && item.axes[row] && item.axes[column],
  );

export const inMatrix = (item) => matrixOf(item) !== undefined;

/** What was received, and where that was wrong, what was expected. */
export function statusInWords(item) {
  if (item.status === "not applicable") return "n/a";
  if (item.status === "inconclusive") return "inconclusive";
  if (item.status === "passed") return item.actual_form || "as expected";
  const { actual_form: received, expected_form: expected } = item;
  if (received && expected && received !== expected) return `${received} ≠ ${expected}`;
  return received ? `${received}, but differs` : "differs";
}

const LONGEST_WORDS = 22; // letters; a cell that says more says it in the panel

/** The words on a cell: the result of most of its worst cases, and the others where they fit. */
export function cellWords(items) {
  const groups = [...grouped(items, statusInWords)].sort(
    ([, one], [, other]) => other.length - one.length,
  );
  const all = groups.map(([text]) => text);
  const whole = all.join(" / ");
  const fits = all.length === 1 || whole.length <= LONGEST_WORDS;
  return { short: fits ? whole : `${all[0]} …`, all };
}

function cell(items) {
  const worst = Math.min(...items.map(badness));
  const shown = items.filter((item) => badness(item) === worst);
  const { status } = shown[0];
  const { short, all } = cellWords(shown);
  const some = shown.length < items.length;
  const count = some ? `${shown.length} of ${items.length}` : String(items.length);
  const many = items.length > 1 ? `; ${count} cases` : "";
  const label = `${status}: ${spelled(all.join(", "))}${many}`;
  return make(
    "button",
    {
      type: "button",
      class: `cell ${look(status)}`,
      tabindex: "-1",
      "aria-label": label,
      "data-case": shown[0].key,
    },
    make("span", { "aria-hidden": "true" }, ICONS[status]),
    " ",
    ...visible(short),
    items.length > 1 &&
      make("small", {}, some ? `${shown.length} of ${items.length}` : `×${items.length}`),
  );
}

/** All cases of the cell of a case, the worst first, for the panel. */
export function casesOfCell(item) {
  const kind = matrixOf(item);
  if (!kind) return [];
  const { row, column } = kind;
  const sharesCell = (other) =>
    matrixOf(other) === kind &&
    [row, column, "operation"].every((axis) => other.axes[axis] === item.axes[axis]);
  return cases.filter(sharesCell).sort((one, other) => badness(one) - badness(other));
}

/** The values of an axis in the order of planning, `any` last. */
export function valuesOf(items, axis) {
  const values = [...new Set(items.map((item) => item.axes[axis]))];
  return values.sort((one, other) => (one === ANY) - (other === ANY));
}

/** The columns in the same order, but those with cells in few rows only behind the rest. */
export function columnsOf(kind, items) {
  const rows = valuesOf(items, kind.row).length;
  const byColumn = grouped(items, (item) => item.axes[kind.column]);
  const isSparse = (value) => valuesOf(byColumn.get(value), kind.row).length * 2 < rows;
  return valuesOf(items, kind.column).sort((one, other) => isSparse(one) - isSparse(other));
}

function head(value, scope) {
  // Long lists of types break behind their signs, not inside of names.
  const parts = value.split(/(?<=[/,;])/).flatMap((part) => [make("wbr"), ...visible(part)]);
  const words = value === "none" ? make("i", {}, "none") : make("code", {}, ...parts);
  return make("th", { scope, title: spelled(value) }, make("span", { class: "clamped" }, words));
}

function matrixTable(kind, operation, items) {
  const rows = grouped(items, (item) => item.axes[kind.row]);
  const columns = columnsOf(kind, items);
  const body = valuesOf(items, kind.row).map((value) => {
    const cells = grouped(rows.get(value), (item) => item.axes[kind.column]);
    const fields = columns.map((column) => {
      const inside = cells.get(column);
      return inside
        ? make("td", {}, cell(inside))
        : make("td", { class: "empty" }, make("span", { class: "for-reader" }, "no case"));
    });
    return make("tr", {}, head(value, "row"), ...fields);
  });
  const corner = make(
    "th",
    { scope: "col", class: "corner" },
    make("span", {}, `${kind.columnHead} →`),
    make("span", {}, `${kind.rowHead} ↓`),
  );
  const grid = make(
    "table",
    { role: "grid", class: "matrix", "aria-label": `${kind.title}: ${spelled(operation)}` },
    make("thead", {}, make("tr", {}, corner, ...columns.map((value) => head(value, "col")))),
    make("tbody", {}, ...body),
  );
  grid.querySelector(".cell").tabIndex = 0;
  return make(
    "article",
    { class: "operation" },
    make(
      "h3",
      {},
      code(operation),
      " ",
      quiet(
        `${countsInWords(tally(items))}; `,
        `${counted(rows.size, "row")}, ${counted(columns.length, "column")}`,
      ),
    ),
    make("div", { class: "scrolled" }, grid),
  );
}

/** A choice among the values of an axis that is not drawn; it is a filter like the others. */
function axisChoice(name, title, kind) {
  const values = valuesOf(
    inOrder.filter((item) => matrixOf(item) === kind),
    name,
  );
  const usual = values.filter((value) => value && value !== ANY);
  if (usual.length < 2) return null;
  const select = make(
    "select",
    { name },
    make("option", { value: "" }, "all, the worst shown"),
    ...usual.map((value) => make("option", { value }, ...visible(value))),
  );
  select.value = state[name];
  select.addEventListener("change", () => {
    go({ [name]: select.value, case: "" });
    byId("results").querySelector(`select[name="${name}"]`)?.focus(); // it was drawn anew
  });
  return make("label", { class: "field" }, `${title} `, select);
}

export function matrices(kind, items) {
  const choices = [
    kind.inCell.includes("payload") && axisChoice("payload", "Payload", kind),
    kind.inCell.includes("sent") && axisChoice("sent", "Content-Type of the request", kind),
  ];
  const operations = grouped(items, (item) => item.axes.operation ?? "");
  return [
    make("p", { class: "quiet" }, kind.explained),
    choices.some(Boolean) && make("div", { class: "choices" }, ...choices),
    ...[...operations].map(([operation, inside]) => matrixTable(kind, operation, inside)),
  ];
}

// -------------------------------------------------------------------------------------- keyboard

/** The next cell from a place, over what is empty; `null` at the edge. */
function neighbour(grid, from, down, right) {
  const rows = grid.tBodies[0].rows;
  let row = from.parentElement.sectionRowIndex + down;
  let column = from.cellIndex + right;
  while (rows[row]?.cells[column]) {
    const found = rows[row].cells[column].querySelector(".cell");
    if (found) return found;
    row += down;
    column += right;
  }
  return null;
}

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function edge(grid, from, key, whole) {
  const inside = whole ? grid : from.parentElement;
  const all = inside.querySelectorAll(".cell");
  return key === "Home" ? all[0] : all[all.length - 1];
}

/** Only one cell of a grid is in the tab order: the one that was last in focus. */
export function makeCurrent(button) {
  for (const other of button.closest("table").querySelectorAll('.cell[tabindex="0"]')) {
    other.tabIndex = -1;
  }
  button.tabIndex = 0;
}

export function moveInGrid(event) {
  const button = event.target.closest?.(".cell");
  if (!button || event.altKey || event.metaKey) return;
  const grid = button.closest("table");
  const from = button.parentElement;
  const { key, ctrlKey } = event;
  if (!(key in MOVES) && key !== "Home" && key !== "End") return;
  const next = key in MOVES ? neighbour(grid, from, ...MOVES[key]) : edge(grid, from, key, ctrlKey);
  event.preventDefault();
  if (!next) return;
  makeCurrent(next);
  next.focus();
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
}
