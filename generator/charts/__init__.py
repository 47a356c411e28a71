"""Charts made from packs. One `Chart` is the source of all that a page has of it:

    pack tables ──campaigns.py, columns.py──▶ Chart ──drawing.py──▶ places on a drawing, which a template makes SVG of
                                                    ──words.py────▶ the same in words, for whoever does not see it
                                                    ──values.py───▶ the same as a table
                                                    ──figure.py───▶ the same for plotly, where a reader wants to explore

A chart holds values as the pack stores them. What it does not hold is a gap with its reason, in all four.
"""
