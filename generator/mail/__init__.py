"""The weekly e-mail: an edition as a letter, and its way to those who asked for it."""
