/*
 * Whether an address takes mail.  The order is that of a delivery: qmail's
 * own files of the domain, the store's aliases, the mailbox, the domain's
 * default action.
 *
 * "No" is only said of what was looked at; whatever could not be read is a
 * code, so that the server defers.
 */
#include "config.h"

#include "core/rcpt.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/dirtree.h"
#include "base/line.h"
#include "base/text.h"
#include "core/alias.h"
#include "core/name.h"
#include "core/usage.h"
#include "core/user.h"
#include "core/vacation.h"
#include "qmail/cdbfile.h"
#include "qmail/control.h"
#include "qmail/dotqmail.h"
#include "qmail/hostfile.h"

#define HOSTS_BYTES  (16 << 20) /* largest rcpthosts */
#define PASSWD_BYTES (1 << 20)  /* longest passwd(5) entry looked at */

/* 1, 0, or -1 and errno: .qmail-<the first length bytes of ext><suffix>. */
static int
has_file(int dirfd, const char *ext, size_t length, const char *suffix)
{
	AUTO_FREE char *text = NULL;
	char name[256];
	struct stat st;

	if (asprintf(&text, "%.*s%s", (int)length, ext, suffix) < 0) {
		text = NULL;
		return -1;
	}
	if (vp_dotqmail_name(text, name, sizeof name) != 0)
		return 0;
	if (fstatat(dirfd, name, &st, 0) == 0)
		return 1;
	return errno == ENOENT || errno == ENAMETOOLONG ? 0 : -1;
}

/* The file of the name itself, or the default of a prefix that ends with a
 * dash: 1, 0, -1. */
static int
has_dotqmail(int dirfd, const char *ext)
{
	size_t length = strlen(ext);
	int rc = 0;

	/* Its own name is that of the catch-all, which is no address. */
	if (strcmp(ext, "default") != 0)
		rc = has_file(dirfd, ext, length, "");
	for (size_t i = length; rc == 0 && i > 0; i--)
		if (ext[i - 1] == '-')
			rc = has_file(dirfd, ext, i, "default");
	return rc;
}

/* ---- domains of the site ---------------------------------------------- */

/* The mailbox called by the first bytes of ext: 1, 0, or a code;
 * *ret_locked if it refuses all mail. */
static int
has_mailbox(struct vpop *vp, const struct vpop_domain *domain, const char *ext,
    size_t length, int *ret_locked)
{
	char name[VPOP_USER_SIZE];
	struct vpop_user user;

	if (length == 0 || length >= sizeof name)
		return 0;
	memcpy(name, ext, length);
	name[length] = '\0';
	int rc = vp_user_find(vp, domain, name, &user);
	if (rc == 0)
		*ret_locked = (user.flags & VPOP_BOUNCE_MAIL) != 0;
	explicit_bzero(&user, sizeof user);
	if (rc == 0)
		return 1;
	return vpop_class(rc) == VPOP_CLASS_ABSENT ? 0 : rc;
}

/* The whole name, else with qmail-ext the longest part before a dash. */
static int
find_mailbox(struct vpop *vp, const struct vpop_domain *domain, const char *ext,
    int *ret_locked)
{
	size_t length = strlen(ext);
	int rc = has_mailbox(vp, domain, ext, length, ret_locked);

	while (rc == 0 && vp->set.qmail_ext && length-- > 0)
		if (ext[length] == '-')
			rc = has_mailbox(vp, domain, ext, length, ret_locked);
	return rc;
}

/* Every message would pass the quota of the domain: it is better refused now
 * than bounced by the delivery.  Only the usage daemon is asked, which knows;
 * to count takes too long here. */
static int
is_full(struct vpop *vp, const struct vpop_domain *domain)
{
	struct vpop_limits limits;
	uint64_t bytes, count;

	return vp->set.domainquotas &&
	       vpop_limits_get(vp, domain->real, &limits) == 0 &&
	       (limits.quota > 0 || limits.maxmsgcount > 0) &&
	       vp_usage_domain(vp, domain->real, &bytes, &count) &&
	       vp_usage_is_over(&limits, bytes, count, 1);
}

/* An alias that the store keeps: 1, 0, or a code. */
static int
has_alias(struct vpop *vp, const struct vpop_domain *domain, const char *ext)
{
	AUTO_FREE char *text = NULL;
	const char *rest;

	return vp_alias_find(vp, domain, ext, &text, &rest);
}

/* Does the default action take what is for nobody? */
static int
has_catchall(struct vpop *vp, int dirfd)
{
	char action[VPOP_DIR_SIZE];
	int code = 0;
	AUTO_FREE char *text = vp_qmail_default_read(vp, dirfd, &code);

	if (!text)
		return code;
	if (*text == '\0')
		return 0;
	return vp_qmail_default_action(text, action, sizeof action) != 0 ||
	       strcasecmp(action, "bounce-no-mailbox") != 0;
}

static int
in_domain(struct vpop *vp, const struct vpop_domain *domain, const char *ext)
{
	AUTO_CLOSE int dirfd = vp_domain_dir(vp, domain);
	char folder[VPOP_USER_SIZE];
	int locked = 0;

	if (dirfd < 0)
		return dirfd;
	int rc = has_dotqmail(dirfd, ext);
	if (rc < 0)
		return vp_fail_errno(vp, VA_BAD_D_DIR,
		    "cannot look at the files of '%s'", domain->dir);
	if (rc == 0)
		rc = has_alias(vp, domain, ext);
	if (rc == 0) {
		rc = find_mailbox(vp, domain, ext, &locked);
		if (rc > 0)
			return !locked && !is_full(vp, domain);
	}
	if (rc == 0) {
		rc = vp_robot_name(dirfd, ext, folder);
		if (rc < 0)
			return vp_fail_errno(vp, VA_BAD_D_DIR,
			    "cannot look at the files of '%s'", domain->dir);
	}
	return rc != 0 ? rc : has_catchall(vp, dirfd);
}

/* ---- other domains ---------------------------------------------------- */

/* 1 if the first bytes of name are an account that gets mail; 0, -1. */
static int
has_account(const char *name, size_t length)
{
	AUTO_FREE char *user = strndup(name, length);
	AUTO_FREE char *buffer = NULL;
	struct passwd entry, *found = NULL;
	size_t size = 1024;
	int rc = ERANGE;

	while (user && rc == ERANGE && size <= PASSWD_BYTES) {
		char *larger = realloc(buffer, size);

		if (!larger)
			return -1;
		buffer = larger;
		rc = getpwnam_r(user, &entry, buffer, size, &found);
		size *= 4;
	}
	if (found)
		return found->pw_uid != 0;
	errno = rc;
	return user && (rc == 0 || rc == ENOENT || rc == ESRCH) ? 0 : -1;
}

/* An account of the system, with any extension, or an alias of qmail's. */
static int
is_local(struct vpop *vp, const char *user)
{
	AUTO_FREE char *path = NULL;
	size_t length = strlen(user);
	int rc = has_account(user, length);

	for (size_t i = length; rc == 0 && i-- > 1;)
		if (user[i] == '-')
			rc = has_account(user, i);
	if (rc < 0)
		return vp_fail_errno(vp, VA_USER_DOES_NOT_EXIST,
		    "cannot look up the account '%s'", user);
	if (rc > 0)
		return 1;
	if (asprintf(&path, "%s/alias", vp->set.qmaildir) < 0) {
		path = NULL;
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}

	AUTO_CLOSE int dirfd = vp_dir_open(path);
	if (dirfd >= 0) {
		rc = has_dotqmail(dirfd, user);
		if (rc == 0)
			rc = has_file(dirfd, "", 0, "default");
	}
	if (rc < 0 || (dirfd < 0 && errno != ENOENT))
		return vp_fail_errno(vp, VA_COULD_NOT_UPDATE_FILE,
		    "cannot look at the files of '%s'", path);
	return rc;
}

/* 1 if a line of the text is the name. */
static int
has_line(const char *text, const char *name)
{
	size_t length = strlen(name);

	while (*text != '\0') {
		size_t size = strcspn(text, " \t\r\n");

		if (size == length && strncasecmp(text, name, size) == 0)
			return 1;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return 0;
}

/* rcpthosts or morercpthosts.cdb knows the domain, or one above it with a
 * dot in front, as qmail-smtpd looks: 1, 0, -1. */
static int
is_accepted(struct vpop *vp, const char *domain)
{
	AUTO_CLOSE int control = vp_qmail_folder(vp->set.qmaildir, "control");
	AUTO_FREE char *text = NULL;
	struct vp_cdb_reader *more = NULL;
	int rc = 0;

	if (control >= 0)
		text = vp_file_read(control, "rcpthosts", HOSTS_BYTES, NULL);
	if (!text && (control < 0 || errno != ENOENT))
		return -1;
	more = vp_cdb_open(control, "morercpthosts.cdb");
	if (!more && errno != ENOENT)
		return -1;
	while (domain && rc == 0) {
		const char *data;
		size_t size;

		rc = text && has_line(text, domain);
		if (rc == 0 && more)
			rc = vp_cdb_find(
			    more, domain, strlen(domain), &data, &size);
		domain = strchr(domain + 1, '.');
	}
	vp_cdb_close(more);
	return rc;
}

/* Whoever handles the mail of a domain that is in rcpthosts but not ours, it
 * is not for us to refuse. */
static int
elsewhere(struct vpop *vp, const char *user, const char *domain)
{
	int rc = vp_control_has(vp->set.qmaildir, "locals", domain);

	if (rc > 0)
		return is_local(vp, user);
	if (rc == 0)
		rc = is_accepted(vp, domain);
	if (rc < 0)
		return vp_fail_errno(vp, VA_COULD_NOT_UPDATE_FILE,
		    "cannot read '%s/control'", vp->set.qmaildir);
	return rc;
}

int
vp_address_exists(struct vpop *vp, const char *address)
{
	const char *at = strrchr(address, '@');
	char name[VPOP_DOMAIN_SIZE];
	struct vpop_domain domain;

	if (!at || at == address || vp_name_domain(vp, at + 1, name) != 0 ||
	    name[0] == '\0')
		return 0;
	AUTO_FREE char *user = strndup(address, (size_t)(at - address));
	if (!user)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	if (!vp_name_is_ext(user))
		return 0;
	vp_lower(user);

	int rc = vpop_domain_get(vp, name, &domain);
	if (rc == 0)
		return in_domain(vp, &domain, user);
	if (vpop_class(rc) == VPOP_CLASS_ABSENT)
		return elsewhere(vp, user, name);
	return rc;
}
