"""What the subcommands of `python -m reports` share: how they are declared, and how they end."""

import argparse
from typing import NoReturn, Protocol

GOOD = 0
DEVIATES = 1
"""Something deviates, or is worse than it was."""
WRONG_CALL = 4
"""The command line or a file is wrong."""
UNDECIDED = 6
"""Nothing deviates, and something was left undecided or nothing was judged."""


class Parser(argparse.ArgumentParser):
    """An argument parser that ends a wrong call as pytest does, in one sentence."""

    def error(self, message: str) -> NoReturn:
        """End with the sentence, not with the whole usage before it."""
        self.exit(WRONG_CALL, f"{self.prog}: {message}\n")


class Subparsers(Protocol):
    """Where a subcommand declares itself; what `Parser.add_subparsers` makes."""

    def add_parser(self, name: str, *, help: str, description: str) -> Parser:  # noqa: A002
        """Declare a subcommand."""
