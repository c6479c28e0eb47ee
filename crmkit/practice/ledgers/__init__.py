"""The ledgers' writers: one function each; nobody else inserts into them."""
