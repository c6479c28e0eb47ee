"""How Jupyter gets a warm kernel: the provisioner named in the kernelspec `crmkit`."""

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
from typing import Any, ClassVar

from jupyter_client.localinterfaces import is_local_ip
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Unicode

from crmkit.i18n import gettext as _
from crmkit.warm import why_not
from crmkit.warm.owner import LOADING_SECONDS, CannotFork, warm_process

_LONGEST = 96
"""Characters of a socket's path that every system takes, with room for the number behind it."""

_OURS = {"stdin", "stdout", "stderr", "cwd", "env", "independent", "extra_arguments", "kernel_id"}


class WarmProvisioner(LocalProvisioner):
    """Forks the kernel from this process's warm process, or starts an ordinary one and says so."""

    enter = Unicode(
        "",
        config=True,
        help="module:function, called in the forked process before it becomes the kernel",
    )

    _said: ClassVar[set[str]] = set()

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Have the kernel spoken to through files instead of ports where the system can.

        A port is chosen before the kernel opens it, and when kernels of several processes start at
        once another one takes it in between: the kernel then dies with "Address already in use".
        """
        asked = self.parent
        if asked and asked.transport == "tcp" and hasattr(os, "fork") and is_local_ip(asked.ip):
            path = os.path.join(_folder(), self.kernel_id[:8])
            if len(path) < _LONGEST:
                asked.transport, asked.ip = "ipc", path
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork a kernel for this command; anything unusual is left to an ordinary process."""
        try:
            self.process = await self._fork(cmd, kwargs)
        except CannotFork as reason:
            if self.enter:  # what was to be shut in must not run outside
                raise
            self._say(str(reason))
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = self.process.pid
        self.cwd = kwargs.get("cwd") or os.getcwd()
        return self.connection_info

    async def _fork(self, cmd: list[str], kwargs: dict[str, Any]) -> Any:
        reason = why_not()
        if reason:
            raise CannotFork(reason)
        if cmd[1:3] != ["-m", "ipykernel_launcher"] or not os.path.samefile(cmd[0], sys.executable):
            raise CannotFork(" ".join(cmd[:3]))
        if kwargs.keys() - _OURS or kwargs.get("independent"):
            raise CannotFork("independent")
        env = kwargs.get("env") or dict(os.environ)
        warm = warm_process(env)
        # several requesters may wait for it: none of them cancels it for the others
        loaded = asyncio.shield(asyncio.wrap_future(warm.ready))
        try:
            await asyncio.wait_for(loaded, LOADING_SECONDS)
        except TimeoutError:
            raise CannotFork(f"{LOADING_SECONDS} s") from None
        nothing = os.open(os.devnull, os.O_RDWR)
        try:
            files = (
                nothing,
                _descriptor(kwargs.get("stdout"), 1, nothing),
                _descriptor(kwargs.get("stderr"), 2, nothing),
            )
            cwd = str(kwargs.get("cwd") or os.getcwd())
            asked = warm.start(cmd[3:], env, cwd, files, self.enter)
            return await asyncio.wrap_future(asked)
        finally:
            os.close(nothing)

    def _say(self, reason: str) -> None:
        if reason not in self._said:
            self._said.add(reason)
            self.log.warning(
                _(
                    "Kernels start the ordinary, slower way here ({reason}); everything else works "
                    "as usual."
                ).format(reason=reason)
            )


_folders: list[tempfile.TemporaryDirectory[str]] = []
_making = threading.Lock()


def _folder() -> str:
    """The folder of this process's sockets, made when first asked for; it goes with the process."""
    with _making:  # notebooks are built in several threads
        if not _folders:
            made = tempfile.TemporaryDirectory(prefix="crmkit-", ignore_cleanup_errors=True)
            _folders.append(made)
        return _folders[0].name


def _descriptor(wish: Any, number: int, nothing: int) -> int:
    """The open file that a kernel writes to, as `subprocess.Popen` understands the wish."""
    if wish == subprocess.DEVNULL:
        return nothing
    if wish == subprocess.STDOUT:
        return 1
    if wish == subprocess.PIPE:
        raise CannotFork("PIPE")
    if wish is None:
        try:
            os.fstat(number)
        except OSError:
            return nothing
        return number
    return wish if isinstance(wish, int) else wish.fileno()
