/*
 * Where the results of logins go: syslog, a file and the account store's log,
 * as the settings say.  None of them may change what becomes of the login, so
 * what fails here is told to syslog at most.
 *
 * A row holds no password, unless the settings want wrong passwords in the
 * log (modes p and v): then it is in the rows of wrong passwords only.
 */
#include "config.h"

#include "core/authlog.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/lock.h"
#include "base/text.h"
#include "core/store.h"

#define LOCK         "auth-log.lock" /* in etc; its time: the last expiry */
#define DAY          86400
#define LOGON_SIZE   201 /* of older releases' columns, and a NUL */
#define MESSAGE_SIZE 256
#define SECRET_SIZE  129

static void
to_syslog(const struct vpop *vp, const char *line)
{
	openlog(vp->set.log_name, LOG_PID, LOG_MAIL);
	syslog(LOG_MAIL | LOG_NOTICE, "%s", line);
	closelog();
}

/* One write, so that lines of several logins do not mix. */
static void
to_file(const struct vpop *vp, const char *line)
{
	const int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW |
			  O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	AUTO_FREE char *text = NULL;
	time_t now = time(NULL);
	char stamp[64] = "";
	struct stat st;
	struct tm tm;

	AUTO_CLOSE int fd = open(vp->set.auth_log_file, flags, 0600);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	/* Just made by root: others of our programs run as the vpopmail
	 * user. */
	if (st.st_size == 0 && st.st_uid == 0 && geteuid() == 0 &&
	    fchown(fd, vp->uid, vp->gid) != 0)
		return;
	if (!localtime_r(&now, &tm) ||
	    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S%z", &tm) == 0)
		return;
	int size = asprintf(&text, "%s %s[%ld]: %s\n", stamp, vp->set.log_name,
	    (long)getpid(), line);
	if (size < 0)
		text = NULL;
	else if (write(fd, text, (size_t)size) != size)
		return;
}

/* Rows that are too old go once a day, with whichever login comes first. */
static int
expire(
    struct vpop *vp, const struct vpop_store_ops *ops, struct vpop_store *store)
{
	const time_t now = time(NULL);
	const struct timespec times[2] = { { .tv_nsec = UTIME_NOW },
		{ .tv_nsec = UTIME_NOW } };
	struct stat st;

	if (vp->set.auth_log_days == 0)
		return 0;
	AUTO_CLOSE int etc = vp_dir_open(vp->etc);
	if (etc < 0 || (fstatat(etc, LOCK, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			   st.st_size > 0 && now - st.st_mtime < DAY &&
			   st.st_mtime <= now))
		return 0;
	AUTO_CLOSE int lock = vp_lock(etc, LOCK, vp->uid, vp->gid, 0);
	/* The byte tells a file that was only made from one of an expiry. */
	if (lock < 0 || pwrite(lock, "1", 1, 0) != 1 ||
	    futimens(lock, times) != 0)
		return 0;
	int rc = ops->authlog_expire(store, now - vp->set.auth_log_days * DAY);
	return rc < 0 ? rc : 0;
}

/* Bytes from outside as printable text, cut to what a column holds. */
static void
copy_text(char *ret, size_t size, const char *text)
{
	snprintf(ret, size, "%s", text ? text : "");
	vp_make_printable(ret);
}

/* 1 if the settings want the password that was sent in the log. */
static int
wants_secret(const struct vpop *vp, const struct vp_session *session)
{
	return (vp->set.logging == VP_LOG_PASSWORDS ||
		   vp->set.logging == VP_LOG_VERBOSE) &&
	       (session->result == VP_LOGIN_BAD_SECRET ||
		   session->result == VP_LOGIN_SYSTEM_BAD_SECRET);
}

static int
to_store(struct vpop *vp, enum vp_authlog_class class, const char *line,
    const struct vp_session *session, const struct vp_login *login)
{
	char user[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	char logon[LOGON_SIZE], message[MESSAGE_SIZE], secret[SECRET_SIZE];
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int rc = vp_store_keeps(vp, VPOP_KEEP_AUTHLOG, NULL, &ops, &store);

	if (rc <= 0)
		return rc;
	copy_text(user, sizeof user, session->user_part);
	copy_text(domain, sizeof domain, session->domain_part);
	copy_text(logon, sizeof logon, login->name);
	copy_text(message, sizeof message, line);
	copy_text(secret, sizeof secret,
	    wants_secret(vp, session) ? login->secret : NULL);
	const struct vpop_store_authlog entry = {
		.user = user,
		.passwd = secret,
		.domain = domain,
		.logon = logon,
		.remoteip = login->peer ? login->peer : "",
		.message = message,
		.time = time(NULL),
		.error = (int)class,
	};
	rc = ops->authlog_add(store, &entry);
	explicit_bzero(secret, sizeof secret);
	return rc < 0 ? rc : expire(vp, ops, store);
}

void
vp_authlog_send(struct vpop *vp, enum vp_authlog_class class, const char *line,
    const struct vp_session *session, const struct vp_login *login)
{
	char reason[sizeof vp->message];
	const int code = vp->code;

	if (!line || !vp_authlog_wanted(vp->set.logging, class))
		return;
	to_syslog(vp, line);
	if (*vp->set.auth_log_file)
		to_file(vp, line);
	/* Most likely the store itself is down: do not wait for it again. */
	if (session->result == VP_LOGIN_TEMPORARY)
		return;
	memcpy(reason, vp->message, sizeof reason);
	if (to_store(vp, class, line, session, login) < 0)
		to_syslog(vp, "vchkpw: can't write SQL logs");
	memcpy(vp->message, reason, sizeof reason);
	vp->code = code;
}
