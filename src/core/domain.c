/*
 * Finding a domain, its folder and its locks.
 *
 * Nothing is remembered between two calls: another program may add or delete
 * a domain at any time, and the compiled table answers with one read.
 */
#include "config.h"

#include "core/domain.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/dirtree.h"
#include "base/line.h"
#include "base/lock.h"
#include "base/text.h"
#include "core/name.h"
#include "qmail/dotqmail.h"

#define QMAIL_DEFAULT ".qmail-default"
#define VDELIVERMAIL  "vdelivermail"

static int
does_not_exist(struct vpop *vp, const char *name)
{
	return vp_fail(
	    vp, VA_DOMAIN_DOES_NOT_EXIST, "domain '%s' does not exist", name);
}

int
vpop_domain_get(
    struct vpop *vp, const char *name, struct vpop_domain *ret_domain)
{
	char lower[VPOP_DOMAIN_SIZE];
	struct vp_assign found;

	/* What cannot be a name is not the name of a domain. */
	int code = vp_name_domain(vp, name, lower);
	if (code != 0)
		return vp_fail(vp, VA_DOMAIN_DOES_NOT_EXIST, "%s", vp->message);
	if (lower[0] == '\0')
		return vp_fail(vp, VA_DOMAIN_DOES_NOT_EXIST,
		    "no domain is given, and there is no default domain");
	int rc = vp_assign_lookup(
	    vp->set.qmaildir, vp->set.qmail_cdb_name, lower, &found);
	if (rc < 0)
		return vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_CANNOT_READ_ASSIGN),
		    "cannot look up domain '%s' in '%s/users/%s'", lower,
		    vp->set.qmaildir, vp->set.qmail_cdb_name);
	if (rc == 0)
		return does_not_exist(vp, lower);

	struct vpop_domain domain = { .uid = found.uid, .gid = found.gid };
	if (vp_copy(domain.name, sizeof domain.name, lower) != 0 ||
	    vp_copy(domain.real, sizeof domain.real, found.real) != 0 ||
	    vp_copy(domain.dir, sizeof domain.dir, found.dir) != 0)
		return vp_fail_errno(vp, VA_CANNOT_READ_ASSIGN,
		    "cannot use the entry of domain '%s'", lower);
	*ret_domain = domain;
	return 0;
}

/* Sites move a domain to another disk by a link.  Only a link that root or
 * we ourselves made may decide where we write. */
static int
open_linked(const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return -1;
	if (!S_ISLNK(st.st_mode) ||
	    (st.st_uid != 0 && st.st_uid != geteuid())) {
		errno = ENOTDIR;
		return -1;
	}
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int
vp_domain_open(const struct vpop_domain *domain)
{
	int fd = vp_dir_open(domain->dir);

	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		fd = open_linked(domain->dir);
	return fd;
}

int
vp_domain_dir(struct vpop *vp, const struct vpop_domain *domain)
{
	int fd = vp_domain_open(domain);

	if (fd < 0)
		return vp_fail_errno(vp, vp_code_of_errno(errno, VA_BAD_D_DIR),
		    "cannot open the folder '%s' of domain '%s'", domain->dir,
		    domain->real);
	return fd;
}

static int
lock_failed(struct vpop *vp, const char *folder, const char *name)
{
	if (errno == EAGAIN)
		return vp_fail(vp, VA_LOCK_FAILED,
		    "'%s/%s' is locked by another program", folder, name);
	return vp_fail_errno(vp,
	    vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE),
	    "cannot lock '%s/%s'", folder, name);
}

int
vp_domain_lock(
    struct vpop *vp, const struct vpop_domain *domain, int dirfd, int wait)
{
	int fd = vp_lock(dirfd, VP_LOCK_FILE, domain->uid, domain->gid,
	    wait ? (int)vp->set.lock_seconds : 0);

	vp->is_changing |= fd >= 0;
	return fd >= 0 ? fd : lock_failed(vp, domain->dir, VP_LOCK_FILE);
}

int
vp_site_lock(struct vpop *vp, int wait)
{
	AUTO_FREE char *users = NULL;

	if (asprintf(&users, "%s/users", vp->set.qmaildir) < 0) {
		users = NULL;
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	AUTO_CLOSE int dirfd = open(users, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0)
		return vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_CANNOT_READ_ASSIGN),
		    "cannot open the folder '%s'", users);
	int fd = vp_lock(dirfd, "assign.lock", geteuid(), getegid(),
	    wait ? (int)vp->set.lock_seconds : 0);
	vp->is_changing |= fd >= 0;
	return fd >= 0 ? fd : lock_failed(vp, users, "assign.lock");
}

void
vp_assign_how(const struct vpop *vp, struct vp_assign_how *ret)
{
	*ret = (struct vp_assign_how){
		.qmail_dir = vp->set.qmaildir,
		.cdb_name = vp->set.qmail_cdb_name,
		.newu = vp->set.qmail_newu,
	};
}

void
vp_control_how(const struct vpop *vp, struct vp_control_how *ret)
{
	*ret = (struct vp_control_how){
		.qmail_dir = vp->set.qmaildir,
		.newmrh = vp->set.qmail_newmrh,
	};
}

char *
vp_qmail_default_read(struct vpop *vp, int dirfd, int *ret_code)
{
	char *text = vp_file_read(dirfd, QMAIL_DEFAULT, VP_DOTQMAIL_FILE, NULL);

	if (!text && errno == ENOENT)
		text = strdup("");
	*ret_code = 0;
	if (!text)
		*ret_code = vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_COULD_NOT_OPEN_QMAIL_DEFAULT),
		    "cannot read '%s'", QMAIL_DEFAULT);
	return text;
}

/* The next word as a shell would see it, without its quotes; only as many
 * bytes are stored as fit, all are counted.  NULL: no more words. */
static const char *
next_word(const char *p, char *ret, size_t size, size_t *ret_length)
{
	char quote = '\0';
	size_t length = 0;

	while (*p == ' ' || *p == '\t')
		p++;
	if (*p == '\0' || *p == '\n')
		return NULL;
	for (; *p && *p != '\n'; p++) {
		if (!quote && (*p == ' ' || *p == '\t'))
			break;
		if (!quote && (*p == '\'' || *p == '"')) {
			quote = *p;
			continue;
		}
		if (*p == quote) {
			quote = '\0';
			continue;
		}
		if (length + 1 < size)
			ret[length] = *p;
		length++;
	}
	if (size > 0)
		ret[length < size ? length : size - 1] = '\0';
	*ret_length = length;
	return p;
}

/* The second argument of the program on a command line. */
static int
second_argument(const char *p, char *ret, size_t size)
{
	char first[8];
	size_t length;

	p = next_word(p, first, sizeof first, &length);
	if (p)
		p = next_word(p, ret, size, &length);
	if (!p) {
		ret[0] = '\0';
		return 0;
	}
	if (length >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return 0;
}

int
vp_qmail_default_action(const char *text, char *ret, size_t size)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		line += strspn(line, " \t");
		size_t length = strcspn(line, "\n");
		const char *name =
		    memmem(line, length, VDELIVERMAIL, sizeof VDELIVERMAIL - 1);

		if (*line == '|' && name)
			return second_argument(
			    name + sizeof VDELIVERMAIL - 1, ret, size);
	}
	ret[0] = '\0';
	return 0;
}

int
vpop_domain_get_default(
    struct vpop *vp, const char *name, char *ret_action, size_t size)
{
	char action[VPOP_ALIAS_LINE_SIZE];
	struct vpop_domain domain;
	AUTO_FREE char *text = NULL;
	int code = vpop_domain_get(vp, name, &domain);

	if (code != 0)
		return code;
	AUTO_CLOSE int dirfd = vp_domain_dir(vp, &domain);
	if (dirfd < 0)
		return dirfd;
	text = vp_qmail_default_read(vp, dirfd, &code);
	if (!text)
		return code;
	if (vp_qmail_default_action(text, action, sizeof action) != 0)
		return vp_fail(vp, VA_COULD_NOT_OPEN_QMAIL_DEFAULT,
		    "the action in '%s/%s' is too long", domain.dir,
		    QMAIL_DEFAULT);
	if (vp_copy(ret_action, size, action) != 0)
		return vp_fail(vp, VA_INTERNAL_BUFFER_EXCEEDED,
		    "the buffer for the action is too small");
	return 0;
}
