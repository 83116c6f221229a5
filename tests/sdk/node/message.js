// A message, and something thrown that is not an error.
'use strict';
const Sentry = require('@sentry/node');
Sentry.init({dsn: process.env.SENTRY_DSN, release: 'shop@1.4.2'});

async function main() {
    Sentry.addBreadcrumb({category: 'import', message: '412 articles read'});
    Sentry.captureMessage('the price list is older than a week', 'warning');
    await Sentry.flush(10000);
}
main();
