"""The configuration: a TOML file and its secrets to one frozen Config, with all checks at start."""
