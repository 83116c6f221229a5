# SPDX-License-Identifier: MIT
"""What the Python client costs the program it watches, beside a capture in pure Python and beside
sentry-sdk. All take turns in one run. A machine is never quiet, so beside the median of many
measurements stands the lowest, which others disturbed least: compare only numbers of one run.
Nothing is judged by the clock.

The capture: a traceback of 16 frames with 9 variables in each frame, from the call to the moment
when the report lies in the sender's queue. Our sender posts to a server meanwhile. sentry-sdk hands
its envelope to a transport that throws it away, which is less than it does in life.
"""

import argparse
import importlib.util
import itertools
import json
import linecache
import os
import pathlib
import queue
import re
import statistics
import subprocess
import sys
import tempfile
import time

FRAME_N, BATCH_N = 16, 100
WHICH = ("median", "lowest")
SHOP = """
import datetime

class Basket:
    pass

basket = Basket()

def last(kind):
    raise kind("sold out")
"""
FUNCTION = '''

def step_%(number)d(kind):
    order = %(number)d + 41000
    customer = "Ada Lovelace"
    price = 19.5
    is_paid = False
    coupon = None
    items = [1, 2, 3, 5, 8]
    address = {"street": "Main Street 1", "city": "Paris"}
    size = (210, 297)
    return %(next)s(kind)
'''


def make_shop(directory):
    """A module whose start(kind) raises through FRAME_N - 1 functions of 9 variables."""
    path = directory / "bench_shop.py"
    steps = range(FRAME_N - 1)
    text = SHOP.replace("def last(kind):", "def last(kind):" + FUNCTION_BODY)
    for number in steps[1:]:
        following = "last" if number == steps[1] else "step_%d" % (number - 1)
        text += FUNCTION % {"number": number, "next": following}
    path.write_text(text + "\nstart = step_%d\n" % steps[-1])
    spec = importlib.util.spec_from_file_location("bench_shop", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_shop"] = module
    spec.loader.exec_module(module)
    return module


FUNCTION_BODY = '''
    order, customer, price, is_paid, coupon = 41000, "Ada Lovelace", 19.5, True, None
    items, address, size = [1, 2, 3, 5, 8], {"street": "Main Street 1"}, basket'''


def raised_by(function, kind):
    # The frame of this function is the 16th; it has 9 variables, too.
    order, customer, price, is_paid, coupon = 1, "Grace", 2.5, True, None
    items, address = ["a", "b"], {}
    try:
        function(kind)
    except Exception as exception:
        return exception


# ---- the ways to capture


class PurePython:
    """A report as it is made without C: walk the traceback, show each variable cut to a length
    unless its name is secret, look the line up in linecache, name the error by its lines, and put
    it all into a queue."""

    secret = re.compile("(password|passwd|secret|token|api_?key|cookie|session|credential)", re.I)

    def __init__(self):
        self.queue = queue.Queue()

    def capture(self, exception):
        frames = []
        entry = exception.__traceback__
        while entry is not None:
            code = entry.tb_frame.f_code
            frames.append(
                {
                    "path": os.path.abspath(code.co_filename),
                    "function": code.co_name,
                    "line": entry.tb_lineno,
                    "text": linecache.getline(code.co_filename, entry.tb_lineno).strip(),
                    "variables": self._variables(entry.tb_frame.f_locals),
                }
            )
            entry = entry.tb_next
        key = tuple((frame["path"], frame["function"], frame["line"]) for frame in frames)
        text = str(exception)
        self.queue.put({"key": key, "type": repr(type(exception)), "text": text, "frames": frames})

    def _variables(self, variables):
        return {
            name: "?" if self.secret.search(name) else self._shown(value)
            for name, value in variables.items()
        }

    @staticmethod
    def _shown(value):
        try:
            return repr(value)[:2048]
        except Exception:
            return "?"

    def flush(self):
        while not self.queue.empty():
            self.queue.get()


class SentrySdk:
    def __init__(self):
        import sentry_sdk
        from sentry_sdk.transport import Transport

        class Nowhere(Transport):
            def capture_envelope(self, envelope):
                pass

        sentry_sdk.init(dsn="http://key@127.0.0.1:9/1", transport=Nowhere)
        self.capture = sentry_sdk.capture_exception

    def flush(self):
        pass


class Flawless:
    def __init__(self, port):
        import flawless.client

        self.client = flawless.client
        self.client.set_hostports(["http://%s@127.0.0.1:%d/1" % ("0" * 32, port)])

    def capture(self, exception):
        self.client.record_error(exc_info=exception)

    def flush(self):
        assert self.client.flush(30)


# ---- measuring


def summed_up(took):
    return {"median": statistics.median(took), "lowest": min(took)}


def time_captures(way, function, kinds):
    """Nanoseconds of each capture; every kind is an error of its own."""
    took = []
    for kind in kinds:
        exception = raised_by(function, kind)
        start = time.perf_counter_ns()
        way.capture(exception)
        took.append(time.perf_counter_ns() - start)
    way.flush()
    return took


def compare_captures(ways, function, rounds):
    took = {name: [] for name in ways}
    for number in range(rounds):
        for name, way in ways.items():
            kinds = [type("Kind%d_%d" % (number, i), (Exception,), {}) for i in range(BATCH_N)]
            taken = time_captures(way, function, kinds)
            if number:  # the first round warms up
                took[name] += taken
    return {name: summed_up([ns / 1000 for ns in taken]) for name, taken in took.items()}


def ns_per_call(call, argument, n=200_000):
    repeated = itertools.repeat(None, n)
    start = time.perf_counter_ns()
    for _ in repeated:
        call(argument)
    return (time.perf_counter_ns() - start) / n


def compare_calls(calls, argument, rounds=9):
    took = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            took[name].append(ns_per_call(call, argument))
    return {name: summed_up(taken) for name, taken in took.items()}


def bare(value):
    return value


def pure_wrapper(function):
    def wrapper(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except Exception as exception:
            PurePython().capture(exception)
            raise

    return wrapper


def request_loop(application):
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/"}

    def request(start_response):
        response = application(environ, start_response)
        for _ in response:
            pass
        if hasattr(response, "close"):
            response.close()

    return request


def compare_middlewares():
    from flawless.client.middleware import FlawlessMiddleware

    def listing(environ, start_response):
        return [b"a", b"b"]

    def streaming(environ, start_response):
        yield b"a"
        yield b"b"

    return compare_calls(
        {
            "list": request_loop(listing),
            "list, watched": request_loop(FlawlessMiddleware(listing)),
            "generator": request_loop(streaming),
            "generator, watched": request_loop(FlawlessMiddleware(streaming)),
        },
        None,
    )


def loop(port, n):
    """The same error n times: microseconds of each, and the sender's share of a core."""
    way = Flawless(port)
    kind = type("Loop", (Exception,), {})
    exception_ns, start, busy = 0, time.perf_counter(), time.process_time()
    thread = time.thread_time()
    for _ in range(n):
        way.capture(raised_by(lambda kind: (_ for _ in ()).throw(kind), kind))
    thread, busy = time.thread_time() - thread, time.process_time() - busy
    seconds = time.perf_counter() - start
    way.flush()
    return seconds * 1e6 / n, 100 * max(0.0, busy - thread) / seconds


# ---- a server that takes everything

SINK = r"""
import socket, threading, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
def serve(connection):
    file = connection.makefile("rb")
    while True:
        length = 0
        for line in iter(file.readline, b"\r\n"):
            if not line:
                return
            if line.lower().startswith(b"content-length:"):
                length = int(line[15:])
        file.read(length)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""


def measure(options, port):
    result = {"python": sys.version.split()[0]}
    with tempfile.TemporaryDirectory() as directory:
        shop = make_shop(pathlib.Path(directory))
        ways = {"pure": PurePython(), "sentry": SentrySdk(), "flawless": Flawless(port)}
        result["capture_us"] = compare_captures(ways, shop.start, options.rounds)
    from flawless.client.decorators import wrap_function

    result["call_ns"] = compare_calls(
        {"bare": bare, "pure": pure_wrapper(bare), "flawless": wrap_function(bare)}, 1
    )
    result["request_ns"] = compare_middlewares()
    result["loop_us"], result["sender_percent"] = loop(port, options.loop)
    return result


def show_captures(captured):
    print("\n%-36s %9s %9s" % ("%d frames, 9 variables each, us" % FRAME_N, "median", "lowest"))
    for name in ("flawless", "pure", "sentry"):
        ratios = [captured[name][which] / captured["flawless"][which] for which in WHICH]
        shown = (captured[name][which] for which in WHICH)
        print("  %-34s %9.1f %9.1f  %7.1fx %7.1fx" % (name, *shown, *ratios))


def show_over(title, compared):
    """compared: for each name what is watched and what is bare."""
    print("\n%-36s %9s %9s" % (title, "median", "lowest"))
    for name, (watched, bare) in compared.items():
        over = (watched[which] - bare[which] for which in WHICH)
        print("  %-34s %9.1f %9.1f" % (name, *over))


def show(result):
    import sentry_sdk

    called, served = result["call_ns"], result["request_ns"]
    print("Python %s, sentry-sdk %s" % (result["python"], sentry_sdk.VERSION))
    show_captures(result["capture_us"])
    show_over(
        "a call over the bare one, ns",
        {name: (called[name], called["bare"]) for name in ("flawless", "pure")},
    )
    show_over(
        "a WSGI request over the bare one, ns",
        {name: (served[name + ", watched"], served[name]) for name in ("list", "generator")},
    )
    print("\nthe same error in a loop: %.2f us each with raising it" % result["loop_us"])
    print("processor of all other threads meanwhile: %.2f %% of a core" % result["sender_percent"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=11, help="of %d captures" % BATCH_N)
    parser.add_argument("--loop", type=int, default=200_000, help="occurrences of the loop")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sink = subprocess.Popen([sys.executable, "-c", SINK], stdout=subprocess.PIPE, text=True)
    try:
        result = measure(options, int(sink.stdout.readline()))
    finally:
        sink.terminate()
    print(json.dumps(result)) if options.json else show(result)


if __name__ == "__main__":
    main()
