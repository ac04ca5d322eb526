"""Which faults are injected into which request."""

from collections import Counter

import pytest

from tests.lab.network_faults.network_fault import (
    BY_NAME,
    DEFAULT,
    NETWORK_FAULTS,
    Effect,
    FaultInjector,
    Group,
    InjectedFaults,
    UnknownNetworkFaultError,
    named,
)

MANY = range(4000)


def drawn(injector: FaultInjector, client: str = "a case") -> list[InjectedFaults]:
    return [injector.faults_of(client, ordinal) for ordinal in MANY]


def test_the_same_seed_injects_the_same_faults_whatever_other_clients_do() -> None:
    first = drawn(FaultInjector(7))
    again = FaultInjector(7)
    for ordinal, event in enumerate(first):
        again.faults_of("another case", ordinal)
        assert again.faults_of("a case", ordinal) == event
        assert again.faults_of("a case", ordinal).random().random() == event.random().random()


@pytest.mark.parametrize(
    ("seed", "client"), [(8, "a case"), (7, "another case")], ids=["seed", "case"]
)
def test_another_seed_and_another_case_get_other_faults(seed: int, client: str) -> None:
    assert drawn(FaultInjector(seed), client) != drawn(FaultInjector(7))


def test_every_default_fault_is_injected_about_as_often_as_it_says() -> None:
    seen = Counter(
        kind.name for client in "abcd" for e in drawn(FaultInjector(1), client) for kind in e.kinds
    )
    total = len(MANY) * 4
    assert set(seen) == set(DEFAULT)
    for name, count in seen.items():
        share = BY_NAME[name].share * total
        assert abs(count - share) < 6 * share**0.5 + 1, name


def test_no_default_fault_falsifies_an_answer() -> None:
    assert {BY_NAME[name].effect for name in DEFAULT} == set(Effect) - {Effect.WRONG}


def test_at_most_one_kind_of_a_group_comes_over_a_request() -> None:
    for event in drawn(FaultInjector(3, share=1.0)):
        groups = [kind.group for kind in event.kinds]
        assert len(groups) == len(set(groups))
        assert set(groups) == set(Group)


def test_a_share_of_all_brings_a_chosen_kind_each_time_and_of_none_never() -> None:
    assert {str(event) for event in drawn(FaultInjector(1, ["drip"], share=1.0))} == {"drip"}
    assert {str(event) for event in drawn(FaultInjector(1, ["drip"], share=0.0))} == {"none"}


def test_an_event_is_as_bad_as_the_worst_of_its_kinds() -> None:
    kinds = tuple(BY_NAME[name] for name in ("latency", "reset-in-body"))
    assert InjectedFaults(kinds, "").effect is Effect.LOST
    assert InjectedFaults(kinds, "").failure == "reset-in-body"
    assert InjectedFaults(kinds[:1], "").effect is Effect.HARMLESS
    assert InjectedFaults((), "").effect is Effect.HARMLESS
    assert InjectedFaults((), "").failure == ""


def test_the_name_of_an_effect_stands_for_its_kinds() -> None:
    assert named(["drip", "wrong", "drip"]) == ("drip", "corrupted", "shortened", "other-status")
    assert len(named([str(effect) for effect in Effect])) == len(NETWORK_FAULTS)
    with pytest.raises(UnknownNetworkFaultError, match="no network fault 'sunshine'"):
        named(["sunshine"])
