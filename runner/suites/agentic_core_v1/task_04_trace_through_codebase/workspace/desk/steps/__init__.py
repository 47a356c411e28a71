from desk.steps import basic, countries, extras

__all__ = ["basic", "countries", "extras"]
