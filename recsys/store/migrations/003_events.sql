-- One row per fact. event_id is given by the shop or made from the content (see event_writes).
CREATE TABLE events (
    event_id VARCHAR NOT NULL,
    event_type VARCHAR NOT NULL,
    user_id VARCHAR NOT NULL,
    item_id VARCHAR,
    occurred_at TIMESTAMP NOT NULL,
    quantity DOUBLE,
    value DOUBLE,
    rating DOUBLE,
    text VARCHAR,
    position INTEGER,
    request_id VARCHAR,
    placement VARCHAR,
    import_number BIGINT NOT NULL
);

-- An import that repeats a stored event leaves a claim, so that rolling the first one back keeps the event.
CREATE TABLE event_claims (event_id VARCHAR NOT NULL, import_number BIGINT NOT NULL);
