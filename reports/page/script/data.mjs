// What the file carries. The overview is read at once; the evidence, by far the larger part, is
// unpacked in an idle moment or when the first case is opened, whichever comes first.

import { byId } from "./dom.mjs";

export const page = JSON.parse(byId("overview").textContent);

export const cases = page.cases.map((row, place) => ({
  axes: {},
  expected: "",
  observed: "",
  cause: "",
  expected_form: "",
  actual_form: "",
  waiver: "",
  symptom: "",
  key: row.id,
  ...row,
  place,
  rules: page.bases[row.basis],
}));
export const inOrder = [...cases].sort((one, other) => one.number - other.number);
export const byKey = new Map(cases.map((item) => [item.key, item]));

export const rule = (id) => page.rules[id] ?? { level: "", sentence: "", sources: [], counts: {} };

/** All that one case can be found by, made when text is first searched for. */
export function searchable(item) {
  const { id, reason, symptom, cause, expected_form: expected, actual_form: received } = item;
  const words = [id, reason, symptom, cause, expected, received, ...item.rules];
  item.words ??= words.join("\n").toLowerCase();
  return item.words;
}

export const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

function unpack() {
  const packed = new Blob([bytesOf(byId("evidence").textContent)]);
  const stream = packed.stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

export let evidence = null; // once unpacked; printing cannot wait for it
let unpacking = null;

export function evidenceOf(item) {
  unpacking ??= unpack().then((data) => {
    evidence = data;
    return data;
  });
  return unpacking.then((data) => data.cases[item.place]);
}

/** The shell commands that repeat a case, in order. */
export function commandsOf(steps) {
  const keys = steps.map((step) => step.exchange).filter((key) => key !== null);
  return keys.map((key) => evidence.exchanges[key].command);
}
