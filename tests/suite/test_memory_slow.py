"""Memory stays flat over ten thousand actions, each with a lambda that captures
a MiB: nothing that an action registered, froze or mapped outlives it."""
import os
import subprocess
import tempfile
import threading
import time
import unittest

BIN = os.environ["WD_BIN"]
GUEST = os.path.join(
    os.environ["WD_BUILD"], "tests", "guests", "behaviour.wasm")
ACTIONS = 10000


def resident(process):
    """KiB that are the process's own: its anonymous and shared memory (images
    are memfds) without the pages of files, such as libraries."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file)
    return sum(int(fields[name].split()[0])
               for name in ("RssAnon", "RssShmem"))


@unittest.skipIf(os.environ.get("WD_SANITIZE"),
                 "sanitizers keep what is freed, and more for each thread: "
                 "`make test-all` measures the build by clang")
class Memory(unittest.TestCase):
    def test_many_actions(self):
        with tempfile.TemporaryDirectory() as cache:
            environment = {**os.environ, "WASI_DATA_CACHE": cache}
            process = subprocess.Popen(
                [BIN, "run", "--threads", "2", GUEST, "many", str(ACTIONS)],
                env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            samples = []

            def look():
                while process.poll() is None:
                    try:
                        samples.append((time.monotonic(), resident(process),
                                        len(os.listdir(
                                            f"/proc/{process.pid}/fd"))))
                    except (OSError, KeyError):
                        return
                    time.sleep(0.1)

            watcher = threading.Thread(target=look)
            watcher.start()
            out, errors = process.communicate(timeout=3000)
            watcher.join()
        self.assertEqual(process.returncode, 0, errors.decode())
        total = sum(sum(range(10)) + 10 * (i % 100) for i in range(ACTIONS))
        self.assertEqual(out.split(), [str(total).encode()])
        begin, end = samples[0][0], samples[-1][0]

        def most(at, first, last):
            return max(s[at] for s in samples
                       if first <= (s[0] - begin) / (end - begin) <= last)

        early, late = most(1, 0.1, 0.3), most(1, 0.8, 1)
        print(f"{ACTIONS} actions in {end - begin:.1f} s, own memory "
              f"{early} KiB, then {late} KiB")
        self.assertLess(late, early + 8 * 1024)
        self.assertLessEqual(most(2, 0.8, 1), most(2, 0.1, 0.3) + 8)


if __name__ == "__main__":
    unittest.main()
