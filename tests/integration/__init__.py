"""Stores and services over the local database engine."""
