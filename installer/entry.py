"""Where the bundled program starts: the window without words or with a file, the command line and the worker."""

import importlib
import multiprocessing
import sys

from core.cli import main

if __name__ == "__main__":
    multiprocessing.freeze_support()
    if sys.argv[1:2] == ["tour"]:
        # How bundle_test.py walks through the window.
        sys.exit(importlib.import_module("app.tour").main(sys.argv[2:]))
    sys.exit(main())
