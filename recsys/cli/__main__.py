"""`python -m recsys.cli`, which is how a training process is started."""

import sys

from recsys.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
