"""The load: each user looks, adds and prices about once a second."""

from uuid import uuid4

from locust import HttpUser, constant_throughput, task


class Shopper(HttpUser):
    wait_time = constant_throughput(1)

    def on_start(self) -> None:
        self.client.headers["X-Cart"] = uuid4().hex
        self.client.post("/cart", json={"article": "mug", "quantity": 12})

    @task(3)
    def price(self) -> None:
        self.client.get("/quote")

    @task(2)
    def look(self) -> None:
        self.client.get("/checkout")

    @task(1)
    def buy(self) -> None:
        self.client.post("/cart", json={"article": "pen", "quantity": 1})
        self.client.post("/orders", json={"card": "4111111111111111"})
