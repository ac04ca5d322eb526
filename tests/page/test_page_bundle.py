"""The modules of the page's script become one script, or the one that cannot is named."""

import pytest

from reports.page.bundle import BundleError, bundle

LEAF = "export const one = 1;\nlet hidden = 2;\n"


def _bundle(folder, **modules: str) -> str:
    for name, text in modules.items():
        (folder / f"{name}.mjs").write_text(text, encoding="utf-8")
    return bundle(folder / "main.mjs")


def test_each_module_stands_once_and_behind_those_it_imports(tmp_path) -> None:
    main = (
        'import { two } from "./middle.mjs";\nimport {\n  one,\n} from "./leaf.mjs";\none + two;\n'
    )
    middle = 'import { one } from "./leaf.mjs";\nexport async function two() {}\n'
    assert _bundle(tmp_path, main=main, middle=middle, leaf=LEAF) == (
        '(() => {\n"use strict";\n'
        "const one = 1;\nlet hidden = 2;\nasync function two() {}\none + two;\n})();\n"
    )


@pytest.mark.parametrize(
    ("main", "sentence"),
    [
        ('import { hidden } from "./leaf.mjs";\n', "leaf.mjs does not export hidden"),
        ('import { one } from "./leaf.mjs";\nconst hidden = 1;\n', "leaf.mjs declares hidden, too"),
        ('import { one } from "./main.mjs";\n', "main.mjs imports itself: main.mjs → main.mjs"),
        ('import * as leaf from "./leaf.mjs";\n', "cannot be bundled: import * as leaf"),
        ('import { one as uno } from "./leaf.mjs";\none;\n', "does not export as, uno"),
        ('import leaf from "./leaf.mjs";\n', "cannot be bundled: import leaf"),
        ('import "./leaf.mjs";\n', "cannot be bundled: import"),
        ('export * from "./leaf.mjs";\n', "cannot be bundled: export *"),
        ("export default 1;\n", "cannot be bundled: export default"),
        ("export { one };\n", "cannot be bundled: export { one }"),
        ("const { one } = {};\n", "cannot be bundled: const { one }"),
        ("let [one] = [];\n", "cannot be bundled: let [one]"),
        ("function* one() {}\n", "cannot be bundled: function* one"),
        ("var one = 1;\n", "cannot be bundled: var one"),
    ],
)
def test_what_a_bundle_would_change_is_refused(tmp_path, main: str, sentence: str) -> None:
    with pytest.raises(BundleError) as error:
        _bundle(tmp_path, main=main, leaf=LEAF)
    assert sentence in str(error.value)
