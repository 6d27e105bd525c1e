"""The business case of a plan: what each way of acting costs by financial year. Pure: records in, one record out."""
