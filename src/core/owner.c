// SPDX-License-Identifier: MIT
#include "core/owner.h"

#include <string.h>

enum { ADDRESS_MAX = 254, LOCAL_PART_MAX = 64 }; // RFC 5321, 4.5.3.1

// Letters go to lists of addresses, so whatever could end one address and begin another is refused,
// too.
static bool has_odd_character(struct text address)
{
    for (size_t i = 0; i < address.len; i++) {
        unsigned char c = (unsigned char)address.at[i];
        if (c <= ' ' || c == 0x7f || strchr(",;:<>()[]\\\"", c))
            return true;
    }
    return false;
}

static bool is_domain(struct text domain)
{
    return domain.len > 0 && text_find(domain, '.') < domain.len && domain.at[0] != '.' &&
           domain.at[domain.len - 1] != '.' && !text_contains(domain, TEXT(".."));
}

// Forges hand these out so that nobody can write to them.
static bool is_unreachable(struct text domain)
{
    return text_starts(domain, TEXT("users.noreply.")) || text_starts(domain, TEXT("noreply."));
}

// The address to write to, or the empty text.
static struct text usable_address(const struct owner_settings *settings, struct arena *arena,
                                  struct text email)
{
    email = text_trim(email);
    size_t at = text_find(email, '@');
    struct text local = text_until(email, at), domain = text_from(email, at + 1);
    bool ends_with_at = at + 1 == email.len;
    if (local.len == 0 || local.len > LOCAL_PART_MAX || ends_with_at || has_odd_character(email) ||
        text_find(domain, '@') < domain.len || is_unreachable(domain))
        return (struct text){0};
    if (settings->ignore_vcs_email_domain || !is_domain(domain))
        domain = settings->email_domain_name;
    if (domain.len == 0 || local.len + 1 + domain.len > ADDRESS_MAX)
        return (struct text){0};
    return arena_printf(arena, "%.*s@%.*s", TEXT_ARG(local), TEXT_ARG(domain));
}

void owner_choose(const struct owner_settings *settings, const struct rules *rules,
                  struct text path, struct arena *arena, struct ownership *ownership)
{
    struct text author = text_trim(ownership->author_email);
    struct text address = usable_address(settings, arena, rules_remap(rules, author));
    struct text designated =
        address.len ? rules_find_designated(rules, address, path) : (struct text){0};
    if (designated.len)
        address = arena_copy(arena, designated);
    ownership->state = address.len ? OWNER_FOUND : OWNER_DEFAULT;
    ownership->owner_email = address.len ? address : settings->default_contact;
}

bool owner_is_address(struct text email, bool needs_domain)
{
    size_t at = text_find(email, '@');
    struct text domain = text_from(email, at + 1);
    if (at == 0 || at > LOCAL_PART_MAX || email.len > ADDRESS_MAX || has_odd_character(email))
        return false;
    if (at == email.len)
        return !needs_domain && email.len > 0;
    return domain.len > 0 && text_find(domain, '@') == domain.len;
}
