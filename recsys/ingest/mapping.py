"""Which column of a file means what: guessed by name, loaded from a saved mapping, or said outright."""

import json
import re
from collections.abc import Mapping as MappingABC
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Literal

from recsys.errors import InputError
from recsys.ingest.fixes import Fixes
from recsys.ingest.tables import ReadOptions
from recsys.vocabulary import CATALOGUE_COLUMNS, EVENT_COLUMNS, EventType

Kind = Literal["catalogue", "events"]
CANONICAL: dict[str, tuple[str, ...]] = {"catalogue": CATALOGUE_COLUMNS, "events": EVENT_COLUMNS}
REQUIRED: dict[str, tuple[str, ...]] = {
    "catalogue": ("item_id",),
    "events": ("event_type", "user_id", "item_id", "occurred_at"),
}

SYNONYMS: dict[str, dict[str, tuple[str, ...]]] = {
    "catalogue": {
        "item_id": ("item_id", "product_id", "sku", "variant_sku", "item_sku", "product_sku", "stock_code",
                    "article_id", "article_number", "product_code", "item_code", "item_number", "asin", "parent_asin",
                    "handle", "style_id", "item", "product", "id", "artikelnummer", "art_nr"),
        "title": ("title", "name", "product_name", "item_name", "product_title", "product_display_name", "display_name",
                  "prod_name", "post_title", "bezeichnung", "titel"),
        "description": ("description", "body_html", "body", "product_description", "long_description", "detail_desc",
                        "short_description", "details", "text", "beschreibung"),
        "category": ("category", "categories", "category_path", "product_category", "google_product_category",
                     "product_type", "type", "department", "category_name", "product_group", "kategorie"),
        "brand": ("brand", "vendor", "manufacturer", "brand_name", "label", "marke", "hersteller"),
        "price": ("price", "variant_price", "unit_price", "regular_price", "sale_price", "list_price", "price_eur",
                  "price_usd", "price_gbp", "unit_price_gbp", "retail_price", "preis"),
        "currency": ("currency", "currency_code", "price_currency", "waehrung"),
        "attributes": ("attributes", "properties", "specs", "specifications", "features"),
        "launched_at": ("launched_at", "launch_date", "launched", "release_date", "released_at", "published_at",
                        "created_at", "available_from", "first_available", "date_added", "date_first_available"),
        "stock": ("stock", "stock_quantity", "inventory", "variant_inventory_qty", "inventory_quantity", "quantity",
                  "qty", "units_in_stock", "availability", "bestand"),
        "margin": ("margin", "gross_margin", "margin_rate", "margin_percent", "marge"),
        "images": ("images", "image", "image_src", "image_url", "image_urls", "picture", "pictures", "photo", "photos",
                   "image_link", "image_file", "image_bytes", "image_name", "filename", "bild"),
    },
    "events": {
        "event_id": ("event_id", "id", "uuid", "hit_id", "log_id"),
        "event_type": ("event_type", "event", "type", "action", "event_name", "behaviour", "behavior", "activity"),
        "user_id": ("user_id", "customer_id", "user", "customer", "visitor_id", "visitorid", "client_id", "shopper_id",
                    "member_id", "account_id", "household_id", "reviewer_id", "userid", "customerid", "kundennummer"),
        "item_id": ("item_id", "product_id", "sku", "stock_code", "article_id", "item", "product", "product_code",
                    "asin", "parent_asin", "itemid", "productid", "variant_sku", "lineitem_sku", "artikelnummer"),
        "occurred_at": ("occurred_at", "timestamp", "time", "datetime", "date", "event_time", "event_date",
                        "created_at", "invoice_date", "invoice_ts", "order_date", "purchase_date", "t_dat", "ts", "day",
                        "transaction_timestamp", "datum"),
        "quantity": ("quantity", "qty", "units", "count", "lineitem_quantity", "menge"),
        "value": ("value", "amount", "revenue", "total", "line_total", "sales_value", "sales", "order_value", "betrag"),
        "rating": ("rating", "stars", "score", "review_rating", "overall"),
        "text": ("text", "review_text", "review", "comment", "query", "search_term", "search_query", "body", "message"),
        "position": ("position", "rank", "slot", "pos"),
        "request_id": ("request_id", "request", "list_id", "recommendation_id"),
        "placement": ("placement", "widget", "surface", "location", "page", "channel"),
    },
}  # fmt: skip
"""Canonical column -> names seen in exports, likeliest first; compared after lower-casing and joining words by `_`."""


@dataclass(frozen=True)
class ImportOptions:
    """How cells are to be understood; None means find out.

    Parameters
    ----------
    delimiter, encoding, sheet
        See `tables.ReadOptions`.
    decimal
        `.` or `,` in numbers written as text.
    dayfirst
        True when 03/04/2024 is the third of April.
    timezone
        IANA name for times without one; UTC when absent.
    currency
        ISO 4217 code for prices without one.
    event_type
        For files whose rows are all of one type, as a list of orders.
    category_separator
        Between the levels of a category path.
    attributes
        Columns to collect as attributes; None collects those named `attr_…`.
    skip_invalid
        True leaves rows with errors out instead of refusing the file.
    """

    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    decimal: str | None = None
    dayfirst: bool | None = None
    timezone: str | None = None
    currency: str | None = None
    event_type: str | None = None
    category_separator: str | None = None
    attributes: tuple[str, ...] | None = None
    skip_invalid: bool = False

    def __post_init__(self) -> None:
        if self.decimal not in (None, ".", ","):
            raise InputError(f"The option `decimal` is '.' or ','; received {self.decimal!r}.")
        if self.event_type is not None and self.event_type not in set(EventType):
            kinds = ", ".join(EventType)
            raise InputError(f"The option `event_type` is one of {kinds}; received {self.event_type!r}.")

    def reading(self) -> ReadOptions:
        """The part a reader needs."""
        return ReadOptions(self.delimiter, self.encoding, self.sheet)


@dataclass(frozen=True)
class ColumnMapping:
    """Canonical column -> column of the file (several for a category path), and how to read cells.

    Parameters
    ----------
    columns
        What a person said; columns not named here are guessed. An empty tuple says: the file has none.
    options
        See `ImportOptions`.
    fixes
        What was corrected in the file.
    """

    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    options: ImportOptions = field(default_factory=ImportOptions)
    fixes: Fixes = field(default_factory=Fixes)

    def to_json(self) -> str:
        """Canonical JSON; equal mappings give equal text."""
        columns = {key: list(value) if len(value) != 1 else value[0] for key, value in sorted(self.columns.items())}
        options = {key: value for key, value in asdict(self.options).items() if value not in (None, False)}
        fixes = {"fixes": self.fixes.to_json()} if self.fixes else {}
        return json.dumps({"columns": columns, "options": options, **fixes}, sort_keys=True)


MappingLike = ColumnMapping | MappingABC[str, object] | Path | str | None


def load_mapping(source: MappingLike, kind: Kind) -> ColumnMapping:
    """Read a mapping from wherever it is.

    Parameters
    ----------
    source
        A `ColumnMapping`; a dict `{"columns": {…}, "options": {…}, "fixes": {…}}` or simply
        `{canonical: column, …, "options": {…}}`; JSON text; or the path of a JSON file. None for an empty one.
    kind
        `catalogue` or `events`.

    Raises
    ------
    InputError
        When it names an unknown canonical column or option, or is no JSON.
    """
    if source is None:
        return ColumnMapping()
    if isinstance(source, ColumnMapping):
        return source
    if isinstance(source, (Path, str)):
        source = _load_json(source)
    plain = {key: value for key, value in source.items() if key not in {"columns", "options", "fixes"}}
    nested = source.get("columns") or {}
    options = source.get("options") or {}
    if not isinstance(nested, MappingABC) or not isinstance(options, MappingABC):
        raise InputError('A mapping looks like {"columns": {"item_id": "SKU"}, "options": {"decimal": ","}}.')
    columns = {str(key): _names(value) for key, value in {**plain, **nested}.items()}
    unknown = sorted(set(columns) - set(CANONICAL[kind]))
    if unknown:
        raise InputError(f"The mapping names {unknown}, which {kind} do not have: use {', '.join(CANONICAL[kind])}.")
    return ColumnMapping(columns, _options(options), Fixes.from_json(source.get("fixes") or {}))


def guess_columns(names: list[str], kind: Kind, given: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Complete a mapping by the columns' names.

    Parameters
    ----------
    names
        Columns of the file.
    kind
        `catalogue` or `events`.
    given
        What a person said; kept as it is.

    Returns
    -------
    Canonical column -> columns of the file, only where there is one; no column is used twice.
    """
    by_key = {normalise(name): name for name in reversed(names)}
    taken = {name for used in given.values() for name in used}
    chosen = {key: used for key, used in given.items() if used}
    wishes = [
        (rank, order, canonical, synonym)
        for order, canonical in enumerate(CANONICAL[kind])
        if canonical not in given
        for rank, synonym in enumerate(SYNONYMS[kind][canonical])
    ]
    for _, _, canonical, synonym in sorted(wishes):
        match = by_key.get(synonym)
        if match is not None and match not in taken and canonical not in chosen:
            chosen[canonical] = (match,)
            taken.add(match)
    return {canonical: chosen[canonical] for canonical in CANONICAL[kind] if canonical in chosen}


def normalise(name: str) -> str:
    """`Variant Price`, `variantPrice`, `VARIANT-PRICE` -> `variant_price`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^0-9a-z]+", "_", spaced.lower()).strip("_")


def _load_json(source: Path | str) -> MappingABC[str, object]:
    """JSON text or the file it stands in."""
    text = source if isinstance(source, str) and source.lstrip().startswith("{") else None
    try:
        found = json.loads(text if text is not None else Path(source).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise InputError(f"The mapping {source} cannot be read ({error}): it is a JSON file.") from error
    if not isinstance(found, dict):
        raise InputError(f'The mapping {source} is no JSON object like {{"columns": {{"item_id": "SKU"}}}}.')
    return found


def _names(value: object) -> tuple[str, ...]:
    """One column, several, or none."""
    if value is None or value == "":
        return ()
    return tuple(str(name) for name in value) if isinstance(value, (list, tuple)) else (str(value),)


def _options(found: MappingABC[str, object]) -> ImportOptions:
    """Options by name, checked."""
    known = {option.name for option in fields(ImportOptions)}
    unknown = sorted(set(found) - known)
    if unknown:
        raise InputError(f"The mapping has options {unknown}, which are not known: use {', '.join(sorted(known))}.")
    values = dict(found)
    if values.get("attributes") is not None:
        values["attributes"] = _names(values["attributes"])
    return ImportOptions(**values)  # type: ignore[arg-type]
