"""Simulates pairs of short room recordings made by two devices: the development corpus of `bench.sound`.

    python -m venv lab && lab/bin/pip install -r bench/sound/make/requirements.txt     (and Debian's espeak-ng)
    sh bench/sound/make/fetch_packages.sh pkg debs
    lab/bin/python -m bench.sound.make bank --pkg pkg --bank bank
    lab/bin/python -m bench.sound.make generate --bank bank --n 400 --seed 1 --out data/dev400

Every pair draws from a generator seeded by (seed, split, condition, index): the result does not depend on the number
of workers, and the same package versions give the same clips, bit for bit, on one type of machine. Speakers,
tracks, noises and rooms are kept apart from those of the final evaluation by SPEECH, MUSIC and the name hash in
sources.py and the split's number: leave that separation as it is.
"""
