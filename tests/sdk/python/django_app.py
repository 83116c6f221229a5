"""An error in a view of a Django application, behind its usual middleware."""

import json
import os

import django
import sentry_sdk
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path
from django.views import View

from server import ask_once
from shop.orders import OrderDesk

sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], release="shop@1.4.2", send_default_pii=True)
settings.configure(
    SECRET_KEY="not a secret",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
)
django.setup()


class PlaceOrder(View):
    desk = OrderDesk()

    def post(self, request, basket_id):
        order = json.loads(request.body)
        customer = {"id": 81, "name": "Ada", "city": "Turin"}
        return JsonResponse({"number": self.desk.place(customer, order), "basket": basket_id})


urlpatterns = [path("basket/<str:basket_id>/order", PlaceOrder.as_view())]

ask_once(get_wsgi_application(), "/basket/b-4711/order")
sentry_sdk.flush(10)
