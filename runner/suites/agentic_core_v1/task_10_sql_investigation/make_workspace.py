"""Write workspace/shop.db, the same bytes every time."""

import random
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
TABLES = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, placed_at TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE order_lines (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, product TEXT NOT NULL,
    quantity INTEGER NOT NULL, unit_cents INTEGER NOT NULL, discount_percent INTEGER);
CREATE TABLE refunds (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, cents INTEGER NOT NULL, refunded_at TEXT NOT NULL);
"""  # noqa: E501
PRODUCTS = {"desk": 24900, "lamp": 3900, "chair": 12900, "shelf": 8900, "rug": 6500, "plant": 1900}

Row = tuple[object, ...]


def build() -> dict[str, list[Row]]:
    """Return each table's rows."""
    dice = random.Random(1010)
    customers: list[Row] = []
    orders: list[Row] = []
    lines: list[Row] = []
    refunds: list[Row] = []
    for id in range(1, 61):
        customers.append((id, f"Customer {id:02}", dice.choices(["NO", "SE", "DE"], [5, 3, 2])[0]))
    for id in range(1, 321):
        day = datetime(2025, 10, 15) + timedelta(minutes=dice.randrange(60 * 24 * 62))
        if id % 20 == 0:
            day = datetime(2025, 11, 30, dice.randint(8, 23), dice.randint(0, 59))
        state = dice.choices(["paid", "cancelled"], [9, 1])[0]
        orders.append((id, dice.randint(1, 60), day.strftime("%Y-%m-%d %H:%M:%S"), state))
        for _ in range(dice.randint(1, 4)):
            product = dice.choice(sorted(PRODUCTS))
            row = (product, dice.randint(1, 3), PRODUCTS[product], dice.choice([None, None, None, 5, 10, 20]))
            lines.append((len(lines) + 1, id, *row))
        for _ in range(dice.choices([0, 1, 2], [16, 3, 1])[0]):
            back = day + timedelta(days=dice.randint(1, 20))
            refunds.append((len(refunds) + 1, id, 100 * dice.randint(5, 40), back.strftime("%Y-%m-%d %H:%M:%S")))
    return {"customers": customers, "orders": orders, "order_lines": lines, "refunds": refunds}


def write(workspace: Path) -> None:
    """Write the workspace's generated files below this folder."""
    path = workspace / "shop.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA page_size = 4096")
    connection.executescript(TABLES)
    for table, rows in build().items():
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    connection.commit()
    connection.close()
    content = bytearray(path.read_bytes())
    content[96:100] = (3_040_001).to_bytes(4, "big")  # the version of SQLite that wrote it; nothing reads it
    path.write_bytes(content)


if __name__ == "__main__":
    write(HERE / "workspace")
