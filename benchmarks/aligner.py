#!/usr/bin/env python3
"""Measures the offline aligner's error on speech whose word times are known.

    aligner.py PROBE [--lines N]

espeak-ng speaks the lines and says when each word begins; PROBE (`.build/debug/aligner-probe`) aligns the same text with the audio.
The recording is taken clean, and over synthetic music (chords, bass drum, hi-hat) at two levels. Prints median and 90th
percentile of the absolute errors of word and line starts in milliseconds, and how long the alignment took.
"""

import argparse
import ctypes
import json
import math
import pathlib
import random
import statistics
import struct
import subprocess
import tempfile
import time

LINES = [
    "Walking down the silver road tonight",
    "I never knew how far it goes",
    "Every window has a golden light",
    "And every stranger knows",
    "Take me home before the morning comes",
    "Sing the song we used to know",
    "All the river needs is rain and sun",
    "And somewhere left to go",
    "Hold my hand across the empty town",
    "The radio is playing low",
    "If the walls are ever coming down",
    "I want to see the garden grow",
]
PAUSE_MS = 600
WORD = 1  # espeakEVENT_WORD


class Event(ctypes.Structure):
    """espeak_EVENT of speak_lib.h."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("identifier", ctypes.c_char * 8),
    ]


class Speaker:
    """espeak-ng, asked for samples and word events."""

    def __init__(self):
        try:
            self.library = ctypes.CDLL("libespeak-ng.so.1")
        except OSError as error:
            raise SystemExit(f"libespeak-ng is missing ({error}): run `make setup`")
        self.rate = self.library.espeak_Initialize(2, 500, None, 0)  # AUDIO_OUTPUT_SYNCHRONOUS
        self.library.espeak_SetVoiceByName(b"en-us")
        self.library.espeak_SetParameter(1, 150, 0)  # words per minute
        self.samples = []
        self.words = {}
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))
        self.callback = kind(self.received)
        self.library.espeak_SetSynthCallback(self.callback)

    def received(self, samples, count, events):
        if samples:
            self.samples += samples[:count]
        index = 0
        while events[index].type:
            if events[index].type == WORD:
                self.words.setdefault(events[index].text_position - 1, events[index].audio_position)
            index += 1
        return 0

    def speak(self, text):
        """Samples, and the milliseconds at which each word begins; none for words that espeak-ng speaks as one with others."""
        self.samples, self.words = [], {}
        data = text.encode() + b"\0"
        self.library.espeak_Synth(data, len(data), 0, 1, 0, 1, None, None)
        self.library.espeak_Synchronize()
        starts, position = [], 0
        for word in text.split():
            position = text.index(word, position)
            starts.append(self.words.get(position))
            position += len(word)
        return self.samples, starts


def song(speaker, lines):
    """Samples, and the true start of each word of each line."""
    pause = [0] * (speaker.rate * PAUSE_MS // 1000)
    samples, truth = list(pause), []
    for line in lines:
        spoken, words = speaker.speak(line)
        if words[0] is None:
            raise SystemExit(f"espeak-ng did not say when {line!r} begins")
        base = len(samples) * 1000 / speaker.rate
        truth.append([None if word is None else base + word for word in words])
        samples += spoken + pause
    return samples, truth


def loudness(samples):
    voiced = [sample for sample in samples if sample]
    return math.sqrt(sum(sample * sample for sample in voiced) / len(voiced))


def music(count, rate, level):
    """Three-note chords, a bass drum on the beat and a hi-hat between, at this root mean square."""
    noise = random.Random(7)
    raw = []
    chords = [(220, 277, 330), (196, 247, 294), (175, 220, 262), (165, 208, 247)]
    for index in range(count):
        second = index / rate
        chord = chords[int(second / 2) % len(chords)]
        value = sum(math.sin(2 * math.pi * note * second) + 0.3 * math.sin(4 * math.pi * note * second) for note in chord)
        beat = second % 0.5
        value += 4 * math.exp(-beat * 18) * math.sin(2 * math.pi * 60 * beat)
        value += math.exp(-((second + 0.25) % 0.5) * 60) * noise.uniform(-2, 2)
        raw.append(value)
    scale = level / math.sqrt(sum(value * value for value in raw) / count)
    return [value * scale for value in raw]


def write_wav(path, samples, rate):
    data = struct.pack(f"<{len(samples)}h", *(max(-32768, min(32767, round(sample))) for sample in samples))
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16, b"data", len(data))
    path.write_bytes(header + data)


def align(probe, lines, samples, rate, folder):
    write_wav(folder / "song.wav", samples, rate)
    (folder / "lyrics.txt").write_text("\n".join(lines) + "\n")
    started = time.monotonic()
    milliseconds = len(samples) * 1000 // rate
    command = [probe, folder / "lyrics.txt", folder / "song.wav", str(milliseconds)]
    answer = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return json.loads(answer), time.monotonic() - started


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def report(name, lyrics, truth, seconds):
    words, starts, heard = [], [], 0
    for line, times in zip(lyrics["lines"], truth):
        starts.append(abs(line["startMs"] - times[0]))
        heard += line["timing"] == "aligner"
        words += [abs(word["startMs"] - time) for word, time in zip(line["words"], times) if time is not None]
    figures = [f"{statistics.median(values):.0f} / {percentile(values, 0.9):.0f} / {max(values):.0f}" for values in (words, starts)]
    print(f"| {name} | {heard} of {len(truth)} | {figures[0]} | {figures[1]} | {seconds:.1f} s |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("probe")
    parser.add_argument("--lines", type=int, default=len(LINES))
    options = parser.parse_args()
    lines = LINES[: options.lines]
    speaker = Speaker()
    samples, truth = song(speaker, lines)
    level = loudness(samples)
    print(f"{len(lines)} lines, {sum(time is not None for times in truth for time in times)} words with known times, {len(samples) / speaker.rate:.0f} s of speech\n")
    print("| audio | lines heard | word starts: median / p90 / max ms | line starts: median / p90 / max ms | took |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, decibels in [("clean", None), ("music 10 dB below the voice", -10), ("music as loud as the voice", 0)]:
            mixed = samples
            if decibels is not None:
                under = music(len(samples), speaker.rate, level * 10 ** (decibels / 20))
                mixed = [voice * 0.5 + note * 0.5 for voice, note in zip(samples, under)]
            lyrics, seconds = align(options.probe, lines, mixed, speaker.rate, pathlib.Path(folder))
            report(name, lyrics, truth, seconds)


if __name__ == "__main__":
    main()
