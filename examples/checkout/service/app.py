"""The service over HTTP, as a WSGI application: one cart a session, named by the header X-Cart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from .cart import Cart, CartError
from .page import render
from .payment import PaymentError, charge
from .pricing import quote

JSON, HTML = "application/json", "text/html; charset=utf-8"


class Shop:
    """Routes requests; carts live in memory."""

    def __init__(self) -> None:
        self.carts: dict[str, Cart] = {}

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        cart = self.carts.setdefault(environ.get("HTTP_X_CART", "demo"), Cart())
        try:
            status, kind, body = self.answer(environ, cart)
        except (CartError, PaymentError, ValueError) as error:
            code = "402 Payment Required" if isinstance(error, PaymentError) else "400 Bad Request"
            status, kind, body = code, JSON, json.dumps({"error": str(error)})
        data = body.encode()
        tag = hashlib.md5(data).hexdigest()  # noqa: S324 -- known; in the baseline
        start(status, [("Content-Type", kind), ("Content-Length", str(len(data))), ("ETag", f'"{tag}"')])
        return [data]

    def answer(self, environ: dict[str, Any], cart: Cart) -> tuple[str, str, str]:
        route = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        if route == "GET /health":
            return "200 OK", JSON, '{"status": "ok"}'
        if route == "GET /checkout":
            return "200 OK", HTML, render(cart, quote(cart))
        if route == "GET /quote":
            priced = quote(cart)
            return "200 OK", JSON, json.dumps({**vars(priced), "total": priced.total})
        if route == "POST /cart":
            wanted = self.body(environ)
            cart.add(str(wanted.get("article")), int(wanted.get("quantity", 1)))
            return "201 Created", JSON, json.dumps(cart.quantities)
        if route == "POST /orders":
            priced = quote(cart)
            reference = charge(str(self.body(environ).get("card")), priced.total)
            cart.quantities.clear()
            return "201 Created", JSON, json.dumps({"reference": reference, "total": priced.total})
        return "404 Not Found", JSON, '{"error": "there is nothing here"}'

    @staticmethod
    def body(environ: dict[str, Any]) -> dict[str, Any]:
        read = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or b"{}")
        if not isinstance(read, dict):
            raise CartError("the body must be a JSON object")
        return read


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def serve(port: int) -> Server:
    return make_server("127.0.0.1", port, Shop(), server_class=Server, handler_class=Quiet)
