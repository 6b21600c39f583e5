import io
import json

import pytest
from service.app import Shop


class Client:
    """Talks to the application without a socket."""

    def __init__(self) -> None:
        self.shop = Shop()

    def __call__(self, method, path, body=None, cart="test"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        said = {}
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "HTTP_X_CART": cart,
            "CONTENT_LENGTH": str(len(data)),
            "wsgi.input": io.BytesIO(data),
        }
        answer = b"".join(
            self.shop(environ, lambda status, headers: said.update(status=status, headers=dict(headers)))
        )
        text = answer.decode()
        return int(said["status"][:3]), json.loads(text) if "json" in said["headers"][
            "Content-Type"
        ] else text


@pytest.fixture
def client():
    return Client()
