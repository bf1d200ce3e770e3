"""Where the bundled program starts: the window without words, the command line and the worker with them."""

import multiprocessing
import sys

from core.cli import main

if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
