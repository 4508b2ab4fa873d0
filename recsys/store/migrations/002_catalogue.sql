-- Every statement about an item is one version; the newest one of an applied import is current.
-- Uniqueness of (item_id, import_number) is kept by the one write path, not by an index.
CREATE TABLE item_versions (
    item_id VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    description VARCHAR,
    category VARCHAR,
    brand VARCHAR,
    price DOUBLE,
    currency VARCHAR,
    attributes VARCHAR NOT NULL,
    launched_at TIMESTAMP,
    stock BIGINT,
    margin DOUBLE,
    images VARCHAR[] NOT NULL,
    import_number BIGINT NOT NULL,
    is_current BOOLEAN NOT NULL
);

-- A later import that states the same as the current version leaves a claim, so that rolling the earlier one back keeps the item.
CREATE TABLE item_claims (item_id VARCHAR NOT NULL, import_number BIGINT NOT NULL, version_number BIGINT NOT NULL);

CREATE VIEW items AS
SELECT item_id, title, description, category, brand, price, currency, attributes, launched_at, stock, margin, images, import_number
FROM item_versions WHERE is_current;

CREATE TABLE pictures (picture VARCHAR NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, bytes BIGINT NOT NULL);

CREATE VIEW item_images AS
SELECT item_id, unnest(images) AS picture, unnest(range(1, len(images) + 1)) AS position FROM items;
