// SPDX-License-Identifier: MIT
// posix_spawn rather than fork: it does not copy the page tables of a big server, and between its
// fork and exec runs no code of ours, so locks held by other threads do not matter. Every pipe is
// close-on-exec from birth, so children started at the same time do not inherit each other's.
#include "io/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"

enum {
    READ_SIZE = 32 * 1024,
    WAIT_FIRST_NS = 200 * 1000,
    WAIT_MAX_NS = 10 * 1000 * 1000,
    WATCH_MS = 100, // between looks at is_over
};

static atomic_bool is_over;

void child_stop_all(void)
{
    atomic_store(&is_over, true);
}

// ---- start ----

struct pipes {
    int in[2], out[2], err[2]; // [0] to read, [1] to write
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_pipes(struct pipes *p)
{
    int *ends[] = {&p->in[0], &p->in[1], &p->out[0], &p->out[1], &p->err[0], &p->err[1]};
    for (size_t i = 0; i < 6; i++)
        close_fd(ends[i]);
}

// Descriptors 0 to 2 would be overwritten while the child's are put in their places.
static bool lift(int *fd)
{
    if (*fd > 2)
        return true;
    int higher = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
    if (higher < 0)
        return false;
    close(*fd);
    *fd = higher;
    return true;
}

static bool open_pipes(struct pipes *p)
{
    *p = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}};
    bool ok = pipe2(p->in, O_CLOEXEC) == 0 && pipe2(p->out, O_CLOEXEC) == 0 &&
              pipe2(p->err, O_CLOEXEC) == 0 && lift(&p->in[0]) && lift(&p->in[1]) &&
              lift(&p->out[0]) && lift(&p->out[1]) && lift(&p->err[0]) && lift(&p->err[1]) &&
              fcntl(p->in[1], F_SETFL, O_NONBLOCK) == 0;
    if (!ok) {
        int saved = errno;
        close_pipes(p);
        errno = saved;
    }
    return ok;
}

static int set_actions(const struct child_job *job, const struct pipes *p,
                       posix_spawn_file_actions_t *actions)
{
    int failed = posix_spawn_file_actions_adddup2(actions, p->in[0], 0);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(actions, p->out[1], 1);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(actions, p->err[1], 2);
    if (!failed && job->directory)
        failed = posix_spawn_file_actions_addchdir_np(actions, job->directory);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    // whatever a library opened without close-on-exec
    if (!failed)
        failed = posix_spawn_file_actions_addclosefrom_np(actions, 3);
#endif
    return failed;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
    static const int defaulted[] = {SIGPIPE, SIGINT,  SIGTERM, SIGHUP, SIGCHLD,
                                    SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM};
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    for (size_t i = 0; i < sizeof defaulted / sizeof *defaulted; i++)
        sigaddset(&defaults, defaulted[i]);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &defaults);
    return posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                    POSIX_SPAWN_SETSIGDEF);
}

// 0 or an errno.
static int spawn(const struct child_job *job, const struct pipes *p, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed)
        return failed;
    failed = posix_spawnattr_init(&attributes);
    if (failed)
        goto out;
    failed = set_actions(job, p, &actions);
    if (!failed)
        failed = set_attributes(&attributes);
    if (!failed)
        failed = posix_spawnp(pid, job->arguments[0], &actions, &attributes,
                              (char *const *)job->arguments, (char *const *)job->environment);
    posix_spawnattr_destroy(&attributes);
out:
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

bool child_start(const struct child_job *job, struct child *child, struct error *error)
{
    struct pipes p;
    *child = (struct child){.name = job->name, .in = -1, .out = -1, .err = -1};
    if (atomic_load(&is_over))
        return error_set(error, ERROR_SYSTEM, "%s was not run, as Flawless stops", job->name);
    if (!open_pipes(&p))
        return error_set(error, ERROR_SYSTEM, "cannot make the pipes for %s: %s", job->name,
                         strerror(errno));
    int failed = spawn(job, &p, &child->pid);
    if (failed) {
        close_pipes(&p);
        child->pid = 0;
        bool is_missing =
            failed == ENOENT || failed == EACCES || failed == ENOTDIR || failed == ENOEXEC;
        return error_set(error, is_missing ? ERROR_CONFIG : ERROR_SYSTEM,
                         "cannot run %s (the program \"%s\"%s%s): %s", job->name, job->arguments[0],
                         job->directory ? " in " : "", job->directory ? job->directory : "",
                         strerror(failed));
    }
    close_fd(&p.in[0]);
    close_fd(&p.out[1]);
    close_fd(&p.err[1]);
    child->in = p.in[1];
    child->out = p.out[0];
    child->err = p.err[0];
    child_allow(child, job->timeout_ms);
    return true;
}

// ---- talk ----

// write() that never raises SIGPIPE, whatever the process does about that signal.
static ssize_t write_quietly(int fd, struct text bytes)
{
    sigset_t broken_pipe, before, pending;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    sigpending(&pending);
    bool was_pending = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
    ssize_t written = write(fd, bytes.at, bytes.len);
    int saved = errno;
    if (written < 0 && saved == EPIPE && !was_pending)
        sigtimedwait(&broken_pipe, NULL, &(struct timespec){0});
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = saved;
    return written;
}

static void keep_tail(struct child *child, const char *bytes, size_t len)
{
    if (len > CHILD_TAIL) {
        bytes += len - CHILD_TAIL;
        len = CHILD_TAIL;
    }
    size_t kept = child->tail_len < CHILD_TAIL - len ? child->tail_len : CHILD_TAIL - len;
    memmove(child->tail, child->tail + child->tail_len - kept, kept);
    memcpy(child->tail + kept, bytes, len);
    child->tail_len = kept + len;
}

static void read_err(struct child *child)
{
    char bytes[4096];
    ssize_t n = read(child->err, bytes, sizeof bytes);
    if (n > 0) {
        keep_tail(child, bytes, (size_t)n);
        if (child->heard)
            child->heard(child->self, (struct text){bytes, (size_t)n});
    } else if (n == 0 || errno != EINTR) {
        close_fd(&child->err);
    }
}

// False when output is full.
static bool read_out(struct child *child, struct buffer *output)
{
    char bytes[READ_SIZE];
    ssize_t n = read(child->out, bytes, sizeof bytes);
    if (n == 0 || (n < 0 && errno != EINTR))
        close_fd(&child->out);
    if (n <= 0 || !output)
        return true;
    buffer_add(output, (struct text){bytes, (size_t)n});
    return !output->failed;
}

static void write_in(struct child *child, struct text *input)
{
    ssize_t n = write_quietly(child->in, *input);
    if (n >= 0)
        *input = text_from(*input, (size_t)n);
    else if (errno != EINTR && errno != EAGAIN)
        close_fd(&child->in);
}

static bool give_up(struct child *child, struct error *error, enum error_kind kind, const char *why)
{
    child_kill(child);
    return error_set(error, kind, "%s %s", child->name, why);
}

// One wait for any of its three ends, and what came of it. input may be empty.
static bool pump(struct child *child, struct text *input, struct buffer *output,
                 struct error *error)
{
    int64_t left_ms = child->deadline_mono_ms - clock_mono_ms(&clock_system);
    struct pollfd ends[3] = {
        {.fd = child->out, .events = POLLIN},
        {.fd = child->err, .events = POLLIN},
        {.fd = input->len ? child->in : -1, .events = POLLOUT},
    };
    if (atomic_load(&is_over))
        return give_up(child, error, ERROR_SYSTEM, "was stopped, as Flawless stops");
    int ready = left_ms <= 0 ? 0 : poll(ends, 3, left_ms > WATCH_MS ? WATCH_MS : (int)left_ms);
    if (ready < 0 && errno != EINTR)
        return give_up(child, error, ERROR_SYSTEM, "cannot be watched");
    if (left_ms <= 0) {
        char why[80];
        snprintf(why, sizeof why, "took longer than %lld s and was stopped",
                 (long long)((child->timeout_ms + 999) / 1000));
        return give_up(child, error, ERROR_SYSTEM, why);
    }
    if (ready <= 0)
        return true;
    if (ends[2].revents)
        write_in(child, input);
    if (ends[1].revents)
        read_err(child);
    if (ends[0].revents && !read_out(child, output))
        return give_up(child, error, ERROR_TOO_LARGE, "said more than it may and was stopped");
    return true;
}

bool child_write(struct child *child, struct text input, struct buffer *output, struct error *error)
{
    while (input.len && child->in >= 0)
        if (!pump(child, &input, output, error))
            return false;
    return true;
}

bool child_read(struct child *child, struct buffer *output, bool *is_end, struct error *error)
{
    struct text nothing = {0};
    size_t before = output->len;
    while (child->out >= 0 && output->len == before)
        if (!pump(child, &nothing, output, error))
            return false;
    *is_end = child->out < 0;
    return true;
}

void child_allow(struct child *child, int64_t timeout_ms)
{
    child->timeout_ms = timeout_ms;
    child->deadline_mono_ms = clock_mono_ms(&clock_system) + timeout_ms;
}

bool child_is_silent(const struct child *child)
{
    struct pollfd end = {.fd = child->out, .events = POLLIN};
    return child->pid > 0 && child->out >= 0 && poll(&end, 1, 0) == 0;
}

// ---- end ----

// Waits until the deadline. False when it has not ended by then.
static bool wait_for_end(struct child *child, int *status)
{
    struct timespec pause = {0, WAIT_FIRST_NS};
    for (;;) {
        pid_t pid = waitpid(child->pid, status, WNOHANG);
        if (pid == child->pid)
            break;
        if (pid < 0 &&
            errno != EINTR) { // somebody ignores SIGCHLD: then nobody can know the status
            *status = 0;
            break;
        }
        if (clock_mono_ms(&clock_system) >= child->deadline_mono_ms || atomic_load(&is_over))
            return false;
        nanosleep(&pause, NULL);
        pause.tv_nsec = pause.tv_nsec * 2 < WAIT_MAX_NS ? pause.tv_nsec * 2 : WAIT_MAX_NS;
    }
    child->pid = 0;
    return true;
}

static void close_ends(struct child *child)
{
    close_fd(&child->in);
    close_fd(&child->out);
    close_fd(&child->err);
}

// The end of its standard error on one line of printable text.
static struct text last_words(struct child *child)
{
    struct text words = {child->tail, child->tail_len};
    bool is_valid = utf8_is_valid(words);
    for (size_t i = 0; i < words.len; i++) {
        unsigned char c = (unsigned char)child->tail[i];
        if (c < ' ' || c == 0x7f)
            child->tail[i] = ' ';
        else if (c >= 0x80 && !is_valid)
            child->tail[i] = '?';
    }
    return text_trim(words);
}

bool child_finish(struct child *child, struct buffer *output, struct error *error)
{
    struct text nothing = {0};
    int status = 0;
    close_fd(&child->in);
    while (child->out >= 0 || child->err >= 0)
        if (!pump(child, &nothing, output, error))
            return false;
    if (!wait_for_end(child, &status))
        return give_up(child, error, ERROR_SYSTEM, "did not end in time and was stopped");
    close_ends(child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    struct text words = last_words(child);
    if (WIFSIGNALED(status))
        return error_set(error, ERROR_SYSTEM, "%s was killed by signal %d", child->name,
                         WTERMSIG(status));
    return error_set(error, ERROR_SYSTEM, "%s failed with status %d%s%.*s", child->name,
                     WEXITSTATUS(status), words.len ? ": " : "", TEXT_ARG(words));
}

void child_kill(struct child *child)
{
    if (child->pid > 0) {
        kill(-child->pid, SIGKILL);
        while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        child->pid = 0;
        close_ends(child);
    }
}

bool child_run(const struct child_job *job, struct text input, struct buffer *output,
               struct error *error)
{
    struct child child;
    return child_start(job, &child, error) && child_write(&child, input, output, error) &&
           child_finish(&child, output, error);
}
