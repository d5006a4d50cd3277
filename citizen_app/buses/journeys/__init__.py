"""Ways from one place to another by bus and on foot: RAPTOR over one version of the network. Pure."""
