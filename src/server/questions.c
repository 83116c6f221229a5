// SPDX-License-Identifier: MIT
#include "server/questions.h"

#include <stdio.h>

#include "core/options_edit.h"
#include "io/terminal.h"
#include "server/config_check.h"
#include "server/surroundings.h"
#include "server/wrap.h"

enum { STEP_QUESTION_MAX = 2 };

// A question is an option: its words are the option's description. One whose option has no effect
// in this version is not asked.
struct question {
    const char *option;                  // NULL: no more
    const char *needs;                   // asked only when this option is not none; NULL: always
    void (*suggest)(struct buffer *out); // the default in a new file, when it has one,
    const char *instead;                 // unless this option is set
};

// Questions whose answers are looked at together.
struct step {
    const char *title; // NULL: as before
    struct question questions[STEP_QUESTION_MAX];
    enum config_check check; // CHECK_N: nothing to look at
    const char *check_needs; // looked at only when this option is not none; NULL: always
    bool may_pass;           // trouble may be over soon, so the answers can be kept
};

static const struct step steps[] = {
    {.title = "What is remembered",
     .questions = {{"data_dir_path", NULL, surroundings_data_directory}},
     .check = CHECK_DATA_DIRECTORY},
    {.title = "The code that is watched",
     .questions = {{"repo_url"}},
     .check = CHECK_REPOSITORY_URL,
     .check_needs = "repo_url",
     .may_pass = true},
    {.questions = {{"repo_dir", NULL, surroundings_work_tree, "repo_url"}},
     .check = CHECK_REPOSITORY,
     .may_pass = true},
    {.title = "The server",
     .questions = {{"port"}, {"http_port"}},
     .check = CHECK_PORTS,
     .may_pass = true},
    {.questions = {{"hostname", NULL, surroundings_host_name}}, .check = CHECK_N},
    {.title = "The letters",
     .questions = {{"email_domain_name", NULL, surroundings_email_domain},
                   {"default_contact", NULL, surroundings_email}},
     .check = CHECK_N},
    {.questions = {{"report_error_threshold"}, {"report_only_after_minimum_date"}},
     .check = CHECK_N},
    {.title = "The mail server",
     .questions = {{"smtp_host"}, {"smtp_use_tls", "smtp_host"}},
     .check = CHECK_MAIL,
     .may_pass = true},
    {.questions = {{"smtp_user", "smtp_host"}, {"smtp_password", "smtp_user"}},
     .check = CHECK_MAIL,
     .check_needs = "smtp_user",
     .may_pass = true},
};
enum { STEP_N = sizeof steps / sizeof *steps };

// ---- words ----

static const char *paint(const char *colour)
{
    return terminal_has_colours() ? colour : "";
}

#define BOLD  paint("\033[1m")
#define GREEN paint("\033[32m")
#define RED   paint("\033[31m")
#define PLAIN paint("\033[0m")

static void say_question(const struct option_row *row)
{
    struct buffer words = {0}, lines = {0};
    buffer_printf(&words, "%s.", row->description);
    if (row->unset)
        buffer_printf(&words, " When it is none: %s.", row->unset);
    if (row->flags & OPTION_SECRET)
        buffer_add_string(&words, " What is typed now is not shown, and goes into such a file.");
    wrap_add(&lines, "", buffer_text(&words));
    printf("\n%s", lines.at);
    buffer_release(&words);
    buffer_release(&lines);
}

static void say_trouble(const char *about, const char *message)
{
    printf("  %s%s: %s%s\n", RED, about, message, PLAIN);
}

// ---- looking at a step ----

struct finding_count {
    int error_n;
};

static void take_finding(void *self, enum finding_level level, const char *about,
                         const char *message)
{
    struct finding_count *count = self;
    count->error_n += level == FINDING_ERROR;
    if (level == FINDING_ERROR)
        say_trouble(about, message);
    else
        printf("  %s%s%s: %s\n", GREEN, level == FINDING_OK ? "ok" : "mind", PLAIN, message);
}

static void hear_nothing(void *self, const char *message)
{
    (void)self;
    (void)message;
}

static void hear_mistake(void *self, const char *message)
{
    take_finding(self, FINDING_ERROR, "options", message);
}

static bool is_none(const struct draft *draft, const char *option)
{
    struct text value;
    return option &&
           !(options_find_written(buffer_text(&draft->content), text_of(option), &value) &&
             value.len && !text_equal_nocase(value, TEXT("none")));
}

static bool works(const struct draft *draft, const struct step *step)
{
    struct finding_count count = {0};
    struct finding_listener listener = {&count, take_finding};
    struct options_warnings nobody = {NULL, hear_nothing, hear_nothing};
    struct config config;
    struct error error = {0};
    if (step->check == CHECK_N || is_none(draft, step->check_needs))
        return true;
    if (!draft_look(draft, nobody, &config, &error))
        hear_mistake(&count, error.message);
    else
        config_check_one(step->check, &config, &listener);
    config_release(&config);
    fflush(stdout);
    return count.error_n == 0;
}

// Tells what is wrong with the options themselves.
static bool has_mistakes(const struct draft *draft)
{
    struct finding_count count = {0};
    struct options_warnings heard = {&count, hear_nothing, hear_mistake};
    struct config config;
    struct error error = {0};
    if (!draft_look(draft, heard, &config, &error) && count.error_n == 0)
        hear_mistake(&count, error.message);
    config_release(&config);
    return count.error_n > 0;
}

// ---- one question ----

static bool is_asked(const struct draft *draft, const struct question *question)
{
    return question->option && !is_none(draft, question->needs);
}

static void find_default(const struct draft *draft, const struct question *question,
                         struct buffer *out)
{
    const struct option_row *row = option_find(text_of(question->option));
    struct buffer suggested = {0};
    bool is_said;
    draft_show(draft, row, out, &is_said);
    bool is_needless = question->instead && !is_none(draft, question->instead);
    if (draft->is_new && !is_said && question->suggest && !is_needless)
        question->suggest(&suggested);
    if (suggested.len) {
        buffer_clear(out);
        buffer_add(out, buffer_text(&suggested));
    }
    buffer_release(&suggested);
}

static bool take(struct draft *draft, const struct option_row *row, struct text value)
{
    struct buffer wanted = {0};
    bool is_good = draft_answer(draft, row, value, &wanted);
    if (!is_good)
        printf("  %s%s: expected %s%s\n", RED, row->name, wanted.at, PLAIN);
    buffer_release(&wanted);
    return is_good;
}

static void write_prompt(const struct option_row *row, struct text usual, struct buffer *out)
{
    struct buffer shown = {0};
    draft_mask(row, usual, &shown);
    bool is_masked = text_contains(buffer_text(&shown), TEXT("***"));
    buffer_printf(out, "%s%s%s [%.*s]: ", BOLD, row->name, PLAIN,
                  TEXT_ARG(usual.len == 0 ? TEXT("none")
                           : is_masked    ? TEXT("as it is")
                                          : usual));
    buffer_release(&shown);
}

// False when the input ended.
static bool ask(struct draft *draft, const struct question *question)
{
    const struct option_row *row = option_find(text_of(question->option));
    bool is_secret = row->flags & OPTION_SECRET;
    struct buffer usual = {0}, prompt = {0}, answer = {0};
    bool is_given, is_taken = false;
    find_default(draft, question, &usual);
    write_prompt(row, buffer_text(&usual), &prompt);
    say_question(row);
    do {
        is_given = terminal_ask(prompt.at, is_secret, &answer);
        struct text value = is_secret ? buffer_text(&answer) : text_trim(buffer_text(&answer));
        if (is_given && answer.failed)
            say_trouble(row->name, "that is too long");
        else if (is_given)
            is_taken = value.len || !is_secret
                           ? take(draft, row, value.len ? value : buffer_text(&usual))
                           : true;
    } while (is_given && !is_taken);
    buffer_release(&usual);
    buffer_release(&prompt);
    buffer_release(&answer);
    return is_given;
}

bool questions_confirm(const char *question, bool is_default_yes, bool *is_yes)
{
    struct buffer prompt = {0}, answer = {0};
    bool is_given;
    const char *usual = is_default_yes ? "yes" : "no";
    buffer_printf(&prompt, "%s%s%s [%s]: ", BOLD, question, PLAIN, usual);
    for (;;) {
        is_given = terminal_ask(prompt.at, false, &answer);
        struct text word = text_trim(buffer_text(&answer));
        word = word.len ? text_until(word, 1) : text_until(text_of(usual), 1);
        *is_yes = is_given && text_equal_nocase(word, TEXT("y"));
        if (!is_given || *is_yes || text_equal_nocase(word, TEXT("n")))
            break;
        printf("  yes or no?\n");
    }
    buffer_release(&prompt);
    buffer_release(&answer);
    return is_given;
}

// ---- steps ----

static bool ask_all(struct draft *draft, const struct step *step)
{
    for (int i = 0; i < STEP_QUESTION_MAX; i++)
        if (is_asked(draft, &step->questions[i]) && !ask(draft, &step->questions[i]))
            return false;
    return true;
}

// *is_done: the answers stay; else the draft is as it was before the step.
static bool try_step(struct draft *draft, const struct step *step, bool *is_done)
{
    struct buffer content = {0}, password = {0};
    buffer_add(&content, buffer_text(&draft->content));
    buffer_add(&password, buffer_text(&draft->password));
    bool is_given = ask_all(draft, step);
    *is_done = is_given && works(draft, step);
    if (is_given && !*is_done && step->may_pass)
        is_given = questions_confirm("Keep these answers all the same?", false, is_done);
    if (!*is_done) {
        struct buffer left = draft->content, left_password = draft->password;
        draft->content = content;
        draft->password = password;
        content = left;
        password = left_password;
    }
    buffer_release(&content);
    buffer_release(&password);
    return is_given;
}

bool questions_ask(struct draft *draft)
{
    has_mistakes(draft); // which the answers may mend
    for (int i = 0; i < STEP_N; i++) {
        bool is_done = false;
        if (steps[i].title)
            printf("\n%s%s%s\n", BOLD, steps[i].title, PLAIN);
        while (!is_done)
            if (!try_step(draft, &steps[i], &is_done))
                return false;
    }
    return true;
}

static bool take_default(struct draft *draft, const struct question *question)
{
    const struct option_row *row = option_find(text_of(question->option));
    struct buffer usual = {0};
    find_default(draft, question, &usual);
    bool is_good = row->flags & OPTION_SECRET || take(draft, row, buffer_text(&usual));
    buffer_release(&usual);
    return is_good;
}

bool questions_take_defaults(struct draft *draft)
{
    bool is_good = true;
    for (int i = 0; i < STEP_N; i++)
        for (int j = 0; j < STEP_QUESTION_MAX; j++)
            if (is_asked(draft, &steps[i].questions[j]))
                is_good &= take_default(draft, &steps[i].questions[j]);
    if (has_mistakes(draft))
        return false;
    for (int i = 0; i < STEP_N; i++)
        is_good &= works(draft, &steps[i]);
    return is_good;
}
