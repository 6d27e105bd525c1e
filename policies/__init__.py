"""Rules, frameworks, waivers and the compliance checks."""
