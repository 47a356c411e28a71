"""Making a release: a site that was checked without any memory, and the signed statement of what is in it.

    publication -> gate -> site/ with release.json -> signed: release.dsse.json, .well-known/clawpub-key.pem

`statement` has the format, for whoever reads one; `signing` the key and the envelope; `gate` what no release may hold;
`history` what git knows of packs; `making` puts them together. docs/releases.md says it for readers.
"""
