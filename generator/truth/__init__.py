"""What a corrected pack changes in what was published: every sentence whose truth changes, and the draft of an erratum.

    writeup + old pack -> checked   \\
                                     > bindings, one by one -> changed sentences -> wordings, tried -> erratum, tried
    writeup + new pack -> checked   /

diff.py does both checks, sentences.py says where claims stand, changes.py compares, tables.py compares what
expressions print, wording.py corrects, erratum.py drafts. Nothing is written to the publication.
"""
