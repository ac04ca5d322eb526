"""`python -m tests.lab.explanation`: the whole table of every definition against the gateway.

Strategy: each cell's request is sent over a real socket to the embedded gateway, before which the
cell's object is stored, and the response is named with the functions that name the prediction.
"""

import sys
from collections import Counter

from fixtures.definitions import load, shipped
from fixtures.explanation.cells import UNKNOWN, cells
from tests.explanation.helpers import EDITS, a_client, observed
from tests.lab.command import make_parser, say


def main() -> int:
    """Compare, and print each cell that differs; 1 if one does."""
    make_parser("explanation", "Compare every cell of the table with the gateway.").parse_args()
    definitions = {name: edit.definition for name, edit in EDITS.items()}
    definitions |= {name: load(name) for name in shipped()}
    counts: Counter[str] = Counter()
    with a_client() as (client, served):
        for name, definition in definitions.items():
            for cell in cells(definition):
                if cell.word == UNKNOWN:
                    counts["unknown"] += 1
                    continue
                found = observed(client, served, definition, cell)
                counts["equal" if found == cell.word else "different"] += 1
                if found != cell.word:
                    what = cell.content.name if cell.content else "preflight"
                    say(
                        f"{name}: {cell.operation.name}, {cell.client.name}, {what}: "
                        f"expected {cell.word}, received {found}"
                    )
    say(f"{len(definitions)} definitions: {dict(counts)}")
    return 1 if counts["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
