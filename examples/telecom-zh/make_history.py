#!/usr/bin/env python3
"""Generates orders.csv: two months of invented orders of an invented telecom. The same seed gives
the same file; no line stands for anything that happened.

Usage: make_history.py [SEED [ORDERS]] > orders.csv
"""
import csv
import random
import sys
from datetime import datetime, timedelta

FIRST = datetime(2026, 3, 1)


def text(at):
    return at.strftime("%Y-%m-%d %H:%M:%S")


def orders(dice, count):
    for number in range(1, count + 1):
        at = FIRST + timedelta(days=dice.randrange(61), minutes=dice.randrange(8 * 60, 20 * 60), seconds=dice.randrange(60))
        product = dice.choices(["broadband", "install", "repair"], [5, 3, 2])[0]
        area = dice.choices(["city", "village"], [8, 2])[0]
        hours = dice.lognormvariate({"broadband": 2.6, "install": 1.9, "repair": 2.1}[product], 0.6)
        done = at + timedelta(hours=hours)
        moved = due = cancelled = credited = None
        if dice.random() < 0.08:  # the customer moves the visit
            moved = at + (done - at) * 0.3
            due = moved + timedelta(hours=dice.choice([2, 3, 24]))
            done += due - moved
        if dice.random() < 0.03:
            cancelled, done = at + (done - at) * 0.5, None
        if done and product != "broadband" and done - at > timedelta(hours=8):  # late or nearly so
            credited = done + timedelta(days=dice.lognormvariate(2.5, 0.5))
        yield [f"{number:05}", product, area, f"h{dice.randrange(count)}", f"f{number}", text(at),
               *(text(t) if t else "" for t in (moved, due, done, cancelled, credited))]


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["order", "product", "area", "household", "fault", "placed", "moved", "due", "done", "cancelled", "credited"])
    out.writerows(orders(random.Random(seed), count))


main()
