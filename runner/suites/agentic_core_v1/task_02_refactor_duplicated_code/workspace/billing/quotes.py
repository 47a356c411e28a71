"""Quotes. Amounts are whole cents."""

VALID_DAYS = 30


def quote(customer, lines):
    """Return a quote. It names a net amount and no tax; without lines there is nothing to quote."""
    if not lines:
        raise ValueError("a quote needs at least one line")

    amount = 0
    for item in lines:
        amount += item["quantity"] * item["price"]
    if amount >= 250000:
        off = amount * 7 // 100
    elif amount >= 80000:
        off = amount * 3 // 100
    else:
        off = 0
    net = amount - off

    return {"customer": customer, "net": net, "valid_days": VALID_DAYS}
