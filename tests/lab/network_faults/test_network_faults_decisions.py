"""Which weather comes over which request."""

from collections import Counter

import pytest

from tests.lab.network_faults.network_fault import (
    BY_NAME,
    DEFAULT,
    KINDS,
    Effect,
    Event,
    Group,
    UnknownKindError,
    Weather,
    named,
)

MANY = range(4000)


def drawn(weather: Weather, who: str = "a case") -> list[Event]:
    return [weather.event(who, ordinal) for ordinal in MANY]


def test_the_same_seed_brings_the_same_weather_whoever_asks_in_between() -> None:
    first = drawn(Weather(7))
    again = Weather(7)
    for ordinal, event in enumerate(first):
        again.event("another case", ordinal)
        assert again.event("a case", ordinal) == event
        assert again.event("a case", ordinal).random().random() == event.random().random()


@pytest.mark.parametrize(
    ("seed", "who"), [(8, "a case"), (7, "another case")], ids=["seed", "case"]
)
def test_another_seed_and_another_case_meet_other_weather(seed: int, who: str) -> None:
    assert drawn(Weather(seed), who) != drawn(Weather(7))


def test_every_kind_that_networks_have_comes_in_default_weather_about_as_often_as_it_says() -> None:
    seen = Counter(kind.name for who in "abcd" for e in drawn(Weather(1), who) for kind in e.kinds)
    total = len(MANY) * 4
    assert set(seen) == set(DEFAULT)
    for name, count in seen.items():
        share = BY_NAME[name].share * total
        assert abs(count - share) < 6 * share**0.5 + 1, name


def test_no_default_weather_is_wrong() -> None:
    assert {BY_NAME[name].effect for name in DEFAULT} == set(Effect) - {Effect.WRONG}


def test_at_most_one_kind_of_a_group_comes_over_a_request() -> None:
    for event in drawn(Weather(3, share=1.0)):
        groups = [kind.group for kind in event.kinds]
        assert len(groups) == len(set(groups))
        assert set(groups) == set(Group)


def test_a_share_of_all_brings_a_chosen_kind_each_time_and_of_none_never() -> None:
    assert {str(event) for event in drawn(Weather(1, ["drip"], share=1.0))} == {"drip"}
    assert {str(event) for event in drawn(Weather(1, ["drip"], share=0.0))} == {"clear"}


def test_an_event_is_as_bad_as_the_worst_of_its_kinds() -> None:
    kinds = tuple(BY_NAME[name] for name in ("latency", "reset-in-body"))
    assert Event(kinds, "").effect is Effect.LOST
    assert Event(kinds, "").trouble == "reset-in-body"
    assert Event(kinds[:1], "").effect is Effect.HARMLESS
    assert Event((), "").effect is Effect.HARMLESS
    assert Event((), "").trouble == ""


def test_the_name_of_an_effect_stands_for_its_kinds() -> None:
    assert named(["drip", "wrong", "drip"]) == ("drip", "corrupted", "shortened", "other-status")
    assert len(named([str(effect) for effect in Effect])) == len(KINDS)
    with pytest.raises(UnknownKindError, match="no weather 'sunshine'"):
        named(["sunshine"])
