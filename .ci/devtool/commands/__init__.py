"""The commands of `./dev`, one module each: ``run(project, arguments)``."""
