"""`python -m tests.lab.network_faults`: prove that they raise no false alarm, or serve them."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from fixtures import definitions
from fixtures.command_line import Parser, port
from fixtures.exceptions import UnknownFaultError
from fixtures.faults.catalogue import by_name
from tests.lab.command import chosen_definitions, make_parser, say, write_json
from tests.lab.network_faults.delay import Delay
from tests.lab.network_faults.listener import Handler, Listener
from tests.lab.network_faults.network_fault import (
    DEFAULT,
    NETWORK_FAULTS,
    FaultInjector,
    UnknownNetworkFaultError,
    named,
)
from tests.lab.network_faults.proof import Plan, Proof, prove, summary
from tests.lab.network_faults.proxy import Proxy
from tests.lab.network_faults.upstream import Upstream

_DEFAULT_DEFINITIONS = (definitions.DEFAULT,)


def _parser() -> Parser:
    parser = make_parser(
        "network_faults",
        "Send the cases of the suites to the reference gateway through a proxy that does what "
        "networks do, and compare the verdicts with those of a clean run; or serve that proxy "
        "before any upstream.",
        _DEFAULT_DEFINITIONS,
    )
    parser.add_argument(
        "--kind",
        action="append",
        metavar="NAME",
        help="one network fault, or all of one effect; may be given several times (default: "
        "everything that networks do)",
    )
    parser.add_argument(
        "--share", type=_share, metavar="S", help="the part of requests for each kind, 0 to 1"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the (first) seed")
    parser.add_argument("--list", action="store_true", help="say which kinds there are")
    proof = parser.add_argument_group("the proof")
    proof.add_argument("--runs", type=int, default=50, metavar="N", help="runs, a seed each")
    proof.add_argument("--profile", choices=("quick", "default"), default="quick")
    proof.add_argument(
        "--fault", metavar="NAME", help="a gateway of fixtures.faults in place of the correct one"
    )
    proof.add_argument("--json", type=Path, metavar="FILE", help="write the proof there")
    serving = parser.add_argument_group("serving")
    serving.add_argument("--upstream", metavar="URL", help="serve the proxy before this URL")
    serving.add_argument(
        "--port", type=port, default=0, help="port to listen on (default: any free one)"
    )
    serving.add_argument(
        "--latency",
        type=float,
        default=0.0,
        metavar="MS",
        help="milliseconds that a round trip takes longer; without --kind nothing else happens",
    )
    return parser


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share; give a number from 0 to 1")
    return share


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 if no verdict changed, 1 if one did, 2 where the call is wrong."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list:
        for kind in NETWORK_FAULTS:
            say(f"{kind.effect:<9} {kind.name:<17} {kind.share:<7g} {kind.sentence}")
        return 0
    try:
        kinds = named(options.kind) if options.kind else DEFAULT
        if options.upstream is not None:
            return _serve(parser, options, kinds)
        fault = by_name(options.fault).name if options.fault else ""
    except (UnknownFaultError, UnknownNetworkFaultError, ValueError) as error:
        parser.error(str(error))
    names = chosen_definitions(parser, options.definition, _DEFAULT_DEFINITIONS)
    plans = [Plan(name, options.profile, fault, kinds, options.share) for name in names]
    return _prove(plans, range(options.seed, options.seed + options.runs), options.json)


def _prove(plans: Sequence[Plan], seeds: range, file: Path | None) -> int:
    proofs: list[Proof] = []
    for plan in plans:
        started = time.monotonic()
        proofs.append(prove(plan, seeds, said=say))
        for line in summary(proofs[-1]):
            say(line)
        say(f"{time.monotonic() - started:.0f} s")
    write_json(file, [proof.document() for proof in proofs])
    return 0 if all(proof.holds for proof in proofs) else 1


def _serve(parser: Parser, options: argparse.Namespace, kinds: tuple[str, ...]) -> int:
    upstream, latency = Upstream.at(options.upstream), options.latency / 1000
    handler: Handler
    if options.latency and not options.kind:
        handler, what = Delay(upstream, latency).serve, f"{options.latency:g} ms later"
    else:
        injector = FaultInjector(options.seed, kinds, share=options.share)
        handler = Proxy(upstream, injector, latency).serve
        what = f"with network faults (seed {options.seed}, {len(kinds)} kinds)"
    try:
        listener = Listener(options.port)
    except OSError as error:
        parser.error(f"port {options.port} on 127.0.0.1 cannot be used: {error.strerror}")
    path = urlsplit(options.upstream).path.rstrip("/")
    address = f"{listener.origin}{path}"
    listener.run(handler, lambda: say(f"Serving {options.upstream} {what} on {address}"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
