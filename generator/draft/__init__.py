"""A first writeup, computed from packs: every sentence of it stands on facts that were checked before it is written.

packs -> desk.py (asks) -> campaign.py, comparison.py, tables.py (sections of sentences) -> page.py (two files)
      -> proof.py (checked as `clawpub check` does; a sentence that does not pass is left out)

phrases.py      how numbers and names are written; what comes from a pack is never markup
sentences.py    what sections are made of
placing.py      index.md and facts.toml onto the disk, both or neither
beginnings.py   an edition out of what a week published, and a writeup that says nothing yet
"""
