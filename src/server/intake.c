// SPDX-License-Identifier: MIT
// Two ways in, one way on:
//
//     HTTP:    take_request -> read_reports -> judge_all -> ledger_submit ... answer_request
//     Thrift:  intake_take_call             -> judge_all -> ledger_submit ... answer_call
//
// Everything up to ledger_submit happens on the thread that read the bytes, with no lock but the
// one around the pool of decoders; the answer comes from the ledger's thread after the commit.
#include "server/intake.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/json_out.h"
#include "base/log.h"
#include "core/caller.h"
#include "report/dsn.h"

enum {
    DECODER_KEPT_MAX = 128,
    SMALL_BODY_MAX = 64 * 1024, // of requests that are no reports
};

struct intake {
    struct intake_settings settings;
    pthread_mutex_t lock; // for the pool
    struct decoder *pool[DECODER_KEPT_MAX];
    int pool_n;
    atomic_llong bad_input, dropped_items, ignored, lost[LOST_REASON_N];
};

// ---- decoders, used again ----

static struct decoder *take_decoder(struct intake *intake)
{
    pthread_mutex_lock(&intake->lock);
    struct decoder *decoder = intake->pool_n ? intake->pool[--intake->pool_n] : NULL;
    pthread_mutex_unlock(&intake->lock);
    if (!decoder) {
        decoder = decoder_new();
        decoder_defer_rest(decoder); // the ledger completes the few reports that it keeps
    }
    return decoder;
}

// Nothing that was decoded may be needed any more. *taken is NULL afterwards, and may be before.
static void give_decoder(struct intake *intake, struct decoder **taken)
{
    struct decoder *decoder = *taken;
    *taken = NULL;
    if (!decoder)
        return;
    decoder_reset(decoder);
    pthread_mutex_lock(&intake->lock);
    bool fits = intake->pool_n < DECODER_KEPT_MAX;
    if (fits)
        intake->pool[intake->pool_n++] = decoder;
    pthread_mutex_unlock(&intake->lock);
    if (!fits)
        decoder_free(decoder);
}

// Of a report that waits for the ledger.
static size_t memory_held(const struct decoder *decoder)
{
    enum { ORDINARY = 128 * 1024, LARGE = 1024 * 1024 };
    size_t held = decoder_held(decoder);
    return held > LARGE ? held : ORDINARY; // what ordinary ones hold is kept for the next anyway
}

// ---- judging ----

static void judge_one(const struct judge *judge, int64_t project_id, struct arena *arena,
                      struct judged *judged)
{
    judged->verdict = judge_report(judge, &judged->report, project_id, arena);
    judged->caller = caller_of(judge, &judged->verdict, arena);
    struct digest site = site_key(&judged->verdict.site);
    const struct text parts[] = {{(const char *)site.bytes, sizeof site.bytes},
                                 judged->verdict.exception->type,
                                 judged->caller};
    judged->key = digest_of(parts, sizeof parts / sizeof *parts);
}

// What the rules ignore is counted here and goes no further.
static void judge_all(struct intake *intake, int64_t project_id, const struct report *reports,
                      size_t report_n, struct arena *arena, struct submission *submission)
{
    struct judge *judge = projects_hold_judge(intake->settings.projects, project_id);
    submission->judged = arena_array(arena, struct judged, report_n);
    for (size_t i = 0; i < report_n; i++) {
        struct judged *judged = &submission->judged[submission->judged_n];
        judged->report = reports[i];
        judge_one(judge, project_id, arena, judged);
        if (judged->verdict.is_ignored)
            continue;
        // the site may name a path that belongs to the judge
        struct text *path = &judged->verdict.site.path;
        *path = arena_copy(arena, *path);
        submission->judged_n++;
    }
    atomic_fetch_add(&intake->ignored, (long long)(report_n - submission->judged_n));
    judge_drop(judge);
}

// ---- HTTP ----

// A request on its way through; lives in the request's arena.
struct visit {
    struct submission submission; // first: a submission is its visit
    struct intake *intake;
    struct http_request *request;
    struct decoder *decoder; // given back before the answer: a connection's thread may be busy long
    const struct project *project;
    struct report_list list;
};

enum endpoint { ENDPOINT_NONE, ENDPOINT_ENVELOPE, ENDPOINT_STORE };

// ".../api/<project>/<name>", with or without a final slash; what stands before is a proxy's
// prefix.
static enum endpoint find_endpoint(struct text path, struct text *project)
{
    if (text_ends(path, TEXT("/")))
        path.len--;
    size_t name_at = text_find_last(path, '/');
    struct text name = text_from(path, name_at + 1);
    path = text_until(path, name_at);
    size_t project_at = text_find_last(path, '/');
    *project = text_from(path, project_at + 1);
    if (!text_ends(text_until(path, project_at), TEXT("/api")))
        return ENDPOINT_NONE;
    if (text_equal(name, TEXT("envelope")))
        return ENDPOINT_ENVELOPE;
    return text_equal(name, TEXT("store")) ? ENDPOINT_STORE : ENDPOINT_NONE;
}

#define CORS                                                                                       \
    "Access-Control-Allow-Origin", "*", "Access-Control-Expose-Headers",                           \
        "X-Sentry-Error, X-Sentry-Rate-Limits, Retry-After", "Cross-Origin-Resource-Policy",       \
        "cross-origin"

static void answer_preflight(struct http_request *request)
{
    http_answer(request,
                &(struct http_answer){
                    .status = 200,
                    .headers = {CORS, "Access-Control-Allow-Methods", "POST",
                                "Access-Control-Allow-Headers",
                                "X-Sentry-Auth, X-Requested-With, X-Forwarded-For, Origin, "
                                "Referer, Accept, Content-Type, Authentication, "
                                "Authorization, Content-Encoding, Transfer-Encoding, "
                                "sentry-trace, baggage",
                                "Access-Control-Max-Age", "3600"},
                });
}

// "429 with an empty body and these headers" is what every SDK understands as: not now.
static void answer_busy(struct http_request *request)
{
    http_answer(request, &(struct http_answer){
                             .status = 429,
                             .headers = {CORS, "Retry-After", "5", "X-Sentry-Rate-Limits",
                                         "5:error;default:project:overload"},
                         });
}

static int status_of(enum error_kind kind)
{
    switch (kind) {
    case ERROR_NO_KEY: return 401;
    case ERROR_REFUSED: return 403;
    case ERROR_NOT_FOUND: return 404;
    case ERROR_TOO_LARGE: return 413;
    case ERROR_BUSY: return 503;
    default: return 400;
    }
}

// A copy that can stand in a header: printable ASCII.
static const char *header_value(struct arena *arena, const char *message)
{
    char *value = arena_string(arena, text_of(message));
    for (char *c = value; *c; c++)
        if (*c < 0x20 || *c > 0x7e)
            *c = '?';
    return value;
}

static void answer_error(struct http_request *request, int status, const char *message)
{
    struct buffer body = {0};
    struct json_out w = {.out = &body};
    json_object(&w);
    json_name(&w, "detail");
    json_string(&w, text_of(message));
    json_object_end(&w);
    struct http_answer answer = {
        .status = status,
        .content_type = "application/json",
        .body = buffer_text(&body),
        .headers = {CORS, "X-Sentry-Error", header_value(request->arena, message)},
    };
    if (status == 503 || status == 405) {
        answer.headers[8] = status == 503 ? "Retry-After" : "Allow";
        answer.headers[9] = status == 503 ? "5" : "POST, OPTIONS";
    }
    http_answer(request, &answer);
    buffer_release(&body);
}

static void refuse(struct intake *intake, struct http_request *request, const struct error *error)
{
    struct visit *visit = request->extra;
    give_decoder(intake, &visit->decoder);
    atomic_fetch_add(&intake->bad_input, 1);
    log_warning("%.*s: %.*s %.*s refused: %s", TEXT_ARG(request->peer), TEXT_ARG(request->method),
                TEXT_ARG(text_clip(request->path, 200)), error->message);
    answer_error(request, status_of(error->kind), error->message);
}

static void answer_accepted(struct http_request *request, const char *event_id)
{
    char body[48];
    int len = event_id[0] ? snprintf(body, sizeof body, "{\"id\":\"%s\"}", event_id)
                          : snprintf(body, sizeof body, "{}");
    http_answer(request, &(struct http_answer){
                             .status = 200,
                             .content_type = "application/json",
                             .body = {body, (size_t)len},
                             .headers = {CORS},
                         });
}

static const struct project *find_project(const struct intake *intake, struct text id)
{
    int64_t number;
    const struct served_project *served = NULL;
    if (text_to_int64(id, &number))
        served = projects_find(intake->settings.projects, number);
    return served ? &served->project : NULL;
}

// Flawless' own clients may be told just "host:port". From networks that are trusted to report
// without a key (as every Thrift client does), a header that no web page can send on somebody's
// behalf takes its place.
static bool is_own_client(const struct intake *intake, struct http_request *request)
{
    return http_header(request, "X-Flawless-Client").len > 0 &&
           network_has(intake->settings.networks, intake->settings.network_n,
                       request->peer_address);
}

// dsn_key: from the envelope's own header; empty while it has not been read.
static bool has_key(struct visit *visit, struct text dsn_key, bool is_final, struct error *error)
{
    struct http_request *request = visit->request;
    struct text key;
    bool is_told =
        auth_find_key(http_header(request, "X-Sentry-Auth"), http_header(request, "Authorization"),
                      http_parameter(request, "sentry_key"), dsn_key, &key);
    if (!is_told) {
        if (!is_final || is_own_client(visit->intake, request))
            return true;
        return error_set(error, ERROR_NO_KEY,
                         "no key: send X-Sentry-Auth, ?sentry_key= or a dsn in the envelope");
    }
    if (!visit->project || key.len != 32 || sodium_memcmp(key.at, visit->project->key, 32) != 0)
        return error_set(error, ERROR_REFUSED,
                         "unknown project or key; compare the client's DSN "
                         "with what \"flawless dsn\" prints");
    return true;
}

static bool is_envelope(struct http_request *request, enum endpoint endpoint)
{
    return endpoint == ENDPOINT_ENVELOPE ||
           text_starts(http_header(request, "Content-Type"), TEXT("application/x-sentry-envelope"));
}

// From the body to the visit's list of reports, for senders with a key.
static bool read_reports(struct visit *visit, enum endpoint endpoint, struct error *error)
{
    struct http_request *request = visit->request;
    struct text plain;
    if (!has_key(visit, (struct text){0}, false, error) ||
        !decode_body(visit->decoder, http_header(request, "Content-Encoding"), request->body,
                     &plain, error))
        return false;
    bool is_decoded = is_envelope(request, endpoint)
                          ? decode_envelope(visit->decoder, plain, &visit->list, error)
                          : decode_store(visit->decoder, plain, &visit->list, error);
    return is_decoded && has_key(visit, visit->list.dsn_key, true, error);
}

// Only of what is answered with success: else the client says it again.
static void count_lost(struct visit *visit)
{
    for (int i = 0; i < LOST_REASON_N; i++)
        if (visit->list.lost.n[i])
            atomic_fetch_add(&visit->intake->lost[i], visit->list.lost.n[i]);
}

static void answer_request(struct submission *submission, const char *refusal)
{
    struct visit *visit = (struct visit *)submission;
    give_decoder(visit->intake, &visit->decoder);
    if (refusal) {
        answer_error(visit->request, 503, refusal);
        return;
    }
    count_lost(visit);
    answer_accepted(visit->request, visit->list.event_id);
}

static void take_request(struct intake *intake, struct http_request *request,
                         enum endpoint endpoint, struct text project_id)
{
    struct error error = {0};
    struct visit *visit = arena_alloc(request->arena, sizeof *visit);
    *visit = (struct visit){.intake = intake,
                            .request = request,
                            .decoder = take_decoder(intake),
                            .project = find_project(intake, project_id)};
    request->extra = visit;
    if (!visit->project) {
        error_set(&error, ERROR_REFUSED,
                  "unknown project or key; compare the client's DSN with "
                  "what \"flawless dsn\" prints");
        refuse(intake, request, &error);
        return;
    }
    if (!read_reports(visit, endpoint, &error)) {
        refuse(intake, request, &error);
        return;
    }
    atomic_fetch_add(&intake->dropped_items, (long long)visit->list.dropped_n);
    judge_all(intake, visit->project->id, visit->list.reports, visit->list.report_n, request->arena,
              &visit->submission);
    if (visit->submission.judged_n == 0) {
        give_decoder(intake, &visit->decoder);
        count_lost(visit);
        answer_accepted(request, visit->list.event_id);
        return;
    }
    visit->submission.size = request->body.len + memory_held(visit->decoder);
    visit->submission.answer = answer_request;
    http_defer(request);
    if (ledger_submit(intake->settings.ledger, &visit->submission))
        return;
    give_decoder(intake, &visit->decoder);
    answer_busy(request);
}

static size_t body_max(void *self, struct http_request *request)
{
    struct text project;
    (void)self;
    return find_endpoint(request->path, &project) == ENDPOINT_NONE ? SMALL_BODY_MAX : BODY_SENT_MAX;
}

static void handle(void *self, struct http_request *request)
{
    struct intake *intake = self;
    struct text project;
    enum endpoint endpoint =
        request->is_on_pages_port ? ENDPOINT_NONE : find_endpoint(request->path, &project);
    if (endpoint == ENDPOINT_NONE)
        web_handle(intake->settings.web, request);
    else if (text_equal(request->method, TEXT("POST")))
        take_request(intake, request, endpoint, project);
    else if (text_equal(request->method, TEXT("OPTIONS")))
        answer_preflight(request);
    else
        answer_error(request, 405, "reports are sent with POST");
}

static void finish(void *self, struct http_request *request)
{
    struct visit *visit = request->extra;
    if (visit)
        give_decoder(self, &visit->decoder);
}

struct http_handler intake_http_handler(struct intake *intake)
{
    return (struct http_handler){intake, body_max, handle, finish};
}

// ---- Thrift ----

struct thrift_visit {
    struct submission submission; // first: a submission is its visit
    struct thrift_server *thrift;
    struct thrift_request *request;
};

static void answer_call(struct submission *submission, const char *refusal)
{
    struct thrift_visit *visit = (struct thrift_visit *)submission;
    struct thrift_server *thrift = visit->thrift;
    struct thrift_request *request = visit->request;
    free(visit);
    thrift_server_answer(thrift, request, refusal);
}

void intake_take_call(struct intake *intake, struct thrift_server *thrift,
                      struct thrift_request *request)
{
    struct thrift_visit *visit = must_alloc(sizeof *visit);
    visit->thrift = thrift;
    visit->request = request;
    visit->submission.answer = answer_call;
    visit->submission.size = memory_held(request->decoder);
    judge_all(intake, intake->settings.projects->all[0].project.id, &request->call.report, 1,
              decoder_arena(request->decoder), &visit->submission);
    if (visit->submission.judged_n == 0)
        answer_call(&visit->submission, NULL);
    else if (!ledger_submit(intake->settings.ledger, &visit->submission))
        answer_call(&visit->submission, "too many reports wait already, try again later");
}

// ---- the face ----

struct intake *intake_new(const struct intake_settings *settings)
{
    struct intake *intake = must_alloc(sizeof *intake);
    intake->settings = *settings;
    pthread_mutex_init(&intake->lock, NULL);
    return intake;
}

void intake_free(struct intake *intake)
{
    while (intake->pool_n)
        decoder_free(intake->pool[--intake->pool_n]);
    pthread_mutex_destroy(&intake->lock);
    free(intake);
}

void intake_look(struct intake *intake, struct intake_facts *facts)
{
    *facts = (struct intake_facts){.bad_input = atomic_load(&intake->bad_input),
                                   .dropped_items = atomic_load(&intake->dropped_items),
                                   .ignored = atomic_load(&intake->ignored)};
    for (int i = 0; i < LOST_REASON_N; i++)
        facts->lost.n[i] = atomic_load(&intake->lost[i]);
}
