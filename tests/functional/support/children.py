"""Programs that a test starts end with the test run, even where that is killed and no fixture gets to clean up."""
import ctypes
import signal

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def die_with_parent():
    """For Popen's preexec_fn: the kernel ends the program when the thread that started it is gone."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
