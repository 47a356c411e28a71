"""The weekly e-mail: an edition as a letter, and its way to those who asked for it.

letter.py       what a letter is, before it has a reader's name on it
edition.py      an edition, checked as `clawpub check` does, and made a letter
setting.py      its HTML, its plain text, its pictures; whole, or where there is no room each writeup's beginning
contexts.py     what templates/email/ receives
body.py         a text as HTML for mail programs: the page's renderer, its links absolute
plain.py        the same as plain text; columns.py has lines and tables of 72 columns
picture.py      charts as PNG (resvg)
styles.py       the theme's colours by day and by night, and styles inlined (css-inline)

settings.py     `[mail]` of publish.toml
recipients.py   who gets it, from a list; tokens.py has what takes a reader off it
message.py      the letter to one of them, as bytes
delivery.py     the letters of an edition, sent one after the other, each reader once
outbox.py       what was sent to whom, on the disk before it is sent
sender.py       what can become of a message; smtp.py and ses.py are the two ways
published.py    whether the pages that a letter leads to are there
"""
