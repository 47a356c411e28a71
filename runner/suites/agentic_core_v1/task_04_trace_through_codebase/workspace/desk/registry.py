import functools

_STEPS = {}


def step(name, *, order):
    """Register a function as a step."""

    def keep(function):
        _STEPS[name] = (order, function)
        return function

    return keep


def only_for(kind):
    """Let a step work on events of one kind only."""

    def wrap(function):
        @functools.wraps(function)
        def wrapper(amount, event, settings):
            if event["kind"] != kind:
                return amount
            return function(amount, event, settings)

        return wrapper

    return wrap


def chosen(names):
    """Return the functions of the named steps in the order in which they run."""
    return [function for order, function in sorted((_STEPS[name] for name in names), key=lambda entry: entry[0])]
