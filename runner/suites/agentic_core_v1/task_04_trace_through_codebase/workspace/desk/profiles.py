import json
from pathlib import Path

ETC = Path(__file__).parent.parent / "etc"


def load(name):
    """Return a profile's settings; what it does not say itself comes from the profile that it extends."""
    profile = json.loads((ETC / "profiles.json").read_text())[name]
    settings = load(profile["extends"]) if "extends" in profile else {}
    steps = profile.get("steps", settings.get("steps", [])) + profile.get("add", [])
    settings.update(profile)
    settings["steps"] = [step for step in steps if step not in profile.get("without", [])]
    return settings
