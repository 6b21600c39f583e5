"""The checkout page."""

from __future__ import annotations

from html import escape

from .cart import CATALOGUE, Cart
from .pricing import Quote

STYLE = """
body { font: 1rem/1.5 sans-serif; max-width: 40rem; margin: 2rem auto; color: #222; background: #fff }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .25rem }
.note { color: #595959 }
"""


def money(cents: int) -> str:
    return f"EUR {cents // 100}.{cents % 100:02d}"


def render(cart: Cart, quote: Quote) -> str:
    rows = "".join(
        f"<tr><th scope=row>{escape(CATALOGUE[article][0])}</th><td>{quantity}</td>"
        f"<td>{money(quantity * price)}</td></tr>"
        for article, quantity, price in cart.lines()
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Checkout</title><style>{STYLE}</style></head>
<body><main><h1>Checkout</h1>
<table><thead><tr><th scope=col>Article</th><th scope=col>Quantity</th><th scope=col>Price</th></tr></thead>
<tbody>{rows}</tbody></table>
<p>Discount {money(quote.discount)}, delivery {money(quote.delivery)}, VAT {money(quote.vat)}</p>
<p><strong>Total {money(quote.total)}</strong></p>
<form method="post" action="/orders">
<label for="card">Card number</label> <input id="card" name="card" autocomplete="cc-number">
<button>Pay {money(quote.total)}</button>
</form>
<p class="note">Value added tax is part of the total.</p>
</main></body></html>"""
