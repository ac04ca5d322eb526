"""A shell command that sends the same bytes again.

Strategy: the body goes through `printf %s … | base64 -d`, so that no shell, locale or clipboard can
change it; every header that curl would add of its own accord is given or taken away; the path goes
out as it is. Secrets appear as the environment variables that hold them.
"""

import base64
import re
import shlex

from fixtures.cases.exchange import Route, Sent

# -q first: no settings of whoever repeats it.
_CURL = ("curl", "-q", "-sS", "--globoff", "--path-as-is")
# What curl sends unasked: taken away where the recorded request did not have it.
_OF_CURL = ("Accept", "Content-Type", "User-Agent")
# What curl makes itself, and better, from the URL and the body.
_OF_THE_TRANSPORT = {"host", "content-length"}


def curl(sent: Sent, *, body_file: str = "") -> str:
    """The command for a POSIX shell with `base64` and curl; of S3's own API, for the AWS CLI.

    `body_file` names a file that holds the body, for one too long for a line.
    """
    if sent.url.startswith("s3://"):
        return f"aws s3 cp {_url(sent.url)} -"
    version = "--http2" if sent.route.http2 else "--http1.1"
    command = [*_CURL, version, *_route(sent.route), *_method(sent)]
    for name, value in sent.headers:
        if name.lower() not in _OF_THE_TRANSPORT:
            command += ["-H", _header(name, value, secret=name.lower() in sent.secret_headers)]
    present = {name.lower() for name, _ in sent.headers}
    for name in _OF_CURL:
        if name.lower() not in present:
            command += ["-H", shlex.quote(f"{name}:")]
    if sent.sigv4_region:
        command += _signature(sent.sigv4_region)
    if not sent.body and sent.method not in ("PUT", "POST"):
        return " ".join([*command, _url(sent.url)])
    source = f"@{body_file}" if body_file else "@-"
    if "expect" not in present:  # curl asks for "100 Continue" before a long body
        command += ["-H", "'Expect:'"]
    command += ["--data-binary", shlex.quote(source), _url(sent.url)]
    if body_file:
        return " ".join(command)
    encoded = base64.b64encode(sent.body).decode()
    return f"printf %s {shlex.quote(encoded)} | base64 -d | {' '.join(command)}"


def _url(url: str) -> str:
    """The URL as one word of the shell, which puts the secrets in for `${NAME}`."""
    parts = re.split(r"(\$\{\w+\})", url)
    return "".join(
        f'"{part}"' if index % 2 else shlex.quote(part) for index, part in enumerate(parts) if part
    )


def _route(route: Route) -> list[str]:
    """The certificate, whom to trust, and the proxy: that of the environment never is."""
    words = []
    for option, file in (
        ("--cert", route.certificate),
        ("--key", route.key),
        ("--cacert", route.ca_bundle),
    ):
        if file:
            words += [option, shlex.quote(file)]
    if route.passphrase:
        words += ["--pass", f'"{route.passphrase}"']
    if not route.proxy:
        return [*words, "--noproxy", "'*'"]
    url = f'"{route.proxy}"' if route.proxy.startswith("$") else shlex.quote(route.proxy)
    words += ["--proxy", url, "--noproxy", "''", "-H", "'Proxy-Connection:'"]
    if route.proxy_user or route.proxy_password:
        password = f'"{route.proxy_password}"' if route.proxy_password else ""
        words += ["--proxy-user", shlex.quote(f"{route.proxy_user}:") + password]
    return words


def _method(sent: Sent) -> tuple[str, ...]:
    return ("--head",) if sent.method == "HEAD" else ("-X", shlex.quote(sent.method))


def _header(name: str, value: str, *, secret: bool) -> str:
    if secret:  # in double quotes, so that the shell puts the variable's value in
        return shlex.quote(f"{name}: ") + f'"{value}"'
    return shlex.quote(f"{name}: {value}" if value else f"{name};")


def _signature(region: str) -> list[str]:
    return [
        "--aws-sigv4",
        shlex.quote(f"aws:amz:{region}:execute-api"),
        "--user",
        '"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"',
        "-H",
        '"X-Amz-Security-Token: $AWS_SESSION_TOKEN"',
    ]
