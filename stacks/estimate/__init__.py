"""What a stack would cost a month: every resource is priced, free for a stated reason, or listed as unpriced."""
