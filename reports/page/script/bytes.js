// Bodies: as text, as hexadecimal, one beside the other, and as the images that they are.

const PER_ROW = 8;
const ROWS_BEFORE = 2;
const ROWS_SHOWN = 14;
const MAGICS = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
];

const bodyOf = (digest) => ({ digest, length: 0, base64: "", ...evidence.bodies[digest] });
const hex = (byte) => byte.toString(16).padStart(2, "0");
const letter = (byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : "·");

/** What a body is by its first bytes, whatever its type says; empty for no image. */
function imageType(bytes) {
  for (const [type, magic] of MAGICS) {
    if (magic.every((byte, place) => bytes[place] === byte)) return type;
  }
  const word = (from) => String.fromCharCode(...bytes.subarray(from, from + 4));
  return word(0) === "RIFF" && word(8) === "WEBP" ? "image/webp" : "";
}

function asText(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Base64 text as the Base64 of an image, or `null`. */
function imageInBase64(bytes) {
  const content = asText(bytes)?.trim();
  if (!content || !/^[A-Za-z0-9+/]+={0,2}$/.test(content) || content.length % 4) return null;
  return imageType(bytesOf(content)) ? content : null;
}

function bodyInWords({ length, digest, base64 }) {
  if (!length) return [make("span", { class: "quiet" }, "no body")];
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

function firstDifference(one, other) {
  const shorter = Math.min(one.length, other.length);
  for (let place = 0; place < shorter; place += 1) if (one[place] !== other[place]) return place;
  return one.length === other.length ? -1 : shorter;
}

function bytesRow(due, came, from) {
  const half = (bytes, other) => [
    make("td", { class: "hex" }, ...marked(bytes, other, from, hex, " ")),
    make("td", { class: "letters" }, ...marked(bytes, other, from, letter, "")),
  ];
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, from.toString(16).padStart(6, "0")),
    ...half(due, came),
    ...(came === null ? [] : half(came, due)),
  );
}

/** Rows around the first difference, and a button for the rest. `came` is `null` for one body. */
function hexTable(due, came, title, heads) {
  const length = Math.max(due.length, came?.length ?? 0);
  const rows = Math.ceil(length / PER_ROW);
  const different = came === null ? 0 : Math.max(0, firstDifference(due, came));
  const start = Math.max(
    0,
    Math.min(Math.floor(different / PER_ROW) - ROWS_BEFORE, rows - ROWS_SHOWN),
  );
  const end = Math.min(rows, start + ROWS_SHOWN);
  const body = make("tbody");
  const fill = (from, to) => {
    body.replaceChildren(
      ...Array.from({ length: to - from }, (_, place) =>
        bytesRow(due, came, (from + place) * PER_ROW),
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

/** What was due beside what came, and whether the bytes themselves could be drawn. */
function comparison(dueDigest, cameDigest) {
  const [due, came] = [bodyOf(dueDigest), bodyOf(cameDigest)];
  const lines = make(
    "dl",
    { class: "sizes" },
    make("dt", {}, "Due"),
    make("dd", {}, ...bodyInWords(due)),
    make("dt", {}, "Came"),
    make("dd", {}, ...bodyInWords(came)),
  );
  if (dueDigest === cameDigest) {
    return { nodes: [lines, make("p", {}, "They are the same, byte for byte.")], drawn: true };
  }
  if (due.base64 === null || came.base64 === null) {
    return {
      nodes: [lines, make("p", { class: "quiet" }, "Too long to stand in this page as a whole.")],
      drawn: false,
    };
  }
  const [one, other] = [bytesOf(due.base64), bytesOf(came.base64)];
  const offset = firstDifference(one, other);
  const words = `They differ first at offset ${offset} (0x${offset.toString(16)}). Bytes that differ are underlined.`;
  const table = hexTable(one, other, "Bytes due and bytes that came", ["due", "came"]);
  return { nodes: [lines, make("p", {}, words), ...table], drawn: true };
}

/** One body: text where it is text, bytes where it is not. */
function bodyView(digest, what) {
  const body = bodyOf(digest);
  const line = make("p", { class: "size" }, ...bodyInWords(body));
  if (!body.length || body.base64 === null) return [line];
  const bytes = bytesOf(body.base64);
  const words = asText(bytes);
  if (words !== null) {
    return [
      line,
      make("pre", { class: "body", tabindex: "0", role: "group", "aria-label": what }, code(words)),
    ];
  }
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
function pictures(sent, came) {
  const before = sent && picture(sent, "Before: what was uploaded");
  const after = came && picture(came, "After: what came");
  if (!before && !after) return null;
  const nothing = () =>
    make(
      "figure",
      {},
      make("p", { class: "broken" }, "No image came."),
      make("figcaption", {}, "After: what came"),
    );
  return make(
    "div",
    { class: "pictures" },
    before,
    after ?? (came && bodyOf(came).length ? nothing() : null),
  );
}
