/* Handing a message to qmail-queue (qmail-queue(8)). */
#ifndef QMAIL_QUEUE_H
#define QMAIL_QUEUE_H

#include <stddef.h>

/*
 * Queue header (NUL-terminated text, may be "") followed by the whole
 * content of message_fd from its beginning, unchanged, from sender to
 * recipients.  Returns 0, 100 (permanently refused) or 111 (try again); the
 * reason is in error.
 */
int vp_queue_message(const char *program, const char *header, int message_fd,
    const char *sender, const char *const *recipients, size_t count,
    char *error, size_t error_size);

#endif
