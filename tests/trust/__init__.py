"""The promises of trust.md, held against the whole product: who may enter where, and who reads what."""
