"""What the shop sells."""

ARTICLES = {
    "A-1001": {"name": "Teapot, blue", "price": "24.90", "stock": 12, "tags": ["kitchen", "gift"]},
    "A-1002": {"name": "Teapot, red", "price": "26,50", "stock": 3, "tags": ["kitchen"]},
    "A-2001": {"name": "Cup", "price": "4.20", "stock": 240, "tags": ["kitchen", "small"]},
    "A-2002": {"name": "Saucer", "price": "3.10", "stock": 0, "tags": ["kitchen", "small"]},
}


class Article:
    def __init__(self, number, record):
        self.number = number
        self.name = record["name"]
        self.price_text = record["price"]
        self.stock = record["stock"]

    def __repr__(self):
        return f"<Article {self.number} {self.name!r} {self.price_text}>"


class Catalog:
    def __init__(self, records):
        self.records = records
        self.cache = {}

    def find(self, number):
        if number not in self.cache:
            self.cache[number] = Article(number, self.records[number])
        return self.cache[number]

    def in_stock(self, number, count):
        article = self.find(number)
        return article.stock >= count
