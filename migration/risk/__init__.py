"""How risky a legacy server is, by the UK government's framework: what was measured apart from what people answered."""
