// SPDX-License-Identifier: MIT
#include "core/user.h"

#include "base/hex.h"

static bool has_control(struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.at[i] < 0x20 || t.at[i] == 0x7f)
            return true;
    return false;
}

static bool is_address(struct text t)
{
    size_t at = text_find(t, '@');
    for (size_t i = 0; i < t.len; i++)
        if (t.at[i] == ' ' || t.at[i] == '<' || t.at[i] == '>' || t.at[i] == '"')
            return false;
    return at > 0 && at + 1 < t.len && text_find_last(t, '@') == at && !has_control(t);
}

bool user_read_name(struct text typed, struct arena *arena, struct text *name, struct error *error)
{
    struct text trimmed = text_trim(typed);
    if (trimmed.len > USER_NAME_MAX || !is_address(trimmed))
        return error_set(error, ERROR_INPUT,
                         "The name has to be an e-mail address, such as ada@example.com");
    char *lower = arena_string(arena, trimmed);
    for (char *c = lower; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    *name = (struct text){lower, trimmed.len};
    return true;
}

bool user_check_password(struct text password, struct error *error)
{
    if (password.len < PASSWORD_MIN)
        return error_set(error, ERROR_INPUT, "The password needs at least %d characters",
                         PASSWORD_MIN);
    if (password.len > PASSWORD_MAX)
        return error_set(error, ERROR_INPUT, "The password may have at most %d characters",
                         PASSWORD_MAX);
    if (has_control(password))
        return error_set(error, ERROR_INPUT,
                         "The password has a character that no keyboard types, such as a line end");
    return true;
}

struct text user_secret_digest(struct text secret, struct arena *arena)
{
    char hex[33];
    struct digest digest = digest_of(&secret, 1);
    hex_write(digest.bytes, sizeof digest.bytes, hex);
    return arena_copy(arena, text_of(hex));
}
