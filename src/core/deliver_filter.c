/*
 * SpamAssassin and maildrop (facts: runtime 9).
 *
 * The filter's output is a file of its own and counts only when the filter
 * says that it is whole; otherwise the message is delivered as it came.  The
 * message itself is never touched, so later instructions get all of it.
 * Nothing is thrown away but what a user's or domain's flag, or the
 * threshold, says.
 */
#include "config.h"

#include "core/deliver_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/child.h"
#include "base/line.h"
#include "base/text.h"
#include "core/name.h"
#include "qmail/maildir.h"

#define FLAG           "X-Spam-Flag:"
#define LEVEL          "X-Spam-Level:"
#define LINE_MAX_BYTES 8192
#define SECONDS        660 /* more than spamc waits by itself */
#define BLOCK          65536

/* What the header of a filtered message says. */
struct verdict {
	int is_spam;
	int64_t stars;
	int has_end; /* of the header */
};

static int
no_memory(struct vp_run *run)
{
	return vp_deliver_say(
	    run, VP_DEFER, "vdelivermail: no memory (#4.3.0)");
}

/* A file that nobody else sees. */
static int
make_file(void)
{
	int fd = open(P_tmpdir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return fd >= 0 ? fd : memfd_create("message", MFD_CLOEXEC);
}

/* The flags of the account whose address it is: 1, 0 there is none, or a
 * code. */
static int
find_flags(struct vp_run *run, const char *address, uint32_t *ret_flags)
{
	const char *at = strrchr(address, '@');
	char name[VPOP_USER_SIZE], host[VPOP_DOMAIN_SIZE];
	AUTO_FREE char *part = NULL;
	struct vpop_domain domain;
	struct vpop_user user;

	if (!at)
		return 0;
	part = strndup(address, (size_t)(at - address));
	if (!part)
		return vp_fail(run->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	if (run->user.name[0] && strcmp(part, run->user.name) == 0 &&
	    strcmp(at + 1, run->domain.real) == 0) {
		*ret_flags = run->user.flags;
		return 1;
	}
	if (vp_name_user(run->vp, part, name) != 0 || name[0] == '\0' ||
	    vp_name_domain(run->vp, at + 1, host) != 0)
		return 0;
	int rc = vpop_domain_get(run->vp, host, &domain);
	if (rc == 0)
		rc = vp_user_find(run->vp, &domain, name, &user);
	if (rc == 0) {
		*ret_flags = user.flags;
		explicit_bzero(&user, sizeof user);
		return 1;
	}
	return vpop_class(rc) == VPOP_CLASS_ABSENT ? 0 : rc;
}

/* ---- SpamAssassin ----------------------------------------------------- */

static void
trim(char *line)
{
	size_t size = strlen(line);

	while (size > 0 && strchr(" \t\r", line[size - 1]))
		size--;
	line[size] = '\0';
}

static void
judge_line(const char *line, struct verdict *verdict)
{
	if (strncasecmp(line, FLAG, sizeof FLAG - 1) == 0) {
		line += sizeof FLAG - 1;
		line += strspn(line, " \t");
		if (strcasecmp(line, "YES") == 0)
			verdict->is_spam = 1;
	} else if (strncasecmp(line, LEVEL, sizeof LEVEL - 1) == 0) {
		line += sizeof LEVEL - 1;
		line += strspn(line, " \t");
		verdict->stars = (int64_t)strspn(line, "*");
	}
}

static int
read_verdict(int fd, struct verdict *ret)
{
	AUTO_FREE char *line = NULL;
	size_t cap = 0;
	int copy = lseek(fd, 0, SEEK_SET) == 0 ? dup(fd) : -1;
	AUTO_FCLOSE FILE *fp = copy < 0 ? NULL : fdopen(copy, "r");

	*ret = (struct verdict){ 0 };
	if (!fp)
		return -1;
	while (!ret->has_end) {
		ssize_t got = vp_line_read(fp, &line, &cap, LINE_MAX_BYTES);

		/* Long lines, and NUL bytes, are in no field of ours. */
		if (got < 0 && (errno == EMSGSIZE || errno == EILSEQ))
			continue;
		if (got < 0)
			return errno == 0 ? 0 : -1;
		trim(line);
		if (*line == '\0')
			ret->has_end = 1;
		else
			judge_line(line, ret);
	}
	return 0;
}

static ssize_t
read_block(int fd, char *block, off_t at)
{
	ssize_t got;

	do
		got = pread(fd, block, BLOCK, at);
	while (got < 0 && errno == EINTR);
	return got;
}

/* 1 if the filter gave the message back as it was: without spamd, or because
 * it is too large.  Then it has judged nothing, and what the header says is
 * the sender's. */
static int
is_same(int a, int b)
{
	AUTO_FREE char *one = malloc(BLOCK);
	AUTO_FREE char *two = malloc(BLOCK);

	if (!one || !two)
		return 1;
	for (off_t at = 0;;) {
		ssize_t got = read_block(a, one, at);

		if (got != read_block(b, two, at) ||
		    (got > 0 && memcmp(one, two, (size_t)got) != 0))
			return 0;
		if (got <= 0)
			return 1;
		at += got;
	}
}

/* 1 if the filter made a whole message. */
static int
run_spamc(struct vp_run *run, const char *address, int fd)
{
	const char *argv[] = { run->vp->set.spamc_prog, "-f", "-u", address,
		NULL };
	const struct vp_child child = {
		.argv = argv,
		.fd0 = run->d->message_fd,
		.fd1 = fd,
		.fd2 = -1,
		.dirfd = -1,
		.seconds = SECONDS,
	};

	return lseek(run->d->message_fd, 0, SEEK_SET) == 0 &&
	       vp_child_run(&child) == 0;
}

/* A header that lost its end lost more. */
static int
is_whole(const struct vp_run *run, const struct verdict *verdict)
{
	struct verdict original;

	return verdict->has_end ||
	       (read_verdict(run->d->message_fd, &original) == 0 &&
		   !original.has_end);
}

static void
check_spam(struct vp_run *run, const char *address, uint32_t flags,
    struct vp_filtered *filtered)
{
	const struct vp_settings *set = &run->vp->set;
	int fd = make_file();
	struct verdict verdict;
	struct stat st;

	if (fd < 0)
		return;
	if (!run_spamc(run, address, fd) || fstat(fd, &st) != 0 ||
	    st.st_size == 0 || read_verdict(fd, &verdict) != 0 ||
	    !is_whole(run, &verdict) ||
	    (st.st_size == run->size && is_same(fd, run->d->message_fd))) {
		close(fd);
		return;
	}
	filtered->fd = filtered->made = fd;
	filtered->size = st.st_size;
	run->is_spam |= verdict.is_spam;
	if (set->spam_threshold > 0 && verdict.stars > set->spam_threshold) {
		run->is_spam = 1;
		filtered->done = 1;
	} else if (verdict.is_spam && (flags & VPOP_DELETE_SPAM)) {
		filtered->done = 1;
	} else if (verdict.is_spam && set->spam_junkfolder) {
		filtered->junk = 1;
	}
}

/* ---- maildrop --------------------------------------------------------- */

/* With the three lines of qmail-local in front, as preline puts them. */
static int
run_maildrop(struct vp_run *run, const struct vp_place *place,
    struct vp_filtered *filtered)
{
	const char *argv[] = { run->vp->set.maildrop_prog, NULL };
	const char *from = getenv("UFLINE");
	AUTO_CLOSE int fd = make_file();
	AUTO_FREE char *lines = NULL;

	if (asprintf(&lines, "%s%s%s", from ? from : "", run->d->rpline,
		run->d->dtline) < 0) {
		lines = NULL;
		return no_memory(run);
	}
	if (fd < 0 || vp_deliver_copy(filtered->fd, lines, fd) != 0)
		return vp_deliver_say(run, VP_DEFER,
		    "vdelivermail: cannot copy the message: %s (#4.3.0)",
		    strerror(errno));
	filtered->done = 1;
	return vp_deliver_program(run, argv, fd, place->fd);
}

int
vp_deliver_filter(struct vp_run *run, const struct vp_place *place,
    const char *address, struct vp_filtered *ret)
{
	const struct vp_settings *set = &run->vp->set;
	uint32_t flags = 0;

	*ret = (struct vp_filtered){
		.fd = run->d->message_fd,
		.made = -1,
		.size = run->size,
	};
	if (!set->spamassassin && !set->maildrop)
		return VP_DELIVERED;
	int found = find_flags(run, address, &flags);
	if (found <= 0)
		return found == 0 ? VP_DELIVERED : vp_deliver_defer(run);

	if (set->spamassassin && !(flags & VPOP_NO_SPAMASSASSIN))
		check_spam(run, address, flags, ret);
	if (set->maildrop && !(flags & VPOP_NO_MAILDROP) && !ret->done)
		return run_maildrop(run, place, ret);
	return VP_DELIVERED;
}

void
vp_filtered_close(struct vp_filtered *filtered)
{
	if (filtered->made >= 0)
		close(filtered->made);
	filtered->made = -1;
}

/* ---- the junk folder -------------------------------------------------- */

int
vp_deliver_to_junk(const struct vp_run *run, struct vp_maildir_file *file)
{
	struct vp_maildir_file junk;

	/* Folders have no folders of their own. */
	if (faccessat(file->dirfd, "maildirfolder", F_OK, 0) == 0 ||
	    vp_maildir_make(
		file->dirfd, ".Junk", run->domain.uid, run->domain.gid) != 0 ||
	    vp_maildir_open(file->dirfd, ".Junk", &junk) != 0)
		return -1;
	int mark = openat(junk.dirfd, "maildirfolder",
	    O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (mark >= 0)
		close(mark);
	vp_maildir_abort(file);
	*file = junk;
	return 0;
}
