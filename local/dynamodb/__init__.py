"""DynamoDB on one machine: engine, journal, streams' records, wire protocol."""
