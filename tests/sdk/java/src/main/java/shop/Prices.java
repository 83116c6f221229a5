package shop;

import java.util.List;
import java.util.Map;

final class Prices {
    private static final Map<String, String> PRICES = Map.of("A-1001", "24.90", "A-1002", "26,50");

    private Prices() {}

    static int parseAmount(String text) {
        String[] parts = text.split("\\.");
        int cents = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
        return Integer.parseInt(parts[0]) * 100 + cents;
    }

    static int lineTotal(String article) {
        return parseAmount(PRICES.get(article));
    }

    static int orderTotal(List<String> articles) {
        return articles.stream().mapToInt(Prices::lineTotal).sum();
    }
}
