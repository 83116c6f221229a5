// SPDX-License-Identifier: MIT
// Is the server up and well, and how is it set up?
#include "web/access.h"
#include "web/show.h"

// The list that health() may have left, taken out of what it said, so that all problems stand in
// one place.
static struct value *take_problems(struct arena *arena, struct value *health)
{
    struct value *before = NULL, *member = health->first;
    for (; member; before = member, member = member->next)
        if (member->type == VALUE_LIST && text_equal(text_of(member->name), TEXT("problems")))
            break;
    if (!member) {
        member = value_list(arena);
        member->name = "problems";
        return member;
    }
    *(before ? &before->next : &health->first) = member->next;
    if (health->last == member)
        health->last = before;
    member->next = NULL;
    return member;
}

static void append(struct value *object, struct value *member)
{
    if (object->last)
        object->last->next = member;
    else
        object->first = member;
    object->last = member;
}

static bool count_store(struct page *page, struct value *store, struct error *error)
{
    struct store_counts counts;
    if (!store_count(page->store, &counts, error))
        return false;
    const struct row {
        const char *name;
        int64_t count;
    } rows[] = {
        {"errors", counts.errors},
        {"occurrences", counts.occurrences},
        {"sites_awaiting_blame", counts.sites_awaiting_blame},
        {"studies_waiting", counts.studies_waiting},
        {"letters_waiting", counts.letters_waiting},
        {"letters_kept", counts.letters_kept},
        {"letters_sent", counts.letters_sent},
        {"letters_failed", counts.letters_failed},
        {"letters_refused", counts.letters_refused},
        {"letters_held", counts.letters_held},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        value_set_int(page->arena, store, rows[i].name, rows[i].count);
    return true;
}

static void show_options(struct page *page)
{
    struct arena *arena = page->arena;
    struct value *list = value_list(arena);
    if (page->settings->list_options)
        page->settings->list_options(page->settings->self, page->project->id, arena, list);
    struct value *options = value_set_object(arena, page->facts, "options");
    for (const struct value *row = list->first; row; row = row->next) {
        const struct value *name = value_get(row, TEXT("name"));
        const struct value *value = value_get(row, TEXT("value"));
        if (name && value)
            value_set_text(arena, options, arena_string(arena, name->text), value->text);
    }
}

// "letters_sent" as "Letters sent".
static struct text spoken(struct arena *arena, const char *name)
{
    char *words = arena_string(arena, text_of(name));
    for (char *c = words; *c; c++)
        if (*c == '_')
            *c = ' ';
    if (*words >= 'a' && *words <= 'z')
        *words = (char)(*words - 'a' + 'A');
    return text_of(words);
}

static struct text plain_text(struct arena *arena, const struct value *value)
{
    switch (value->type) {
    case VALUE_BOOL: return value->boolean ? TEXT("yes") : TEXT("no");
    case VALUE_INT: return show_count(arena, value->number);
    case VALUE_TEXT: return value->text;
    default: return (struct text){0};
    }
}

static void add_row(struct arena *arena, struct value *rows, struct text name, struct text value)
{
    struct value *row = value_add_object(arena, rows);
    value_set_text(arena, row, "_name", name);
    value_set_text(arena, row, "_value", value);
}

// An object's members as rows for a table; names of options stay as they are written.
static void list_rows(struct arena *arena, const struct value *object, struct value *rows,
                      bool as_words)
{
    for (const struct value *member = object->first; member; member = member->next) {
        struct text name = as_words ? spoken(arena, member->name) : text_of(member->name);
        if (member->type == VALUE_LIST) {
            for (const struct value *item = member->first; item; item = item->next)
                add_row(arena, rows, name, plain_text(arena, item));
        } else if (member->type != VALUE_OBJECT) {
            add_row(arena, rows, name, plain_text(arena, member));
        }
    }
}

static void add_table(struct arena *arena, struct value *tables, struct text title,
                      const struct value *object, bool as_words)
{
    struct value *rows = value_list(arena);
    list_rows(arena, object, rows, as_words);
    if (!rows->first)
        return;
    struct value *table = value_add_object(arena, tables);
    value_set_text(arena, table, "_title", title);
    value_set_bool(arena, table, "_is_code", !as_words);
    *value_set_list(arena, table, "_rows") = (struct value){
        .type = VALUE_LIST, .name = "_rows", .first = rows->first, .last = rows->last};
}

// Every object's plain values, those of objects in objects too.
static void add_tables(struct arena *arena, struct value *tables, const char *within,
                       const struct value *object)
{
    for (const struct value *member = object->first; member; member = member->next) {
        if (member->type != VALUE_OBJECT)
            continue;
        struct text title = *within ? arena_printf(arena, "%s: %s", within, member->name)
                                    : spoken(arena, member->name);
        add_table(arena, tables, title, member, true);
        add_tables(arena, tables, arena_string(arena, title), member);
    }
}

// The server's plain values in one table, each object in one of its own.
static void show_tables(struct page *page, const struct value *server, const struct value *store)
{
    struct arena *arena = page->arena;
    struct value *tables = value_set_list(arena, page->facts, "_tables");
    add_table(arena, tables, TEXT("Server"), server, true);
    add_tables(arena, tables, "", server);
    add_table(arena, tables, TEXT("Store"), store, true);
    add_table(arena, tables, TEXT("Options"), value_get(page->facts, TEXT("options")), false);
    value_set_text(arena, page->facts, "_uptime", show_duration(arena, page->uptime_ms));
    const struct value *problems = value_get(page->facts, TEXT("problems"));
    value_set_bool(arena, page->facts, "_has_problems", problems->first != NULL);
    value_set_bool(arena, page->facts, "_in_health", true);
}

static void say_status(struct page *page, bool is_well, bool has_problems)
{
    struct text status = !is_well ? TEXT("trouble") : has_problems ? TEXT("degraded") : TEXT("ok");
    struct text words = !is_well       ? TEXT("There is trouble")
                        : has_problems ? TEXT("Up, with something to look at")
                                       : TEXT("All is well");
    value_set_text(page->arena, page->facts, "status", status);
    value_set_text(page->arena, page->facts, "_words", words);
    page_set_title(page, words);
    page->status = is_well ? 200 : 503;
}

// A stranger hears whether we live, and nothing of what we are.
static bool is_for_strangers(const struct page *page)
{
    return page->visitor->kind < VISITOR_SCRIPT;
}

bool page_health(struct page *page, struct error *error)
{
    struct arena *arena = page->arena;
    struct value *facts = page->facts, *server = value_object(arena), *store = value_object(arena);
    server->name = "server";
    store->name = "store";
    bool is_well = true;
    if (page->settings->health)
        page->settings->health(page->settings->self, page->project->id, arena, server, &is_well);
    struct value *problems = take_problems(arena, server);
    if (!count_store(page, store, error)) {
        is_well = false;
        value_add_text(arena, problems, arena_copy(arena, text_of(error->message)));
    }
    say_status(page, is_well, problems->first);
    page->template = is_for_strangers(page) ? "liveness" : "health";
    if (is_for_strangers(page))
        return true;
    value_set_text(arena, facts, "version", page->settings->version);
    value_set_int(arena, facts, "uptime_seconds", page->uptime_ms / 1000);
    append(facts, problems);
    append(facts, server);
    append(facts, store);
    show_options(page);
    if (!page->wants_json)
        show_tables(page, server, store);
    return true;
}
