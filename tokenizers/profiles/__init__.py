"""Profiles: TOML files of rules, one a language, and what reads them."""
