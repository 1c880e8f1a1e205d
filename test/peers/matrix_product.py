"""How fast NumPy's BLAS multiplies single-precision matrices. Reads lines "SIZE SECONDS", answers each with {"rate": operations per second}."""

import json
import sys
import time

import numpy as np

print(json.dumps({"ready": f"NumPy {np.__version__}"}), flush=True)
for line in sys.stdin:
    size, seconds = int(line.split()[0]), float(line.split()[1])
    A, B = np.random.default_rng(1).standard_normal((2, size, size), np.float32)
    C = np.matmul(A, B)
    times = []
    while sum(times) < seconds:
        started = time.perf_counter()
        np.matmul(A, B, out=C)
        times.append(time.perf_counter() - started)
    print(json.dumps({"rate": 2 * size**3 / float(np.median(times))}), flush=True)
