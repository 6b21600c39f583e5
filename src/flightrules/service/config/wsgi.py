"""The WSGI application that granian serves."""

from __future__ import annotations

import os
import threading
import time

from django.core.wsgi import get_wsgi_application

__all__ = ["application"]

_LOOK_S = 0.5


def _leave_with(parent: int) -> None:
    """End this process when the one that started it is gone: killed, it cannot say so itself."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flightrules.service.config.settings")
application = get_wsgi_application()
if os.environ.get("FLIGHTRULES_PARENT") == str(os.getppid()):
    _leave_with(os.getppid())
