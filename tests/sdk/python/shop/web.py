"""The shop's pages on Flask."""

import functools

from flask import Flask, g, jsonify, request

from shop.orders import OrderDesk

CUSTOMERS = {
    "t-81": {"id": 81, "name": "Ada", "city": "Turin", "groups": ["regular", "newsletter"]},
    "t-82": {"id": 82, "name": "Grace", "city": "Gent", "groups": []},
}


def needs_customer(view):
    @functools.wraps(view)
    def wrapper(*args, **kwargs):
        ticket = request.headers.get("X-Ticket", "")
        g.customer = CUSTOMERS.get(ticket)
        if g.customer is None:
            return jsonify(problem="please sign in"), 401
        return view(*args, **kwargs)

    return wrapper


def counted(view):
    calls = {"n": 0}

    @functools.wraps(view)
    def wrapper(*args, **kwargs):
        calls["n"] += 1
        return view(*args, **kwargs)

    return wrapper


def make_app():
    app = Flask("shop")
    desk = OrderDesk()

    @app.post("/basket/<basket_id>/order")
    @counted
    @needs_customer
    def place_order(basket_id):
        order = request.get_json()
        number = desk.place(g.customer, order)
        return jsonify(number=number, basket=basket_id)

    return app
