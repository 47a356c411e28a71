"""Invoices. Amounts are whole cents."""


def invoice(number, lines):
    """Return an invoice: its net amount, 20 percent tax and the sum of both."""
    total = 0
    for line in lines:
        total += line["quantity"] * line["price"]
    if total >= 250000:
        discount = total * 7 // 100
    elif total >= 80000:
        discount = total * 3 // 100
    else:
        discount = 0
    net = total - discount

    tax = net * 20 // 100
    return {"number": number, "net": net, "tax": tax, "gross": net + tax}
