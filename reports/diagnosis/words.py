"""Words that several explanations share."""

STALE = (
    "the API was changed but not deployed again, or the stage serves an older deployment "
    "than the definition"
)
BY_HAND = "the deployed API was changed by hand or from another definition than this one"


def in_words(names: tuple[str, ...]) -> str:
    """`a, b and c`."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
