"""What holds for all tests of the project."""

import signal

from hypothesis import settings

# A shell ignores SIGINT in what it starts in the background, and so would every process that a
# test starts: a test of Ctrl-C needs processes that hear it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Other work on the same machine makes a single example slow; what has a bound in time tests that.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")
