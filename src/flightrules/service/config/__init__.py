"""Settings, routes and doors of the service; the only room that knows every app."""
