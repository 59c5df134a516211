"""Builds and draws the problems of a file in AlphaGeometry's language with Newclid, in one process, and prints what it took as JSON."""

import json
import logging
import sys
import tempfile
import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from newclid.api import GeometricSolverBuilder
from newclid.jgex.formulation import jgex_formulation_from_txt_file
from newclid.jgex.problem_builder import JGEXProblemBuilder

logging.disable(logging.CRITICAL)
limit = int(sys.argv[2])
formulations = list(jgex_formulation_from_txt_file(Path(sys.argv[1])).values())[:limit]
folder = Path(tempfile.mkdtemp())


def one(formulation, name):
    """From the parsed text to a PNG file of 224 pixels; the time of parsing is that of the whole file, which is negligible."""
    started = time.perf_counter()
    setup = JGEXProblemBuilder(rng=1, problem=formulation).build()
    solver = GeometricSolverBuilder(rng=1).build(setup)
    built = time.perf_counter()
    figure, _ = solver.draw_figure(jgex_problem=formulation)
    figure.set_size_inches(4, 4)
    figure.savefig(folder / f"{name}.png", dpi=56)
    plt.close(figure)
    return built - started, time.perf_counter() - started


times = []
failed = 0
one(formulations[0], "warm")
for index, formulation in enumerate(formulations):
    try:
        build, whole = one(formulation, index)
        times.append({"problem": formulation.name, "build": build * 1000, "whole": whole * 1000})
    except Exception:
        failed += 1
print(json.dumps({"read": len(formulations), "failed": failed, "times": times}))
