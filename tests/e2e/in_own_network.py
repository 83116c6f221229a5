# SPDX-License-Identifier: MIT
"""Runs a command in a network of its own, where every port is free.

    unshare -rn python3 in_own_network.py COMMAND...

Starts the command, waits for its line "listening on", fetches the page, stops it by SIGTERM, and
prints what happened as JSON.
"""

import fcntl
import json
import re
import signal
import socket
import struct
import subprocess
import sys
import urllib.request

SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def bring_loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


def main():
    bring_loopback_up()
    process = subprocess.Popen(
        sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    said, status = "", None
    signal.alarm(60)  # ends a run that hangs
    page = None
    for line in process.stdout:
        said += line
        page = page or re.search(r"http://([\w.-]+:\d+)/?\s", line)
        if page and "listening on" in said and "@" in said:  # address, readiness and DSN
            break
    if page:
        with urllib.request.urlopen(f"http://{page.group(1)}/", timeout=20) as answer:
            status = answer.status
    if process.poll() is None:
        process.terminate()
    said += process.stdout.read()
    print(json.dumps({"said": said, "page_status": status, "exit_status": process.wait()}))


main()
