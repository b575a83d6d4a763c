"""A checkout in Python's standard library: fifty tickets, never sold twice; /audit says whether that is so."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TICKETS = 50
lock = threading.Lock()
state = {"left": TICKETS, "sold": 0}


class Checkout(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path == "/audit":
            wrong = abs(TICKETS - state["left"] - state["sold"]) + max(0, -state["left"])
            check = {"id": "stock", "title": "sold and left are all tickets", "violations": wrong}
            self.answer(200, {"ok": wrong == 0, "checks": [check]})
        else:
            self.answer(200, {"left": state["left"]})

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with lock:
            if self.path == "/reset":
                state.update(left=TICKETS, sold=0)
                status = 200
            elif state["left"] > 0:
                state["left"] -= 1
                state["sold"] += 1
                status = 201
            else:
                status = 409
        self.answer(status, {"left": state["left"]})

    def log_message(self, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 3000), Checkout)
print(server.server_address[1], flush=True)
server.serve_forever()
