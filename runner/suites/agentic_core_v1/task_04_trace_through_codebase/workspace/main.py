"""python3 main.py '{"kind": "sale", "amount": 100, "country": "DE"}' prints the result for an event."""

import json
import os
import sys

from desk import engine

if __name__ == "__main__":
    event = json.loads(sys.argv[1])
    print(engine.run(event, os.environ.get("DESK_PROFILE", "local")))
