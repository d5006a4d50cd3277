"""Rural buses: network, timetables, departures, and the versions in which all of it comes."""
