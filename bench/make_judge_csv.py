#!/usr/bin/env python3
"""Writes a CSV for `yinuo calendar judge`: id,opened,hours,closed with random work of five years.

usage: make_judge_csv.py OUT.csv [ROWS]      (1,000,000 rows unless said; the same every time)
"""
import random
import sys

from datetime import datetime, timedelta


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    rows = int(sys.argv[2]) if len(sys.argv) == 3 else 1_000_000
    chance = random.Random(20260301)
    first = datetime(2020, 1, 1)
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        out.write("id,opened,hours,closed\n")
        for i in range(rows):
            opened = first + timedelta(seconds=chance.randrange(5 * 365 * 86400))
            hours = chance.choice((4, 8, 16, 24, 40, 80))
            closed = opened + timedelta(seconds=int(hours * 3600 * chance.expovariate(0.25)))
            end = "" if chance.random() < 0.02 else closed.isoformat() + "Z"
            out.write(f"{i},{opened.isoformat()}Z,{hours},{end}\n")


main()
