'use strict';

const ARTICLES = {
    'A-1001': {name: 'Teapot, blue', price: '24.90', tags: ['kitchen', 'gift']},
    'A-1002': {name: 'Teapot, red', price: null, tags: ['kitchen']},
};

function parseAmount(text) {
    const [whole, fraction = ''] = text.split('.');
    return Number(whole) * 100 + Number(fraction.padEnd(2, '0').slice(0, 2));
}

function lineTotal(line) {
    const article = ARTICLES[line.article];
    const unit = parseAmount(article.price);
    return unit * line.count;
}

class Order {
    constructor(customer, lines) {
        this.customer = customer;
        this.lines = lines;
    }

    total() {
        let cents = 0;
        for (const line of this.lines) {
            cents += lineTotal(line);
        }
        return cents;
    }
}

module.exports = {Order, parseAmount};
