# As waits.cpp, in Python, with the C library's waits, since its own are all relative.
import ctypes
import signal
import subprocess
import sys
import threading
import time

library = ctypes.CDLL(None, use_errno=True)


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def check(name, milliseconds, wait):
    until = time.time_ns() + milliseconds * 1_000_000
    wait(ctypes.byref(Timespec(until // 1_000_000_000, until % 1_000_000_000)))
    early = until - time.time_ns()
    print(f"{name} ended {early} ns early" if early > 0 else f"{name} ok", flush=True)


def sleep(until):
    library.clock_nanosleep(0, 1, until, None)


def on_semaphore(until):
    semaphore = ctypes.create_string_buffer(64)
    library.sem_init(semaphore, 0, 0)
    library.sem_timedwait(semaphore, until)


milliseconds = int(sys.argv[1])
signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
threads = [
    threading.Thread(target=check, args=("clock_nanosleep", milliseconds, sleep)),
    threading.Thread(target=check, args=("sem_timedwait", milliseconds, on_semaphore)),
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(3_600)
signal.pthread_sigmask(signal.SIG_SETMASK, [])
queue = threading.Condition()
with queue:
    print("lock ok" if not queue.wait(milliseconds / 1000) else "lock wrong", flush=True)
child = subprocess.run(["/bin/sh", "-c", "exit 7"], restore_signals=True, start_new_session=True)
print("child ok" if child.returncode == 7 else "child wrong", flush=True)
print("end", flush=True)
