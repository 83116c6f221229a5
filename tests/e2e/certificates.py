# SPDX-License-Identifier: MIT
"""An authority and certificates of its own for one test, made with openssl."""

import pathlib
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


class Certificate:
    """Signs itself, for 127.0.0.1."""

    def __init__(self, directory, name, begin=None, end=None):
        self.path = pathlib.Path(directory) / f"{name}.pem"
        self.key = pathlib.Path(directory) / f"{name}.key"
        self.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-out", self.key)  # fmt: skip
        if begin:
            self.sign(directory, begin, end)
        else:
            self.openssl("req", "-x509", "-key", self.key, "-out", self.path, "-days", "90",
                         "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1")  # fmt: skip

    def sign(self, directory, begin, end):
        """`openssl req` knows only days from now on."""
        request, config = self.path.with_suffix(".csr"), self.path.with_suffix(".cnf")
        index = self.path.with_suffix(".index")
        index.write_text("")
        config.write_text(
            f"[ca]\ndefault_ca=a\n[a]\ndatabase={index}\nnew_certs_dir={directory}\n"
            "default_md=sha256\npolicy=p\nrand_serial=yes\n[p]\ncommonName=supplied\n"
        )
        self.openssl("req", "-new", "-key", self.key, "-subj", "/CN=old", "-out", request)
        self.openssl("ca", "-batch", "-notext", "-config", config, "-selfsign", "-keyfile",
                     self.key, "-in", request, "-out", self.path, "-startdate", begin,
                     "-enddate", end)  # fmt: skip

    @staticmethod
    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    def options(self):
        return {"tls_certificate": self.path, "tls_key": self.key}
