"""The command line: ``python -m csm_lib``; what it does stands in `csm_lib.own`."""

import sys

from csm_lib.own.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
