"""Judges the cases of a file with Math-Verify at its default options: one pass to warm up, then the processor time of one pass. Prints JSON."""
import json
import sys
import time

from math_verify import parse, verify

cases = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8") if line.strip()]


def judge(case):
    try:
        return bool(verify(parse(case["gold"]), parse(case["pred"])))
    except Exception:
        return False


right = sum(judge(case) == bool(case.get("expected", case.get("result"))) for case in cases)
start = time.process_time()
for case in cases:
    judge(case)
print(json.dumps({"accuracy": right / len(cases), "casesPerSecond": len(cases) / (time.process_time() - start)}))
