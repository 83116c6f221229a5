# SPDX-License-Identifier: MIT
"""What a browser does with a server's pages: it keeps cookies and fills in forms. It follows nothing by itself."""

import html
import http.client
import json
import re
import urllib.parse


class Answer:
    def __init__(self, answer):
        self.status, self.headers = answer.status, answer.headers
        self.body = answer.read().decode()
        self.location = answer.headers.get("Location")

    def field(self, name):
        """The value of the form's field."""
        found = re.search(rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"', self.body)
        assert found, f"no field {name} in: {self.body}"
        return html.unescape(found.group(1))

    def json(self):
        return json.loads(self.body)

    def text(self):
        return html.unescape(self.body)


class Browser:
    def __init__(self, server, context=None):
        """context: of TLS; without one it speaks plain HTTP."""
        self.server, self.cookies, self.user, self.context = server, {}, None, context

    def request(self, method, path, body=None, headers=None):
        headers = {"Accept": "text/html", **(headers or {})}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        address = ("127.0.0.1", self.server.port)
        if self.context:
            connection = http.client.HTTPSConnection(*address, timeout=60, context=self.context)
        else:
            connection = http.client.HTTPConnection(*address, timeout=60)
        connection.request(method, path, body, headers)
        answer = Answer(connection.getresponse())
        connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
            if not value:
                del self.cookies[name]
        return answer

    def get(self, path, **headers):
        return self.request("GET", path, headers=headers)

    def post(self, path, fields, headers=None):
        """Sends a form as it is, without a token unless fields has one."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urllib.parse.urlencode(fields)
        return self.request("POST", path, body, {**kind, **(headers or {})})

    def fill_in(self, page, fields, path=None):
        """Opens a page and sends its form."""
        token = self.get(page).field("form_token")
        return self.post(path or page.partition("?")[0], {"form_token": token, **fields})

    def sign_in(self, name, password, next="/"):
        return self.fill_in("/login", {"name": name, "password": password, "next": next})

    def sign_out(self):
        return self.fill_in("/", {}, "/logout")
