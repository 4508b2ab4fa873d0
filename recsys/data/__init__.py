"""In memory and immutable: catalogue, interactions, histories, requests, rankings, splits. No I/O but snapshots."""
