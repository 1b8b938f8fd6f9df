"""Chromium, driven by the DevTools protocol over the two pipes that `--remote-debugging-pipe` makes of fds 3 and 4."""
import base64
import fcntl
import json
import os
import selectors
import subprocess
import time

from support.children import die_with_parent


class ChromiumPipe:
    """One Chromium with one tab. `options` are its own, after those that every test's Chromium has; `before` stands before its
    command."""

    def __init__(self, profile, log, environment, options=(), before=()):
        commands, self._commands = _pipe_above_the_fixed_ones()
        self._answers, answers = _pipe_above_the_fixed_ones()
        command = ["chromium", "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                   "--no-first-run", "--window-size=1000,800", f"--user-data-dir={profile}", *options, "about:blank"]
        wired = ["bash", "-c", f'exec "$0" "$@" 3<&{commands} 4>&{answers} {commands}<&- {answers}>&-', *command]
        self._process = subprocess.Popen([*before, *wired],
                                         env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                         pass_fds=(commands, answers), preexec_fn=die_with_parent)
        os.close(commands)
        os.close(answers)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._answers, selectors.EVENT_READ)
        self._read = b""
        self._number = 0
        self._events = []
        self._session = None
        self.new_tab()

    def new_tab(self):
        """What follows happens in a tab of its own."""
        self._session = None
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._call("Page.enable")
        self._call("Page.setLifecycleEventsEnabled", enabled=True)

    def open(self, address):
        """Goes there, and waits for the page's load. Returns what the browser says is wrong, or None."""
        self._events.clear()
        gone = self._call("Page.navigate", url=address)
        if "loaderId" in gone:
            self._event("Page.lifecycleEvent", lambda event: event["name"] == "load" and event["loaderId"] == gone["loaderId"])
        return gone.get("errorText")

    def reload(self):
        self._events.clear()
        self._call("Page.reload")
        self._event("Page.loadEventFired", lambda event: True)

    def run(self, body, seconds=60):
        """What the body of an async function returns, run by the page."""
        answer = self._call("Runtime.evaluate", seconds, expression=f"(async () => {{ {body} }})()", awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"the page says: {answer['exceptionDetails'].get('exception', answer)}")
        return answer["result"].get("value")

    def picture(self, whole=False):
        """The tab as PNG; `whole`: with what one would have to scroll to."""
        return base64.b64decode(self._call("Page.captureScreenshot", captureBeyondViewport=whole)["data"])

    def ask(self, method, **parameters):
        """The answer to any command of the protocol."""
        return self._call(method, **parameters)

    def told(self, method):
        """What it has told by itself, of that kind, since the page was opened."""
        return [event["params"] for event in self._events if event.get("method") == method]

    def end(self):
        try:
            self._session = None
            self._call("Browser.close", 5)
            self._process.wait(10)
        except (OSError, TimeoutError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        self._selector.close()
        os.close(self._commands)
        os.close(self._answers)

    def _call(self, method, seconds=60, **parameters):
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + seconds
        while True:
            answer = self._message(deadline, method)
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self._events.append(answer)

    def _event(self, method, holds, seconds=60):
        deadline = time.monotonic() + seconds
        while not any(event.get("method") == method and holds(event["params"]) for event in self._events):
            self._events.append(self._message(deadline, method))

    def _message(self, deadline, what):
        while b"\0" not in self._read:
            if not self._selector.select(max(0, deadline - time.monotonic())):
                raise TimeoutError(f"Chromium does not answer {what}")
            octets = os.read(self._answers, 1 << 20)
            if not octets:
                raise ConnectionError("Chromium has ended")
            self._read += octets
        message, _, self._read = self._read.partition(b"\0")
        return json.loads(message)


def _pipe_above_the_fixed_ones():
    """A pipe whose ends are none of the numbers that the browser wants."""
    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 20) for end in ends]
    for end in ends:
        os.close(end)
    return moved
