"""The product's settings, with another patience for slow bodies (BODY_DEADLINE_S), so that a test need not wait for the real one."""

import os

from hotelagent.ops import hybrid
from hotelagent.settings import *  # noqa: F403

hybrid.BODY_DEADLINE_S = float(os.environ["BODY_DEADLINE_S"])
