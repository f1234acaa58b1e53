"""The music under a reel: synthesized from a seed, so that it is nobody's and the same script always sounds
the same.

A calm chord pad, a soft plucked arpeggio, a quiet beat, and a whoosh at each change of scene.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from content_pipeline.renders.encoder import SAMPLE_RATE

Samples = NDArray[np.float64]

LOUDNESS_DB = -16.0
PEAK_DB = -1.5
"""Under -1 dBFS with room for what AAC adds."""
FADE_IN_S, FADE_OUT_S = 0.15, 0.8
PROGRESSIONS = ((0, 9, 5, 7), (0, 7, 9, 5), (9, 5, 0, 7), (0, 4, 5, 7))
"""Roots of four chords in semitones above the key; minor on 4 and 9, else major."""
MINOR = (4, 9)


def soundtrack(seed: str, seconds: float, changes: list[float]) -> NDArray[np.float32]:
    """Return stereo sound, (2, samples) of -1 to 1 at 48 kHz: about -16 dB loud, its peak under -1 dBFS.

    Args:
        seed: hexadecimal digits, such as a content hash; key, tempo and chords follow from it.
        seconds: how long it is.
        changes: seconds at which a scene changes.
    """
    random = np.random.Generator(np.random.PCG64(int(seed[:16], 16)))
    length = round(seconds * SAMPLE_RATE)
    beat = 60 / int(random.integers(84, 100))
    key = 130.81 * 2 ** (int(random.integers(-4, 5)) / 12)
    roots = PROGRESSIONS[int(random.integers(len(PROGRESSIONS)))]
    mixed = np.zeros((2, length))
    pads: dict[int, Samples] = {}
    for bar, start in enumerate(np.arange(0, seconds, 4 * beat)):
        root = roots[bar % len(roots)]
        chord = [root % 12, root % 12 + (3 if root in MINOR else 4), root % 12 + 7]
        if root not in pads:
            pads[root] = _pad([key * 2 ** (note / 12) for note in [chord[0] - 12, *chord]], 4 * beat + 0.8)
        _add(mixed, start - 0.3, pads[root], 0.22, 0.0)
        order = random.permutation([0, 1, 2, 1, 0, 2, 1, 2])
        for step, tone in enumerate(order):
            pitch = key * 2 ** (chord[tone] / 12 + 1 + int(step % 4 == 3))
            _add(mixed, start + step * beat / 2, _pluck(pitch), 0.16, 0.5 if step % 2 else -0.5)
        for count in range(4):
            _add(mixed, start + count * beat, _kick() if count % 2 == 0 else _brush(random), 0.3, 0.0)
    for change in changes:
        _add(mixed, change - 0.35, _whoosh(random), 0.3, 0.0)
    return _master(mixed).astype(np.float32)


def loudness(sound: NDArray[np.float32] | Samples) -> float:
    """Return the loudness in dB: the mean of both channels' power after K-weighting's high-pass, without
    gating.

    It is the ungated form of ITU-R BS.1770-5 without the head's shelf, which soft music hardly feels.
    """
    weighted = sosfilt(butter(2, 38, "highpass", fs=SAMPLE_RATE, output="sos"), sound, axis=1)
    return float(-0.691 + 10 * np.log10(np.sum(np.mean(weighted**2, axis=1)) + 1e-12))


def _master(mixed: Samples) -> Samples:
    """Fade, bring to the loudness, and bend what stands out above half of the ceiling towards it."""
    length = mixed.shape[1]
    envelope = np.ones(length)
    rise, fall = min(round(FADE_IN_S * SAMPLE_RATE), length), min(round(FADE_OUT_S * SAMPLE_RATE), length)
    envelope[:rise] *= np.linspace(0, 1, rise)
    envelope[-fall:] *= np.linspace(1, 0, fall) ** 2
    mixed = mixed * envelope
    ceiling = 10 ** (PEAK_DB / 20)
    gained = mixed
    # The limiter takes some loudness away: a few rounds make up for it.
    for _ in range(4):
        gained = gained * 10 ** ((LOUDNESS_DB - loudness(gained)) / 20)
        over = np.abs(gained) > ceiling / 2
        bent = ceiling / 2 * (1 + np.tanh(np.abs(gained) / (ceiling / 2) - 1))
        gained = np.where(over, np.sign(gained) * bent, gained)
    return gained


def _add(mixed: Samples, start_s: float, part: Samples, level: float, pan: float) -> None:
    """Add a mono part at ``start_s``; ``pan`` is -1 (left) to 1 (right)."""
    begin = round(start_s * SAMPLE_RATE)
    part = part[max(0, -begin) : mixed.shape[1] - begin] if begin < mixed.shape[1] else part[:0]
    begin = max(0, begin)
    angle = (pan + 1) * np.pi / 4
    for channel, share in enumerate((np.cos(angle), np.sin(angle))):
        mixed[channel, begin : begin + len(part)] += part * level * share


def _pad(pitches: list[float], seconds: float) -> Samples:
    time = _time(seconds)
    tone = sum(
        np.sin(2 * np.pi * pitch * detune * time) + 0.25 * np.sin(4 * np.pi * pitch * detune * time)
        for pitch in pitches
        for detune in (0.998, 1.002)
    )
    edge = np.minimum(1, np.minimum(time, seconds - time) / 0.5)
    return np.asarray(tone / (2 * len(pitches)) * edge)


def _pluck(pitch: float) -> Samples:
    time = _time(0.7)
    body = np.sin(2 * np.pi * pitch * time) + 0.4 * np.exp(-time * 9) * np.sin(4 * np.pi * pitch * time)
    return np.asarray(body * np.exp(-time * 6) * np.minimum(1, time / 0.004))


def _kick() -> Samples:
    time = _time(0.28)
    phase = 2 * np.pi * (52 * time + 45 / 30 * (1 - np.exp(-30 * time)))
    return np.asarray(np.sin(phase) * np.exp(-time * 14) * np.minimum(1, time / 0.003))


def _brush(random: np.random.Generator) -> Samples:
    time = _time(0.12)
    noise = sosfilt(
        butter(2, 5000, "highpass", fs=SAMPLE_RATE, output="sos"), random.standard_normal(len(time))
    )
    return np.asarray(noise * np.exp(-time * 40) * 0.25)


def _whoosh(random: np.random.Generator) -> Samples:
    time = _time(0.7)
    noise = random.standard_normal(len(time))
    noise = sosfilt(butter(2, (300, 2400), "bandpass", fs=SAMPLE_RATE, output="sos"), noise)
    return np.asarray(noise * np.exp(-(((time - 0.38) / 0.13) ** 2)) * 0.7)


def _time(seconds: float) -> Samples:
    return np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
