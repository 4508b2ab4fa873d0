"""Files to checked rows: readers, column mapping, checks, pictures; `sources` holds one file per public data set.

Nothing here writes to the store; `recsys.workflows.imports` joins the two. Kept empty of imports so that the reading
process starts fast.
"""
