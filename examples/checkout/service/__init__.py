"""Checkout: a cart, prices with bulk discount, a payment stub, and the pages and endpoints over them."""
