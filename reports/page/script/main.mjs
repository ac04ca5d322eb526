// The whole page: draws it, and listens to what its reader does.

import { cases, evidenceOf, page } from "./data.mjs";
import { byId, make } from "./dom.mjs";
import { fillChoices, showFiltered, watchFilters } from "./filters.mjs";
import { showRules, subjects, titleOf } from "./lists.mjs";
import { makeCurrent, moveInGrid } from "./matrix.mjs";
import { openCase, showCase, watchPanel } from "./panel.mjs";
import { watchPrint } from "./print.mjs";
import { filtersOf, go, parseFragment, state, watchState } from "./state.mjs";
import { showDiagnosis, showRun, showSymptoms, showTop, showUntested } from "./top.mjs";

const THEME_KEY = "conformance-theme";

/** The browser may refuse to keep anything for a file opened from disk. */
function remembered() {
  try {
    return localStorage.getItem(THEME_KEY);
  } catch {
    return null;
  }
}

function remember(theme) {
  try {
    localStorage.setItem(THEME_KEY, theme);
  } catch {
    // then it holds until the page is left
  }
}

function watchTheme() {
  const select = byId("theme");
  const wanted = remembered();
  if (["light", "dark"].includes(wanted)) select.value = wanted;
  const apply = () => {
    document.documentElement.dataset.theme = select.value;
  };
  apply();
  select.addEventListener("change", () => {
    apply();
    remember(select.value);
  });
}

/** Links inside the page that lead to a place, not to a view: the address stays as it is. */
function jumpTo(element) {
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.scrollIntoView();
}

function jump(target, words) {
  const link = make("a", { href: `#${target}` }, words);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const element = byId(target);
    if (element) jumpTo(element);
  });
  return link;
}

function showContents() {
  const optional = [
    ["diagnosis", "Diagnosis"],
    ["failed", "Failed"],
    ["tolerated", "Tolerated"],
    ["run", "Counts"],
    ["untested", "Not tested"],
  ];
  const places = [
    ...optional.filter(([id]) => !byId(id).hidden),
    ...subjects().map((subject) => [`subject-${subject}`, titleOf(subject)]),
    ["rules", "Rules"],
  ];
  byId("contents").replaceChildren(...places.map(([id, words]) => jump(id, words)));
}

/** A link to a view shows it where the results are; one to a case opens over what is there. */
function followLink(event) {
  const link = event.target.closest?.('a[href^="#"]');
  if (!link || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const view = parseFragment(link.getAttribute("href"));
  if (view.case) {
    openCase(view.case);
    return;
  }
  go(view);
  jumpTo(byId("filters"));
}

function watch() {
  watchTheme();
  watchFilters();
  watchPanel();
  watchPrint();
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("main").focus();
  });
  document.addEventListener("click", followLink);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-case]");
    if (button) openCase(button.dataset.case);
  });
  byId("results").addEventListener("keydown", moveInGrid);
  byId("results").addEventListener("focusin", (event) => {
    if (event.target.matches(".cell")) makeCurrent(event.target);
  });
  watchState((before) => {
    if (filtersOf(before) !== filtersOf(state)) showFiltered();
    if (before.case !== state.case) showCase();
  });
}

function show() {
  showTop();
  showDiagnosis();
  showSymptoms();
  showRun();
  showUntested();
  fillChoices();
  showContents();
  showRules();
  byId("colophon").append(
    `Suite version ${page.run.suite_version}. Everything on this page is in conformance.json too.`,
  );
  showFiltered();
  if (state.case) showCase();
}

watch();
show();
document.documentElement.dataset.ready = ""; // for those who wait for it: all can be used now
performance.mark("usable");
(globalThis.requestIdleCallback ?? setTimeout)(() => {
  if (cases.length) evidenceOf(cases[0]);
});
