"""Ways of reaching a person, one file each; they do not know each other."""
