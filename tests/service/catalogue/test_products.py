"""Products are opened under a key that stays, seen by those who hold a role in them, renamed with If-Match."""

from __future__ import annotations

from flightrules.service.records.models import Entry


def test_a_key_is_taken_once(shop):
    again = shop.manager.post("/products", {"key": "shop", "name": "Another"})
    assert (again.status_code, again.json()["code"]) == (409, "E_PRODUCT_EXISTS")
    assert shop.qa.get("/products/shop").json()["name"] == "Shop"


def test_only_those_who_manage_the_catalogue_open_products(shop):
    assert shop.qa.post("/products", {"key": "till", "name": "Till"}).status_code == 403
    assert shop.manager.post("/products", {"key": "../x", "name": "Till"}).status_code == 422
    assert shop.manager.post("/products", {"key": "till", "name": "Till", "owner": "me"}).status_code == 422


def test_a_list_shows_what_exists_for_the_reader(shop):
    shop.manager.post("/products", {"key": "bank", "name": "Bank"})
    assert [one["key"] for one in shop.manager.get("/products").json()["items"]] == ["bank", "shop"]
    assert [one["key"] for one in shop.qa.get("/products").json()["items"]] == ["shop"]
    assert shop.qa.get("/products/bank").status_code == 404
    assert shop.qa.get("/products/nothing").status_code == 404
    assert shop.manager.get("/products/nothing").status_code == 404


def test_nobody_renames_what_they_have_not_read(shop):
    read = shop.manager.get("/products/shop")
    assert shop.manager.patch("/products/shop", {"name": "Mall"}).status_code == 428
    changed = shop.manager.patch("/products/shop", {"name": "Mall"}, If_Match=read["ETag"])
    assert changed.json()["name"] == "Mall"
    stale = shop.manager.patch("/products/shop", {"name": "Market"}, If_Match=read["ETag"])
    assert stale.status_code == 412
    assert Entry.objects.filter(tag="catalogue:product:changed").count() == 1
    assert shop.qa.patch("/products/shop", {"name": "Mine"}, If_Match=read["ETag"]).status_code in (403, 412)
