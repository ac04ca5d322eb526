// Bytes: what kind they are, and where two bodies differ.

import "./fake_page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  asText, firstDifference, imageInBase64, imageType,
} from "../../../reports/page/script/bytes.mjs";
import { bytesOf } from "../../../reports/page/script/data.mjs";

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const bytes = (text) => new TextEncoder().encode(text);

const IMAGES = [
  ["image/png", PNG],
  ["image/jpeg", [0xff, 0xd8, 0xff, 0xe0]],
  ["image/gif", bytes("GIF89a")],
  ["image/webp", bytes("RIFF....WEBP")],
  ["", bytes("RIFF....WAVE")],
  ["", PNG.slice(0, 7)],
  ["", []],
];

for (const [type, content] of IMAGES) {
  test(`${content.length} bytes are ${type || "not an image"}`, () => {
    assert.equal(imageType(Uint8Array.from(content)), type);
  });
}

test("an image is found inside of its Base64", () => {
  const base64 = Buffer.from(PNG).toString("base64");
  assert.equal(imageInBase64(bytes(`${base64}\n`)), base64);
});

test("other text, broken Base64 and binary content have no image inside", () => {
  for (const content of [bytes("aGVsbG8="), bytes("iVBOR"), bytes("a b"), bytes(""), [0xff]]) {
    assert.equal(imageInBase64(Uint8Array.from(content)), null);
  }
});

test("bytes are text only if they are valid UTF-8", () => {
  assert.equal(asText(bytes("é")), "é");
  assert.equal(asText(Uint8Array.from([0xe9])), null);
});

const DIFFERENCES = [
  ["abc", "abc", -1],
  ["abc", "abd", 2],
  ["abc", "ab", 2],
  ["", "a", 0],
  ["", "", -1],
];

for (const [one, other, offset] of DIFFERENCES) {
  test(`"${one}" and "${other}" differ at ${offset}`, () => {
    assert.equal(firstDifference(bytes(one), bytes(other)), offset);
  });
}

test("Base64 is decoded to its bytes", () => {
  assert.deepEqual([...bytesOf("AP+A")], [0, 255, 128]);
});
