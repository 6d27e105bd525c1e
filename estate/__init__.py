"""The ground floor: records, store, ledger, transports, catalogue, documents. Imports no other room."""
