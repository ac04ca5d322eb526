"""Moto's server, whose PutRestApi would fail on a mock integration without a URI."""

import sys
from functools import partialmethod

from moto.apigateway.models import APIGatewayBackend
from moto.server import main

APIGatewayBackend.put_integration = partialmethod(  # type: ignore[assignment]
    APIGatewayBackend.put_integration, uri="", integration_method=""
)

if __name__ == "__main__":
    main(sys.argv[1:])
