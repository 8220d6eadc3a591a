"""Opspor: a chat assistant for asking safely about violence in close relationships."""
