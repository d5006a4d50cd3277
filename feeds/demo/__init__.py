"""The demonstration county and the stand-in vendor that counts its car parks."""
