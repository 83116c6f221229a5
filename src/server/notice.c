// SPDX-License-Identifier: MIT
#include "server/notice.h"

#include <string.h>

#include "base/text.h"

void notice_init(struct notice *notice)
{
    pthread_mutex_init(&notice->lock, NULL);
    notice->words[0] = '\0';
}

void notice_set(struct notice *notice, const char *words)
{
    struct text cut = text_clip(text_of(words), NOTICE_MAX - 1);
    pthread_mutex_lock(&notice->lock);
    memcpy(notice->words, cut.at, cut.len);
    notice->words[cut.len] = '\0';
    pthread_mutex_unlock(&notice->lock);
}

void notice_copy(struct notice *notice, char words[NOTICE_MAX])
{
    pthread_mutex_lock(&notice->lock);
    memcpy(words, notice->words, NOTICE_MAX);
    pthread_mutex_unlock(&notice->lock);
}
