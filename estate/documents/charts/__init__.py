"""Charts of a plan and its business case: static SVG and PNG, made without a browser and without a network.

Each is one file with a function that takes records and gives a `Chart`: a title that says what is to be seen, the
drawing, the same in words for people who do not see it, and the data as a table. The title is not part of the drawing:
it belongs into the page, where it is text (Government Analysis Function, "Data visualisation: charts").
"""
