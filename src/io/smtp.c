// SPDX-License-Identifier: MIT
#include "io/smtp.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "io/letter_headers.h"

enum {
    CONNECT_MS = 15000,
    LETTER_MS = 120000,
    ADDRESS_MAX = 254,
    REPLY_MAX = 300,        // bytes of a server's reply that are told
    WORD_MAX = 39,          // bytes in one encoded word: with its frame and "Subject: " 73
    HEADER_VALUE_MAX = 900, // RFC 5322: a line has at most 998
};

struct smtp {
    struct smtp_settings settings;
    CURL *curl;
    // of the letter under way
    bool is_leaving;       // QUIT was said: what follows is not about the letter
    char command[5];       // what was said to the server last: "MAIL", "RCPT", ...
    char reply[REPLY_MAX]; // and what it answered
    char trouble[CURL_ERROR_SIZE];
    struct curl_slist *headers, *recipients;
    curl_mime *mime;
};

// ---- watching the conversation ----

static int watch(CURL *curl, curl_infotype type, char *data, size_t size, void *self)
{
    struct smtp *smtp = self;
    (void)curl;
    if (type == CURLINFO_HEADER_OUT && size >= 4 && memcmp(data, "QUIT", 4) == 0)
        smtp->is_leaving = true;
    if (smtp->is_leaving)
        return 0;
    if (type == CURLINFO_HEADER_OUT) {
        snprintf(smtp->command, sizeof smtp->command, "%.*s", (int)(size < 4 ? size : 4), data);
        smtp->reply[0] = '\0';
    } else if (type == CURLINFO_HEADER_IN) {
        struct text line = text_trim((struct text){data, size});
        snprintf(smtp->reply, sizeof smtp->reply, "%.*s", (int)text_clip(line, REPLY_MAX - 1).len,
                 line.at ? line.at : "");
        for (char *at = smtp->reply; *at; at++)
            if ((unsigned char)*at < 0x20 || *at == 0x7f)
                *at = '?';
    }
    return 0;
}

static int look_for_cancel(void *self, curl_off_t to_get, curl_off_t got, curl_off_t to_send,
                           curl_off_t sent)
{
    const struct smtp *smtp = self;
    (void)to_get, (void)got, (void)to_send, (void)sent;
    return smtp->settings.cancel && atomic_load(smtp->settings.cancel);
}

static size_t swallow(char *data, size_t size, size_t count, void *self)
{
    (void)data, (void)self;
    return size * count; // replies come through watch; libcurl would print them
}

// ---- opening ----

struct smtp_settings smtp_settings_of(const struct options *options, const char *url)
{
    return (struct smtp_settings){
        .url = url,
        .user = options->smtp_user.at,
        .password = options->smtp_password.at,
        .use_starttls = options->smtp_use_tls,
        .ca_file = options->smtp_ca_file.len ? options->smtp_ca_file.at : NULL,
    };
}

static void start_curl(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        fatal_out_of_memory();
}

struct smtp *smtp_open(const struct smtp_settings *settings)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_curl);
    struct smtp *smtp = must_alloc(sizeof *smtp);
    smtp->settings = *settings;
    smtp->curl = curl_easy_init();
    if (!smtp->curl)
        fatal_out_of_memory();
    CURL *curl = smtp->curl;
    curl_easy_setopt(curl, CURLOPT_URL, settings->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)LETTER_MS / 2000);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)LETTER_MS);
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L); // a name that is looked up must not hold us
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, smtp->trouble);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L); // to the next function, not to anybody's screen
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, watch);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, smtp);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_for_cancel);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, smtp);
    if (settings->use_starttls)
        curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    if (settings->ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, settings->ca_file);
    if (settings->user && settings->user[0]) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, settings->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, settings->password ? settings->password : "");
    }
    return smtp;
}

static void forget_letter(struct smtp *smtp)
{
    curl_easy_setopt(smtp->curl, CURLOPT_MIMEPOST, NULL);
    curl_easy_setopt(smtp->curl, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(smtp->headers);
    curl_slist_free_all(smtp->recipients);
    curl_mime_free(smtp->mime);
    smtp->headers = smtp->recipients = NULL;
    smtp->mime = NULL;
}

void smtp_close(struct smtp *smtp)
{
    if (!smtp)
        return;
    curl_easy_cleanup(smtp->curl);
    free(smtp);
}

// ---- what may go into a header ----

static bool is_one_line(struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.at[i] < 0x20 || t.at[i] == 0x7f)
            return false;
    return t.len <= HEADER_VALUE_MAX && utf8_is_valid(t);
}

// One address as it stands between < and >: nothing in it may end the command or the header it goes
// into.
static bool is_address(struct text t)
{
    size_t at = text_find(t, '@');
    for (size_t i = 0; i < t.len; i++)
        if (strchr(" <>()[],;:\\\"", t.at[i]))
            return false;
    return is_one_line(t) && !text_contains(t, TEXT("=?")) && t.len <= ADDRESS_MAX && at > 0 &&
           at + 1 < t.len && at == text_find_last(t, '@');
}

// What stands between < and > in Message-ID and References.
static bool is_id(struct text t)
{
    bool is_ascii = true;
    for (size_t i = 0; i < t.len; i++)
        is_ascii = is_ascii && !((unsigned char)t.at[i] & 0x80);
    return is_ascii && is_address(t) && !text_contains(t, TEXT("..")) &&
           !text_contains(t, TEXT(".@")) && !text_contains(t, TEXT("@.")) && t.at[0] != '.' &&
           t.at[t.len - 1] != '.';
}

static void add_base64(struct buffer *out, struct text t)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < t.len; i += 3) {
        uint32_t bits = 0;
        for (size_t j = 0; j < 3; j++)
            bits = bits << 8 | (i + j < t.len ? (unsigned char)t.at[i + j] : 0);
        for (size_t j = 0; j < 4; j++)
            buffer_add_char(out, i + j > t.len ? '=' : digits[bits >> (18 - 6 * j) & 63]);
    }
}

void smtp_add_header_words(struct buffer *out, struct text words)
{
    bool is_plain = !text_contains(words, TEXT("=?"));
    for (size_t i = 0; i < words.len; i++)
        is_plain = is_plain && !((unsigned char)words.at[i] & 0x80);
    if (is_plain) {
        buffer_add(out, words);
        return;
    }
    for (bool is_first = true; words.len > 0; is_first = false) {
        struct text piece = text_clip(words, WORD_MAX);
        if (piece.len == 0)
            piece = text_until(words, WORD_MAX); // not UTF-8
        words = text_from(words, piece.len);
        buffer_add_string(out, is_first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        add_base64(out, piece);
        buffer_add_string(out, "?=");
    }
}

// ---- the letter as libcurl wants it ----

static struct curl_slist *append(struct curl_slist *list, const char *string)
{
    list = curl_slist_append(list, string);
    if (!list)
        fatal_out_of_memory();
    return list;
}

static void add_headers(struct smtp *smtp, const struct outbox_letter *letter)
{
    struct arena arena = {0};
    struct buffer line = {0};
    struct letter_header headers[LETTER_HEADER_MAX];
    size_t n = letter_headers(letter, &arena, headers);
    for (size_t i = 0; i < n; i++) {
        buffer_clear(&line);
        buffer_printf(&line, "%s: ", headers[i].name);
        smtp_add_header_words(&line, headers[i].value);
        buffer_add_char(&line, '\0');
        if (line.failed)
            fatal_out_of_memory();
        smtp->headers = append(smtp->headers, line.at);
    }
    smtp->headers = append(smtp->headers, "Content-Type: multipart/alternative");
    buffer_release(&line);
    arena_release(&arena);
}

static void add_part(struct smtp *smtp, const char *type, struct text content)
{
    curl_mimepart *part = curl_mime_addpart(smtp->mime);
    struct buffer lines = {0}; // that end as those of mail do
    struct text line;
    while (text_cut(&content, '\n', &line)) {
        buffer_add(&lines, line);
        buffer_add_string(&lines, "\r\n");
    }
    if (!part || lines.failed ||
        curl_mime_data(part, lines.at ? lines.at : "", lines.len) != CURLE_OK ||
        curl_mime_type(part, type) != CURLE_OK ||
        curl_mime_encoder(part, "quoted-printable") != CURLE_OK)
        fatal_out_of_memory();
    buffer_release(&lines);
}

static bool prepare(struct smtp *smtp, const struct outbox_letter *letter, struct error *error)
{
    char sender[ADDRESS_MAX + 3], recipient[ADDRESS_MAX + 3];
    if (!is_address(letter->to))
        return error_set(error, ERROR_INPUT, "\"%.*s\" is not an address that can be written to",
                         TEXT_ARG(text_clip(letter->to, 100)));
    if (!is_address(letter->from))
        return error_set(error, ERROR_INPUT, "\"%.*s\" is not an address to send from",
                         TEXT_ARG(text_clip(letter->from, 100)));
    if (!is_one_line(letter->subject) || !is_id(letter->message_id) ||
        (letter->thread_id.len > 0 && !is_id(letter->thread_id)))
        return error_set(error, ERROR_INPUT,
                         "a header of the letter has a character that may not stand there, or is "
                         "too long");
    add_headers(smtp, letter);
    smtp->mime = curl_mime_init(smtp->curl);
    if (!smtp->mime)
        fatal_out_of_memory();
    add_part(smtp, "text/plain; charset=utf-8", letter->text);
    add_part(smtp, "text/html; charset=utf-8", letter->html);
    snprintf(sender, sizeof sender, "<%.*s>", TEXT_ARG(letter->from));
    curl_easy_setopt(smtp->curl, CURLOPT_MAIL_FROM, sender);
    snprintf(recipient, sizeof recipient, "<%.*s>", TEXT_ARG(letter->to));
    smtp->recipients = append(NULL, recipient);
    curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, smtp->recipients);
    curl_easy_setopt(smtp->curl, CURLOPT_HTTPHEADER, smtp->headers);
    curl_easy_setopt(smtp->curl, CURLOPT_MIMEPOST, smtp->mime);
    return true;
}

// ---- what came of it ----

static enum smtp_outcome judge_answer(const struct smtp *smtp, CURLcode result, struct error *error)
{
    int64_t code = 0;
    bool is_answer = text_to_int64(text_until(text_of(smtp->reply), 3), &code) && code >= 400;
    bool is_to_letter = strcmp(smtp->command, "RCPT") == 0 || strcmp(smtp->command, "DATA") == 0 ||
                        code == 552; // to MAIL: the letter is too large
    if (result == CURLE_SSL_CACERT_BADFILE && smtp->settings.ca_file) {
        error_set(error, ERROR_SYSTEM,
                  "%s: smtp_ca_file %s cannot be read or holds no certificate in PEM form",
                  smtp->settings.url, smtp->settings.ca_file);
        return SMTP_AWAY;
    }
    error_set(error, ERROR_SYSTEM, "%s: %s%s%s", smtp->settings.url,
              smtp->trouble[0] ? smtp->trouble : curl_easy_strerror(result),
              is_answer ? "; the mail server said: " : "", is_answer ? smtp->reply : "");
    if (!is_answer || !is_to_letter || code == 421) // 421: it closes the connection
        return SMTP_AWAY;
    return code >= 500 ? SMTP_REFUSED : SMTP_LATER;
}

static void forget_conversation(struct smtp *smtp)
{
    smtp->command[0] = smtp->reply[0] = smtp->trouble[0] = '\0';
    smtp->is_leaving = false;
}

bool smtp_try(struct smtp *smtp, struct error *error)
{
    forget_conversation(smtp);
    curl_easy_setopt(smtp->curl, CURLOPT_UPLOAD, 0L);
    curl_easy_setopt(smtp->curl, CURLOPT_CUSTOMREQUEST, "NOOP");
    CURLcode result = curl_easy_perform(smtp->curl);
    curl_easy_setopt(smtp->curl, CURLOPT_CUSTOMREQUEST, NULL);
    curl_easy_setopt(smtp->curl, CURLOPT_UPLOAD, 1L);
    if (result != CURLE_OK)
        judge_answer(smtp, result, error);
    return result == CURLE_OK;
}

enum smtp_outcome smtp_send(struct smtp *smtp, const struct outbox_letter *letter,
                            struct error *error)
{
    enum smtp_outcome outcome = SMTP_REFUSED;
    forget_conversation(smtp);
    if (prepare(smtp, letter, error)) {
        CURLcode result = curl_easy_perform(smtp->curl);
        outcome = result == CURLE_OK ? SMTP_SENT : judge_answer(smtp, result, error);
    }
    forget_letter(smtp);
    return outcome;
}
