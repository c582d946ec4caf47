GREETING = "only a pyproject.toml"
