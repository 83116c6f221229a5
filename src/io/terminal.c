// SPDX-License-Identifier: MIT
#include "io/terminal.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { SIGNAL_N = sizeof signals / sizeof *signals };

// What the handler works with: set before it can need it.
static struct termios as_found;
static volatile sig_atomic_t is_silent;
static const char *last_words;

static void speak_again(void)
{
    if (is_silent)
        tcsetattr(STDIN_FILENO, TCSANOW, &as_found);
    is_silent = 0;
}

static void leave(int number)
{
    speak_again();
    ssize_t written = write(STDOUT_FILENO, last_words, strlen(last_words));
    (void)written;
    raise(number); // the handler is gone after its first call
}

void terminal_guard(const char *farewell)
{
    struct sigaction action = {.sa_handler = leave, .sa_flags = SA_RESETHAND | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    last_words = farewell;
    for (int i = 0; i < SIGNAL_N; i++)
        sigaction(signals[i], &action, NULL);
}

void terminal_hold_signals(bool is_held)
{
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < SIGNAL_N; i++)
        sigaddset(&set, signals[i]);
    pthread_sigmask(is_held ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

static void fall_silent(void)
{
    struct termios silent;
    if (tcgetattr(STDIN_FILENO, &as_found) != 0)
        return;
    silent = as_found;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    is_silent = 1;
    tcsetattr(STDIN_FILENO, TCSANOW, &silent);
}

// False when there was not even an empty line.
static bool read_line(struct buffer *answer)
{
    int c;
    buffer_clear(answer);
    answer->max = ANSWER_MAX;
    while ((c = getchar()) != EOF && c != '\n')
        buffer_add_char(answer, (char)c);
    return c != EOF; // a line without its end was not finished
}

bool terminal_ask(const char *prompt, bool is_hidden, struct buffer *answer)
{
    if (is_hidden)
        fall_silent();
    fputs(prompt, stdout);
    fflush(stdout);
    bool is_given = read_line(answer);
    if (is_hidden || !is_given)
        putchar('\n'); // the one that was typed is not shown either
    speak_again();
    return is_given;
}

bool terminal_has_colours(void)
{
    const char *terminal = getenv("TERM"), *refusal = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && terminal && strcmp(terminal, "dumb") != 0 &&
           !(refusal && *refusal);
}
