/*
 * Who gets a message: a mailbox, or what the domain's default action says.
 * A permanent refusal (100) is only given for what was found out: everything
 * that could not be found out or done here is 111, and the message stays
 * with qmail.
 */
#include "config.h"

#include "core/deliver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/dirtree.h"
#include "base/line.h"
#include "base/text.h"
#include "core/deliver_int.h"
#include "core/name.h"
#include "qmail/maildir.h"

#define NO_MAILBOX "Sorry, no mailbox here by that name. (#5.1.1)"

int
vp_deliver_say(struct vp_run *run, int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(run->out, format, args);
	va_end(args);
	fputc('\n', run->out);
	return status;
}

int
vp_deliver_defer(struct vp_run *run)
{
	return vp_deliver_say(run, VP_DEFER,
	    "vdelivermail: deferred, %s (#4.3.0)", vpop_message(run->vp));
}

char *
vp_deliver_text(const struct vp_run *run, const char *name)
{
	char *text = NULL;

	if (run->domain_fd >= 0)
		text = vp_file_read(run->domain_fd, name, VP_TEXT_MAX, NULL);
	if (text)
		return text;

	AUTO_CLOSE int site = vp_dir_open(run->vp->domains);
	if (site >= 0)
		text = vp_file_read(site, name, VP_TEXT_MAX, NULL);
	return text;
}

static int
no_mailbox(struct vp_run *run)
{
	AUTO_FREE char *text = vp_deliver_text(run, ".no-user.msg");
	size_t size = text ? strlen(text) : 0;

	if (size == 0)
		return vp_deliver_say(run, VP_BOUNCE, NO_MAILBOX);
	fputs(text, run->out);
	if (text[size - 1] != '\n')
		fputc('\n', run->out);
	return VP_BOUNCE;
}

/* EXT and HOST, the domain and its folder. */
static int
find_domain(struct vp_run *run)
{
	char host[VPOP_DOMAIN_SIZE];

	if (!vp_name_is_ext(run->d->ext))
		return vp_deliver_say(run, VP_BOUNCE, "invalid username");
	if (vp_name_domain(run->vp, run->d->host, host) != 0)
		return vp_deliver_say(run, VP_BOUNCE, "invalid domain name");

	int rc = vpop_domain_get(run->vp, host, &run->domain);
	if (vpop_class(rc) == VPOP_CLASS_ABSENT)
		return no_mailbox(run);
	if (rc != 0)
		return vp_deliver_defer(run);
	/* Unless the settings make root the owner of all mail. */
	if (geteuid() == 0 && (run->domain.uid != 0 || run->vp->uid != 0))
		return vp_deliver_say(run, VP_DEFER,
		    "vdelivermail: will not deliver as root (#4.3.0)");
	run->domain_fd = vp_domain_dir(run->vp, &run->domain);
	return run->domain_fd < 0 ? vp_deliver_defer(run) : VP_DELIVERED;
}

static int
check_message(struct vp_run *run)
{
	AUTO_FREE char *address = NULL;
	struct stat st;
	int rc;

	if (fstat(run->d->message_fd, &st) != 0)
		return vp_deliver_say(run, VP_DEFER,
		    "vdelivermail: cannot read the message: %s (#4.3.0)",
		    strerror(errno));
	run->size = st.st_size;
	rc = vp_deliver_seen(run);
	if (rc != VP_DELIVERED)
		return rc;
	if (asprintf(&address, "%s@%s", run->ext, run->domain.real) < 0) {
		address = NULL;
		return vp_deliver_say(
		    run, VP_DEFER, "vdelivermail: no memory (#4.3.0)");
	}
	if (vp_deliver_loops(run, address))
		return vp_deliver_say(
		    run, VP_BOUNCE, "mail is looping (#5.4.6)");
	return VP_DELIVERED;
}

/* The mailbox called by the first bytes of ext: 1, 0, or a code. */
static int
find_user(struct vp_run *run, size_t prefix)
{
	char name[VPOP_USER_SIZE];

	if (prefix == 0 || prefix >= sizeof name)
		return 0;
	memcpy(name, run->ext, prefix);
	name[prefix] = '\0';

	int rc = vp_user_find(run->vp, &run->domain, name, &run->user);
	if (rc == 0)
		return 1;
	run->user.name[0] = '\0';
	return vpop_class(rc) == VPOP_CLASS_ABSENT ? 0 : rc;
}

/* The whole user part, else with qmail-ext the longest part before a dash:
 * 1 and its length, 0, or a code. */
static int
find_mailbox(struct vp_run *run, size_t *ret_prefix)
{
	size_t length = strlen(run->ext);
	int rc = find_user(run, length);

	*ret_prefix = length;
	if (!run->vp->set.qmail_ext)
		return rc;
	while (rc == 0 && length > 0) {
		length--;
		if (run->ext[length] == '-') {
			rc = find_user(run, length);
			*ret_prefix = length;
		}
	}
	return rc;
}

/* An absolute path: a folder like a mailbox's, with Maildir and .qmail. */
static int
path_action(struct vp_run *run, const char *action)
{
	AUTO_FREE char *dir = strdup(action);
	AUTO_FREE char *address = NULL;
	AUTO_CLOSE int fd = -1;
	const char *dash = strchr(run->ext, '-');
	size_t size;
	int rc, done;

	if (!dir ||
	    asprintf(&address, "%s@%s", run->ext, run->domain.real) < 0) {
		address = NULL;
		return vp_deliver_say(
		    run, VP_DEFER, "vdelivermail: no memory (#4.3.0)");
	}
	for (size = strlen(dir); size > 1 && dir[size - 1] == '/'; size--)
		dir[size - 1] = '\0';
	vp_deliver_say(run, VP_DELIVERED,
	    "user does not exist, but will deliver to %s/", dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return vp_deliver_say(run, VP_DEFER,
		    "vdelivermail: cannot open '%s': %s (#4.3.0)", dir,
		    strerror(errno));

	struct vp_place place = { .fd = fd, .dir = dir };
	rc = vp_deliver_dotqmail(run, &place,
	    run->vp->set.qmail_ext && dash ? dash + 1 : NULL, &done);
	if (rc != VP_DELIVERED || done || run->size == 0)
		return rc;
	if (faccessat(fd, "Maildir/tmp", F_OK, 0) != 0 && errno == ENOENT)
		(void)vp_maildir_make(
		    fd, "Maildir", run->domain.uid, run->domain.gid);
	return vp_deliver_maildir(run, &place, "Maildir/", address);
}

/* 1 if the text can be an address to forward to. */
static int
is_address(const char *text)
{
	const char *at = strrchr(text, '@');

	return at && at != text && at[1] != '\0' && vp_is_clean(text) &&
	       !strpbrk(text, " \t");
}

/* A Maildir, a command, a comment or an address. */
static int
line_action(struct vp_run *run, const char *action)
{
	AUTO_FREE char *text = strdup(action);
	AUTO_FREE char *copy = strdup(action);
	struct vp_place place = { run->domain_fd, run->domain.dir };
	struct vp_instruction line;
	int done;

	if (!text || !copy)
		return vp_deliver_say(
		    run, VP_DEFER, "vdelivermail: no memory (#4.3.0)");
	vp_dotqmail_parse(copy, &line);
	if ((line.kind == VP_NOTHING && line.text[0] != '#') ||
	    strchr(action, '\n') ||
	    (line.kind == VP_FORWARD && !is_address(line.text)))
		return vp_deliver_say(run, VP_DEFER,
		    "vdelivermail: invalid action '%s' in .qmail-default file "
		    "(#4.3.5)",
		    action);
	return vp_deliver_lines(run, &place, text, strlen(text), &done);
}

/* "@domain": the same name there. */
static int
domain_action(struct vp_run *run, const char *action)
{
	AUTO_FREE char *line = NULL;

	if (asprintf(&line, "&%s%s", run->d->ext, action) < 0) {
		line = NULL;
		return vp_deliver_say(
		    run, VP_DEFER, "vdelivermail: no memory (#4.3.0)");
	}
	return line_action(run, line);
}

static int
default_action(struct vp_run *run)
{
	const char *action = run->d->action;

	if (strcasecmp(action, "delete") == 0)
		return VP_DELIVERED;
	if (strcasecmp(action, "bounce-no-mailbox") == 0)
		return no_mailbox(run);
	if (action[0] == '/')
		return path_action(run, action);
	return action[0] == '@' ? domain_action(run, action)
				: line_action(run, action);
}

static int
deliver(struct vp_run *run)
{
	size_t prefix;
	int rc = find_domain(run);

	if (rc == VP_DELIVERED)
		rc = check_message(run);
	if (rc != VP_DELIVERED)
		return rc;

	int found;
	rc = vp_deliver_alias(run, &found);
	if (rc != VP_DELIVERED || found)
		return rc;
	found = find_mailbox(run, &prefix);
	if (found < 0)
		return vp_deliver_defer(run);
	if (found)
		return vp_deliver_user(run, prefix);
	rc = vp_deliver_robot(run, &found);
	return rc != VP_DELIVERED || found ? rc : default_action(run);
}

int
vp_deliver(struct vpop *vp, const struct vp_delivery *delivery, FILE *out)
{
	struct vp_run run = {
		.vp = vp,
		.d = delivery,
		.out = out,
		.domain_fd = -1,
	};
	int rc;

	run.ext = strdup(delivery->ext);
	if (!run.ext)
		return vp_deliver_say(
		    &run, VP_DEFER, "vdelivermail: no memory (#4.3.0)");
	vp_lower(run.ext);
	rc = deliver(&run);

	if (run.domain_fd >= 0)
		close(run.domain_fd);
	for (size_t i = 0; i < run.seen_count; i++)
		free(run.seen[i]);
	free(run.seen);
	free(run.ext);
	explicit_bzero(&run.user, sizeof run.user);
	return rc;
}
