"""The command line as `python -m endpoints_server`."""

from endpoints_server.cli import main

if __name__ == "__main__":
    main()
