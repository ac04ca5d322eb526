"""How thoroughly a run goes about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """`examples` and `steps` bound what Hypothesis does for one test.

    `every_content_type` crosses downloads with the request's own `Content-Type` throughout,
    `large` sends bodies around the 10 MiB limit.
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
