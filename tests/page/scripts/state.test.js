// The state of the page, its address, and the cases that filters let through.

import "./fake_page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { cases, inOrder } from "../../../reports/page/script/data.mjs";
import {
  emptyState, filtersOf, fragmentOf, isShown, linkTo, parseFragment,
} from "../../../reports/page/script/state.mjs";

const FRAGMENTS = [
  "",
  "#verdict=failed",
  "#verdict=failed&verdict=not+applicable&level=must",
  "#subject=download&rule=first-rule&text=a+b+%26&payload=png&sent=none&case=GET+%2Fs3+one",
];

for (const fragment of FRAGMENTS) {
  test(`the address "${fragment}" is the same after reading and writing`, () => {
    assert.equal(fragmentOf(parseFragment(fragment)), fragment);
  });
}

test("values that are not known are left out", () => {
  const fragment = "#verdict=maybe&level=mustard&rule=no-rule&rule2=x&colour=red";
  assert.deepEqual(parseFragment(fragment), emptyState());
});

test("a link names only what it changes, and the empty view has an address, too", () => {
  assert.equal(linkTo({ rule: "first-rule" }), "#rule=first-rule");
  assert.equal(linkTo({}), "#");
});

test("the open case is not a filter", () => {
  assert.equal(filtersOf(parseFragment("#level=must&case=x")), "#level=must");
});

const shown = (fragment) =>
  inOrder.filter((item) => isShown(item, parseFragment(fragment))).map((item) => item.id);

const FILTERS = [
  ["", ["GET /s3 two", "GET /s3 one", "PUT /s3"]],
  ["#verdict=failed&verdict=passed", ["GET /s3 two", "GET /s3 one"]],
  ["#level=must", ["GET /s3 one", "PUT /s3"]],
  ["#level=must&verdict=failed", ["GET /s3 one"]],
  ["#subject=upload", ["PUT /s3"]],
  ["#rule=second-rule", ["GET /s3 two"]],
  ["#text=REASON+get+one", ["GET /s3 one"]],
  ["#text=nothing", []],
  ["#payload=png&sent=none", ["GET /s3 two", "GET /s3 one", "PUT /s3"]],
];

for (const [fragment, ids] of FILTERS) {
  test(`"${fragment}" shows ${ids.join(", ") || "nothing"}`, () => {
    assert.deepEqual(shown(fragment), ids);
  });
}

test("payload and Content-Type choose among the cases of a matrix", () => {
  const item = { ...cases[0], axes: { payload: "png", accept: "*/*", sent: "none" } };
  assert.ok(isShown(item, parseFragment("#payload=png&sent=none")));
  assert.ok(!isShown(item, parseFragment("#payload=jpeg")));
  assert.ok(!isShown(item, parseFragment("#sent=text%2Fplain")));
});
