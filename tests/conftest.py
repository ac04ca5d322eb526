"""What holds for all tests of the project."""

import signal

# A shell ignores SIGINT in what it starts in the background, and so would every process that a
# test starts: a test of Ctrl-C needs processes that hear it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
