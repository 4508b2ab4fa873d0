"""Our default beside the peers: one split, one exchange folder, their lists scored by our metrics.

`peers/` holds one file per library, run by `runner.py` in an environment of its own. `exchange.py` writes what a peer
may see and reads what it answers, `environments.py` makes and removes the environments, `processes.py` runs a peer,
`scores.py` judges lists, `report.py` puts the table together. Nothing here trains our own model: `workflows.benchmark`
does and calls this room.
"""
