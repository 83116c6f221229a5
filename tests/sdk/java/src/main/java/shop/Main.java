package shop;

import io.sentry.Sentry;
import io.sentry.SentryLevel;
import java.util.List;

/** Fails in the way its first argument says. */
public final class Main {
    private Main() {}

    static final class OrderRefused extends RuntimeException {
        OrderRefused(String message, Throwable cause) {
            super(message, cause);
        }
    }

    static int place(List<String> articles) {
        try {
            return Prices.orderTotal(articles);
        } catch (NumberFormatException cause) {
            throw new OrderRefused("the order has no price: " + articles, cause);
        }
    }

    static void caught() {
        try {
            place(List.of("A-1001", "A-1002"));
        } catch (OrderRefused refused) {
            Sentry.captureException(refused);
        }
    }

    public static void main(String[] args) throws InterruptedException {
        Sentry.init(
            options -> {
                options.setDsn(System.getenv("SENTRY_DSN"));
                options.setRelease("shop@1.4.2");
                options.setEnvironment("production");
                options.addInAppInclude("shop");
            });
        switch (args[0]) {
            case "caught" -> caught();
            case "message" -> Sentry.captureMessage("the price list is old", SentryLevel.WARNING);
            case "uncaught" -> {
                Thread worker = new Thread(() -> place(List.of("A-9999")), "nightly");
                worker.start();
                worker.join();
            }
            default -> throw new IllegalArgumentException(args[0]);
        }
        Sentry.flush(10000);
        Sentry.close();
    }
}
