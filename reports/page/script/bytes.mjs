// Bodies: as text, as hexadecimal, one beside the other, and as the images that they are.

import { bytesOf, evidence } from "./data.mjs";
import { block, code, counted, make, quiet } from "./dom.mjs";

const PER_ROW = 8;
const ROWS_BEFORE = 2;
const ROWS_SHOWN = 14;
const MAGICS = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
];

export const bodyOf = (digest) => ({ digest, length: 0, base64: "", ...evidence.bodies[digest] });
const hex = (byte) => byte.toString(16).padStart(2, "0");
const printable = (byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : "·");

/** The type of an image by its first bytes; empty if it is not an image. */
export function imageType(bytes) {
  for (const [type, magic] of MAGICS) {
    if (magic.every((byte, place) => bytes[place] === byte)) return type;
  }
  const word = (from) => String.fromCharCode(...bytes.subarray(from, from + 4));
  return word(0) === "RIFF" && word(8) === "WEBP" ? "image/webp" : "";
}

export function asText(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Base64 text as the Base64 of an image, or `null`. */
export function imageInBase64(bytes) {
  const content = asText(bytes)?.trim();
  if (!content || !/^[A-Za-z0-9+/]+={0,2}$/.test(content) || content.length % 4) return null;
  return imageType(bytesOf(content)) ? content : null;
}

function bodyInWords({ length, digest, base64 }) {
  if (!length) return [quiet("no body")];
  const where =
    base64 === null ? [", kept in ", code(`bodies/${digest}.bin`), " beside conformance.json"] : [];
  return [
    counted(length, "byte"),
    ", SHA-256 ",
    code(`${digest.slice(0, 16)}…`, { title: digest }),
    ...where,
  ];
}

/** Bytes of a row as nodes, those that differ marked; `write` writes one byte. */
function marked(bytes, other, from, write, gap) {
  const nodes = [];
  for (let place = from; place < Math.min(from + PER_ROW, bytes.length); place += 1) {
    const differs = other !== null && bytes[place] !== other[place];
    const written = write(bytes[place]);
    const last = nodes.at(-1);
    const space = place > from ? gap : "";
    if (differs) nodes.push(space, make("mark", {}, written));
    else if (typeof last === "string") nodes[nodes.length - 1] += space + written;
    else nodes.push(space + written);
  }
  return nodes;
}

export function firstDifference(one, other) {
  const shorter = Math.min(one.length, other.length);
  for (let place = 0; place < shorter; place += 1) if (one[place] !== other[place]) return place;
  return one.length === other.length ? -1 : shorter;
}

function bytesRow(expected, received, from) {
  const cells = (bytes, other) => [
    make("td", { class: "hex" }, ...marked(bytes, other, from, hex, " ")),
    make("td", { class: "letters" }, ...marked(bytes, other, from, printable, "")),
  ];
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, from.toString(16).padStart(6, "0")),
    ...cells(expected, received),
    ...(received === null ? [] : cells(received, expected)),
  );
}

/** Rows around the first difference, and a button for the rest. `received` is `null` for one body. */
function hexTable(expected, received, title, heads) {
  const length = Math.max(expected.length, received?.length ?? 0);
  const rows = Math.ceil(length / PER_ROW);
  const different = received === null ? 0 : Math.max(0, firstDifference(expected, received));
  const first = Math.floor(different / PER_ROW) - ROWS_BEFORE;
  const start = Math.max(0, Math.min(first, rows - ROWS_SHOWN));
  const end = Math.min(rows, start + ROWS_SHOWN);
  const body = make("tbody");
  const fill = (from, to) => {
    body.replaceChildren(
      ...Array.from({ length: to - from }, (_, place) =>
        bytesRow(expected, received, (from + place) * PER_ROW),
      ),
    );
  };
  fill(start, end);
  const whole = make("button", { type: "button" }, `Show all ${length.toLocaleString("en")} bytes`);
  whole.hidden = start === 0 && end === rows;
  whole.addEventListener("click", () => {
    fill(0, rows);
    whole.hidden = true;
    body.closest("[tabindex]").focus();
  });
  const columns = heads.map((words) => make("th", { scope: "colgroup", colspan: "2" }, words));
  return [
    make(
      "div",
      { class: "scrolled bytes", tabindex: "0", role: "group", "aria-label": title },
      make(
        "table",
        {},
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "offset"), ...columns)),
        body,
      ),
    ),
    whole,
  ];
}

/** Expected beside received, and whether the bytes themselves could be drawn. */
export function comparison(expectedDigest, receivedDigest) {
  const [expected, received] = [bodyOf(expectedDigest), bodyOf(receivedDigest)];
  const lines = make(
    "dl",
    { class: "sizes" },
    make("dt", {}, "Expected"),
    make("dd", {}, ...bodyInWords(expected)),
    make("dt", {}, "Received"),
    make("dd", {}, ...bodyInWords(received)),
  );
  if (expectedDigest === receivedDigest) {
    return { nodes: [lines, make("p", {}, "They are the same, byte for byte.")], drawn: true };
  }
  if (expected.base64 === null || received.base64 === null) {
    return {
      nodes: [lines, make("p", { class: "quiet" }, "Too long to stand in this page as a whole.")],
      drawn: false,
    };
  }
  const [one, other] = [bytesOf(expected.base64), bytesOf(received.base64)];
  const offset = firstDifference(one, other);
  const place = `offset ${offset} (0x${offset.toString(16)})`;
  const words = `They differ first at ${place}. Bytes that differ are underlined.`;
  const table = hexTable(one, other, "Expected and received bytes", ["expected", "received"]);
  return { nodes: [lines, make("p", {}, words), ...table], drawn: true };
}

/** One body: text where it is text, bytes where it is not. */
export function bodyView(digest, what) {
  const body = bodyOf(digest);
  const line = make("p", { class: "size" }, ...bodyInWords(body));
  if (!body.length || body.base64 === null) return [line];
  const bytes = bytesOf(body.base64);
  const words = asText(bytes);
  if (words !== null) return [line, block(words, what, "body")];
  return [line, ...hexTable(bytes, null, what, ["bytes"])];
}

function figure(type, base64, caption) {
  const image = make("img", { src: `data:${type};base64,${base64}`, alt: `${caption}, drawn` });
  const box = make("figure", {}, image, make("figcaption", {}, caption));
  image.addEventListener("error", () => {
    image.replaceWith(make("p", { class: "broken" }, "✗ A browser cannot draw these bytes."));
  });
  return box;
}

/** A body as an image, where it is one or the Base64 of one. */
function picture(digest, caption) {
  const { base64, length } = bodyOf(digest);
  if (!base64 || !length) return null;
  const bytes = bytesOf(base64);
  const type = imageType(bytes);
  if (type) return figure(type, base64, caption);
  const inside = imageInBase64(bytes);
  return inside && figure(imageType(bytesOf(inside)), inside, `${caption}, Base64 taken off`);
}

/** Before and after, for a case whose bytes are an image on either side. */
export function pictures(sent, received) {
  const before = sent && picture(sent, "Before: what was uploaded");
  const after = received && picture(received, "After: what was received");
  if (!before && !after) return null;
  const broken = make("p", { class: "broken" }, "No image was received.");
  const nothing = make("figure", {}, broken, make("figcaption", {}, "After: what was received"));
  const hasBody = received && bodyOf(received).length > 0;
  return make("div", { class: "pictures" }, before, after ?? (hasBody && nothing));
}
