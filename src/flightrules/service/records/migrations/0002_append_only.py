"""The database itself refuses to change, delete or empty what was recorded."""

from typing import Any

from django.db import migrations

from flightrules.service.records import guards


def install(apps: Any, editor: Any) -> None:
    with editor.connection.cursor() as cursor:
        guards.install(cursor, editor.connection.vendor)


def remove(apps: Any, editor: Any) -> None:
    with editor.connection.cursor() as cursor:
        guards.remove(cursor, editor.connection.vendor)


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
