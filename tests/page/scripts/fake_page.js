// What the modules find when they are loaded: the data of a small page, and no browser.

const cases = [
  ["GET /s3 one", 1, "failed", "must", "download", 0],
  ["GET /s3 two", 0, "passed", "should", "download", 1],
  ["PUT /s3", 2, "not applicable", "must", "upload", 0],
].map(([id, number, status, level, subject, basis]) => ({
  id,
  number,
  status,
  level,
  subject,
  basis,
  reason: "A Reason",
}));
const rule = { level: "must", sentence: "A rule.", sources: [], counts: {} };
const overview = {
  statuses: ["failed", "tolerated", "inconclusive", "not applicable", "passed"],
  proven: ["GET /s3: raw (1)"],
  unproven: [],
  findings: [],
  cases,
  bases: [["first-rule", "second-rule"], ["second-rule"]],
  rules: { "first-rule": rule, "second-rule": rule },
};
const elements = { overview: { textContent: JSON.stringify(overview) } };

globalThis.document = { getElementById: (id) => elements[id] };
globalThis.location = { hash: "" };
