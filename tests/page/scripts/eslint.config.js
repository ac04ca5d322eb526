// ESLint's recommended rules, for the scripts of the page and for their tests.

import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  { languageOptions: { globals: globals.browser } },
  { rules: { "prefer-const": "error", eqeqeq: "error" } },
  { files: ["**/tests/**"], languageOptions: { globals: globals.node } },
];
