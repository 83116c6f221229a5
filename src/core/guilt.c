// SPDX-License-Identifier: MIT
// Every frame, oldest call first, is held against the rules in order; the first rule that has
// something to say about it decides where the frame stands. Guilty is the last frame that can be
// blamed. Nothing is remembered between frames or reports: mapping a path costs well under a
// microsecond, less than a cache with a lock would.
#include "core/guilt.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "core/pattern.h"
#include "core/raise.h"

struct judge {
    atomic_size_t holders;
    struct paths *paths;
    struct rules *rules;
    struct raise_lines *raise_lines;
    struct pattern **blame_patterns;
    size_t blame_pattern_n;
    struct path_settings path_settings; // in memory
    struct arena memory;
};

enum standing {
    NOT_OURS,    // does not lie in the code base
    IGNORED,     // ... and the whole report with it
    NOT_BLAMED,  // ours, but a rule passes the blame on to the caller
    ONLY_RAISES, // ours; its caller is blamed if that is ours, too
    CAN_BE_BLAMED,
};

// What can be said of a frame without knowing the repository's paths.
static bool looks_ours(const struct judge *judge, const struct frame *frame)
{
    return frame->in_app != IN_APP_NO && !paths_is_dependency(frame->path, &judge->path_settings);
}

bool judge_frame(const struct judge *judge, const struct frame *frame, struct text *path)
{
    if (judge->paths)
        return paths_map(judge->paths, frame, &judge->path_settings, path);
    *path = frame->path;
    return looks_ours(judge, frame);
}

size_t judge_shared(const struct judge *judge, const struct frame *frame, struct text path)
{
    return judge->paths ? paths_shared(frame, &judge->path_settings, path) : 0;
}

size_t judge_list_rivals(const struct judge *judge, struct text path, size_t shared_n,
                         struct text *rivals, size_t rival_max)
{
    return judge->paths ? paths_list_rivals(judge->paths, path, shared_n, rivals, rival_max) : 0;
}

// ---- the rules: each is a step of the walk ----

static bool may_be_blamed(const struct judge *judge, struct text path)
{
    if (judge->blame_pattern_n == 0)
        return true;
    for (size_t i = 0; i < judge->blame_pattern_n; i++)
        if (pattern_matches(judge->blame_patterns[i], path))
            return true;
    return false;
}

static bool fits(const struct judge *judge, enum rule_file file, struct text path,
                 const struct frame *frame)
{
    return rules_find_line(judge->rules, file, path, frame->function, frame->text) != NULL;
}

static bool only_raises(const struct judge *judge, const struct report *report,
                        const struct frame *frame, struct text path)
{
    return frame->text.len ? raise_is_bare(report->platform, path, frame->text)
                           : raise_lines_has(judge->raise_lines, path, frame->line_number);
}

static enum standing stand(const struct judge *judge, const struct report *report,
                           const struct frame *frame, struct text *path, bool *is_known)
{
    *is_known = false;
    if (!judge_frame(judge, frame, path))
        return NOT_OURS;
    if (fits(judge, RULES_THIRD_PARTY_WHITELIST, *path, frame))
        return IGNORED;
    if (!may_be_blamed(judge, *path) || fits(judge, RULES_BUILDING_BLOCKS, *path, frame))
        return NOT_BLAMED;
    *is_known = fits(judge, RULES_KNOWN_ERRORS, *path, frame);
    if (!*is_known && only_raises(judge, report, frame, *path))
        return ONLY_RAISES;
    return CAN_BE_BLAMED;
}

// ---- the walk ----

// The best frame so far, and the last bare raise line of the nearest exception that has one.
struct walk {
    const struct exception *exception, *raise_exception;
    const struct frame *frame, *raise_frame;
    struct text path, raise_path;
    bool is_known, is_ignored;
};

// The frames that lead to the guilty one are looked at only when one of them can have the report
// ignored.
static bool is_over(const struct judge *judge, const struct walk *walk)
{
    bool has_whitelist = rules_count(judge->rules, RULES_THIRD_PARTY_WHITELIST) > 0;
    return walk->is_ignored || (walk->frame && !has_whitelist);
}

// Innermost frame first, so the first that can be blamed is the last one of the stack.
static void walk_stack(const struct judge *judge, const struct report *report,
                       const struct exception *exception, struct walk *walk)
{
    for (size_t i = exception->frame_n; i > 0 && !is_over(judge, walk); i--) {
        const struct frame *frame = &exception->frames[i - 1];
        struct text path;
        bool is_known;
        enum standing standing = stand(judge, report, frame, &path, &is_known);
        walk->is_ignored |= standing == IGNORED;
        if (standing == CAN_BE_BLAMED && !walk->frame) {
            walk->exception = exception;
            walk->frame = frame;
            walk->path = path;
            walk->is_known = is_known;
        }
        if (standing == ONLY_RAISES && !walk->raise_frame) {
            walk->raise_exception = exception;
            walk->raise_frame = frame;
            walk->raise_path = path;
        }
    }
}

static bool find_guilty(const struct judge *judge, const struct report *report, struct walk *walk)
{
    for (size_t i = report->exception_n; i > 0 && !is_over(judge, walk); i--)
        walk_stack(judge, report, &report->exceptions[i - 1], walk);
    if (walk->frame)
        return true;
    walk->exception = walk->raise_exception;
    walk->frame = walk->raise_frame;
    walk->path = walk->raise_path;
    return walk->frame != NULL;
}

// The innermost frame of the nearest exception that has a stack; NULL when none has.
static const struct frame *last_frame(const struct report *report)
{
    for (size_t i = report->exception_n; i > 0; i--) {
        const struct exception *exception = &report->exceptions[i - 1];
        if (exception->frame_n > 0)
            return &exception->frames[exception->frame_n - 1];
    }
    return NULL;
}

// The innermost frame that may be of code which is newer than what is known of the repository: it
// is not there, and neither the client nor its path says that it is foreign. NULL when there is
// none. (One that is there was passed over by a rule.)
static const struct frame *newcomer(const struct judge *judge, const struct report *report,
                                    const struct exception **exception)
{
    for (size_t i = report->exception_n; i > 0; i--) {
        *exception = &report->exceptions[i - 1];
        for (size_t f = (*exception)->frame_n; f > 0; f--) {
            const struct frame *frame = &(*exception)->frames[f - 1];
            struct text path;
            if (frame->path.len && frame->line_number && looks_ours(judge, frame) &&
                may_be_blamed(judge, frame->path) && !judge_frame(judge, frame, &path))
                return frame;
        }
    }
    return NULL;
}

static void describe(const struct frame *frame, struct text path, struct site *site)
{
    site->path = path;
    site->function = frame->function;
    site->text = text_trim(frame->text);
    site->line_number = frame->line_number;
}

static bool is_ignored_exception(const struct judge *judge, const struct report *report)
{
    if (!report->exception_n)
        return false;
    const struct exception *main = &report->exceptions[report->exception_n - 1];
    return rules_ignore_exception(judge->rules, main->module, main->type);
}

struct verdict judge_report(const struct judge *judge, const struct report *report,
                            int64_t project_id, struct arena *arena)
{
    (void)arena; // what is said here is said in the report's and the paths' own texts
    struct walk walk = {0};
    struct verdict verdict = {.site = {.project_id = project_id, .revision = report->release}};
    bool is_found = find_guilty(judge, report, &walk);
    verdict.is_ignored = walk.is_ignored || is_ignored_exception(judge, report);
    if (is_found) {
        verdict.is_known = walk.is_known;
        verdict.exception = walk.exception;
        verdict.frame = walk.frame;
        verdict.site.is_mapped = judge->paths != NULL;
        describe(walk.frame, walk.path, &verdict.site);
        verdict.site.shared_n = (int64_t)judge_shared(judge, walk.frame, walk.path);
        return verdict;
    }
    const struct frame *new_frame = newcomer(judge, report, &verdict.exception);
    if (new_frame) {
        verdict.frame = new_frame;
        describe(new_frame, new_frame->path, &verdict.site);
        return verdict;
    }
    verdict.exception = report->exception_n ? &report->exceptions[report->exception_n - 1] : NULL;
    verdict.site.is_unowned = true;
    const struct frame *last = last_frame(report);
    if (last)
        describe(last, last->path, &verdict.site);
    return verdict;
}

static bool has_path(const struct text *paths, size_t path_n, struct text path)
{
    for (size_t i = 0; i < path_n; i++)
        if (text_equal(paths[i], path))
            return true;
    return false;
}

void judge_list_blamable(const struct judge *judge, const struct report *report,
                         struct arena *arena, struct text **paths, size_t *path_n)
{
    size_t max = 0;
    for (size_t i = 0; i < report->exception_n; i++)
        max += report->exceptions[i].frame_n;
    *paths = arena_array(arena, struct text, max);
    *path_n = 0;
    for (size_t i = 0; i < report->exception_n; i++) {
        const struct exception *exception = &report->exceptions[i];
        for (size_t k = 0; k < exception->frame_n; k++) {
            struct text path;
            bool is_known;
            if (stand(judge, report, &exception->frames[k], &path, &is_known) == CAN_BE_BLAMED &&
                !has_path(*paths, *path_n, path))
                (*paths)[(*path_n)++] = path;
        }
    }
}

const struct rules *judge_rules(const struct judge *judge)
{
    return judge ? judge->rules : NULL;
}

// ---- its life ----

static bool compile_patterns(struct judge *judge, const struct judge_settings *settings,
                             struct error *error)
{
    judge->blame_patterns =
        arena_array(&judge->memory, struct pattern *, settings->blame_pattern_n);
    for (size_t i = 0; i < settings->blame_pattern_n; i++) {
        if (!pattern_new(settings->blame_patterns[i], &judge->blame_patterns[i], error))
            return error_prefix(error, "only_blame_filepaths_matching");
        judge->blame_pattern_n++;
    }
    return true;
}

static struct text *copy_texts(struct arena *arena, const struct text *texts, size_t n)
{
    struct text *copies = arena_array(arena, struct text, n);
    for (size_t i = 0; i < n; i++)
        copies[i] = arena_copy(arena, texts[i]);
    return copies;
}

struct judge *judge_new(const struct judge_settings *settings, struct error *error)
{
    struct judge *judge = must_alloc(sizeof *judge);
    const struct path_settings *s = &settings->path_settings;
    atomic_init(&judge->holders, 1);
    judge->paths = paths_hold(settings->paths);
    judge->rules = rules_hold(settings->rules);
    judge->raise_lines = raise_lines_hold(settings->raise_lines);
    judge->path_settings = (struct path_settings){
        .package_directories =
            copy_texts(&judge->memory, s->package_directories, s->package_directory_n),
        .package_directory_n = s->package_directory_n,
        .mappings = copy_texts(&judge->memory, s->mappings, s->mapping_n),
        .mapping_n = s->mapping_n,
    };
    if (compile_patterns(judge, settings, error))
        return judge;
    judge_drop(judge);
    return NULL;
}

struct judge *judge_hold(struct judge *judge)
{
    if (judge)
        atomic_fetch_add(&judge->holders, 1);
    return judge;
}

void judge_drop(struct judge *judge)
{
    if (!judge || atomic_fetch_sub(&judge->holders, 1) != 1)
        return;
    for (size_t i = 0; i < judge->blame_pattern_n; i++)
        pattern_free(judge->blame_patterns[i]);
    paths_drop(judge->paths);
    rules_drop(judge->rules);
    raise_lines_drop(judge->raise_lines);
    arena_release(&judge->memory);
    free(judge);
}
