// Making elements. Text goes in as text nodes only: nothing that came from an endpoint is ever
// parsed as markup.

// Controls, bidirectional overrides, zero-width letters, lone surrogates: what would not be seen,
// or would make the rest look like something else. Line breaks and tabs stay.
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** An element with attributes and children; `null`, `false` and empty text are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...present(children));
  return element;
}

const present = (children) => children.flat().filter((child) => child || child === 0);

/** Give an element these children instead of those that it has. */
export const setChildren = (element, ...children) => element.replaceChildren(...present(children));

export const quiet = (...children) => make("span", { class: "quiet" }, ...children);

function codePoint(letter) {
  return `U+${letter.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Text for an attribute, in which what cannot be seen is spelled out. */
export function spelled(text) {
  return String(text).replace(UNSEEN, (letter) => `<${codePoint(letter)}>`);
}

/** Text as nodes, in which what cannot be seen is a small mark. */
export function visible(text) {
  const whole = String(text);
  const nodes = [];
  let from = 0;
  for (const match of whole.matchAll(UNSEEN)) {
    nodes.push(whole.slice(from, match.index));
    nodes.push(make("span", { class: "unseen" }, codePoint(match[0])));
    from = match.index + match[0].length;
  }
  nodes.push(whole.slice(from));
  return nodes;
}

/** Text that is code: a type, a header, a command; isolated from the direction around it. */
export function code(text, attributes = {}) {
  return make("code", attributes, ...visible(text));
}

/** Code that scrolls by itself, by keyboard too; screen readers are told what it is. */
export const block = (text, label, kind = null) =>
  make("pre", { class: kind, tabindex: "0", role: "group", "aria-label": label }, code(text));

/** A name with its value, in a list of definitions. */
export const fact = (name, ...value) =>
  make("div", {}, make("dt", {}, name), make("dd", {}, ...value));

/** What a summary unfolds. */
export const folded = (summary, ...children) =>
  make("details", {}, make("summary", {}, summary), ...children);

/** A link that leaves the page; only where it is one of the web. */
export function outward(title, url) {
  const usable = /^https?:\/\//i.test(url);
  return usable
    ? make("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, ...visible(title))
    : make("span", {}, ...visible(title));
}

export function counted(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

export const byId = (id) => document.getElementById(id);

/** Tell screen readers what has changed. */
export function announce(text) {
  byId("page-status").textContent = text;
  const inside = byId("panel").querySelector("[role=status]");
  if (inside) inside.textContent = text; // what is outside of an open dialog is not read out
}

/** Copy from a text area: the clipboard interface is not there for a file opened from disk. */
function copyBySelecting(text) {
  const area = make("textarea", { class: "copied", readonly: true, "aria-label": "Copied text" });
  const panel = byId("panel");
  (panel.open ? panel : document.body).append(area);
  area.value = text;
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelecting(text);
  }
}

/** A button that copies; screen readers are told `what`. */
export function copyButton(text, what, label = "Copy") {
  const button = make(
    "button",
    { type: "button", class: "copy", "aria-label": `${label}: ${what}` },
    label,
  );
  button.addEventListener("click", async () => {
    const copied = await copy(text);
    button.focus();
    button.textContent = copied ? "Copied" : "Select and copy by hand";
    announce(copied ? `Copied: ${what}` : "Copying is not allowed here");
    setTimeout(() => {
      button.textContent = label;
    }, 2000);
  });
  return button;
}

/** A block of code with its copy button. */
export function copyable(text, what) {
  return make("div", { class: "copyable" }, block(text, what), copyButton(text, what));
}
