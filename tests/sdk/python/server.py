"""Serves a WSGI application for exactly one request, over a real socket."""

import json
import threading
import urllib.error
import urllib.request

from werkzeug.serving import make_server

ORDER = {
    "lines": [
        {"article": "A-1001", "count": 2},
        {"article": "A-2001", "count": 6, "note": "as a set, please"},
        {"article": "A-1002", "count": 1},
    ],
    "codes": ["SUMMER", "NEWCUSTOMER"],
    "address": {"street": "Via Po 12", "city": "Turin", "country": "IT"},
}


def ask_once(app, path):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.server_port}{path}",
        data=json.dumps(ORDER).encode(),
        headers={
            "Content-Type": "application/json",
            "X-Ticket": "t-81",
            "User-Agent": "shop-app/7.3",
        },
    )
    try:
        urllib.request.urlopen(request, timeout=20).read()
    except urllib.error.HTTPError as answer:
        print("answered", answer.code)
    server.shutdown()
