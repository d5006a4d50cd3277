"""One adapter a format: `datex2 delimited geojson html_table mapped parkapi xlsx`; what they share:

`payloads` bytes to documents, `paths` where a value stands, `values` one value to ours, `fields` the checked map of a source,
`rows` records through the map, `tables` headings and columns.
"""
