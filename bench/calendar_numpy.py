#!/usr/bin/env python3
"""Due dates a second: ours beside a numpy prefix table with searchsorted, in one run.

usage: calendar_numpy.py BUILD_DIR/calendar_bench

Same calendar (split days, fourteen holidays a year), same limits (4 to 240 work hours), random
starts over five years, one core each. Without numpy it says so and leaves the comparison out.
"""
import datetime
import json
import subprocess
import sys
import time

HOUR = 3_600_000
HOLIDAYS = [(1, 1), (2, 10), (2, 11), (2, 12), (4, 5), (5, 1), (5, 2), (6, 15), (9, 20),
            (10, 1), (10, 2), (10, 3), (10, 4), (10, 5)]


def table(np):
    begins, lengths = [], []
    day = datetime.date(2019, 12, 30)
    epoch = datetime.date(1970, 1, 1)
    while day < datetime.date(2028, 1, 1):
        if day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS:
            midnight = (day - epoch).days * 24 * HOUR - 8 * HOUR
            for begin, end in ((9, 12), (13.5, 18)):
                begins.append(midnight + int(begin * HOUR))
                lengths.append(int((end - begin) * HOUR))
        day += datetime.timedelta(1)
    begins, lengths = np.array(begins), np.array(lengths)
    return begins, lengths, np.concatenate(([0], np.cumsum(lengths)))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        import numpy as np
    except ImportError:
        print("numpy is not installed: comparison left out")
        return
    begins, lengths, before = table(np)
    chance = np.random.default_rng(20260301)
    count = 1 << 16
    at = chance.integers(1_577_836_800_000, 1_735_689_600_000, count)
    work = chance.integers(4, 241, count) * HOUR

    def add():
        row = np.searchsorted(begins, at, side="right") - 1
        target = before[row] + np.minimum(at - begins[row], lengths[row]) + work
        landed = np.searchsorted(before, target, side="left") - 1
        return begins[landed] + target - before[landed]

    add()
    rounds = 50
    start = time.process_time()
    for _ in range(rounds):
        add()
    theirs = rounds * count / (time.process_time() - start)

    run = subprocess.run([sys.argv[1], "--benchmark_filter=add_all", "--benchmark_format=json"],
                         capture_output=True, text=True, check=True)
    ours = json.loads(run.stdout)["benchmarks"][0]["items_per_second"]
    print(f"numpy {np.__version__}: {theirs / 1e6:.1f} M/s, ours: {ours / 1e6:.1f} M/s, ratio {ours / theirs:.1f}")


main()
