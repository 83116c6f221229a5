// An error with a cause, caught and captured.
'use strict';
const Sentry = require('@sentry/node');
Sentry.init({dsn: process.env.SENTRY_DSN, release: 'shop@1.4.2', environment: 'production'});
const {Order} = require('./prices');

function placeOrder(lines) {
    try {
        return new Order({id: 81}, lines).total();
    } catch (cause) {
        throw new Error('the order has no price', {cause});
    }
}

async function main() {
    Sentry.setUser({id: '81', username: 'ada'});
    Sentry.setTag('region', 'south');
    try {
        placeOrder([{article: 'A-1002', count: 1}]);
    } catch (error) {
        Sentry.captureException(error);
    }
    await Sentry.flush(10000);
}
main();
