"""Exchange: one mapper per published format."""
