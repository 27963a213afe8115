"""What services know of the database's transactions: how many items one may have. Stores build them, with
aws/dynamo_transactions.py; a service that fills one with as many messages as fit computes here how many that is.
"""

MAX_ITEMS = 100
"""Source: docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html"""
