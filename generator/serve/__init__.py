"""The preview that an author works in: a publication as it changes, with what its check finds shown in place.

    watching -> workshop (checks what changed) -> preview (pages, made when asked for) -> overlay -> server -> events

Nothing here writes into a site, and nothing that a build writes comes from here.
"""
