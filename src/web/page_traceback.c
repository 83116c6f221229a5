// SPDX-License-Identifier: MIT
// One error: where it is, whose it is, and its newest occurrence in full.
#include "web/access.h"

#include "core/week.h"
#include "web/access.h"
#include "web/lineage.h"
#include "web/rule_kinds.h"
#include "web/show.h"
#include "web/source.h"
#include "web/traceback.h"
#include "web/url.h"

struct request {
    struct site place;
    int64_t until_ms; // 0: no bound
};

static bool read_parameters(const struct page *page, struct request *request, struct error *error)
{
    struct site *place = &request->place;
    *request = (struct request){0};
    place->project_id = page->project->id;
    place->path = page->parameter(page, "filename");
    place->function = page->parameter(page, "function_name");
    place->text = page->parameter(page, "text");
    if (!place->path.at) // an error may be in no file at all, then it is there and empty
        return error_set(error, ERROR_INPUT,
                         "The parameter \"filename\" is missing: it has to be the path of the file "
                         "with the error, as the weekly report shows it");
    int64_t moment_ms;
    if (!page_get_number(page, "line_number", 0, &place->line_number, error) ||
        !page_get_moment(page, "timestamp", -1, &moment_ms, error))
        return false;
    if (moment_ms >= 0)
        request->until_ms = week_start_ms(moment_ms) + WEEK_MS - 1;
    return true;
}

static bool find_record(struct page *page, const struct site *place, struct error_record *record,
                        struct error *error)
{
    if (store_find_error(page->store, place, page->arena, record, error))
        return true;
    if (error->kind == ERROR_NOT_FOUND)
        error_set(error, ERROR_NOT_FOUND,
                  "No error is known in the function \"%.*s\" of the file \"%.*s\". Either nothing "
                  "was reported from there, or the address of this page was cut short",
                  TEXT_ARG(text_clip(place->function, 100)), TEXT_ARG(text_clip(place->path, 200)));
    return false;
}

// The newest kept occurrence; *has_one is false when none is kept. What cannot be read any more is
// told as *unreadable.
static bool load_occurrence(struct page *page, int64_t error_id, int64_t until_ms,
                            struct kept_occurrence *occurrence, struct report *report,
                            bool *has_one, struct error *unreadable, struct error *error)
{
    *has_one = false;
    if (!store_get_occurrence(page->store, error_id, until_ms, page->arena, occurrence, error))
        return error->kind == ERROR_NOT_FOUND;
    *has_one = decode_event(page->decoder, occurrence->body, report, unreadable);
    return true;
}

static void show_variant(struct page *page, struct value *object, const struct variant *variant)
{
    struct text type = variant->exception_type;
    value_set_text(page->arena, object, "exception_type", type);
    value_set_text(page->arena, object, "caller", variant->caller);
    value_set_int(page->arena, object, "error_count", variant->count);
    value_set_bool(page->arena, object, "is_rest", variant->is_rest);
    if (page->wants_json)
        return;
    struct text name = variant->is_rest ? TEXT("Others") : type.len ? type : TEXT("Message");
    value_set_text(page->arena, object, "_type", name);
    value_set_text(page->arena, object, "_count", show_count(page->arena, variant->count));
    show_time(page->arena, object, "_last", page->now_ms, variant->last_seen_at_ms);
}

static bool show_variants(struct page *page, int64_t error_id, struct error *error)
{
    struct variant *variants;
    size_t variant_n;
    if (!store_list_variants(page->store, error_id, page->arena, &variants, &variant_n, error))
        return false;
    struct value *list = value_set_list(page->arena, page->facts, "variants");
    for (size_t i = 0; i < variant_n; i++)
        show_variant(page, value_add_object(page->arena, list), &variants[i]);
    if (!page->wants_json)
        value_set_bool(page->arena, page->facts, "_has_variants", variant_n > 1);
    return true;
}

static struct text find_in_place(const void *self, const char *name)
{
    const struct error_record *record = self;
    return text_equal(text_of(name), TEXT("filename")) ? record->path : record->function;
}

// Pages of rules with the form filled in for this line.
static void show_rule_links(struct page *page, const struct error_record *record)
{
    static const struct rule_link {
        enum rule_file file;
        const char *name;
    } links[] = {
        {RULES_KNOWN_ERRORS, "_link_known"},
        {RULES_BUILDING_BLOCKS, "_link_block"},
        {RULES_WATCHED_FILES, "_link_watch"},
    };
    bool is_ours = record->path.len && record->ownership.state != OWNER_NONE;
    const struct url_parameter place[] = {
        {"filename", record->path},
        {"function_name", record->function},
        {"code_fragment", text_trim(record->text)},
        {"signature", access_sign(page, TEXT("/add_known_error"),
                                  &(struct link_parameters){record, find_in_place})},
    };
    const struct url_parameter tree = {"filepath", record->path};
    value_set_bool(page->arena, page->facts, "_is_ours", is_ours);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        bool is_tree = links[i].file == RULES_WATCHED_FILES;
        value_set_text(page->arena, page->facts, links[i].name,
                       page_link(page, rule_kinds[links[i].file].path, is_tree ? &tree : place,
                                 is_tree ? 1 : sizeof place / sizeof *place));
    }
}

static void show_record(struct page *page, const struct error_record *record)
{
    struct arena *arena = page->arena;
    value_set_text(arena, page->facts, "_full_message", record->message);
    value_set_text(arena, page->facts, "_full_commit", record->line.commit);
    value_set_text(arena, page->facts, "_fixed_commit",
                   text_until(record->fixed_commit, SHORT_HASH));
    bool has_moved = record->line.path.len && !text_equal(record->line.path, record->path);
    value_set_text(arena, page->facts, "_line_path",
                   has_moved ? record->line.path : (struct text){0});
    int64_t threshold = record->threshold;
    value_set_text(arena, page->facts, "_threshold",
                   threshold ? show_counted(arena, threshold, "occurrence") : (struct text){0});
    value_set_bool(arena, page->facts, "_has_smtp", page->settings->has_smtp);
    value_set_bool(arena, page->facts, "_in_week", false);
    value_set_bool(arena, page->facts, "_may_mark", page->visitor->kind != VISITOR_LINK);
    show_rule_links(page, record);
    struct text type = record->exception_type;
    page_set_title(page,
                   arena_printf(arena, "%.*s in %.*s", TEXT_ARG(type.len ? type : TEXT("Message")),
                                TEXT_ARG(record->path)));
}

static void show_occurrence(struct page *page, const struct error_record *record,
                            const struct kept_occurrence *occurrence, const struct report *report)
{
    struct value *object = value_set_object(page->arena, page->facts, "_occurrence");
    show_time(page->arena, object, "_at", page->now_ms, occurrence->at_ms);
    value_set_text(page->arena, object, "_event_id", occurrence->event_id);
    traceback_show(page, object, report, page->judge, record);
}

static void write_json(struct page *page, const struct report *report)
{
    struct buffer out = {0};
    struct json_out json = {.out = &out};
    json_object(&json);
    for (const struct value *field = page->facts->first; field; field = field->next) {
        json_name(&json, field->name);
        value_to_json(field, &out);
        json.needs_comma = true;
    }
    json_name(&json, "last_error_data");
    if (report)
        traceback_write_json(report, &json);
    else
        json_null(&json);
    json_object_end(&json);
    page->json = arena_copy(page->arena, buffer_text(&out));
    buffer_release(&out);
}

bool page_traceback(struct page *page, struct error *error)
{
    struct request request;
    struct error_record record = {0};
    struct kept_occurrence occurrence = {0};
    struct report report = {0};
    struct error unreadable = {0};
    bool has_one;
    if (!read_parameters(page, &request, error) ||
        !find_record(page, &request.place, &record, error) ||
        !load_occurrence(page, record.id, request.until_ms, &occurrence, &report, &has_one,
                         &unreadable, error))
        return false;
    page_set_error(page, page->facts, &record, record.count);
    value_set_int(page->arena, page->facts, "id", record.id);
    value_set_bool(page->arena, page->facts, "is_fixed", record.fixed_at_ms != 0);
    value_set_text(page->arena, page->facts, "fixed_commit", record.fixed_commit);
    page_set_choice(page, page->facts, &record.ownership);
    if (!show_variants(page, record.id, error) || !lineage_show(page, &record, error) ||
        !source_show(page, record.id, error))
        return false;
    if (page->wants_json) {
        write_json(page, has_one ? &report : NULL);
        return true;
    }
    show_record(page, &record);
    if (has_one)
        show_occurrence(page, &record, &occurrence, &report);
    value_set_text(page->arena, page->facts, "_unreadable",
                   arena_copy(page->arena, text_of(unreadable.message)));
    bool is_bounded = request.until_ms != 0;
    value_set_text(page->arena, page->facts, "_until",
                   is_bounded ? show_moment(page->arena, request.until_ms) : (struct text){0});
    page->template = "traceback";
    return true;
}
