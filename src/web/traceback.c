// SPDX-License-Identifier: MIT
#include "web/traceback.h"

#include "core/paths.h"
#include "web/show.h"

struct view {
    const struct page *page;
    struct arena *arena;
    const struct judge *judge;
    const struct error_record *record;
    const struct frame *guilty; // NULL when it is not in this report
};

// Whether the frame is ours; *path is what to show as its path.
static bool is_ours(const struct view *view, const struct frame *frame, struct text *path)
{
    *path = frame->filename.len ? frame->filename : frame->path;
    struct text mapped;
    if (view->judge) {
        bool is_mapped = judge_frame(view->judge, frame, &mapped);
        if (is_mapped)
            *path = mapped;
        return is_mapped;
    }
    if (frame->in_app != IN_APP_UNKNOWN)
        return frame->in_app == IN_APP_YES;
    return !paths_is_dependency(frame->path, &(struct path_settings){0});
}

static bool is_place(const struct frame *frame, const struct error_record *record)
{
    return record->path.len && frame->line_number == record->line_number &&
           text_equal(frame->function, record->function) && text_ends(frame->path, record->path);
}

static const struct frame *find_guilty(const struct view *view, const struct report *report)
{
    if (view->judge)
        return judge_report(view->judge, report, view->record->project_id, view->arena).frame;
    const struct exception *exception = report_main(report);
    for (size_t i = exception->frame_n; i > 0; i--)
        if (is_place(&exception->frames[i - 1], view->record))
            return &exception->frames[i - 1];
    return NULL;
}

static void add_line(const struct view *view, struct value *lines, int64_t number, struct text text,
                     bool is_hit)
{
    struct value *line = value_add_object(view->arena, lines);
    struct text shown =
        number > 0 ? arena_printf(view->arena, "%lld", (long long)number) : (struct text){0};
    value_set_text(view->arena, line, "_number", shown);
    value_set_text(view->arena, line, "_text", text);
    value_set_bool(view->arena, line, "_is_hit", is_hit);
}

static void show_lines(const struct view *view, struct value *object, const struct frame *frame)
{
    struct value *lines = value_set_list(view->arena, object, "_lines");
    int64_t number = frame->line_number;
    bool is_numbered = number > 0;
    for (size_t i = 0; i < frame->pre_context_n; i++) {
        int64_t before = (int64_t)(frame->pre_context_n - i);
        add_line(view, lines, is_numbered ? number - before : 0, frame->pre_context[i], false);
    }
    add_line(view, lines, number, frame->text, true);
    for (size_t i = 0; i < frame->post_context_n; i++)
        add_line(view, lines, is_numbered ? number + 1 + (int64_t)i : 0, frame->post_context[i],
                 false);
}

static void show_named(struct arena *arena, struct value *object, const char *list,
                       const struct variable *variables, size_t n)
{
    struct value *values = value_set_list(arena, object, list);
    for (size_t i = 0; i < n; i++) {
        struct value *value = value_add_object(arena, values);
        value_set_text(arena, value, "_name", variables[i].name);
        value_set_text(arena, value, "_value", variables[i].value);
    }
}

static void show_variables(const struct view *view, struct value *object, const struct frame *frame)
{
    show_named(view->arena, object, "_variables", frame->variables, frame->variable_n);
    value_set_text(view->arena, object, "_variables_counted",
                   show_counted(view->arena, (int64_t)frame->variable_n, "variable"));
}

static void show_frame(const struct view *view, struct value *object, const struct frame *frame,
                       struct text path, bool is_own)
{
    struct arena *arena = view->arena;
    bool is_guilty = frame == view->guilty;
    value_set_text(arena, object, "_path", path.len ? path : TEXT("(no path)"));
    value_set_text(arena, object, "_full_path", frame->path);
    value_set_text(arena, object, "_function", frame->function);
    value_set_int(arena, object, "_number", frame->line_number > 0 ? frame->line_number : 0);
    value_set_bool(arena, object, "_is_ours", is_own);
    value_set_bool(arena, object, "_is_guilty", is_guilty);
    bool has_lines = frame->text.len || frame->pre_context_n || frame->post_context_n;
    value_set_bool(arena, object, "_has_lines", has_lines);
    value_set_bool(arena, object, "_has_variables", frame->variable_n > 0);
    if (has_lines)
        show_lines(view, object, frame);
    show_variables(view, object, frame);
}

// Frames in runs: one object for each run, of frames that are ours or of dependencies, which the
// page folds.
static void show_frames(const struct view *view, struct value *object,
                        const struct exception *exception)
{
    struct arena *arena = view->arena;
    struct value *runs = value_set_list(arena, object, "_runs");
    struct value *frames = NULL, *run = NULL;
    bool run_is_ours = false;
    int64_t run_len = 0;
    for (size_t i = 0; i <= exception->frame_n; i++) {
        const struct frame *frame = i < exception->frame_n ? &exception->frames[i] : NULL;
        struct text path = {0};
        bool is_own = frame && (is_ours(view, frame, &path) || frame == view->guilty);
        if (run && (!frame || is_own != run_is_ours)) {
            value_set_text(arena, run, "_frames_counted", show_counted(arena, run_len, "frame"));
            run = NULL;
        }
        if (!frame)
            break;
        if (!run) {
            run = value_add_object(arena, runs);
            run_is_ours = is_own;
            run_len = 0;
            value_set_bool(arena, run, "_is_folded", !is_own);
            frames = value_set_list(arena, run, "_frames");
        }
        show_frame(view, value_add_object(arena, frames), frame, path, is_own);
        run_len++;
    }
}

static void show_chain(const struct view *view, struct value *object, const struct report *report)
{
    struct value *chain = value_set_list(view->arena, object, "_chain");
    for (size_t i = report->exception_n; i > 0; i--) {
        const struct exception *exception = &report->exceptions[i - 1];
        struct value *link = value_add_object(view->arena, chain);
        value_set_bool(view->arena, link, "_is_cause", i < report->exception_n);
        value_set_text(view->arena, link, "_type",
                       exception->type.len ? exception->type : TEXT("Message"));
        value_set_text(view->arena, link, "_module", exception->module);
        value_set_text(view->arena, link, "_message", exception->message);
        show_frames(view, link, exception);
    }
}

void traceback_show(const struct page *page, struct value *object, const struct report *report,
                    const struct judge *judge, const struct error_record *record)
{
    struct view view = {.page = page, .arena = page->arena, .judge = judge, .record = record};
    view.guilty = find_guilty(&view, report);
    struct arena *arena = page->arena;
    value_set_text(arena, object, "_hostname", report->hostname);
    value_set_text(arena, object, "_release", report->release);
    value_set_text(arena, object, "_environment", report->environment);
    value_set_text(arena, object, "_transaction", report->transaction);
    value_set_text(arena, object, "_platform", report->platform);
    value_set_text(arena, object, "_level", report->level);
    value_set_text(arena, object, "_request", report->request);
    show_named(arena, object, "_user", report->user, report->user_n);
    show_named(arena, object, "_tags", report->tags, report->tag_n);
    value_set_bool(arena, object, "_has_named", report->user_n + report->tag_n > 0);
    value_set_text(arena, object, "_stands_for",
                   report->error_count > 1 ? show_counted(arena, report->error_count, "occurrence")
                                           : (struct text){0});
    show_chain(&view, object, report);
    struct buffer plain = {0};
    traceback_write_plain(report, &plain);
    value_set_text(arena, object, "_plain", arena_copy(arena, buffer_text(&plain)));
    buffer_release(&plain);
}
