"""Makes the samples beside the tests importable, and lets a busy machine take its time over properties."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # the tests are no package

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
