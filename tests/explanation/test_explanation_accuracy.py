"""The table is what the gateway answers over HTTP: a sample of each definition, by a seed.

`python -m tests.lab.explanation` compares every cell.
"""

import random

from fixtures.definitions import load, shipped
from fixtures.explanation.cells import UNKNOWN, cells
from tests.explanation.helpers import EDITS, a_client, observed

_CELLS_OF_EACH = 3


def test_a_sample_of_the_table_is_what_the_gateway_answers() -> None:
    chance = random.Random(17)
    definitions = {name: edit.definition for name, edit in EDITS.items()}
    definitions |= {name: load(name) for name in shipped()}
    with a_client() as (client, served):
        for name, definition in definitions.items():
            known = [cell for cell in cells(definition) if cell.word != UNKNOWN]
            for cell in chance.sample(known, min(_CELLS_OF_EACH, len(known))):
                found = observed(client, served, definition, cell)
                assert found == cell.word, (name, cell.client.name, cell.content, cell.request)
