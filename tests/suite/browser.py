"""A headless Chromium, spoken to through its DevTools protocol over a pipe."""

import json
import os
import shutil
import subprocess
import tempfile

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser",
         "google-chrome")
# What a browser reports when something asked for more than the page.
TROUBLE = ("Log.entryAdded", "Runtime.consoleAPICalled",
           "Runtime.exceptionThrown")


def find():
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    def __init__(self):
        self.profile = tempfile.TemporaryDirectory()
        command, self.out = os.pipe()
        self.into, answers = os.pipe()
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$0" "$@" 3<&{command} 4>&{answers}',
             find(), "--headless", "--remote-debugging-pipe", "--no-sandbox",
             "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             f"--user-data-dir={self.profile.name}", "about:blank"],
            pass_fds=(command, answers), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(command)
        os.close(answers)
        self.held, self.count, self.events = b"", 0, []
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")

    def close(self):
        self.session = None
        self.call("Browser.close")
        self.process.wait(timeout=30)
        os.close(self.out)
        os.close(self.into)
        self.profile.cleanup()

    def receive(self):
        while b"\0" not in self.held:
            part = os.read(self.into, 1 << 20)
            if not part:
                raise AssertionError("the browser has ended")
            self.held += part
        message, self.held = self.held.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") != self.count:
                self.events.append(answer)
            elif "error" in answer:
                raise AssertionError(f"{method}: {answer['error']}")
            else:
                return answer["result"]

    def open(self, path):
        """Loads a file; what it asked for beside itself, and complaints."""
        url = f"file://{path}"
        self.call("Page.navigate", url="about:blank")
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not any(event.get("method") == "Page.loadEventFired"
                      for event in self.events):
            self.events.append(self.receive())
        self.evaluate("new Promise(done => requestAnimationFrame(done))")
        return [str(event["params"]) for event in self.events
                if event.get("method") in TROUBLE
                or (event.get("method") == "Network.requestWillBeSent"
                    and event["params"]["request"]["url"] != url)]

    def evaluate(self, script):
        """The value of an expression; of a promise what it comes to."""
        done = self.call("Runtime.evaluate", expression=script,
                         awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in done:
            raise AssertionError(str(done["exceptionDetails"])[:2000])
        return done["result"].get("value")

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=False)

    def screenshot(self):
        """A PNG in base64."""
        return self.call("Page.captureScreenshot", format="png")["data"]
