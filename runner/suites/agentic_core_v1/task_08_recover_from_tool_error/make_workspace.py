"""Write the two months of workspace/data/stock, the same bytes every time."""

import random
from pathlib import Path

HERE = Path(__file__).parent
ITEMS = (
    "anvil bolt brush clamp drill file gauge hammer hinge hook jack knife ladder lamp latch level "
    "mallet nail plane pliers pulley rivet rope saw screw shovel spring tape vice wrench"
)


def write(workspace: Path) -> None:
    """Write the workspace's generated files below this folder."""
    (workspace / "data" / "stock").mkdir(parents=True, exist_ok=True)
    for month, seed in (("2025-10", 10), ("2025-11", 11)):
        dice = random.Random(seed)
        rows = [f"{item},{dice.randint(0, 60)},{dice.choice([5, 10, 15, 20])}" for item in ITEMS.split()]
        rows[7] = f"hammer,{15 if month == '2025-11' else 9},15"  # at its minimum, not below
        text = "item,quantity,minimum\n" + "\n".join(rows) + "\n"
        (workspace / "data" / "stock" / f"{month}.csv").write_text(text)


if __name__ == "__main__":
    write(HERE / "workspace")
