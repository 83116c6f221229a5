# SPDX-License-Identifier: MIT
import gc
import http.client
import threading
import time
import weakref
import wsgiref.simple_server
import wsgiref.util

import pytest
from conftest import raised

from flawless.client import context
from flawless.client.decorators import wrap_function
from flawless.client.middleware import FlawlessMiddleware, hide_secrets


def environment(**more):
    environ = dict(more)
    wsgiref.util.setup_testing_defaults(environ)
    return environ


def start_response(status, headers, exc_info=None):
    pass


def call(application, **more):
    response = FlawlessMiddleware(application)(environment(**more), start_response)
    try:
        return b"".join(response)
    finally:
        if hasattr(response, "close"):
            response.close()


def failing(environ, start_response):
    raise ValueError("in the call")


def test_an_error_in_the_call_is_reported_with_its_request(server):
    exception = raised(
        lambda: call(
            failing,
            REQUEST_METHOD="POST",
            PATH_INFO="/a b/\xc3\xa9",
            QUERY_STRING="page=2&api_token=hush;password=hush&x=1",
            HTTP_HOST="shop.example.com",
            HTTP_COOKIE="id=hush",
            HTTP_AUTHORIZATION="Bearer hush",
            HTTP_X_API_KEY="hush",
            HTTP_X_NAME="\xc3\xa9",
            CONTENT_TYPE="text/plain",
            REMOTE_ADDR="10.0.0.9",
        )
    )
    assert str(exception) == "in the call"
    (event,) = server.flushed()
    request = event["request"]
    assert request["method"] == "POST"
    assert request["url"] == "http://shop.example.com/a%20b/%C3%A9"
    assert request["query_string"] == "page=2&api_token=[Filtered];password=[Filtered]&x=1"
    assert request["headers"]["X-Name"] == "\xe9"
    assert request["headers"]["Content-Type"] == "text/plain"
    for name in ("Cookie", "Authorization", "X-Api-Key"):
        assert request["headers"][name] == "[Filtered]"
    assert request["env"]["REMOTE_ADDR"] == "10.0.0.9"
    assert "hush" not in str(request)
    stack = event["exception"]["values"][0]["stacktrace"]["frames"]
    assert stack[-1]["function"] == "failing"
    assert not any("flawless/client/middleware" in frame["abs_path"] for frame in stack)


def test_an_error_while_the_response_is_iterated_is_reported(server):
    def application(environ, start_response):
        yield b"first"
        raise ValueError("in the middle")

    assert str(raised(call, application)) == "in the middle"
    (event,) = server.flushed()
    assert event["request"]["method"] == "GET"


def test_an_error_when_the_response_is_closed_is_reported(server):
    class Response:
        def __iter__(self):
            return iter([b"body"])

        def close(self):
            raise ValueError("closing")

    assert str(raised(call, lambda environ, start_response: Response())) == "closing"
    assert len(server.flushed()) == 1


def test_an_iterator_that_cannot_be_made_is_reported(server):
    class Response:
        def __iter__(self):
            raise ValueError("no iterator")

    raised(call, lambda environ, start_response: Response())
    assert len(server.flushed()) == 1


def test_a_response_is_closed_once_and_passed_on_as_it_is(server):
    closed = []

    class Response:
        def __iter__(self):
            yield b"a"
            yield b"b"

        def close(self):
            closed.append(True)

    assert call(lambda environ, start_response: Response()) == b"ab"
    assert closed == [True]
    body = [b"list"]
    application = FlawlessMiddleware(lambda environ, start_response: body)
    assert application(environment(), start_response) is body
    assert server.flushed() == []


def test_files_keep_the_servers_own_wrapper(server):
    def application(environ, start_response):
        return environ["wsgi.file_wrapper"](None)

    environ = environment()
    environ["wsgi.file_wrapper"] = wsgiref.util.FileWrapper

    class File:
        def read(self, size):
            return b""

    wrapped = FlawlessMiddleware(lambda e, s: e["wsgi.file_wrapper"](File()))
    assert type(wrapped(environ, start_response)) is wsgiref.util.FileWrapper


def test_an_error_is_reported_once_through_nested_middleware_and_wrappers(server):
    @wrap_function
    def work():
        raise ValueError("nested")

    def application(environ, start_response):
        yield b"x"
        work()

    raised(call, FlawlessMiddleware(application))
    assert len(server.flushed()) == 1


def test_threshold_and_host_of_the_middleware_are_sent(server):
    application = FlawlessMiddleware(failing, hostname="web-3", error_threshold=2)
    raised(application, environment(), start_response)
    (event,) = server.flushed()
    assert event["server_name"] == "web-3"
    assert event["contexts"]["flawless"]["error_threshold"] == 2


def test_a_client_that_went_away_is_no_error(server):
    def application(environ, start_response):
        try:
            yield b"x"
            yield b"y"
        finally:
            pass

    response = FlawlessMiddleware(application)(environment(), start_response)
    assert next(iter(response)) == b"x"
    response.close()
    assert server.flushed() == []


def test_it_can_be_called_with_names_and_its_application_replaced(server):
    application = FlawlessMiddleware(failing)
    application.app = lambda environ, start_response: (b"tuple",)
    assert application(start_response=start_response, environ=environment()) == (b"tuple",)
    with pytest.raises(TypeError):
        application(environment())


def test_a_subclass_that_forgot_to_call_init_is_told(server):
    class Forgetful(FlawlessMiddleware):
        def __init__(self, app):
            pass

    with pytest.raises(RuntimeError, match="Forgetful: __init__ was not called"):
        Forgetful(failing)(environment(), start_response)


def test_an_application_is_freed_with_all_it_holds(server):
    class Application:
        def __call__(self, environ, start_response):
            return [b"x"]

    watched = FlawlessMiddleware(Application())
    application = weakref.ref(watched.app)
    call(watched)
    del watched
    gc.collect()
    assert application() is None


def test_a_scope_ends_also_when_the_application_raised(server):
    before = context.current()
    raised(FlawlessMiddleware(failing), environment(), start_response)
    assert context.current() is before


class QuietHandler(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *args):
        pass

    def get_stderr(self):
        import io

        return io.StringIO()


@pytest.fixture
def web():
    def application(environ, start_response):
        if environ["PATH_INFO"] == "/broken":
            raise ValueError("behind a real server")
        start_response("200 OK", [("Content-Type", "text/plain")])
        return (part for part in (b"hel", b"lo"))

    httpd = wsgiref.simple_server.make_server(
        "127.0.0.1", 0, FlawlessMiddleware(application), handler_class=QuietHandler
    )
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield httpd.server_port
    httpd.shutdown()
    httpd.server_close()


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    try:
        return response.status, response.read()
    finally:
        connection.close()


def test_behind_a_real_wsgi_server_errors_are_reported_and_pages_served(server, web):
    assert get(web, "/fine") == (200, b"hello")
    assert get(web, "/broken?x=1")[0] == 500
    (event,) = server.flushed()
    assert event["request"]["url"] == "http://127.0.0.1:%d/broken" % web


def test_secrets_of_a_query_are_hidden_in_time_that_grows_with_it():
    assert hide_secrets("a=1&Token=x&;my_key=&key&b=2") == (
        "a=1&Token=[Filtered]&;my_key=[Filtered]&key&b=2"
    )
    started = time.monotonic()
    hide_secrets("key" * 100000)
    assert time.monotonic() - started < 5  # it was minutes


def test_a_file_that_cannot_be_watched_is_sent_all_the_same():
    class Wrapper:
        def __init__(self, file):
            self._file = file

        @property
        def file(self):
            return self._file

        def __iter__(self):
            return iter(self._file.read, b"")

    class File:
        def __init__(self):
            self.parts = [b"all", b""]

        def read(self):
            return self.parts.pop(0)

    application = FlawlessMiddleware(lambda environ, answer: Wrapper(File()))
    before = context.current()
    assert list(application({"wsgi.file_wrapper": Wrapper}, None)) == [b"all"]
    assert context.current() is before


def test_a_response_that_knows_its_length_still_does():
    class Page:
        def __iter__(self):
            return iter([b"page"])

        def __len__(self):
            return 1

    def respond(environ, answer):
        return Page()

    response = FlawlessMiddleware(respond)({}, None)
    assert (len(response), list(response)) == (1, [b"page"])
    response.close()
    assert not hasattr(FlawlessMiddleware(lambda environ, answer: iter([]))({}, None), "__len__")
