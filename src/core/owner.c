// SPDX-License-Identifier: MIT
#include "core/owner.h"

#include <string.h>

#include "base/buffer.h"
#include "core/glob.h"

enum {
    ADDRESS_MAX = 254, // RFC 5321, 4.5.3.1
    LOCAL_PART_MAX = 64,
    CALLED_MAX = 100, // bytes of a name in a reason
    TOLD_MAX = 4,     // of those who are passed over, so many are named
};

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

// ---- one candidate ----

struct contact {
    struct text address; // empty: nobody can be reached there
    bool is_by_rule;     // a rule names it, which wins over everything else
};

static struct contact contact_of(const struct owner_settings *settings, const struct rules *rules,
                                 struct text path, struct text email, struct arena *arena)
{
    email = text_trim(email);
    bool is_account = text_starts(email, TEXT("@"));
    struct text key = text_from(email, is_account), mapped = rules_remap(rules, key);
    struct contact contact = {.is_by_rule = mapped.at != key.at};
    if (is_account && !contact.is_by_rule)
        return contact;
    contact.address = usable_address(settings, arena, mapped);
    struct text designated = contact.address.len
                                 ? rules_find_designated(rules, contact.address, path)
                                 : (struct text){0};
    if (designated.len)
        contact = (struct contact){arena_copy(arena, designated), true};
    return contact;
}

static bool is_listed(const struct text *patterns, size_t n, const struct owner_candidate *who)
{
    struct text local = text_until(who->email, text_find(who->email, '@'));
    for (size_t i = 0; i < n; i++)
        if (glob_matches(patterns[i], who->name, true) ||
            glob_matches(patterns[i], who->email, true) ||
            (local.len && glob_matches(patterns[i], local, true)))
            return true;
    return false;
}

// Why somebody cannot be told, in words that follow their name; empty when they can.
static struct text objection(const struct owner_settings *s, const struct owner_candidate *who,
                             struct contact contact, struct arena *arena)
{
    if (contact.is_by_rule && contact.address.len)
        return (struct text){0};
    if (is_listed(s->bots, s->bot_n, who))
        return TEXT("is a bot");
    if (is_listed(s->inactive_people, s->inactive_person_n, who))
        return TEXT("is one of inactive_people");
    if (who->has_no_commit)
        return arena_printf(arena, "has made no commit for %lld days",
                            (long long)s->inactive_after_days);
    if (contact.address.len)
        return (struct text){0};
    if (text_starts(who->email, TEXT("@")))
        return arena_printf(arena, "has no address here, which email_remapping can give to %.*s",
                            TEXT_ARG(text_from(who->email, 1)));
    return TEXT("has no address that can be written to");
}

// ---- the choice ----

static const struct {
    enum confidence confidence_max;
    const char *who; // in words that follow the name
} sources[] = {
    [OWNER_WROTE_LINE] = {CONFIDENCE_HIGH, "who wrote the line"},
    [OWNER_IN_CODEOWNERS] = {CONFIDENCE_MEDIUM, "whom CODEOWNERS names"},
    [OWNER_WROTE_FUNCTION] = {CONFIDENCE_LOW, "who wrote other lines of the function"},
};

static void add_reason(struct buffer *reasons, struct text reason)
{
    buffer_add_string(reasons, reasons->len ? "; " : "");
    buffer_add(reasons, reason);
}

static struct text called(const struct owner_candidate *who)
{
    return text_clip(who->email.len ? who->email : who->name, CALLED_MAX);
}

static void tell_objection(const struct owner_candidate *who, struct text objection,
                           struct arena *arena, struct buffer *reasons)
{
    if (called(who).len) // else blame has said why nobody is known
        add_reason(reasons, arena_printf(arena, "%.*s, %s, %.*s", TEXT_ARG(called(who)),
                                         sources[who->source].who, TEXT_ARG(objection)));
}

static void tell_choice(const struct owner_candidate *who, struct contact contact,
                        struct arena *arena, struct buffer *reasons)
{
    if (who->source == OWNER_IN_CODEOWNERS)
        add_reason(reasons, arena_printf(arena, "CODEOWNERS names %.*s (%.*s)",
                                         TEXT_ARG(called(who)), TEXT_ARG(who->place)));
    if (who->source == OWNER_WROTE_FUNCTION)
        add_reason(reasons,
                   arena_printf(arena, "of the function's other authors %.*s changed it last",
                                TEXT_ARG(called(who))));
    if (contact.is_by_rule)
        add_reason(reasons, arena_printf(arena, "a rule names %.*s in place of %.*s",
                                         TEXT_ARG(contact.address), TEXT_ARG(called(who))));
}

static void choose_default(const struct owner_settings *settings, bool had_candidates,
                           struct buffer *reasons, struct ownership *ownership)
{
    ownership->state = OWNER_DEFAULT;
    ownership->owner_email = settings->default_contact;
    ownership->confidence = settings->default_contact.len ? CONFIDENCE_LOW : CONFIDENCE_NONE;
    if (had_candidates)
        add_reason(reasons, settings->default_contact.len
                                ? TEXT("nobody else is known for it, so it goes to default_contact")
                                : TEXT("nobody else is known for it"));
}

static void lower(struct ownership *ownership, enum confidence confidence_max)
{
    if (ownership->confidence > confidence_max)
        ownership->confidence = confidence_max;
}

void owner_choose(const struct owner_settings *settings, const struct rules *rules,
                  struct text path, const struct owner_candidate *candidates, size_t candidate_n,
                  struct arena *arena, struct ownership *ownership)
{
    struct buffer reasons = {0};
    add_reason(&reasons, ownership->reason);
    size_t told_n = 0, i = 0;
    for (; i < candidate_n; i++) {
        const struct owner_candidate *who = &candidates[i];
        struct contact contact = contact_of(settings, rules, path, who->email, arena);
        struct text why_not = objection(settings, who, contact, arena);
        if (!why_not.len) {
            tell_choice(who, contact, arena, &reasons);
            ownership->state = OWNER_FOUND;
            ownership->owner_email = contact.address;
            lower(ownership, sources[who->source].confidence_max);
            break;
        }
        if (told_n++ < TOLD_MAX)
            tell_objection(who, why_not, arena, &reasons);
    }
    if (i == candidate_n)
        choose_default(settings, candidate_n > 0, &reasons, ownership);
    ownership->reason = arena_copy(arena, buffer_text(&reasons));
    buffer_release(&reasons);
}

struct owner_settings owner_settings_of(const struct options *o)
{
    return (struct owner_settings){
        .email_domain_name = o->email_domain_name,
        .ignore_vcs_email_domain = o->ignore_vcs_email_domain,
        .default_contact = o->default_contact,
        .bots = o->bots.items,
        .bot_n = o->bots.item_n,
        .inactive_people = o->inactive_people.items,
        .inactive_person_n = o->inactive_people.item_n,
        .inactive_after_days = o->inactive_after_days,
    };
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
