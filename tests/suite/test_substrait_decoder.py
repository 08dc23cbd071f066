"""The decoder of plans against Python's protobuf: whatever protobuf writes is
read, and what is read says the same in both. A plan that loses a field on its
way gives wrong rows without an error."""

import random
import struct
import subprocess
import sys
import unittest

from script import BUILD
from substrait_schema import plan_class, text_of

TOOL = BUILD / "tests/tools/substrait_text"
MUTANTS = 20000


def decode(plans):
    """(accepted, text or message) of each."""
    data = b"".join(struct.pack("<I", len(plan)) + plan for plan in plans)
    done = subprocess.run([str(TOOL)], input=data, capture_output=True,
                          check=False)
    if done.returncode or done.stderr:
        raise AssertionError(done.stderr.decode(errors="replace"))
    lines = done.stdout.decode().splitlines()
    if len(lines) != len(plans):
        raise AssertionError(f"{len(lines)} answers to {len(plans)} plans")
    return [(line.startswith("ok "), line[3:]) for line in lines]


class Maker:
    """Random messages: every field of every message comes up."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def scalar(self, field):
        pick = self.random.choice
        if field.type == field.TYPE_STRING:
            return pick(["", "a", "naïve", "日本", "\0", "x" * 200])
        if field.type == field.TYPE_BYTES:
            return pick([b"", b"\xff\x00", bytes(16)])
        if field.type == field.TYPE_BOOL:
            return pick([False, True])
        if field.type == field.TYPE_ENUM:
            return pick(field.enum_type.values).number
        if field.type in (field.TYPE_DOUBLE, field.TYPE_FLOAT):
            return pick([0.0, -0.0, 1.5, float("inf")])
        if field.type in (field.TYPE_UINT32, field.TYPE_UINT64):
            return pick([0, 1, 300, 2**32 - 1])
        bits = 63 if field.type == field.TYPE_INT64 else 31
        return pick([0, 1, -1, 2**bits - 1, -2**bits])

    def make(self, plan_class):
        plan = plan_class()
        self.left = 300  # messages to come
        self.fill(plan, 14)
        return plan.SerializeToString()

    def fill(self, message, depth):
        self.left -= 1
        fields = list(message.DESCRIPTOR.fields)
        self.random.shuffle(fields)
        for field in fields:
            if self.left < 0 or self.random.random() > 0.4:
                continue
            if field.type == field.TYPE_MESSAGE:
                if depth > 0:
                    self.fill_inner(message, field, depth - 1)
            elif field.is_repeated:
                values = [self.scalar(field)
                          for _ in range(self.random.randrange(4))]
                getattr(message, field.name).extend(values)
            else:
                setattr(message, field.name, self.scalar(field))

    def fill_inner(self, message, field, depth):
        if not field.is_repeated:
            inner = getattr(message, field.name)
            inner.SetInParent()
            self.fill(inner, depth)
            return
        for _ in range(self.random.randrange(1, 3)):
            self.fill(getattr(message, field.name).add(), depth)

    def mutate(self, plan):
        data = bytearray(plan)
        for _ in range(self.random.randrange(1, 4)):
            kind = self.random.randrange(4)
            at = self.random.randrange(len(data))
            if kind == 0:
                data[at] = self.random.randrange(256)
            elif kind == 1:
                data[at] ^= 1 << self.random.randrange(8)
            elif kind == 2:
                del data[at:at + self.random.randrange(1, 4)]
            else:
                data[at:at] = data[at:at + self.random.randrange(1, 20)]
            if not data:
                return b"\x08"
        return bytes(data)


def names_of(message, found):
    for field, value in message.ListFields():
        found.add(field.full_name)
        if field.type == field.TYPE_MESSAGE:
            for inner in value if field.is_repeated else [value]:
                names_of(inner, found)


def all_names(descriptor, found, seen):
    if descriptor.full_name in seen:
        return
    seen.add(descriptor.full_name)
    for field in descriptor.fields:
        found.add(field.full_name)
        if field.message_type:
            all_names(field.message_type, found, seen)


@unittest.skipUnless(TOOL.exists(), "the tools of the tests were not built")
class Decoder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.plan = plan_class()
        maker = Maker(20260)
        cls.plans = []
        while len(cls.plans) < 800:
            cls.plans.append(maker.make(cls.plan))

    def check_same(self, plans):
        """All that is accepted says what protobuf says; how many were."""
        from google.protobuf.message import DecodeError
        accepted = 0
        for data, (ok, text) in zip(plans, decode(plans)):
            if not ok:
                continue
            accepted += 1
            plan = self.plan()
            try:
                plan.ParseFromString(data)
            except DecodeError as error:
                self.fail(f"accepted what protobuf refuses ({error}): "
                          f"{data.hex()}")
            self.assertEqual(text, text_of(plan), data.hex())
        return accepted

    def test_all_is_read(self):
        self.assertEqual(self.check_same(self.plans), len(self.plans))

    def test_every_field_was_there(self):
        wanted, found = set(), set()
        all_names(self.plan.DESCRIPTOR, wanted, set())
        for data in self.plans:
            plan = self.plan()
            plan.ParseFromString(data)
            names_of(plan, found)
        missing = wanted - found
        self.assertLess(len(missing), len(wanted) // 10, sorted(missing))

    def test_mutants(self):
        maker = Maker(7)
        small = sorted(filter(None, self.plans), key=len)[:600]
        mutants = [maker.mutate(maker.random.choice(small))
                   for _ in range(MUTANTS)]
        accepted = self.check_same(mutants)
        print(f"{accepted} of {MUTANTS} mutants were accepted",
              file=sys.stderr)
        self.assertGreater(accepted, MUTANTS // 100)
        self.assertLess(accepted, MUTANTS)

    def test_cut_anywhere(self):
        for data in sorted(self.plans, key=len)[100:110]:
            cuts = [data[:n] for n in range(len(data))]
            self.check_same(cuts)

    def test_packed_and_not(self):
        """Repeated numbers may come either way, and mixed."""
        emit = bytes([0x0A, 2, 7, 8, 0x08, 9, 0x0A, 0])  # output_mapping
        common = bytes([0x12, len(emit)]) + emit         # RelCommon.emit
        read = bytes([0x0A, len(common)]) + common       # ReadRel.common
        rel = bytes([0x0A, len(read)]) + read            # Rel.read
        planrel = bytes([0x0A, len(rel)]) + rel          # PlanRel.rel
        plan = bytes([0x1A, len(planrel)]) + planrel
        self.assertEqual(self.check_same([plan]), 1)
        self.assertIn("1=7 1=8 1=9", decode([plan])[0][1])


if __name__ == "__main__":
    unittest.main(verbosity=2)
