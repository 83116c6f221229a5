# SPDX-License-Identifier: MIT
"""An authority and certificates of its own for one test, made with openssl."""

import ssl
import subprocess


class Authority:
    def __init__(self, directory):
        self.directory = directory
        directory.mkdir()
        self.file = directory / "authority.pem"
        self.key = directory / "authority.key"
        self.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=Authority of a test", "-keyout", self.key, "-out", self.file,
        )  # fmt: skip

    def openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    def context(self, subject):
        """A server's context with a certificate for subject, such as IP:127.0.0.1."""
        key, request = self.directory / "server.key", self.directory / "server.csr"
        certificate, names = self.directory / "server.pem", self.directory / "names"
        names.write_text(f"subjectAltName = {subject}\n")
        self.openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=mail", "-keyout", key, "-out", request,
        )  # fmt: skip
        self.openssl(
            "x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key, "-CAcreateserial",
            "-extfile", names, "-out", certificate,
        )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context
