"""`python -m queuewright`"""

from queuewright.cli.main import run

if __name__ == "__main__":
    run()
