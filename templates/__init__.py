"""The default theme; a publication overrides it file by file. Found here in a checkout and in a wheel."""
