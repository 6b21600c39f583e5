"""The office: Django apps, one a domain, over the pure core. ``services`` write, ``queries`` read."""
