-- Facts about the shop, the import ledger and saved column mappings.
CREATE TABLE shop (key VARCHAR NOT NULL, value VARCHAR NOT NULL);

CREATE TABLE imports (
    number BIGINT NOT NULL,
    import_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    file_sha256 VARCHAR NOT NULL,
    mapping VARCHAR NOT NULL,
    rows_read BIGINT NOT NULL,
    added BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('applied', 'rolled_back'))
);

CREATE TABLE mappings (
    kind VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    mapping VARCHAR NOT NULL,
    saved_at TIMESTAMP NOT NULL
);
