"""What a run costs, roughly: AWS's list prices, for the first tier and without free allowances."""

from collections.abc import Iterator
from dataclasses import dataclass

from suites.runner.traffic_estimate import TrafficEstimate

REGION, AS_OF = "us-east-1", "2025"
_API = "https://aws.amazon.com/api-gateway/pricing/"
_S3 = "https://aws.amazon.com/s3/pricing/"
_TRANSFER = "https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer"


@dataclass(frozen=True)
class Price:
    """`dollars` for so many `units` of what is counted."""

    dollars: float
    units: int
    what: str
    source: str


PRICES = {
    "request": Price(3.50, 1_000_000, "requests to a REST API", _API),
    "put": Price(0.005, 1_000, "PUT requests to S3", _S3),
    "get": Price(0.0004, 1_000, "GET and HEAD requests to S3", _S3),
    "byte out": Price(0.09, 10**9, "bytes to the Internet", _TRANSFER),
}


def units(amounts: TrafficEstimate) -> dict[str, int]:
    """How many units of each price a run takes at most."""
    on_s3 = [each for each in amounts.requests if each.request.operation.integration.s3]
    uploads = sum(each.times for each in on_s3 if each.request.writes)
    return {
        "request": sum(each.times for each in amounts.requests),
        "put": uploads,
        "get": sum(each.times for each in on_s3) - uploads,
        "byte out": sum(each.times * each.down for each in amounts.requests),
    }


def cost(amounts: TrafficEstimate) -> float:
    """Dollars."""
    counted = units(amounts)
    return sum(counted[name] / price.units * price.dollars for name, price in PRICES.items())


def in_words(amounts: TrafficEstimate) -> Iterator[str]:
    """The sum, and how it comes about."""
    counted = units(amounts)
    yield f"about ${cost(amounts):.3f} by the list prices of {REGION}, {AS_OF}"
    for name, price in PRICES.items():
        sum_ = counted[name] / price.units * price.dollars
        yield f"  ${sum_:.4f}  {counted[name]} {price.what}"
