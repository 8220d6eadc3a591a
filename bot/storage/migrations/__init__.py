"""The way from one version of the tables to the next, for Alembic; nothing here is imported by the bot."""
