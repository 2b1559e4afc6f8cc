"""A document as rows, hints, keys and styled runs: pure rules, with no screen library behind them."""
