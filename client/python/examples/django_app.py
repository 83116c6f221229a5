# SPDX-License-Identifier: MIT
"""Django: one line in MIDDLEWARE."""

import django
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import path

import flawless

settings.configure(
    SECRET_KEY="of this example",
    ALLOWED_HOSTS=["testserver"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["flawless.integrations.django.middleware"],
)

PRICES = {"tea": 3}


def order(request, drink):
    return HttpResponse(PRICES[drink])  # reported


urlpatterns = [path("order/<drink>", order)]


def main():
    flawless.init()
    django.setup()
    client = Client(raise_request_exception=False)
    print(client.get("/order/coffee").status_code)


if __name__ == "__main__":
    main()
