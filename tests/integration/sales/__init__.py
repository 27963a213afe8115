"""One sale against the local database engine: stock, orders, payments, holds."""
