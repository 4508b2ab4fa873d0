"""The demo shop: drawn products, shoppers with known taste, and the behaviour that follows from it."""
