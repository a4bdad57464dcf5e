"""Inputs that nobody would write on purpose, from fixed seeds: bytes changed, cells and leaves replaced, odd values."""

import json
import random
from datetime import date
from pathlib import Path

import numpy as np

TOKENS = (
    b"\0", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"[", b"{", b"}", b"]", b'"', b"'", b",", b";", b":", b"\n", b"\r", b"\\",
    b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-0", b"9" * 400, b"9" * 5000, b"null", b"true", b"[]", b"{}",
    "\u202e".encode(), "٣".encode(), b"2026-02-30", b"0000-00-00", b"9999-12-31", b"\\ud800", b"=cmd|' /C x'!A0",
    b"../../x", b"a." * 50, b"[" * 300, b"#", b"<script>", b"%00", b"0.5", b"-1", b"1e-400", b"2026-02-05T25:61:00+99:00",
)  # fmt: skip
ODD_TEXTS = (
    "", " ", "\0", "\ud800", "\u202e", "x" * 5000, "NaN", "-1", "1e999", "0,15", "٣", "2026-02-30", "9999-12-31", "0001-01-01", "../../x",
    "/dev/zero", "/", ".", "a\nb", "=1+1", "'", '"', "{}", "%s", "{0}", "<b>", "12.0", "[]",
)  # fmt: skip


ODD_DAYS = (date.min, date.max, date(2199, 12, 31), date(1700, 1, 1), date(2026, 2, 6))
ODD_NUMBERS = (0, 1, -1, 10**30, 121, 9999)
ODD_SHARES = (float("nan"), float("inf"), float("-inf"), -0.1, 1.1, 1e-320, 0.0)
ODD_PATHS = (
    "nowhere",
    "x" * 5000,
    "a\0b",
    "\ud800",
    "/dev/zero",
    "/dev/null",
    "",
    "..",
    "/proc/self/mem",
    "nowhere/" * 900,
)
ODD_ARRAYS = (
    [], [[]], [float("nan")], [1.0, float("inf")], [0.5, -0.5], [[1.0, 2.0]], [10**18], [1e308, 1e308], [0.25, 0.25, 0.25], [[[0.5]]],
    [0, 1, 9], [-1, 0, 1],
)  # fmt: skip


def changed_bytes(rng, seed):
    """The bytes after one to four small changes."""
    held = bytearray(seed)
    for _ in range(rng.randint(1, 4)):
        at = rng.randint(0, len(held))
        to = min(len(held), at + rng.randint(0, 20))
        match rng.randrange(7):
            case 0 if held:
                held[min(at, len(held) - 1)] = rng.randrange(256)
            case 1:
                del held[at:to]
            case 2:
                held[at:at] = held[at:to] * rng.randint(1, 50)
            case 3:
                held[at:to] = rng.choice(TOKENS)
            case 4:
                del held[at:]
            case _:
                held[at:at] = rng.choice(TOKENS)
    return bytes(held)


def changed_leaf(rng, seed):
    """A JSON text with one value, key or list replaced, which bytes rarely reach."""
    whole = json.loads(seed)
    holder, key, place = None, None, whole
    while isinstance(place, dict | list) and place and rng.random() < 0.9:
        holder, key = place, rng.choice(list(place) if isinstance(place, dict) else range(len(place)))
        place = holder[key]
    odd = rng.choice((None, True, -1, 10**30, 2.5, 1e308, [], {}, [[]], {"a": {"b": [1]}}, *ODD_TEXTS))
    if holder is None:
        whole = odd
    elif isinstance(holder, dict) and rng.random() < 0.3:
        holder[rng.choice(ODD_TEXTS)] = holder.pop(key)
    elif rng.random() < 0.2:
        del holder[key]
    else:
        holder[key] = odd
    return json.dumps(whole).encode()


def changed_cell(rng, seed):
    """A CSV text with a few cells replaced."""
    lines = seed.decode().split("\n")
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        cells = lines[at].split(",")
        cells[rng.randrange(len(cells))] = rng.choice(ODD_TEXTS)
        lines[at] = ",".join(cells)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def odd_like(rng, sound):
    """A value of the same type as a sound one, as nobody would give it."""
    match sound:
        case str():
            return rng.choice(ODD_TEXTS)
        case date():
            return rng.choice(ODD_DAYS)
        case int():
            return rng.choice(ODD_NUMBERS)
        case float():
            return rng.choice(ODD_SHARES)
        case Path():
            return Path(rng.choice(ODD_PATHS))
        case np.ndarray():
            return np.array(rng.choice(ODD_ARRAYS), dtype=float)
        case dict():
            key = rng.choice(list(sound))
            return sound | {key: odd_like(rng, sound[key])} if rng.random() < 0.8 else {rng.choice(ODD_TEXTS): "x"}
        case tuple():
            return tuple(odd_like(rng, one) for one in sound)
        case list():
            odd = [odd_like(rng, one) for one in sound]
            return rng.choice(([], odd, [*sound, *sound], [*sound, *odd]))
    return sound


def changed_arguments(rng, arguments):
    """The arguments with one or two replaced by odd values of their types."""
    odd = dict(arguments)
    for name in rng.sample(list(odd), k=min(len(odd), rng.choice((1, 1, 2)))):
        odd[name] = odd_like(rng, arguments[name])
    return odd


def generator(name, number):
    """The generator of one input: the same for a name and number, whatever runs before it."""
    return random.Random(f"{name} {number}")
