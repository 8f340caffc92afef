# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures for tests: the real ones under fixtures/captures, and larger ones made out of them."""

import struct
from pathlib import Path

CAPTURES = Path(__file__).resolve().parent.parent.parent / 'fixtures' / 'captures'

SAMPLE, FINISHED_ROUND, USER_TYPES = 9, 68, 64
MAPS = (1, 10)
HEADER, STAMP = struct.Struct('<IHH'), struct.Struct('<Q')
FEATURES_AT, DATA_AT = 72, 40
# Where perf 6.1 puts a sample's time, counted from its start: IDENTIFIER, IP, TID, TIME.
SAMPLE_TIME = 8 + 24
# And the others' before their end: TIME, CPU, IDENTIFIER.
TRAILER_TIME = 24


def records(data):
    """(type, offset, size) of each record in DATA."""
    at = 0
    while at < len(data):
        kind, _, size = HEADER.unpack_from(data, at)
        yield kind, at, size
        at += size


def stamps(data):
    """(offset, time) of each time in DATA, whose records all carry one."""
    for kind, at, size in records(data):
        where = at + SAMPLE_TIME if kind == SAMPLE else at + size - TRAILER_TIME
        yield where, STAMP.unpack_from(data, where)[0]


def repeat(capture, copies, output, rounds=True, maps=False):
    """
    Write to OUTPUT the little-endian, uncompressed file-mode CAPTURE with what happened in it
    repeated COPIES times, one after the other. Without ROUNDS, no round ever ends; only with MAPS
    memory maps are among it. Returns how many events there are.
    """
    whole = Path(capture).read_bytes()
    offset, size = struct.unpack_from('<QQ', whole, DATA_AT)
    data, features = whole[offset:offset + size], whole[offset + size:]
    first = next(at for kind, at, _ in records(data) if kind == SAMPLE)
    live = bytearray().join(data[at:at + length] for kind, at, length in records(data)
                            if at >= first and kind < USER_TYPES and (maps or kind not in MAPS))
    places = list(stamps(live))
    span = max(time for _, time in places) - min(time for _, time in places) + 1000
    with open(output, 'wb') as file:
        file.write(whole[:offset] + data[:first])
        for copy in range(copies):
            for where, time in places:
                STAMP.pack_into(live, where, time + copy * span)
            file.write(live)
            if rounds:
                file.write(HEADER.pack(FINISHED_ROUND, 0, HEADER.size))
        grown = file.tell() - offset - size
        file.write(moved_features(whole, features, grown))
        file.seek(DATA_AT)
        file.write(struct.pack('<QQ', offset, size + grown))
    return copies * sum(kind == SAMPLE for kind, _, _ in records(live))


def moved_features(whole, features, by):
    """The feature sections behind the data, their offsets BY bytes further on."""
    bits = int.from_bytes(whole[FEATURES_AT:FEATURES_AT + 32], 'little')
    moved = bytearray(features)
    for index in range(bits.bit_count()):
        offset, = struct.unpack_from('<Q', features, 16 * index)
        struct.pack_into('<Q', moved, 16 * index, offset + by)
    return bytes(moved)


# What samples and the trailers of other records carry, in their order (perf_event_open(2)).
IDENTIFIER, IP, TID, TIME, ADDR, ID, STREAM_ID, CPU, PERIOD = (
    1 << 16, 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 6, 1 << 9, 1 << 7, 1 << 8)
IN_SAMPLE = (IDENTIFIER, IP, TID, TIME, ADDR, ID, STREAM_ID, CPU, PERIOD)
IN_TRAILER = (TID, TIME, ID, STREAM_ID, CPU, IDENTIFIER)
ATTRS_AT, SAMPLE_TYPE_AT = 16, 24


def left_of(part, order, had, dropped):
    """PART, which begins with the fields of ORDER that are in HAD, without those in DROPPED."""
    left, at = b'', 0
    for field in order:
        if had & field:
            left += b'' if dropped & field else part[at:at + 8]
            at += 8
    return left + part[at:]


def without(capture, fields, output):
    """Write to OUTPUT the little-endian file-mode CAPTURE as if FIELDS had not been recorded."""
    whole = bytearray(Path(capture).read_bytes())
    attr_size, attrs, attrs_size, offset, size = struct.unpack_from('<5Q', whole, ATTRS_AT)
    for attr in range(attrs + SAMPLE_TYPE_AT, attrs + attrs_size, attr_size):
        had, = STAMP.unpack_from(whole, attr)
        STAMP.pack_into(whole, attr, had & ~fields)
    trailer = 8 * sum(bool(had & field) for field in IN_TRAILER)
    data = bytearray()
    for kind, at, length in records(whole[offset:offset + size]):
        body = bytes(whole[offset + at + HEADER.size:offset + at + length])
        if kind == SAMPLE:
            body = left_of(body, IN_SAMPLE, had, fields)
        elif kind < USER_TYPES:
            end = len(body) - trailer
            body = body[:end] + left_of(body[end:], IN_TRAILER, had, fields)
        _, misc, _ = HEADER.unpack_from(whole, offset + at)
        data += HEADER.pack(kind, misc, HEADER.size + len(body)) + body
    features = moved_features(whole, whole[offset + size:], len(data) - size)
    struct.pack_into('<Q', whole, DATA_AT + 8, len(data))
    Path(output).write_bytes(whole[:offset] + data + features)
