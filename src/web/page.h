// SPDX-License-Identifier: MIT
// What a page function sees of a request and leaves for the answer. Inside src/web only.
#ifndef FLAWLESS_WEB_PAGE_H
#define FLAWLESS_WEB_PAGE_H

#include "io/store.h"
#include "report/decode.h"
#include "web/form.h"
#include "web/url.h"
#include "web/web.h"

struct gate;
struct visitor;

struct page {
    const struct web_settings *settings;
    const struct web_project *project;
    struct store *store;       // the page thread's own
    struct decoder *decoder;   // the same; reset before each page
    struct arena *arena;       // lives until the answer
    const struct judge *judge; // in force when the page was begun; NULL when there is none
    // Of the query, or of the form in a request that posts one; at is NULL when absent.
    struct text (*parameter)(const struct page *page, const char *name);
    void *source;                  // of the parameters
    struct http_request *request;  // for what is not a page's business but the login's
    struct gate *gate;             // the same
    const struct form *form;       // that was posted; NULL when the page is only read
    const struct visitor *visitor; // web/access.h
    struct text user;              // who changes something, for the audit
    struct text path;              // of the request
    bool wants_json;
    int64_t now_ms, uptime_ms;
    size_t waiting_n; // requests behind this one

    // left by the page function
    int status;           // 200 before
    const char *template; // shows facts as HTML
    struct text location; // not empty: go there instead (303), as after a form that was saved
    struct value
        *facts; // an object; what is shown, and the JSON answer (without names that begin with '_')
    struct text json;  // the JSON answer when facts cannot be it
    struct text plain; // the whole answer when it is neither; at is NULL otherwise
    const char *plain_type;
    const char *headers[5]; // more of the answer's: name, value, ..., NULL
};

// False: the error says what to answer (ERROR_INPUT 400, ERROR_NOT_FOUND 404, else 503), in words
// for the reader.
typedef bool page_function(struct page *page, struct error *error);

page_function page_week;       // /, /get_weekly_error_report
page_function page_traceback;  // /view_traceback
page_function page_fixed;      // /mark_fixed
page_function page_mark_fixed; // its form, which stands in /view_traceback, too
page_function page_health;     // /check_health
page_function page_outbox;     // /outbox
page_function page_metrics;    // /metrics
page_function page_about;      // /what_is_flawless
page_function page_admin;      // /admin
page_function page_audit;      // /audit
page_function page_config;     // /view_config
page_function page_rules;      // /add_known_error and the others of rule_kinds
page_function page_save_rule;  // their forms
page_function page_login, page_login_save;
page_function page_logout_save;
page_function page_setup, page_setup_save;

// Parameters. False: ERROR_INPUT names the parameter, what it said and what was expected.
bool page_get_moment(const struct page *page, const char *name, int64_t otherwise_ms,
                     int64_t *at_ms,
                     struct error *error); // epoch seconds, with or without a fraction
bool page_get_number(const struct page *page, const char *name, int64_t otherwise, int64_t *number,
                     struct error *error); // 0 or more
bool page_get_flag(const struct page *page, const char *name, bool *flag, struct error *error);

// Which project the page is about, by the parameter "project": a name or a number, the default one
// without. ERROR_NOT_FOUND names those that there are.
bool page_choose_project(struct page *page, struct error *error);
const struct web_project *page_project_by_id(const struct web_settings *settings,
                                             int64_t id); // NULL: not served

// As url_link, and stays with the page's project; for every link to a page, redirections too.
struct text page_link(const struct page *page, const char *path,
                      const struct url_parameter *parameters, size_t parameter_n);
// To the traceback of an error of whatever project.
struct text page_link_error(const struct page *page, const struct error_record *record);
// One more header of the answer; name is a literal, value is copied.
void page_add_header(struct page *page, const char *name, struct text value);

// Members of facts that every page has. style: link to the style sheet.
void page_set_title(struct page *page, struct text title);
void page_show_project(struct page *page); // what links, forms and the switcher need
void page_complete(struct page *page, struct text style);
void page_frame(struct value *facts, struct arena *arena, struct text style, struct text version);
// Whether the rules in force know the error.
bool page_is_known(const struct page *page, const struct error_record *record);
// The place of an error as a page's facts: the fields that scripts read, and those the template
// "error" shows. count: what "error_count" says.
// Why this owner: "confidence", "reason", "author_name", "author_email" and "co_authors".
void page_set_choice(const struct page *page, struct value *object,
                     const struct ownership *ownership);
void page_set_error(const struct page *page, struct value *object,
                    const struct error_record *record, int64_t count);

#endif
