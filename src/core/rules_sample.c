// SPDX-License-Identifier: MIT
#include "core/rules_sample.h"

#include "base/json_out.h"

static const struct sample {
    const char *purpose, *example;
} samples[RULE_FILE_N] = {
    [RULES_BUILDING_BLOCKS] =
        {"Code that others build on: when it raises, its caller is to blame.",
         "{'filename': 'shop/validate.py', 'function_name': 'require_positive', "
         "'code_fragment': null}"},
    [RULES_THIRD_PARTY_WHITELIST] =
        {"Lines that may fail: a report with one of them in its traceback is ignored.",
         "{'filename': 'vendored/bank/client.py', 'function_name': 'connect', "
         "'code_fragment': 'sock.connect('}"},
    [RULES_KNOWN_ERRORS] =
        {"Lines that are known to fail, and when that is worth a letter.",
         "{'filename': 'shop/bank.py', 'function_name': 'pay', 'code_fragment': "
         "'gateway.charge(', 'min_alert_threshold': 10, 'alert_every_n_occurences': 1000, "
         "'max_alert_threshold': 5000, 'email_recipients': ['payments@example.com'], "
         "'email_header': 'The bank is down again.'}"},
    [RULES_WATCHED_FILES] =
        {"Who also gets the letters about a file or directory.",
         "{'email': 'ada@example.com', 'filepath': 'shop/payment', 'watch_all_errors': false}"},
    [RULES_EMAIL_REMAPPING] = {"Addresses in git that are somebody else's now.",
                               "{'remap': 'ada@old.example.com', 'to': 'ada@example.com'}"},
    [RULES_IGNORED_EXCEPTIONS] = {"Exceptions that are never an error.",
                                  "{'exception_type': 'KeyboardInterrupt'}"},
    [RULES_DISOWNED_FILES] =
        {"Files that a developer has handed over, and to whom.",
         "{'email': 'ada@example.com', 'filepath': 'shop/legacy', 'designated_email': "
         "'bob@example.com'}"},
};

static void add_comment(struct buffer *out, const char *before, const char *words)
{
    struct json_out comment = {.out = out};
    buffer_add_string(out, before);
    json_string(&comment, text_of(words));
}

void rules_sample(enum rule_file file, struct buffer *out)
{
    struct buffer example = {0};
    buffer_printf(&example, "An example, which needs double quotes: %s", samples[file].example);
    add_comment(out, "[\n  ", samples[file].purpose);
    add_comment(out, ",\n  ", example.at);
    buffer_add_string(out, "\n]\n");
    buffer_release(&example);
}
