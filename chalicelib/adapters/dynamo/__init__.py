"""DynamoDB: keys, tables, the signed reader, the transaction helper, one store per noun."""
