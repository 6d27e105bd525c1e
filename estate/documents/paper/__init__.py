"""The paper that a council's committee decides on: one model of it, drawn as a page and as a Word document."""
