"""Dated facts that others publish: prices, sizes, support dates. Each carries its date and source."""
