"""`python -m hikidashi_onsite`."""

import sys

from hikidashi_onsite.commands import main

sys.exit(main())
