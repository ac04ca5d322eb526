"""The values of `--param`, and where they go."""

import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from fixtures.api import Definition, ParameterValue
from fixtures.api.parameter_values import with_parameters
from fixtures.client import SecretHeader, secret_header
from fixtures.client.credentials import Secret
from fixtures.exceptions import DefinitionError


@dataclass(frozen=True)
class Parameters:
    """A definition with values for its parameters, and the secret ones among these.

    `headers` are secrets that are sent as headers, `variables` holds by their names those that
    stand in a URL.
    """

    definition: Definition
    headers: tuple[SecretHeader, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)


def with_values(
    definition: Definition,
    texts: Sequence[str],
    sent_anyway: Collection[str] = (),
    environment: Mapping[str, str] = os.environ,
) -> Parameters:
    """Give the parameters of a definition the values of `--param`.

    Each text is `name=value`; the value `env:NAME` is taken from the environment and is secret.
    Raises `DefinitionError`, and `CredentialsError` for a secret header.
    """
    values = dict(_read(text, environment) for text in texts)
    if len(values) < len(texts):
        raise DefinitionError("--param: one of the parameters is given twice")
    whole = with_parameters(definition, values, sent_anyway)
    _refuse_headers_sent_anyway(whole, {name.lower() for name in sent_anyway})
    secret = {name: given for name, given in values.items() if given.variable}
    places = {
        (parameter.request_part, parameter.name)
        for operation in definition.operations
        for parameter in operation.parameters
    }
    headers = [name for name in secret if ("header", name) in places]
    variables = {
        given.variable: Secret(environment[given.variable], given.variable)
        for name, given in secret.items()
        if places & {("path", name), ("querystring", name)}
    }
    for variable, value in variables.items():
        # What is sent and what a shell puts into the recorded command must be the same bytes.
        if not re.fullmatch(r"[0-9A-Za-z._~-]+", value):
            raise DefinitionError(
                f"--param: the value of {variable} stands in a URL, where a secret has letters, "
                f"digits and -._~ alone"
            )
    return Parameters(
        whole,
        tuple(
            secret_header(f"{name}: env:{secret[name].variable}", environment) for name in headers
        ),
        variables,
    )


def _refuse_headers_sent_anyway(definition: Definition, sent_anyway: Collection[str]) -> None:
    """No header may be both the client's own and part of a request; names are in lower case."""
    for operation in definition.operations:
        for parameter in operation.parameters:
            is_header = parameter.request_part == "header" and parameter.value is not None
            if is_header and parameter.name.lower() in sent_anyway:
                raise DefinitionError(
                    f"--param {parameter.name}: --header, --api-key or --auth sets this header "
                    f"already; give it once"
                )
        for where, name in operation.key_placeholders.values():
            if where == "header" and name.lower() in sent_anyway:
                raise DefinitionError(
                    f"{operation.name} takes the object's name from the header {name}, so "
                    f"--header, --api-key and --auth cannot set it"
                )


def _read(text: str, environment: Mapping[str, str]) -> tuple[str, ParameterValue]:
    name, equals, value = text.partition("=")
    if not (name and equals and value.strip() and value.isprintable()):
        raise DefinitionError(
            "a parameter is written --param NAME=VALUE or --param NAME=env:VARIABLE, and its value "
            "is not blank"
        )
    if not value.startswith("env:"):
        return name, ParameterValue(value)
    variable = value.removeprefix("env:")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable) or not environment.get(variable):
        raise DefinitionError(
            f"--param {name}: the environment variable {variable or '?'} is not set"
        )
    return name, ParameterValue(variable=variable)
