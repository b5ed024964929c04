#!/usr/bin/env python3
"""Plays an HLS folder in headless Chromium and checks what a listener would notice.

    browser-playback.py FOLDER

FOLDER holds master.m3u8, high.m3u8, low.m3u8 and their segments; it is served over HTTP with byte ranges. Prints one JSON object:
what was seen. Exits 0 when it played, sought, switched between both renditions and ended without an error, 1 when not, 69 when
a tool is missing.
"""

import asyncio
import http.server
import json
import os
import pathlib
import re
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

try:
    import websockets
except ImportError:
    sys.exit("websockets is missing: run scripts/browser-tools.sh, then this with .browser-tools/bin/python")

PAGE = b"<!doctype html><meta charset=utf-8><title>player</title><audio id=player preload=none></audio>"
TYPES = {".m3u8": "application/vnd.apple.mpegurl", ".aac": "audio/aac"}


class Media(http.server.BaseHTTPRequestHandler):
    """One folder, read only, with single byte ranges."""

    protocol_version = "HTTP/1.1"
    folder = pathlib.Path()
    requested = []

    def do_GET(self):
        if self.path == "/":
            return self.reply(200, "text/html", PAGE)
        name = self.path.lstrip("/")
        file = self.folder / name
        if not re.fullmatch(r"[a-z0-9_]+\.(m3u8|aac)", name) or not file.is_file():
            return self.reply(404, "text/plain", b"")
        self.requested.append(name)
        body = file.read_bytes()
        field = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not field:
            return self.reply(200, TYPES[file.suffix], body)
        first = int(field[1])
        last = min(int(field[2] or len(body) - 1), len(body) - 1)
        if first > last:
            return self.reply(416, "text/plain", b"", {"Content-Range": f"bytes */{len(body)}"})
        part = {"Content-Range": f"bytes {first}-{last}/{len(body)}"}
        self.reply(206, TYPES[file.suffix], body[first : last + 1], part)

    def reply(self, status, kind, body, headers=None):
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Accept-Ranges": "bytes", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A player that closes a connection is no error of ours."""


class Browser:
    """Headless Chromium with one page, driven over the DevTools protocol."""

    def __init__(self, program, profile):
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--mute-audio", "--no-first-run"]
        flags += ["--autoplay-policy=no-user-gesture-required", "--remote-debugging-port=0", "--disable-dev-shm-usage"]
        self.profile = pathlib.Path(profile)
        self.process = subprocess.Popen(
            [program, *flags, f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.calls = 0

    async def connect(self):
        port_file = self.profile / "DevToolsActivePort"
        for _ in range(300):
            if port_file.exists() and "\n" in port_file.read_text():
                break
            if self.process.poll() is not None:
                raise RuntimeError(f"chromium ended with {self.process.returncode}")
            await asyncio.sleep(0.1)
        port = port_file.read_text().split("\n")[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
            page = next(target for target in json.load(answer) if target["type"] == "page")
        self.socket = await websockets.connect(page["webSocketDebuggerUrl"], max_size=None)

    async def call(self, method, **parameters):
        self.calls += 1
        await self.socket.send(json.dumps({"id": self.calls, "method": method, "params": parameters}))
        while True:
            message = json.loads(await asyncio.wait_for(self.socket.recv(), 60))
            if message.get("id") == self.calls:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    async def evaluate(self, script):
        answer = await self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", "script failed"))
        return answer["result"].get("value")

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


STATE = "(({currentTime: time, duration, ended, paused, error}) => ({time, duration, ended, error: error && error.message}))(player)"


async def until(browser, what, condition, seconds):
    """Waits until the player's state fulfils the condition; the state, or the reason why it never did."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = await browser.evaluate(STATE)
        if state["error"]:
            raise RuntimeError(f"{what}: the player failed: {state['error']}")
        if condition(state):
            return state
        await asyncio.sleep(0.1)
    raise RuntimeError(f"{what}: not within {seconds} s, the player is at {state}")


async def watch(browser, url):
    await browser.connect()
    await browser.call("Page.navigate", url=url)
    for _ in range(100):
        if await browser.evaluate("document.readyState === 'complete' && !!document.getElementById('player')"):
            break
        await asyncio.sleep(0.1)
    await browser.evaluate("window.player = document.getElementById('player'); player.src = '/master.m3u8'; player.play()")
    played = await until(browser, "playing", lambda state: state["time"] > 2, 30)
    duration = played["duration"]
    target = duration * 0.5
    await browser.evaluate(f"player.currentTime = {target}")
    sought = await until(browser, "seeking", lambda state: state["time"] > target + 1, 30)
    await browser.evaluate(f"player.currentTime = {duration * 0.1}")
    back = await until(browser, "seeking back", lambda state: duration * 0.1 < state["time"] < target, 30)
    await browser.evaluate(f"player.currentTime = {duration - 2}")
    ended = await until(browser, "ending", lambda state: state["ended"], 60)
    times = {"played": played, "sought": sought, "soughtBack": back, "ended": ended}
    return {"duration": duration} | {name: state["time"] for name, state in times.items()}


def renditions(requested):
    """The renditions of the segments in the order of their requests, repetitions joined: two and more are a switch."""
    names = [name.split("_")[0] for name in requested if name.endswith(".aac")]
    return [name for index, name in enumerate(names) if index == 0 or names[index - 1] != name]


def main():
    program = shutil.which("chromium")
    if program is None:
        print("chromium is missing: run `make setup`", file=sys.stderr)
        return 69
    Media.folder = pathlib.Path(sys.argv[1])
    server = Server(("127.0.0.1", 0), Media)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    seen = {"error": None}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        try:
            seen |= asyncio.run(watch(browser, f"http://127.0.0.1:{server.server_address[1]}/"))
        except (RuntimeError, OSError, asyncio.TimeoutError) as error:
            seen["error"] = str(error) or type(error).__name__
        finally:
            browser.close()
    seen["renditions"] = renditions(Media.requested)
    print(json.dumps(seen))
    return 0 if seen["error"] is None and {"high", "low"} <= set(seen["renditions"]) else 1


if __name__ == "__main__":
    sys.exit(main())
