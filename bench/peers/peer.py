#!/usr/bin/env python3
"""Runs one other labeler over reports, on one thread, for `npm run bench -- labeler`.

  peer.py TOOL --reports IN.jsonl --out OUT.jsonl --lexicon lexicon.json [--triggers negex_triggers.txt]

IN.jsonl: {"report_id", "text"}; OUT.jsonl: {"report_id", "labels": {class: 1 present | 0 absent | -1 uncertain}}.
Prints one JSON object: tool, version, settings, reports, load_s, seconds (reading and writing, without loading).
TOOL: medspacy, negspacy (both from PyPI, see requirements.txt) or negex (negex_reader.py, our own implementation).
"""
import argparse
import importlib
import json
import os
import re
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"


def clean(text):
    """What the baselines do to the text: runs of full stops become one, and the text ends with one."""
    text = re.sub(r"\.(?:\s*\.)+", ".", text).strip()
    return text if text == "" or text[-1] in ".!?" else text + "."


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("tool", choices=("medspacy", "negspacy", "negex"))
    arguments.add_argument("--reports", required=True)
    arguments.add_argument("--out", required=True)
    arguments.add_argument("--lexicon", required=True)
    arguments.add_argument("--triggers", default="")
    given = arguments.parse_args()
    with open(given.lexicon, encoding="utf-8") as file:
        lexicon = json.load(file)
    with open(given.reports, encoding="utf-8") as file:
        reports = [json.loads(line) for line in file]

    start = time.perf_counter()
    reader = importlib.import_module(given.tool + "_reader").Reader(lexicon, given.triggers)
    reader.read("No effusion. Possible pneumonia.")
    loaded = time.perf_counter()
    with open(given.out, "w", encoding="utf-8") as out:
        for report in reports:
            labels = aggregate(reader.read(clean(report["text"])))
            out.write(json.dumps({"report_id": report["report_id"], "labels": labels}) + "\n")
    done = time.perf_counter()
    summary = {
        "tool": given.tool,
        "version": reader.version,
        "settings": reader.settings,
        "reports": len(reports),
        "load_s": loaded - start,
        "seconds": done - loaded,
    }
    print(json.dumps(summary))


def aggregate(mentions):
    """(class, 1 | 0 | -1) of all mentions as labels of the report: 1 beats -1 beats 0."""
    labels = {}
    for name, value in mentions:
        known = labels.get(name)
        if known is None or RANK[value] > RANK[known]:
            labels[name] = value
    return labels


RANK = {0: 0, -1: 1, 1: 2}

if __name__ == "__main__":
    main()
