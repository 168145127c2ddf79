"""Scores every pair of a corpus by Earshot's shipping code and by Sound-Proof, and prints the error rates."""

import argparse
import json
import multiprocessing
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.sound import report
from bench.sound.corpus import Corpus, Pair, cross_pairs, load
from bench.sound.matchers import TOLERANCE_S, Earshot, Matcher, SoundProof
from bench.sound.pace import timed
from bench.sound.rates import Scores
from chalicelib.joining import match

_heard: list[Any] = []  # of one matcher, in every worker: inherited by fork, not sent with each job


def _scores(matcher: Matcher, pairs: Sequence[Pair]) -> list[float]:
    return [matcher.score(_heard[pair.a], _heard[pair.b], pair.offset_s) for pair in pairs]


def _listen(matcher: Matcher, clip: tuple[Path, float]) -> Any:
    return matcher.listen(*clip)


def measure(matcher: Matcher, corpus: Corpus, crossed: Sequence[Pair], workers: int) -> tuple[Scores, Scores]:
    """Scores of the corpus's pairs and of the cross pairs."""
    fork = multiprocessing.get_context("fork")
    with fork.Pool(workers) as pool:
        clips = zip(corpus.clips, corpus.claimed_ms, strict=True)
        _heard[:] = pool.map(partial(_listen, matcher), clips, chunksize=32)
    pairs = [*corpus.pairs, *crossed]
    jobs = [pairs[at : at + 200] for at in range(0, len(pairs), 200)]
    with fork.Pool(workers) as pool:
        scores = np.concatenate(pool.map(partial(_scores, matcher), jobs, chunksize=1))
    return scores[: len(corpus.pairs)], scores[len(corpus.pairs) :]


def cost(corpus: Corpus) -> dict[str, float]:
    """Bytes, and time on one core at the pace of pace.py: a fingerprint, and comparisons one by one or by 100."""
    matcher = Earshot()
    clips = list(zip(corpus.clips, corpus.claimed_ms, strict=True))[:202]
    heard = [each for each in (matcher.listen(*clip) for clip in clips) if each]
    query, others = heard[0], heard[1:101]
    offsets = [(other.recorded_at_ms - query.recorded_at_ms) / 1e3 for other in others]
    spent_s, pace = timed(
        {
            "fingerprint": lambda: [matcher.listen(*clip) for clip in clips[:10]],
            "singly": lambda: [matcher.score(query, *one) for one in zip(others[:10], offsets[:10], strict=True)],
            "by 100": lambda: match.score_many(query, others, offsets, [TOLERANCE_S] * len(others)),
        }
    )
    return {
        "bytes_max": max(matcher.size(each) for each in heard),
        "ms_a_fingerprint": spent_s["fingerprint"] / 10 * 1e3 * pace,
        "us_a_comparison": spent_s["singly"] / 10 * 1e6 * pace,
        "us_a_comparison_of_100": spent_s["by 100"] / len(others) * 1e6 * pace,
        "pace": pace,
    }


def main() -> int:
    options = _options()
    corpus = load(options.corpus)
    crossed = cross_pairs(corpus, options.cross)
    same = np.array([pair.same_room for pair in corpus.pairs])
    result: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "corpus": options.corpus.name}
    result |= {"pairs": len(same), "cross_pairs": len(crossed), "cost": cost(corpus), "matchers": {}}
    tables = {}
    for name, matcher in (("Earshot", Earshot()), ("Sound-Proof", SoundProof())):
        scores, cross_scores = measure(matcher, corpus, crossed, options.workers)
        tables[name] = report.table(corpus.pairs, scores, cross_scores)
        print(f"\n{name}\n{report.HEADING}", *tables[name], sep="\n")
        result["matchers"][name] = {"rows": report.as_json(tables[name])}
        if name == "Earshot":
            marks = {"join": match.JOIN.score, "ask": match.ASK.score}
            result["thresholds"] = report.thresholds(cross_scores, scores[~same], scores[same], marks)
            result["scores_at_far"] = report.scores_at(cross_scores)
    print("\ncost", result["cost"], "\nthresholds", result["thresholds"])
    result["misses"] = report.misses(tables["Earshot"], tables["Sound-Proof"], result["cost"])
    print(*(f"MISSED {miss}" for miss in result["misses"]), sep="\n")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")
    return 1 if options.check and result["misses"] else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.sound", description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="directory with pairs.csv and its WAV files")
    parser.add_argument("--cross", type=int, default=20_000, help="ordinary other rooms to add, so many pairs")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--check", action="store_true", help="exit 1 when a figure of the target is missed")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
