// SPDX-License-Identifier: MIT
#include "core/rule_fields.h"

#include <stddef.h>

#define AT(member) offsetof(struct rule, member)
#define LINE_FIELDS                                                                                \
    {.name = "filename", .kind = RULE_PATH, .is_required = true, .offset = AT(filename)},          \
        {.name = "function_name", .kind = RULE_NAME, .offset = AT(function_name)},                 \
    {                                                                                              \
        .name = "code_fragment", .kind = RULE_CODE, .offset = AT(code_fragment)                    \
    }

const struct rule rule_blank = {.max_alert_threshold = -1};

const struct rule_field rule_fields[RULE_FILE_N][RULE_FIELD_MAX] = {
    [RULES_BUILDING_BLOCKS] = {LINE_FIELDS},
    [RULES_THIRD_PARTY_WHITELIST] = {LINE_FIELDS},
    [RULES_KNOWN_ERRORS] =
        {
            LINE_FIELDS,
            {"min_alert_threshold", RULE_COUNT, false, AT(min_alert_threshold), false},
            {"max_alert_threshold", RULE_COUNT, false, AT(max_alert_threshold), false},
            // as it has been written since the first version
            {"alert_every_n_occurences", RULE_COUNT, false, AT(alert_every_n_occurrences), false},
            {"alert_every_n_occurrences", RULE_COUNT, false, AT(alert_every_n_occurrences), true},
            {"email_recipients", RULE_EMAILS, false, AT(email_recipients), false},
            {"email_header", RULE_WORDS, false, AT(email_header), false},
        },
    [RULES_WATCHED_FILES] =
        {
            {"email", RULE_EMAIL, true, AT(email), false},
            {"filepath", RULE_TREE, true, AT(filepath), false},
            {"watch_all_errors", RULE_FLAG, false, AT(watch_all_errors), false},
        },
    [RULES_EMAIL_REMAPPING] =
        {
            {"remap", RULE_ACCOUNT, true, AT(email), false},
            {"to", RULE_ACCOUNT, true, AT(other_email), false},
        },
    [RULES_IGNORED_EXCEPTIONS] = {{"exception_type", RULE_NAME, true, AT(exception_type), false}},
    [RULES_DISOWNED_FILES] =
        {
            {"email", RULE_EMAIL, true, AT(email), false},
            {"filepath", RULE_TREE, true, AT(filepath), false},
            {"designated_email", RULE_EMAIL, true, AT(other_email), false},
        },
};
