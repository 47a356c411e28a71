"""Write the readings of workspace/raw, the same bytes every time."""

import json
import random
from pathlib import Path

HERE = Path(__file__).parent
OFFSETS = {"attic": -0.4, "cellar": 1.1, "garage": 0.3}
COUNTS = {"attic": 8, "cellar": 6, "garden": 9, "garage": 5, "porch": 2, "roof": 3}


def write(workspace: Path) -> None:
    """Write the workspace's generated files below this folder."""
    dice = random.Random(7)
    sensors = [sensor for sensor, count in COUNTS.items() for _ in range(count)]
    dice.shuffle(sensors)
    lines = []
    for number, sensor in enumerate(sensors):
        tenths = dice.randint(-80, 310)  # of a degree Celsius, so that no rounding is a matter of taste
        fahrenheit = round(tenths * 0.18 + 32, 2)
        state = dice.choices(["ok", "void", "suspect"], [8, 2, 1])[0]
        reading = {"id": 500 + number, "sensor": sensor, "day": f"2025-11-{number % 28 + 1:02}"}
        lines.append(json.dumps(reading | {"fahrenheit": fahrenheit, "state": state}))
    (workspace / "raw").mkdir(parents=True, exist_ok=True)
    (workspace / "raw" / "readings.jsonl").write_text("\n".join(lines) + "\n")
    (workspace / "raw" / "offsets.json").write_text(json.dumps(OFFSETS, indent=4) + "\n")


if __name__ == "__main__":
    write(HERE / "workspace")
