#!/usr/bin/env python
"""Django's command line. ``make help`` lists what people usually want."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotelagent.settings")
    from hotelagent.ops import lifeline  # noqa: PLC0415 - before Django: a child of the supervisor ends with it

    lifeline.watch()
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
