"""Evaluations a second of CPU time that ZigZag's cost model makes: one layer and mapping each, AlexNet on its TPU-like example.

Prints a JSON object: evaluations, seconds, and of those the ones inside the cost model alone.
"""

import contextlib
import json
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

import zigzag
from zigzag.api import get_hardware_performance_zigzag
from zigzag.stages.evaluation import cost_model_evaluation

INPUTS = Path(zigzag.__file__).parent / "inputs"
LIMIT = 3  # of a mapping's loops after splitting: some thousand mappings

count, inside = 0, 0.0
model = cost_model_evaluation.CostModelEvaluation


class Counted(model):
    def __init__(self, *arguments, **named):
        global count, inside
        start = time.process_time()
        super().__init__(*arguments, **named)
        count, inside = count + 1, inside + time.process_time() - start


cost_model_evaluation.CostModelEvaluation = Counted
logging.disable(logging.CRITICAL)
with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere:
    start = time.process_time()
    with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        get_hardware_performance_zigzag(
            str(INPUTS / "workload/alexnet.onnx"), str(INPUTS / "hardware/tpu_like.yaml"), str(INPUTS / "mapping/tpu_like.yaml"),
            dump_folder=folder, lpf_limit=LIMIT, loma_show_progress_bar=False)  # fmt: skip
    seconds = time.process_time() - start
json.dump({"evaluations": count, "seconds": seconds, "seconds_in_the_model": inside}, sys.stdout)
print()
