"""How thorough a run is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """The size of a run.

    `examples` and `steps` limit what Hypothesis does for one test. `every_content_type` combines
    every download with each `Content-Type` of its request; `large` sends bodies near the limit of
    10 MiB.
    """

    name: str
    examples: int
    steps: int
    every_content_type: bool = True
    large: bool = True


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("quick", examples=5, steps=10, every_content_type=False, large=False),
        Profile("default", examples=25, steps=30),
        Profile("nightly", examples=300, steps=50),
    )
}
"""Chosen by Hypothesis's own option, `--hypothesis-profile=NAME`."""
