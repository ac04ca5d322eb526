// What the file carries. The overview is read at once; the evidence, by far the larger part, is
// unpacked in an idle moment or when the first case is opened, whichever comes first.

const OUTCOMES = ["deviates", "undecided", "not applicable", "conforms"]; // the worst first
const LEVELS = ["must", "should", "derived"];
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
const ICONS = { conforms: "✓", deviates: "✗", undecided: "?", "not applicable": "–" };
const COUNT_NAMES = { "not applicable": "not_applicable" };

const page = JSON.parse(byId("overview").textContent);

const cases = page.cases.map((row, place) => ({
  axes: {},
  expected: "",
  observed: "",
  cause: "",
  expected_form: "",
  actual_form: "",
  excuse: "",
  fails: false,
  key: row.id,
  ...row,
  place,
  rules: page.bases[row.basis],
}));
const inOrder = [...cases].sort((one, other) => one.number - other.number);
const byKey = new Map(cases.map((item) => [item.key, item]));

const badness = (item) => OUTCOMES.indexOf(item.outcome);
const rule = (id) => page.rules[id] ?? { level: "", sentence: "", sources: [], counts: {} };

/** All that one case can be found by, made when text is first searched for. */
function searchable(item) {
  item.words ??= [item.id, item.reason, item.cause, item.expected_form, item.actual_form, ...item.rules]
    .join("\n")
    .toLowerCase();
  return item.words;
}

/** Group into a map, in the order in which the groups first appear. */
function grouped(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (groups.has(key)) groups.get(key).push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function tally(items) {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0]));
  for (const item of items) counts[item.outcome] += 1;
  return counts;
}

const VERBS = { deviates: "deviate", conforms: "conform" };

/** Counts in words: what is not zero, the worst first. */
function inWords(counts) {
  const verb = (outcome) => (counts[outcome] === 1 ? outcome : (VERBS[outcome] ?? outcome));
  const parts = OUTCOMES.filter((outcome) => counts[outcome]).map(
    (outcome) => `${counts[outcome].toLocaleString("en")} ${verb(outcome)}`,
  );
  return parts.join(", ") || "no case";
}

const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

function unpack() {
  const packed = new Blob([bytesOf(byId("evidence").textContent)]);
  const stream = packed.stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

let evidence = null; // once unpacked; printing cannot wait for it
let unpacking = null;

function evidenceOf(item) {
  unpacking ??= unpack().then((data) => {
    evidence = data;
    return data;
  });
  return unpacking.then((data) => data.cases[item.place]);
}

/** The shell commands that repeat a case, in order. */
function commandsOf(steps) {
  const keys = steps.map((step) => step.exchange).filter((key) => key !== null);
  return keys.map((key) => evidence.exchanges[key].command);
}
