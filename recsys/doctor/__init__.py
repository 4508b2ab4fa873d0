"""The catalogue doctor and event sanity: what is wrong with a shop's data, found by maths alone.

Belongs here: measurements of pictures and words, the checks over them, and what a finding is. Reading files and
keeping reports is `recsys.workflows.doctor`'s; words for a person are the dashboard's.
"""
