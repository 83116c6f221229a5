# SPDX-License-Identifier: MIT
"""A real SMTP server (aiosmtpd) that keeps what it gets, or refuses it as it is told."""

import email
import email.policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from stage import free_port


class Mailbox:
    """starttls, tls: an ssl.SSLContext to offer after STARTTLS or to speak from the first byte.
    refuses: addresses that are answered with 550."""

    def __init__(self, port=None, login=None, answers=(), starttls=None, tls=None, refuses=()):
        self.messages, self.answers, self.login = [], list(answers), login
        self.refuses, self.logins, self.were_encrypted = refuses, 0, []
        self.port = port or free_port()
        more = {"enable_SMTPUTF8": True}
        if login:
            more |= {"authenticator": self.check, "auth_required": True, "auth_require_tls": False}
        if starttls:
            more |= {"tls_context": starttls, "require_starttls": True}
        if tls:
            more |= {"ssl_context": tls}
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **more)
        self.address = f"127.0.0.1:{self.port}"

    def check(self, server, session, envelope, mechanism, data):
        self.logins += 1
        wanted = LoginPassword(*(word.encode() for word in self.login))
        is_right = isinstance(data, LoginPassword) and data == wanted
        return AuthResult(success=is_right, handled=False)  # the answer is aiosmtpd's

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuses:
            return "550 5.1.1 There is nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.answers:
            return self.answers.pop(0)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.were_encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        self.messages.append((envelope.mail_from, envelope.rcpt_tos, message))
        return "250 OK"

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()
