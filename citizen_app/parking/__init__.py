"""Parking: facilities, what they cost, when they are open, what is free and what that number is worth."""
