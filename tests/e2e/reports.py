# SPDX-License-Identifier: MIT
"""Reports as Sentry SDKs write them, and a plain HTTP client that sends them as it is told."""

import http.client
import json
import uuid


def frame(path, line, text, function="run", **more):
    return {
        "filename": path,
        "abs_path": f"/srv/app/{path}",
        "function": function,
        "lineno": line,
        "context_line": text,
        "in_app": True,
        **more,
    }


def event(*frames, kind="ValueError", message="it broke", **more):
    stacktrace = {"frames": list(frames)}
    values = [{"type": kind, "value": message, "stacktrace": stacktrace}]
    return {
        "event_id": uuid.uuid4().hex,
        "platform": "python",
        "level": "error",
        "server_name": "web-1",
        "exception": {"values": values},
        **more,
    }


def envelope(*events, dsn=None):
    """One envelope with an item for each event."""
    header = {"event_id": events[0]["event_id"]} if events else {}
    if dsn:
        header["dsn"] = dsn
    lines = [json.dumps(header).encode()]
    for each in events:
        payload = json.dumps(each).encode()
        lines.append(json.dumps({"type": "event", "length": len(payload)}).encode())
        lines.append(payload)
    return b"\n".join(lines) + b"\n"


class Sender:
    """One HTTP connection that stays open."""

    def __init__(self, port, key, project=1, timeout=60):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.key, self.project = key, project

    def close(self):
        self.connection.close()

    def auth(self):
        return {
            "X-Sentry-Auth": f"Sentry sentry_version=7, sentry_client=test/1, sentry_key={self.key}"
        }

    def request(self, method, path, body=None, headers=None, **more):
        """(status, headers, body)"""
        self.connection.request(method, path, body, headers or {}, **more)
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def post(self, body, endpoint="envelope", headers=None, **more):
        path = f"/api/{self.project}/{endpoint}/"
        return self.request("POST", path, body, {**self.auth(), **(headers or {})}, **more)

    def report(self, *events):
        """Sends events, which must be accepted."""
        status, _, body = self.post(envelope(*events))
        assert status == 200, (status, body)
        assert json.loads(body)["id"] == events[0]["event_id"]
