// SPDX-License-Identifier: MIT
#include "web/rule_kinds.h"

#define LINE_WORDS                                                                                 \
    {"filename", "File", "Its path in the repository, such as shop/bank.py."},                     \
        {"function_name", "Function", "Its name. Empty: any function."},                           \
    {                                                                                              \
        "code_fragment", "Code",                                                                   \
            "A piece of the line, however it is spaced, such as gateway.charge(. Empty: any line." \
    }
#define TREE_WORDS                                                                                 \
    {                                                                                              \
        "filepath", "File or directory",                                                           \
            "Its path in the repository, such as shop/billing; a single dot is everything."        \
    }

const struct rule_kind rule_kinds[RULE_FILE_N] = {
    [RULES_BUILDING_BLOCKS] = {RULES_BUILDING_BLOCKS,
                               "/add_building_block",
                               "Building blocks",
                               "building block",
                               "Code that others build on and that may raise: the blame passes on "
                               "to its caller.",
                               {LINE_WORDS}},
    [RULES_THIRD_PARTY_WHITELIST] =
        {RULES_THIRD_PARTY_WHITELIST,
         "/add_third_party",
         "Third-party whitelist",
         "whitelisted line",
         "Lines that may fail. A report with one of them in its traceback is ignored: counted, and "
         "nobody hears of it.",
         {LINE_WORDS}},
    [RULES_KNOWN_ERRORS] =
        {RULES_KNOWN_ERRORS,
         "/add_known_error",
         "Known errors",
         "known error",
         "Lines that are known to fail, and when that is worth a letter. A rule without any of the "
         "three numbers silences its line.",
         {LINE_WORDS,
          {"min_alert_threshold", "First letter at", "One letter when it happened so often."},
          {"max_alert_threshold", "No letter above",
           "No letter once it happened more often than this; 0 is never a letter."},
          {"alert_every_n_occurences", "A letter every",
           "A letter each time it has happened so often again."},
          {"email_recipients", "Who gets the letter, too", "Addresses, with a comma between two."},
          {"email_header", "At the top of the letter", "What the reader has to know first."}}},
    [RULES_WATCHED_FILES] =
        {RULES_WATCHED_FILES,
         "/add_watch",
         "Watched files",
         "watch",
         "Who also gets the letters about a file or directory.",
         {{"email", "Who", "The address that gets the letters, too."},
          TREE_WORDS,
          {"watch_all_errors", "All errors",
           "Also of errors that pass through there and are blamed on other lines."}}},
    [RULES_EMAIL_REMAPPING] =
        {RULES_EMAIL_REMAPPING,
         "/remap_email",
         "Remapped addresses",
         "remapped address",
         "Addresses in git that are somebody else's now, or that nobody reads.",
         {{"remap", "Instead of",
           "The address as git has it, or the part before the @ at any domain."},
          {"to", "Write to",
           "An address, or the part before the @ at the domain of Flawless' mail."}}},
    [RULES_IGNORED_EXCEPTIONS] =
        {RULES_IGNORED_EXCEPTIONS,
         "/add_ignored_exception",
         "Ignored exceptions",
         "ignored exception",
         "Exceptions that are never an error. Their reports are counted, and nobody hears of them.",
         {{"exception_type", "Exception",
           "Its type, alone or with its module in front, such as shop.errors.OutOfStock."}}},
    [RULES_DISOWNED_FILES] = {RULES_DISOWNED_FILES,
                              "/disown_file",
                              "Disowned files",
                              "disowned file",
                              "Files that a developer has handed over, and to whom.",
                              {{"email", "Whose it was", "The developer's address."},
                               TREE_WORDS,
                               {"designated_email", "Whose it is now",
                                "The address that gets the letters instead."}}},
};

const struct rule_kind *rule_kind_at(struct text path)
{
    for (int file = 0; file < RULE_FILE_N; file++)
        if (text_equal(path, text_of(rule_kinds[file].path)))
            return &rule_kinds[file];
    return NULL;
}

const struct rule_kind *rule_kind_of(struct text name)
{
    for (int file = 0; file < RULE_FILE_N; file++)
        if (text_equal(name, text_of(rule_file_names[file])))
            return &rule_kinds[file];
    return NULL;
}

const struct rule_words *rule_kind_words(const struct rule_kind *kind,
                                         const struct rule_field *field)
{
    for (const struct rule_words *words = kind->words; words->name; words++)
        if (text_equal(text_of(words->name), text_of(field->name)))
            return words;
    return NULL;
}
