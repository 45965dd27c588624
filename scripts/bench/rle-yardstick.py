"""What pycocotools takes for the masks that it is given; see rle.ts.

stdin: a line of JSON, [[heightPx, widthPx], ...] and the number of rounds, then the masks column by column.
stdout: JSON, the shortest time of a round in seconds, of encoding and of decoding, and a digest of the strings.
"""

import hashlib
import json
import sys
import time

import numpy
from pycocotools import mask

sizes, rounds = json.loads(sys.stdin.buffer.readline())
masks = [
    numpy.frombuffer(sys.stdin.buffer.read(height * width), numpy.uint8).reshape((height, width), order="F")
    for height, width in sizes
]
encode, decode = [], []
for _ in range(rounds):
    start = time.perf_counter()
    encoded = [mask.encode(bits) for bits in masks]
    encode.append(time.perf_counter() - start)
    start = time.perf_counter()
    for one in encoded:
        mask.decode(one)
    decode.append(time.perf_counter() - start)
digest = hashlib.sha256(b"\n".join(one["counts"] for one in encoded)).hexdigest()
json.dump({"encode": min(encode), "decode": min(decode), "digest": digest}, sys.stdout)
