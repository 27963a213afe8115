"""The size limit of a database transaction, for services that fill one with as many items as fit. Stores build the
transactions with aws/dynamo_transactions.py.
"""

MAX_ITEMS = 100
"""Items in one transaction. Source: docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""
