"""Credit notes. Amounts are whole cents, and what the customer gets back is negative."""

from billing.invoices import invoice


def credit_note(number, lines, *, fee=0):
    """Return a credit note: the net amount given back, less a handling fee, and the tax on it."""
    value = 0
    for row in lines:
        value += row["quantity"] * row["price"]
    if value >= 250000:
        reduction = value * 7 // 100
    elif value >= 80000:
        reduction = value * 3 // 100
    else:
        reduction = 0
    back = value - reduction

    net = -(back - fee)
    tax = -((back - fee) * 20 // 100)
    return {"number": number, "net": net, "tax": tax, "gross": net + tax}


def corrected_invoice(number, lines):
    """Return the invoice that takes a wrong one's place; its number ends in C."""
    return invoice(f"{number}C", lines)
