# As probe.cpp, in Python: how many milliseconds the wall clock has moved against the monotonic one.
import time

wall, then = time.time(), time.monotonic()
while True:
    print(int((time.time() - wall - (time.monotonic() - then)) * 1000), flush=True)
    time.sleep(0.001)
