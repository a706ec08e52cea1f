/* Telling qmail-send to read locals and virtualdomains again. */
#ifndef QMAIL_SEND_H
#define QMAIL_SEND_H

#include <sys/types.h>

/*
 * The pid of qmail-send: from the supervise status file of service (a
 * service folder; "" tries /service/qmail-send, /var/service/qmail-send,
 * /etc/service/qmail-send), else the holder of the lock on
 * qmail_dir/lock/sendmutex as the kernel tells it.  0 if it does not run,
 * -1 and errno if that cannot be found out.  Process lines are never
 * searched.
 */
pid_t vp_qmail_send_pid(const char *qmail_dir, const char *service);
/* SIGHUP to it.  0 also when it does not run. */
int vp_qmail_send_hup(const char *qmail_dir, const char *service);

#endif
