"""What an order costs."""

from shop.money import parse_amount, percent_of


class Discount:
    def __init__(self, code, percent, only_tags=()):
        self.code = code
        self.percent = percent
        self.only_tags = frozenset(only_tags)

    def apply(self, cents):
        return cents - percent_of(cents, self.percent)


class PriceList:
    def __init__(self, catalog, currency="EUR"):
        self.catalog = catalog
        self.currency = currency
        self.discounts = [Discount("SUMMER", 10, ["gift"]), Discount("STAFF", 25)]

    def unit_price(self, number):
        article = self.catalog.find(number)
        return parse_amount(article.price_text, self.currency)

    def line_total(self, line, codes):
        cents = self.unit_price(line["article"]) * line["count"]
        for discount in self.discounts:
            if discount.code in codes:
                cents = discount.apply(cents)
        return cents

    def order_total(self, order):
        codes = order.get("codes", [])
        totals = []
        for position, line in enumerate(order["lines"], 1):
            totals.append((position, self.line_total(line, codes)))
        return sum(cents for _, cents in totals)
