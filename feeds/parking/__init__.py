"""One module per format in which car parks are reported."""
