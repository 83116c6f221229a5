// An error while a request is handled, in asynchronous code.
'use strict';
const Sentry = require('@sentry/node');
Sentry.init({dsn: process.env.SENTRY_DSN, release: 'shop@1.4.2', includeLocalVariables: true});
const http = require('node:http');
const {Order} = require('./prices');

async function readBody(request) {
    let body = '';
    for await (const chunk of request) {
        body += chunk;
    }
    return JSON.parse(body);
}

async function placeOrder(request) {
    const {customer, lines} = await readBody(request);
    const order = new Order(customer, lines);
    return {total: order.total()};
}

const server = http.createServer(async (request, response) => {
    try {
        response.end(JSON.stringify(await placeOrder(request)));
    } catch (error) {
        Sentry.captureException(error);
        response.statusCode = 500;
        response.end('{}');
    }
});

server.listen(0, '127.0.0.1', async () => {
    const order = {customer: {id: 81, name: 'Ada'}, lines: [{article: 'A-1002', count: 1}]};
    const answer = await fetch(`http://127.0.0.1:${server.address().port}/order?coupon=SUMMER`, {
        method: 'POST',
        headers: {'content-type': 'application/json'},
        body: JSON.stringify(order),
    });
    await answer.text();
    await Sentry.flush(10000);
    process.exit(0);
});
