"""Serve on 127.0.0.1: ``python -m service 8765``."""

import sys

from .app import serve

with serve(int(sys.argv[1]) if len(sys.argv) > 1 else 8765) as server:
    server.serve_forever()
