"""In memory and immutable: the catalogue, interactions, histories, requests, rankings and splits. No I/O except snapshots."""
