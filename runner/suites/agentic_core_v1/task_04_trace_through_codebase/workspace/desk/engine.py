from desk import profiles, registry, steps

assert steps  # importing the steps registers them


def run(event, profile):
    """Return the amount that is left when every step of the profile has run."""
    settings = profiles.load(profile)
    amount = 0
    for function in registry.chosen(settings["steps"]):
        amount = function(amount, event, settings)
    return amount
