"""The reader's side of a release: who has nothing but this package and an address proves or disproves a published site.

    folder or URL -> release.json, its signature -> a copy of every file, digests -> links
      -> packs computed again -> claims checked and pages printed again from source/ -> report

`origin` says what a site can be asked; `folder` and `fetching` ask a disk and a server. `digests` compares what was
got with the statement, `signature` says whose the statement is, `packs` computes each pack again, `reprint` makes the
site out of its own sources, and `comparing` holds both against each other; where the bytes of pages cannot agree,
because other code or other templates made them, `words` looks for the words around each claim. `verifying` puts them
together.

Nothing of a site is trusted or run: no template, no script. Its files are copied before they are looked at, so that
nothing changes in between and no link of a file system leads elsewhere.
"""
