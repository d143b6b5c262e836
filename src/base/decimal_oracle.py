"""Answers decimal tasks with Python's own decimal module: one task a line in, one answer out.
A task is `operation a b`; the answer a number or `none`. Precision and bounds are decimal128's."""
import sys
from decimal import (Context, Decimal, DecimalException, Inexact, ROUND_HALF_EVEN, Rounded, Subnormal,
                     Underflow, Clamped, ROUND_FLOOR)

QUIET = [Inexact, Rounded, Subnormal, Underflow, Clamped]
context = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144)
wide = Context(prec=500, rounding=ROUND_HALF_EVEN, Emin=-999999, Emax=999999)


def modulo(a, b):
    quotient = wide.divide(a, b).to_integral_value(ROUND_FLOOR)
    return context.plus(wide.subtract(a, wide.multiply(b, quotient)))


TASKS = {
    'add': context.add, 'subtract': context.subtract, 'multiply': context.multiply, 'divide': context.divide,
    'modulo': modulo, 'power': context.power,
    'sqrt': lambda a, _: context.sqrt(a), 'exp': lambda a, _: context.exp(a), 'log': lambda a, _: context.ln(a),
}

for line in open(sys.argv[1]):
    task, a, b = line.split()
    try:
        answer = TASKS[task](Decimal(a), Decimal(b))
        print(answer if answer.is_finite() else 'none')
    except DecimalException:
        print('none')
