"""Sentry's own reading of profiles: turns payloads into the times of their functions, with the library that it uses.

Each line of input is the payload of a profile item as it leaves the SDK. Each line of output answers one:
{"functions": [...]} with the times of all threads together, or {"error": "..."} if the library refuses it.
"""

import json
import sys

import vroomrs

NUMERIC_KEYS = ("thread_id", "active_thread_id", "elapsed_since_start_ns")


def main():
    for line in sys.stdin:
        print(json.dumps(answer(consumed(json.loads(line)))))


def answer(payload):
    try:
        functions = functions_of(with_samples_twice(payload))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # A panic in Rust is no Exception.
        return {"error": str(error)}
    # A function that only the last sample of a thread shows has no time.
    return {"functions": [times for times in functions if times["total_ns"] > 0]}


def functions_of(payload):
    text = json.dumps(payload)
    if payload["version"] == "1":
        profile = vroomrs.profile_from_json_str(text, payload["platform"])
    else:
        profile = vroomrs.profile_chunk_from_json_str_and_version(text, payload["version"])
    profile.normalize()
    functions = profile.extract_functions_metrics(
        min_depth=0, filter_system_frames=False, filter_non_leaf_functions=False
    )
    return [
        {
            "function": function.get_function(),
            "package": function.get_package(),
            "self_ns": function.get_sum_self_time_ns(),
            "total_ns": sum(function.get_total_times_ns()),
        }
        for function in functions
    ]


def with_samples_twice(payload):
    """The same times with nothing missing, because the library leaves out functions that only one sample shows."""
    twice = [copy for sample in payload["profile"]["samples"] for copy in (sample, sample)]
    return {**payload, "profile": {**payload["profile"], "samples": twice}}


def consumed(payload):
    """What Relay and the consumer behind it make of a payload before the library gets it."""
    stored = {"organization_id": 1, "project_id": 1, "received": 1_793_534_400, "retention_days": 90}
    if payload["version"] != "1":
        return {**payload, **stored}
    profile, transaction = payload["profile"], payload["transaction"]
    return {
        **payload,
        **stored,
        "sampled": True,
        "profile": {**profile, "samples": [with_numbers(sample) for sample in profile["samples"]]},
        "transaction": {**with_numbers(transaction), "segment_id": "0" * 16},
    }


def with_numbers(fields):
    """SDKs write these as strings, Relay makes numbers of them, and the library takes nothing else."""
    numbers = {
        key: int(value)
        for key, value in fields.items()
        if key in NUMERIC_KEYS and isinstance(value, str) and value.isdecimal()
    }
    return {**fields, **numbers}


main()
