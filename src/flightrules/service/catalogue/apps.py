"""Registration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["CatalogueConfig"]


class CatalogueConfig(AppConfig):
    """What Django needs to know of this room."""

    name = "flightrules.service.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """From here on a product's adopted rulebook gives the powers to vote, and products are known."""
        from flightrules.service.catalogue.queries import adopted_authority, is_product
        from flightrules.service.people.access import learn_adopted_authority, learn_products

        learn_adopted_authority(adopted_authority)
        learn_products(is_product)
