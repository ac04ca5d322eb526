"""What a signal does to a run wherever it arrives."""

import pytest

from suites.runner.interrupts import drop_frames_without_line


def an_interrupt(*lines: bool) -> pytest.ExceptionInfo[KeyboardInterrupt]:
    """Caught below one frame for each of `lines`, which says whether the frame has line numbers."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    call = interrupt
    for has_lines in reversed(lines):

        def below(call=call) -> None:
            call()

        if not has_lines:
            below.__code__ = below.__code__.replace(co_linetable=b"")
        call = below
    with pytest.raises(KeyboardInterrupt) as caught:
        call()
    return caught


@pytest.mark.parametrize(
    "lines", [(False,), (True, False), (False, False, True), (True, False, True, False)], ids=str
)
def test_an_interrupt_between_two_lines_can_be_shown(lines: tuple[bool, ...]) -> None:
    interrupt = an_interrupt(*lines)
    with pytest.raises(TypeError):
        interrupt.getrepr(funcargs=True)
    interrupt = an_interrupt(*lines)
    drop_frames_without_line(interrupt.tb)
    assert "KeyboardInterrupt" in str(interrupt.getrepr(funcargs=True))
    assert len(interrupt.traceback) == 2 + sum(lines)  # this file's own two frames besides


def test_an_interrupt_without_a_traceback_is_left_alone() -> None:
    drop_frames_without_line(None)
