// SPDX-License-Identifier: MIT
// A request takes one of two roads. What costs nothing (the style sheet, refusals) is answered on
// the spot. A page goes through a bounded queue to a page thread, which has its own store
// connection, decoder and buffer; there the route's function gathers facts, and the facts become
// HTML by a template or JSON as they are.
#include "web/web.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hex.h"
#include "base/log.h"
#include "base/queue.h"
#include "web/access.h"
#include "web/gate.h"
#include "web/guard.h"
#include "web/template.h"
#include "web/url.h"

extern const struct embedded_file web_templates[];
extern const struct embedded_file web_static[];

enum {
    PAGE_THREADS = 2,
    WAITING_MAX = 64,              // requests; more are told to come back
    ANSWER_MAX = 64 * 1024 * 1024, // bytes
    BUFFER_KEPT = 1024 * 1024,     // bytes a page thread keeps between pages
};

struct web_thread {
    struct web *web;
    pthread_t thread;
    bool is_running;
    struct store *store;
    struct decoder *decoder;
    struct buffer answer;
};

struct web {
    struct web_settings settings;
    struct templates *templates;
    const struct embedded_file *style;
    char style_hash[33], style_path[64];
    int64_t started_mono_ms;
    struct gate *gate;
    struct queue waiting;
    struct web_thread threads[PAGE_THREADS];
};

struct route {
    const char *path;
    page_function *read; // NULL when it only takes a form
    page_function *save; // takes the page's form; NULL when it has none
    bool gives_json;
    enum openness openness;
};

static const struct route routes[] = {
    {"/", page_week, NULL, true, OPEN_TO_USERS},
    {"/add_building_block", page_rules, page_save_rule, true, OPEN_TO_USERS},
    {"/add_ignored_exception", page_rules, page_save_rule, true, OPEN_TO_USERS},
    {"/add_known_error", page_rules, page_save_rule, true, OPEN_BY_LINK},
    {"/add_third_party", page_rules, page_save_rule, true, OPEN_TO_USERS},
    {"/add_watch", page_rules, page_save_rule, true, OPEN_TO_USERS},
    {"/admin", page_admin, NULL, true, OPEN_TO_USERS},
    {"/audit", page_audit, NULL, true, OPEN_TO_USERS},
    {"/check_health", page_health, NULL, true, OPEN_TO_ALL},
    {"/get_weekly_error_report", page_week, NULL, true, OPEN_TO_USERS},
    {"/disown_file", page_rules, page_save_rule, true, OPEN_TO_USERS},
    {"/login", page_login, page_login_save, false, OPEN_TO_ALL},
    {"/logout", NULL, page_logout_save, false, OPEN_TO_USERS},
    {"/mark_fixed", page_fixed, page_mark_fixed, true, OPEN_BY_LINK},
    {"/metrics", page_metrics, NULL, false, OPEN_TO_MACHINE},
    {"/outbox", page_outbox, NULL, true, OPEN_TO_USERS},
    {"/remap_email", page_rules, page_save_rule, true, OPEN_TO_USERS},
    {"/setup", page_setup, page_setup_save, false, OPEN_TO_ALL},
    {"/view_config", page_config, NULL, true, OPEN_TO_USERS},
    {"/view_traceback", page_traceback, NULL, true, OPEN_BY_LINK},
    {"/what_is_flawless", page_about, NULL, false, OPEN_TO_ALL},
};

struct page_job {
    struct queue_item item;
    struct http_request *request;
    const struct route *route;
    struct form form;
    bool is_form; // that was posted
};

// ---- answers ----

#define SECURITY_HEADERS                                                                           \
    "Content-Security-Policy",                                                                     \
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "         \
        "frame-ancestors 'none'; base-uri 'none'",                                                 \
        "X-Content-Type-Options", "nosniff", "Referrer-Policy", "same-origin", "X-Frame-Options",  \
        "DENY"

struct message {
    int status;
    const char *title;
    struct text words, command;        // command: to be typed; may be empty
    const char *header, *header_value; // one more, or NULL
};

// Whichever of the two is named first in Accept; pages when neither is.
static bool wants_json(struct http_request *request)
{
    struct text accept = http_header(request, "Accept"), piece;
    while (text_cut(&accept, ',', &piece)) {
        struct text type = text_trim(text_until(piece, text_find(piece, ';')));
        if (text_equal_nocase(type, TEXT("application/json")))
            return true;
        if (text_equal_nocase(type, TEXT("text/html")))
            return false;
    }
    return false;
}

static const char html_type[] = "text/html; charset=utf-8", json_type[] = "application/json";

static void send_answer(struct http_request *request, int status, const char *type,
                        struct text body, const char *const *more)
{
    struct http_answer answer = {
        .status = status,
        .content_type = type,
        .body = body,
        .headers = {SECURITY_HEADERS, "Cache-Control", "no-store"},
    };
    for (const char **at = answer.headers + 10; *more; more++)
        *at++ = *more;
    http_answer(request, &answer);
}

// A page that only says something. out is cleared first.
static void answer_message(const struct web *web, struct http_request *request,
                           const struct message *message, struct buffer *out)
{
    struct arena *arena = request->arena;
    struct value *facts = value_object(arena);
    bool is_json = wants_json(request);
    buffer_clear(out);
    value_set_text(arena, facts, "error", message->words);
    if (is_json) {
        value_to_json(facts, out);
    } else {
        value_set_text(arena, facts, "_title", text_of(message->title));
        value_set_int(arena, facts, "_status", message->status);
        value_set_text(arena, facts, "_command", message->command);
        page_frame(facts, arena, text_of(web->style_path), web->settings.version);
        struct error error;
        if (!template_render(web->templates, "message", facts, out, &error))
            log_error("%s", error.message);
    }
    const char *const more[] = {message->header, message->header_value, NULL};
    send_answer(request, message->status, is_json ? json_type : html_type, buffer_text(out), more);
}

static void refuse(const struct web *web, struct http_request *request,
                   const struct message *message)
{
    struct buffer out = {.max = ANSWER_MAX};
    answer_message(web, request, message, &out);
    buffer_release(&out);
}

static void answer_static(const struct web *web, struct http_request *request)
{
    bool is_this_version = text_equal(http_parameter(request, "v"), text_of(web->style_hash));
    const struct http_answer answer = {
        .status = 200,
        .content_type = "text/css; charset=utf-8",
        .body = web->style->content,
        .headers = {SECURITY_HEADERS, "Cache-Control",
                    is_this_version ? "public, max-age=31536000, immutable" : "no-cache"},
    };
    http_answer(request, &answer);
}

// ---- page threads ----

static struct text parameter(const struct page *page, const char *name)
{
    if (page->form)
        return form_get(page->form, name);
    return http_parameter(page->source, name);
}

static void answer_failure(struct web_thread *thread, struct http_request *request,
                           const struct error *error)
{
    struct message message = {.words = arena_printf(request->arena, "%s.", error->message)};
    switch (error->kind) {
    case ERROR_INPUT:
        message.status = 400;
        message.title = "That address does not work";
        break;
    case ERROR_NO_KEY:
        message.status = 401;
        message.title = "Who are you?";
        message.header = "WWW-Authenticate";
        message.header_value = "Bearer";
        break;
    case ERROR_REFUSED:
        message.status = 403;
        message.title = "Nothing was changed";
        break;
    case ERROR_NOT_FOUND:
        message.status = 404;
        message.title = "Not found";
        break;
    default:
        log_warning("page %.*s: %s", TEXT_ARG(request->path), error->message);
        message.status = 503;
        message.title = "This page cannot be shown right now";
        message.header = "Retry-After";
        message.header_value = "5";
    }
    answer_message(thread->web, request, &message, &thread->answer);
}

// The page's facts as bytes in thread->answer.
static bool write_page(struct web_thread *thread, struct page *page, struct error *error)
{
    struct buffer *out = &thread->answer;
    if (page->plain.at) {
        buffer_add(out, page->plain);
    } else if (page->wants_json) {
        if (page->json.at)
            buffer_add(out, page->json);
        else
            value_to_json(page->facts, out);
        buffer_add_char(out, '\n');
    } else {
        page_complete(page, text_of(thread->web->style_path));
        if (!template_render(thread->web->templates, page->template, page->facts, out, error))
            log_error("%s", error->message);
    }
    return !out->failed || error_set(error, ERROR_SYSTEM, "The answer would be larger than %d MB",
                                     ANSWER_MAX / (1024 * 1024));
}

static const char *type_of(const struct page *page)
{
    if (page->plain.at)
        return page->plain_type;
    return page->wants_json ? json_type : html_type;
}

static void add_wanted(void *self, struct text name, struct text value)
{
    struct buffer *wanted = self;
    buffer_add_char(wanted, text_contains(buffer_text(wanted), TEXT("?")) ? '&' : '?');
    url_encode(wanted, name);
    buffer_add_char(wanted, '=');
    url_encode(wanted, value);
}

// People are led to the login, which leads them back to what they wanted; programs are told.
static bool ask_to_sign_in(struct page *page, const struct page_job *job, struct error *error)
{
    struct buffer wanted = {0};
    bool is_program = page->wants_json || !job->route->gives_json ||
                      http_header(job->request, "Authorization").len;
    if (is_program && !job->is_form)
        return error_set(error, ERROR_NO_KEY,
                         "Sign in, or send a token (`flawless user token NAME` makes one) in the "
                         "header \"Authorization: Bearer TOKEN\"");
    if (page->visitor->kind == VISITOR_SCRIPT)
        return error_set(error, ERROR_REFUSED, "With a token pages can only be read");
    buffer_add_string(&wanted, job->route->read ? job->route->path : "/");
    if (!job->is_form)
        http_list_parameters(job->request, &wanted, add_wanted);
    const struct url_parameter next = {"next", buffer_text(&wanted)};
    page->location = url_link(page->arena, "/login", &next, 1);
    buffer_release(&wanted);
    return true;
}

// The one place before every page function, so that none that changes something is forgotten.
static bool run_function(struct page *page, const struct page_job *job, struct error *error)
{
    if (!access_may_enter(page, job->route->openness))
        return ask_to_sign_in(page, job, error);
    if (!job->is_form)
        return job->route->read(page, error);
    return access_takes_form(page, error) && job->route->save(page, error);
}

static void answer_elsewhere(struct http_request *request, struct page *page)
{
    page_add_header(page, "Location", page->location);
    send_answer(request, 303, NULL, (struct text){0}, page->headers);
}

static void answer_page(struct web_thread *thread, const struct page_job *job)
{
    struct http_request *request = job->request;
    const struct route *route = job->route;
    const struct web_settings *settings = &thread->web->settings;
    struct visitor visitor;
    struct page page = {
        .settings = settings,
        .store = thread->store,
        .decoder = thread->decoder,
        .arena = request->arena,
        .parameter = parameter,
        .source = request,
        .path = request->path,
        .form = job->is_form ? &job->form : NULL,
        .request = request,
        .gate = thread->web->gate,
        .visitor = &visitor,
        .wants_json = route->gives_json && wants_json(request),
        .now_ms = clock_wall_ms(settings->clock),
        .uptime_ms = clock_mono_ms(settings->clock) - thread->web->started_mono_ms,
        .waiting_n = queue_count(&thread->web->waiting),
        .status = 200,
        .facts = value_object(request->arena),
    };
    struct error error = {0};
    buffer_clear(&thread->answer);
    decoder_reset(thread->decoder);
    struct judge *judge = NULL;
    bool is_chosen = page_choose_project(&page, &error);
    if (!is_chosen)
        page.project = settings->projects;
    bool is_done = access_find_visitor(&page, &visitor, &error);
    page.user = visitor.name;
    if (is_done && settings->hold_judge)
        judge = settings->hold_judge(settings->self, page.project->id);
    page.judge = judge;
    // which projects there are is nothing for strangers
    bool is_misled = !is_chosen && visitor.kind >= VISITOR_SCRIPT;
    if (!is_done || is_misled || !run_function(&page, job, &error))
        answer_failure(thread, request, &error);
    else if (page.location.len)
        answer_elsewhere(request, &page);
    else if (!write_page(thread, &page, &error))
        answer_failure(thread, request, &error);
    else
        send_answer(request, page.status, type_of(&page), buffer_text(&thread->answer),
                    page.headers);
    judge_drop(judge);
    if (thread->answer.cap > BUFFER_KEPT)
        buffer_release(&thread->answer);
}

static void *run(void *argument)
{
    struct web_thread *thread = argument;
    struct queue_item *item;
    while ((item = queue_take(&thread->web->waiting, -1))) {
        struct page_job *job = (struct page_job *)item;
        answer_page(thread, job);
    }
    return NULL;
}

// ---- the door ----

static const struct route *find_route(struct text path)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (text_equal(path, text_of(routes[i].path)))
            return &routes[i];
    return NULL;
}

static bool is_post(const struct http_request *request)
{
    return text_equal(request->method, TEXT("POST"));
}

static void queue_page(struct web *web, struct http_request *request, const struct route *route)
{
    static const struct message busy = {
        .status = 503,
        .title = "Too many people are reading",
        .words = TEXT("More pages are asked for than can be made at the moment. Reports are taken "
                      "as always. Try again in a few seconds."),
        .header = "Retry-After",
        .header_value = "2",
    };
    struct error error = {0};
    struct page_job *job = arena_alloc(request->arena, sizeof *job);
    *job = (struct page_job){.request = request, .route = route, .is_form = is_post(request)};
    if (job->is_form && !form_parse(request->body, request->arena, &job->form, &error)) {
        refuse(web, request,
               &(struct message){.status = 400,
                                 .title = "That form does not work",
                                 .words = text_of(error.message)});
        return;
    }
    http_defer(request);
    if (!queue_push(&web->waiting, &job->item))
        refuse(web, request, &busy);
}

// Whoever monitors or scrapes may do so by either.
static bool has_to_be_secure(const struct web *web, const struct http_request *request,
                             const struct route *route)
{
    bool is_for_people = route->read != page_health && route->read != page_metrics;
    return web->settings.is_https_only && is_for_people && !request->is_secure &&
           !request->is_from_loopback;
}

// To the same page by HTTPS. What a form says has been read on the way already, so it is refused
// rather than repeated.
static void send_to_https(const struct web *web, struct http_request *request)
{
    static const struct message by_https = {
        .status = 403,
        .title = "Nothing was changed",
        .words = TEXT("This form came over a connection that others can read. Open the page with "
                      "https://, and change what you typed if it was a password."),
    };
    struct buffer address = {.max = 64 * 1024};
    if (is_post(request)) {
        refuse(web, request, &by_https);
        return;
    }
    buffer_add(&address, web->settings.base_url);
    buffer_add(&address, request->path);
    http_list_parameters(request, &address, add_wanted);
    const char *const location[] = {"Location", arena_string(request->arena, buffer_text(&address)),
                                    NULL};
    send_answer(request, 307, NULL, (struct text){0}, location);
    buffer_release(&address);
}

// NULL when the request may go on.
static const struct message *find_refusal(const struct http_request *request, bool has_page,
                                          bool is_readable, bool has_form)
{
    static const struct message not_found = {
        .status = 404,
        .title = "There is no such page",
        .words = TEXT("Nothing is at this address. There are the errors of the week (/), letters "
                      "(/outbox), health (/check_health) and metrics (/metrics)."),
    };
    static const struct message not_allowed = {
        .status = 405,
        .title = "This page can only be read",
        .words = TEXT("The request has to be GET or HEAD. Reports go to /api/PROJECT/envelope/."),
        .header = "Allow",
        .header_value = "GET, HEAD",
    };
    static const struct message not_readable = {
        .status = 405,
        .title = "There is nothing to read here",
        .words = TEXT("This address only takes a form: the request has to be POST."),
        .header = "Allow",
        .header_value = "POST",
    };
    if (!has_page)
        return &not_found;
    bool is_read =
        text_equal(request->method, TEXT("GET")) || text_equal(request->method, TEXT("HEAD"));
    if ((is_read && is_readable) || (has_form && is_post(request)))
        return NULL;
    return is_readable ? &not_allowed : &not_readable;
}

void web_handle(struct web *web, struct http_request *request)
{
    bool is_style = text_equal(request->path, TEXT("/static/style.css"));
    const struct route *route = find_route(request->path);
    const struct message *message = find_refusal(
        request, route || is_style, is_style || (route && route->read), route && route->save);
    struct guard_refusal refusal;
    if (message)
        refuse(web, request, message);
    else if (is_style)
        answer_static(web, request);
    else if (has_to_be_secure(web, request, route))
        send_to_https(web, request);
    else if (web->settings.has_login || guard_lets_in(&web->settings, request, &refusal))
        queue_page(web, request, route);
    else
        refuse(web, request,
               &(struct message){.status = 403,
                                 .title = "Only on the machine itself",
                                 .words = refusal.words,
                                 .command = refusal.command});
}

// ---- start and stop ----

static bool start_thread(struct web *web, struct web_thread *thread, struct error *error)
{
    thread->web = web;
    thread->answer.max = ANSWER_MAX;
    thread->decoder = decoder_new();
    if (!store_open(web->settings.store_address, STORE_READ, &thread->store, error))
        return false;
    if (pthread_create(&thread->thread, NULL, run, thread) != 0)
        return error_set(error, ERROR_SYSTEM, "cannot start a thread for the pages");
    thread->is_running = true;
    return true;
}

struct web *web_start(const struct web_settings *settings, struct error *error)
{
    struct web *web = must_alloc(sizeof *web);
    web->settings = *settings;
    web->started_mono_ms = clock_mono_ms(settings->clock);
    web->style = embedded_find(web_static, TEXT("style.css"));
    check(web->style != NULL);
    struct digest digest = digest_of(&web->style->content, 1);
    hex_write(digest.bytes, sizeof digest.bytes, web->style_hash);
    snprintf(web->style_path, sizeof web->style_path, "/static/style.css?v=%s", web->style_hash);
    web->gate = gate_new();
    queue_init(&web->waiting, WAITING_MAX);
    bool is_good = templates_parse(web_templates, &web->templates, error);
    for (size_t i = 0; i < PAGE_THREADS && is_good; i++)
        is_good = start_thread(web, &web->threads[i], error);
    if (is_good)
        return web;
    web_stop(web);
    return NULL;
}

struct text web_setup_token(const struct web *web)
{
    return gate_setup_token(web->gate);
}

void web_stop(struct web *web)
{
    if (!web)
        return;
    queue_close(&web->waiting);
    for (size_t i = 0; i < PAGE_THREADS; i++) {
        struct web_thread *thread = &web->threads[i];
        if (thread->is_running)
            pthread_join(thread->thread, NULL);
        store_close(thread->store);
        decoder_free(thread->decoder);
        buffer_release(&thread->answer);
    }
    queue_release(&web->waiting);
    gate_free(web->gate);
    templates_free(web->templates);
    free(web);
}
