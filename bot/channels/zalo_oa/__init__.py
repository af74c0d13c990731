"""The Zalo Official Account channel: people who follow the account, and the account's own groups (GMF)."""
