// SPDX-License-Identifier: MIT
// Letters, newest first, as they are or would be sent.
#include "web/page.h"

#include <string.h>

#include "io/letter_headers.h"
#include "web/show.h"
#include "web/url.h"

enum { LETTERS_A_PAGE = 20 };

static const char *state_name(enum outbox_state state)
{
    switch (state) {
    case OUTBOX_KEPT: return "kept";
    case OUTBOX_WAITING: return "waiting";
    case OUTBOX_SENT: return "sent";
    case OUTBOX_FAILED: return "failed";
    case OUTBOX_REFUSED: return "refused";
    }
    return "";
}

// All of them, for people; scripts have those that differ from letter to letter by their names.
static void show_headers(struct arena *arena, struct value *object,
                         const struct outbox_letter *letter)
{
    struct letter_header headers[LETTER_HEADER_MAX];
    size_t n = letter_headers(letter, arena, headers);
    struct value *list = value_set_list(arena, object, "_headers");
    for (size_t i = 0; i < n; i++) {
        struct value *header = value_add_object(arena, list);
        value_set_text(arena, header, "name", text_of(headers[i].name));
        value_set_text(arena, header, "value", headers[i].value);
        if (strcmp(headers[i].name, "Date") == 0)
            value_set_text(arena, object, "date", headers[i].value);
    }
}

static void show_letter(struct page *page, struct value *object, const struct outbox_letter *letter)
{
    struct arena *arena = page->arena;
    value_set_int(arena, object, "id", letter->id);
    value_set_text(arena, object, "state", text_of(state_name(letter->state)));
    value_set_text(arena, object, "from", letter->from);
    value_set_text(arena, object, "to", letter->to);
    value_set_text(arena, object, "subject", letter->subject);
    value_set_text(arena, object, "message_id",
                   arena_printf(arena, "<%.*s>", TEXT_ARG(letter->message_id)));
    value_set_text(arena, object, "references",
                   letter->thread_id.len
                       ? arena_printf(arena, "<%.*s>", TEXT_ARG(letter->thread_id))
                       : (struct text){0});
    show_headers(arena, object, letter);
    value_set_text(arena, object, "text", letter->text);
    value_set_text(arena, object, "html", letter->html);
    value_set_int(arena, object, "attempts", letter->attempts);
    value_set_text(arena, object, "last_error", letter->last_error);
}

static void show_state(struct page *page, struct value *object, const struct outbox_letter *letter)
{
    struct arena *arena = page->arena;
    value_set_bool(arena, object, "_is_kept", letter->state == OUTBOX_KEPT);
    value_set_bool(arena, object, "_is_failed",
                   letter->state == OUTBOX_FAILED || letter->state == OUTBOX_REFUSED);
    value_set_bool(arena, object, "_is_waiting", letter->state == OUTBOX_WAITING);
    value_set_text(arena, object, "_attempts", show_counted(arena, letter->attempts, "attempt"));
    show_time(arena, object, "_written", page->now_ms, letter->written_at_ms);
    show_time(arena, object, "_sent", page->now_ms, letter->sent_at_ms);
    bool is_retried = letter->state == OUTBOX_WAITING && letter->attempts > 0;
    show_time(arena, object, "_next_try", page->now_ms, is_retried ? letter->next_try_at_ms : 0);
}

// The outbox is that of the server, so a letter says which project its error is of.
static void show_project(struct page *page, struct value *object, const struct error_record *record)
{
    const struct web_project *project = NULL;
    if (record)
        project = page_project_by_id(page->settings, record->project_id);
    if (project)
        value_set_text(page->arena, object, "project", project->name);
    else
        value_set_null(page->arena, object, "project");
    bool is_one_of_many = project && page->settings->project_n > 1;
    value_set_bool(page->arena, object, "_has_project", is_one_of_many);
}

static bool show_error(struct page *page, struct value *object, const struct outbox_letter *letter,
                       struct error *error)
{
    struct error_record record = {0};
    bool has_error = store_get_error(page->store, letter->error_id, page->arena, &record, error);
    if (!has_error && error->kind != ERROR_NOT_FOUND)
        return false;
    show_project(page, object, has_error ? &record : NULL);
    if (has_error && !page->wants_json)
        page_set_error(page, value_set_object(page->arena, object, "_error"), &record,
                       record.count);
    return true;
}

// oldest_id: of the last letter shown; 0 when there are no older ones.
static void show_surroundings(struct page *page, int64_t oldest_id, bool is_first)
{
    struct arena *arena = page->arena;
    struct text next = {0};
    if (oldest_id) {
        const struct url_parameter before = {"before",
                                             arena_printf(arena, "%lld", (long long)oldest_id)};
        next = page_link(page, "/outbox", &before, 1);
        value_set_int(arena, page->facts, "before", oldest_id);
    } else {
        value_set_null(arena, page->facts, "before");
    }
    value_set_text(arena, page->facts, "_link_older", next);
    value_set_bool(arena, page->facts, "_is_first", is_first);
    value_set_bool(arena, page->facts, "_has_smtp", page->settings->has_smtp);
    value_set_bool(arena, page->facts, "_in_outbox", true);
    page_set_title(page, TEXT("Letters"));
}

// How much waits for a digest: it is in no letter yet.
static bool show_held(struct page *page, struct error *error)
{
    struct store_counts counts;
    if (!store_count(page->store, &counts, error))
        return false;
    struct text held = {0};
    if (counts.letters_held)
        held = show_counted(page->arena, counts.letters_held, "error");
    value_set_text(page->arena, page->facts, "_held", held);
    return true;
}

bool page_outbox(struct page *page, struct error *error)
{
    struct outbox_letter *letters;
    size_t letter_n;
    int64_t before;
    // one more than is shown tells whether there is another page
    if (!page_get_number(page, "before", 0, &before, error) ||
        !store_list_outbox(page->store, before, LETTERS_A_PAGE + 1, page->arena, &letters,
                           &letter_n, error))
        return false;
    struct value *list = value_set_list(page->arena, page->facts, "letters");
    size_t shown_n = letter_n > LETTERS_A_PAGE ? LETTERS_A_PAGE : letter_n;
    for (size_t i = 0; i < shown_n; i++) {
        struct value *object = value_add_object(page->arena, list);
        show_letter(page, object, &letters[i]);
        if (!page->wants_json)
            show_state(page, object, &letters[i]);
        if (!show_error(page, object, &letters[i], error))
            return false;
    }
    show_surroundings(page, letter_n > shown_n ? letters[shown_n - 1].id : 0, before == 0);
    if (!page->wants_json && !show_held(page, error))
        return false;
    page->template = "outbox";
    return true;
}
