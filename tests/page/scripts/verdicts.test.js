// Verdicts in words: of a case, of a cell, of many cases.

import "./fake_page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { rule } from "../../../reports/page/script/data.mjs";
import { counted, spelled } from "../../../reports/page/script/dom.mjs";
import {
  cellWords, columnsOf, matrixOf, statusInWords, valuesOf,
} from "../../../reports/page/script/matrix.mjs";
import { countsInWords, grouped, tally } from "../../../reports/page/script/verdicts.mjs";

const item = (status, actual_form = "", expected_form = "") => ({
  status,
  actual_form,
  expected_form,
});

const WORDS = [
  [item("not applicable"), "n/a"],
  [item("inconclusive", "bytes"), "inconclusive"],
  [item("passed"), "as expected"],
  [item("passed", "bytes"), "bytes"],
  [item("failed"), "differs"],
  [item("failed", "text", "bytes"), "text ≠ bytes"],
  [item("failed", "bytes", "bytes"), "bytes, but differs"],
];

for (const [one, words] of WORDS) {
  test(`a case is "${words}"`, () => assert.equal(statusInWords(one), words));
}

test("a cell says what most of its cases are, and the others where they fit", () => {
  const [text, bytes] = [item("passed", "text"), item("passed", "bytes")];
  assert.equal(cellWords([bytes, text, text]).short, "text / bytes");
  const long = item("passed", "a text with U+FFFD in it");
  assert.equal(cellWords([text, text, long]).short, "text …");
  assert.equal(cellWords([long]).short, long.actual_form);
});

test("counts are in words: not those that are zero, the worst first", () => {
  assert.equal(countsInWords(tally([])), "no case");
  const one = tally([item("passed"), item("failed")]);
  assert.equal(countsInWords(one), "1 failed, 1 passed");
  const many = { ...tally([]), failed: 2, "not applicable": 1234 };
  assert.equal(countsInWords(many), "2 failed, 1,234 not applicable");
});

test("groups stand in the order in which they first appear", () => {
  const groups = grouped(["b1", "a1", "b2"], (text) => text[0]);
  assert.deepEqual([...groups], [["b", ["b1", "b2"]], ["a", ["a1"]]]);
});

test("singular and plural are right, and numbers have separators", () => {
  assert.deepEqual([counted(1, "byte"), counted(0, "byte")], ["1 byte", "0 bytes"]);
  assert.equal(counted(1234, "case rests", "cases rest"), "1,234 cases rest");
});

test("what cannot be seen is spelled out", () => {
  assert.equal(spelled("\u202egnp\0\n"), "<U+202E>gnp<U+0000>\n");
});

test("a rule that the document does not describe has no sentence", () => {
  assert.equal(rule("first-rule").sentence, "A rule.");
  assert.equal(rule("no-rule").sentence, "");
});

const placed = (stored, accept) => ({ subject: "download", axes: { stored, accept } });

test("a case is in a matrix only if it has both of its axes", () => {
  assert.equal(matrixOf(placed("a/b", "*/*")).title, "Downloads");
  assert.equal(matrixOf(placed("a/b")), undefined);
  assert.equal(matrixOf({ subject: "keys", axes: {} }), undefined);
});

test("the value any is last, and so are columns with cells in few rows", () => {
  const values = [placed("any"), placed("b"), placed("a")];
  assert.deepEqual(valuesOf(values, "stored"), ["b", "a", "any"]);
  const items = [placed("a", "rare"), ...["a", "b", "c"].map((stored) => placed(stored, "usual"))];
  assert.deepEqual(columnsOf(matrixOf(items[0]), items), ["usual", "rare"]);
});
