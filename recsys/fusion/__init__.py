"""Standardisation, weights, presets, and quality as a function of the weights. Pure arithmetic but for presets."""
