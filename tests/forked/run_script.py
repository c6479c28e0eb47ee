"""What a process forked from the warm one does here: run a script as ``python script words``."""

import contextlib
import os
import runpy
import sys
import traceback


def run():
    _program, script, *sys.argv[1:] = sys.argv
    sys.argv[0] = script
    code = 0
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if not isinstance(end.code, int | None):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        code = 1
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)
