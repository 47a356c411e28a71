from shop.reports import customers, revenue

ORDERS = [
    {"customer": "Ines", "cents": 1200, "state": "paid"},
    {"customer": "Oke", "cents": 98000, "state": "paid"},
    {"customer": "Ines", "cents": 900, "state": "paid"},
    {"customer": "Mara", "cents": 1500, "state": "cancelled"},
    {"customer": "Mara", "cents": 2500, "state": "paid"},
    {"customer": "Mara", "cents": 700, "state": "cancelled"},
]

if __name__ == "__main__":
    for order in ORDERS:
        print(order)
    print(customers(ORDERS), revenue(ORDERS))
