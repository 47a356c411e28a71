"""A release, put where readers are. Nothing else goes out, and at every moment a reader gets whole pages.

released     the built folder, every file compared with release.json before anything goes out
targets      what a target's name or address means: S3, a folder, a branch of a git repository
order        what goes first
plan         what of it has to go, given what is there
deploy       the plan, carried out on an object store: lock, intent, uploads, commit, invalidation, deletions
manifest, lock, store     what stands in the object store besides the site
s3, cloudfront, folder, git     one adapter each
"""
