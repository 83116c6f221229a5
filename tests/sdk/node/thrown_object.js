// Something thrown that is not an error.
'use strict';
const Sentry = require('@sentry/node');
Sentry.init({dsn: process.env.SENTRY_DSN, release: 'shop@1.4.2'});

async function main() {
    try {
        throw {code: 17, reason: 'the warehouse does not answer'};
    } catch (thrown) {
        Sentry.captureException(thrown);
    }
    await Sentry.flush(10000);
}
main();
