"""Which definition a run is about: the one of a file, or the one that is deployed."""

from collections.abc import Mapping

from fixtures.api import Definition, parse_definition
from fixtures.api.definition_diff import differences
from fixtures.definitions import DEFAULT, load
from fixtures.exceptions import DefinitionError, DeploymentError, EndpointMismatchError


def resolve_target(
    file: str | None,
    api: str | None,
    stage: str | None,
    endpoint: str,
    given: Mapping[str, str] | None = None,
) -> tuple[Definition, str]:
    """The definition and the URL that four options stand for together; the URL may be empty.

    `file` is `--definition`, `api` and `stage` are `--api-id` and `--stage`. The `endpoint` counts
    before the deployed stage's own URL, and the file is what is tested once the deployed definition
    does not differ from it. `given` has values for the parameters of a template.

    Raises `DefinitionError` and `DeploymentError` where the call is wrong, and
    `EndpointMismatchError` with a list where the two differ.
    """
    if api is None:
        if stage is not None:
            raise DefinitionError(
                "--stage names a stage of the API that --api-id fetches; give both"
            )
        return load(file or DEFAULT, given), endpoint
    expected = load(file, given) if file is not None else None
    from fixtures.client.control_plane import export  # noqa: PLC0415 - botocore takes long to import

    deployed = export(api, stage)
    definition = parse_definition(deployed.export, deployed.source)
    if not (endpoint or deployed.url):
        raise DeploymentError(
            f"--api-id={api}: its default endpoint is disabled; give the URL of its custom domain "
            f"with --endpoint"
        )
    if expected is not None:
        found = differences(definition, expected)
        if found:
            lines = "".join(f"\n  {line}" for line in found)
            raise EndpointMismatchError(
                f"what is deployed at {deployed.source} is not what {expected.source} says, so it "
                f"may have been changed and not deployed again; deploy it, or give the definition "
                f"that is deployed. They differ in:{lines}"
            )
    return expected or definition, endpoint or deployed.url
