"""A service of electronic registered letters on this machine, as far as the contract
of the integrator's guide goes."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEY = "key-of-the-test"


class LreService:
    """Keeps letters as a service does: one for each creation that it lets through."""

    def __init__(self):
        self.letters = {}
        self.proofs = {}
        self.calls = []
        # How the next creations fail: "500", "drop" or "hang" (both after it is made).
        self.failures = []
        self.refusal = None
        self.honours_key = True
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                service.handle(self, "GET", None)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.handle(self, "POST", json.loads(body))

            def log_message(self, *args):
                """Keep the tests' output for the tests."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def handle(self, handler, method, body):
        url = urlsplit(handler.path)
        self.calls.append((method, url.path))
        if handler.headers["Authorization"] != f"Bearer {KEY}":
            return self.reply(handler, 401, {})
        if method == "POST":
            return self.accept(handler, body)
        parts = url.path.removeprefix("/v1/letters").strip("/").split("/")
        if parts == [""]:
            [key] = parse_qs(url.query)["external_id"]
            found = [one for one in self.letters.values() if one["external_id"] == key]
            return self.reply(handler, 200, [self.status(one) for one in found])
        if len(parts) == 3:
            proof = self.proofs.get((parts[0], parts[2]))
            return self.reply(handler, 200 if proof else 404, proof or b"")
        letter = self.letters.get(parts[0])
        return self.reply(
            handler, 200 if letter else 404, self.status(letter) if letter else {}
        )

    def accept(self, handler, body):
        failure = self.failures.pop(0) if self.failures else None
        if failure == "500":
            return self.reply(handler, 500, {})
        if self.refusal:
            return self.reply(handler, 422, {"reason": self.refusal})
        key = handler.headers["Idempotency-Key"]
        known = self.honours_key and next(
            (one for one in self.letters.values() if one["external_id"] == key), None
        )
        if not known:
            identifier = f"L{len(self.letters) + 1}"
            known = {**body, "id": identifier, "status": "deposited"}
            self.letters[identifier] = known
        if failure == "hang":
            time.sleep(13)
        if failure in ("hang", "drop"):
            handler.close_connection = True
            return None
        return self.reply(handler, 201, self.status(known))

    @staticmethod
    def status(letter):
        names = ("id", "external_id", "status", "notified_on", "closed_on", "reason")
        return {name: letter[name] for name in names if name in letter}

    @staticmethod
    def reply(handler, status, body):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)
