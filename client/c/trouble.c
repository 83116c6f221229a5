// SPDX-License-Identifier: MIT
#include "trouble.h"

static const struct {
    const char *words;
    bool is_lasting;
} troubles[] = {
    [FL_WELL] = {NULL, false},
    [FL_UNREACHABLE] = {"no answer from the Flawless server: is it running, and can this machine "
                        "reach the address in the DSN?",
                        false},
    [FL_UNTRUSTED] = {"the Flawless server's certificate is not trusted: name the file with the "
                      "certificate of who signed it (ca_file, FLAWLESS_CA_FILE)",
                      true},
    [FL_WRONG_KEY] = {"the Flawless server does not know this project or key: compare the DSN "
                      "with what \"flawless dsn\" prints",
                      true},
    [FL_REFUSING] = {"the Flawless server takes no reports now: its log says why", false},
};

const char *fl_trouble_words(enum fl_trouble trouble)
{
    return troubles[trouble].words;
}

bool fl_trouble_is_lasting(enum fl_trouble trouble)
{
    return troubles[trouble].is_lasting;
}
