"""Reports over orders. An order is {"customer": str, "cents": int, "state": "paid" or "cancelled"}."""


def revenue(orders):
    """Return the sum of all paid orders in cents."""
    return sum(order["cents"] for order in orders if order["state"] == "paid")


def customers(orders):
    """Return the names of all customers, in alphabetical order."""
    return sorted({order["customer"] for order in orders})
