"""Facts in: over SSH, from spreadsheets, from AWS."""
