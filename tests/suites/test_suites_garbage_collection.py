import gc

from suites.runner import garbage_collection


def test_nothing_is_sought_while_cases_are_made_nor_among_them_later() -> None:
    before = gc.get_freeze_count()
    with garbage_collection.paused():
        assert not gc.isenabled()
        made = [[number] for number in range(100)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(made)
    garbage_collection.resume()
    assert gc.get_freeze_count() == 0


def test_what_is_let_go_of_is_found_at_once() -> None:
    class Knot:
        gone = 0

        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            Knot.gone += 1

    with garbage_collection.paused():
        Knot()
    assert Knot.gone == 0
    garbage_collection.resume()
    assert Knot.gone == 1
