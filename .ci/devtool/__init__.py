"""The tool behind `./dev`: environment, databases, tests, demonstration."""
