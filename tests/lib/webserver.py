"""A web server that takes webhooks.

usage: webserver.py FOLDER.  Writes its port to FOLDER/port, each request that
is signed with the secret in FOLDER/secret to FOLDER/got, and answers with the
status in FOLDER/answer, or 200.
"""
import base64
import hashlib
import hmac
import http.server
import os
import sys
import time

folder = sys.argv[1]


def read(name, otherwise):
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return file.read().strip()
    except FileNotFoundError:
        return otherwise


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name = self.headers["Webhook-Id"]
        when = self.headers["Webhook-Timestamp"]
        signed = b".".join([name.encode(), when.encode(), body])
        wanted = b"v1," + base64.b64encode(
            hmac.new(read("secret", b""), signed, hashlib.sha256).digest())
        status = int(read("answer", b"200"))
        good = (self.headers["Webhook-Signature"].encode() == wanted
                and abs(int(when) - time.time()) < 300)
        line = body if good else b"wrong signature"
        with open(os.path.join(folder, "got"), "ab") as file:
            file.write(b"%d %s\n" % (status, line))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(os.path.join(folder, "port.new"), "w", encoding="ascii") as file:
    file.write(str(server.server_address[1]))
os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
server.serve_forever()
