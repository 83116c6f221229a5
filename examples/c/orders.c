/* SPDX-License-Identifier: MIT */
/*
 * Adds up the prices in a file of orders, "ITEM PRICE" in each line. Lines that cannot be read are
 * passed over, and reported: the server to tell is named by the environment, FLAWLESS_DSN.
 */
#include <errno.h>
#include <flawless.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The price in cents; a negative number when there is none. */
static long read_price(const char *line, int line_number)
{
    const char *price = strchr(line, ' ');
    char *end = NULL;
    double value = price ? strtod(price, &end) : -1;
    if (price && end != price && value >= 0)
        return (long)(value * 100 + 0.5);

    flawless_report *report = FLAWLESS_BEGIN("BadOrder");
    if (report) { /* NULL when this occurrence is only counted */
        char number[32];
        snprintf(number, sizeof number, "%d", line_number);
        flawless_message(report, "an order has no price");
        flawless_variable(report, "line", line);
        flawless_variable(report, "line_number", number);
        flawless_tag(report, "step", "prices");
        flawless_send(report);
    }
    return -1;
}

static long add_up(FILE *orders)
{
    char line[256];
    long cents = 0;
    for (int number = 1; fgets(line, sizeof line, orders); number++) {
        long price = read_price(line, number);
        if (price > 0)
            cents += price;
    }
    return cents;
}

int main(int argc, char **argv)
{
    struct flawless_error error;
    const char *path = argc > 1 ? argv[1] : "orders.txt";
    if (!flawless_init(NULL, &error))
        fprintf(stderr, "orders: no errors will be reported: %s\n", error.message);

    FILE *orders = fopen(path, "r");
    if (!orders) {
        FLAWLESS_RECORD("NoOrders", strerror(errno));
        fprintf(stderr, "orders: %s: %s\n", path, strerror(errno));
        return 1; /* what was reported is sent before the process ends */
    }
    printf("%.2f\n", (double)add_up(orders) / 100);
    fclose(orders);
    return 0;
}
