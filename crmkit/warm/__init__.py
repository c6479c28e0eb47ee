"""Warm kernels: forked from one process that has loaded pandas, scikit-learn and crmkit already.

Importing these takes an ordinary kernel seconds; a fork has them at once. The kernelspec is called
`KERNEL`, its provisioner stands in `crmkit.warm.provisioner`; whoever runs notebooks (JupyterLab
for a learner, the builder, tests, nbgrader) asks for `kernel_name()`. Where a process cannot be
forked, the provisioner starts an ordinary kernel and says so.
"""

import os
import sys

KERNEL = "crmkit"
PROVISIONER = "crmkit-warm"


def why_not() -> str | None:
    """Why this machine cannot fork kernels, in a word for logs; None where it can.

    On a Mac, Apple's own libraries may stop a forked process, so there `CRMKIT_WARM=1` is needed.
    `CRMKIT_WARM=0` switches warm kernels off everywhere.
    """
    asked = os.environ.get("CRMKIT_WARM", "")
    if asked == "0":
        return "CRMKIT_WARM=0"
    if not hasattr(os, "fork"):
        return sys.platform
    if sys.platform == "darwin" and asked != "1":
        return "macOS"
    return None


def kernel_name() -> str:
    """The kernelspec that gives warm kernels; the ordinary one where it is not installed."""
    from importlib.metadata import entry_points

    from jupyter_client.kernelspec import KernelSpecManager

    known = entry_points(group="jupyter_client.kernel_provisioners", name=PROVISIONER)
    return KERNEL if known and KERNEL in KernelSpecManager().find_kernel_specs() else "python3"
