# SPDX-License-Identifier: MIT
"""The integrations with the real frameworks in this process; examples/ has them as programs."""

import asyncio
import io
import wsgiref.handlers

import pytest
from conftest import raised

import flawless


def value_of(event):
    return event["exception"]["values"][0]["value"]


# ---- Flask


@pytest.fixture
def flask_app():
    flask = pytest.importorskip("flask")
    from flawless.integrations.flask import install

    app = flask.Flask(__name__)
    install(app)

    @app.get("/fail/<int:number>")
    def fail(number):
        flawless.set_user(id=number)
        raise ValueError("in a view")

    @app.get("/stream")
    def stream():
        def parts():
            yield "a"
            raise ValueError("in a stream")

        return flask.Response(parts())

    @app.get("/missing")
    def missing():
        flask.abort(404)

    @app.errorhandler(KeyError)
    def answered(exception):
        return "sorry", 400

    @app.get("/answered")
    def expected():
        raise KeyError("expected")

    return app


def test_flask_reports_what_a_view_raises_with_route_request_and_user(server, flask_app):
    assert flask_app.test_client().get("/fail/7?a=b").status_code == 500
    (event,) = server.flushed()
    assert value_of(event) == "in a view" and event["transaction"] == "/fail/<int:number>"
    assert event["request"]["url"] == "http://localhost/fail/7" and event["user"] == {"id": "7"}


def test_flask_reports_what_a_stream_raises(server, flask_app):
    raised(lambda: flask_app.test_client().get("/stream").data)
    (event,) = server.flushed()
    assert value_of(event) == "in a stream"


def test_flask_answers_that_are_meant_are_not_reported(server, flask_app):
    assert flask_app.test_client().get("/missing").status_code == 404
    assert flask_app.test_client().get("/answered").status_code == 400
    assert server.flushed() == []


# ---- Starlette and FastAPI


@pytest.fixture(params=["starlette", "fastapi"])
def client(request):
    pytest.importorskip("httpx")
    testclient = pytest.importorskip("starlette.testclient")
    if request.param == "fastapi":
        from starlette.websockets import WebSocket

        fail_on_socket.__annotations__["websocket"] = WebSocket
        fastapi = pytest.importorskip("fastapi")
        app = fastapi.FastAPI()
        app.get("/fail/{number}")(fail_by_path)
        app.websocket("/socket")(fail_on_socket)
        app.get("/missing")(missing_in_fastapi)
    else:
        from starlette.applications import Starlette
        from starlette.routing import Route, WebSocketRoute

        app = Starlette(
            routes=[
                Route("/fail/{number}", fail_by_request),
                WebSocketRoute("/socket", fail_on_socket),
            ]
        )
    from flawless.integrations.fastapi import install

    install(app)
    return testclient.TestClient(app, raise_server_exceptions=False)


def fail_by_path(number: int):  # in a thread of the pool
    flawless.set_user(id=number)
    raise ValueError("in an endpoint")


def fail_by_request(request):
    flawless.set_user(id=request.path_params["number"])
    raise ValueError("in an endpoint")


async def fail_on_socket(websocket):
    await websocket.accept()
    raise ValueError("on a socket")


def missing_in_fastapi():
    from fastapi import HTTPException

    raise HTTPException(404)


def test_starlette_and_fastapi_report_what_an_endpoint_raises(server, client):
    assert client.get("/fail/7?a=b").status_code == 500
    (event,) = server.flushed()
    assert value_of(event) == "in an endpoint" and event["user"] == {"id": "7"}
    assert event["request"]["url"] == "http://testserver/fail/7"
    assert event["transaction"] in ("/fail/{number}", "fail_by_request")  # older Starlettes


def test_starlette_and_fastapi_report_what_a_websocket_raises(server, client):
    def talk():
        with client.websocket_connect("/socket") as socket:
            socket.receive_text()

    raised(talk)
    (event,) = server.flushed()
    assert value_of(event) == "on a socket"


def test_starlette_and_fastapi_answers_that_are_meant_are_not_reported(server, client):
    assert client.get("/missing").status_code == 404
    assert server.flushed() == []


# ---- Django

DJANGO_ROUTES = []


@pytest.fixture(scope="module")
def django_client():
    django = pytest.importorskip("django")
    from django.conf import settings

    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=["flawless.integrations.django.middleware"],
        LOGGING_CONFIG=None,
    )
    django.setup()
    from django.http import Http404
    from django.test import AsyncClient, Client
    from django.urls import path

    def fail(request, number):
        flawless.set_user(id=number)
        raise ValueError("in a view")

    async def fail_async(request, number):
        flawless.set_user(id=number)
        raise ValueError("in a view")

    def missing(request):
        raise Http404

    DJANGO_ROUTES[:] = [
        path("fail/<int:number>", fail),
        path("async/<int:number>", fail_async),
        path("missing", missing),
    ]
    client, async_client = Client(), AsyncClient()
    for one in (client, async_client):
        one.raise_request_exception = False

    def get(url, is_async=False):
        if is_async:
            return asyncio.run(async_client.get(url)).status_code
        return client.get(url).status_code

    return get


urlpatterns = DJANGO_ROUTES


@pytest.mark.parametrize("url, is_async", [("/fail/7", False), ("/async/7", True)])
def test_django_reports_what_a_view_raises_with_route_request_and_user(
    server, django_client, url, is_async
):
    assert django_client(url + "?a=b", is_async) == 500
    (event,) = server.flushed()
    assert value_of(event) == "in a view" and event["user"] == {"id": "7"}
    assert event["request"]["url"].startswith("http://testserver/")
    assert event["transaction"] == url[1:].replace("7", "<int:number>")


def test_django_answers_that_are_meant_are_not_reported(server, django_client):
    assert django_client("/missing") == 404
    assert server.flushed() == []


# ---- Celery and RQ


def test_celery_reports_a_task_that_fails_but_none_that_is_tried_again(server):
    celery = pytest.importorskip("celery")
    from flawless.integrations.celery import install

    install()
    app = celery.Celery("shop")
    app.conf.update(task_always_eager=True)

    @app.task(bind=True, max_retries=1, name="shop.sell")
    def sell(self):
        if self.request.retries == 0:
            raise self.retry(exc=ValueError("tried"), countdown=0)
        raise ValueError("in a task")

    @app.task(throws=(KeyError,))
    def expected():
        raise KeyError("expected")

    sell.apply()
    expected.apply()
    (event,) = server.flushed()
    assert value_of(event) == "in a task" and event["transaction"] == "shop.sell"
    assert "task_id" in event["tags"]


def test_rq_reports_a_job_that_fails(server):
    from flawless.integrations.rq import report

    class Job:
        func_name, id = "shop.sell", "j1"

    exception = raised(lambda: 1 / 0)
    assert report(Job(), type(exception), exception, exception.__traceback__) is True
    (event,) = server.flushed()
    assert event["transaction"] == "shop.sell" and event["tags"]["job_id"] == "j1"


# ---- the file wrapper


class Broken:
    """No file of the operating system."""

    def read(self, size):
        raise ValueError("in a file")


def test_what_a_file_raises_while_the_server_sends_it_is_reported_with_the_request(server):
    from flawless.integrations.wsgi import FlawlessMiddleware

    def application(environ, start_response):
        start_response("200 OK", [])
        return environ["wsgi.file_wrapper"](Broken())

    environ = {"REQUEST_METHOD": "GET", "SERVER_PROTOCOL": "HTTP/1.1"}
    handler = wsgiref.handlers.SimpleHandler(io.BytesIO(), io.BytesIO(), io.StringIO(), environ)
    handler.run(FlawlessMiddleware(application))
    (event,) = server.flushed()
    assert value_of(event) == "in a file" and event["request"]["method"] == "GET"
