/*
 * Instructions.  All of a list are interpreted and checked before the first
 * is carried out, so that a bad line cannot make the good ones before it
 * happen again at every retry.  Forwards are queued last, in one message,
 * after everything that may still defer.
 */
#include "config.h"

#include "core/deliver_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/line.h"
#include "base/text.h"
#include "qmail/queue.h"

static int
check_one(struct vp_run *run, const struct vp_instruction *line)
{
	if (line->kind == VP_MBOX)
		return vp_deliver_say(run, VP_DEFER,
		    "can't handle mbox delivery for %s (#4.3.0)", line->text);
	if (line->kind == VP_FORWARD && vp_deliver_loops(run, line->text))
		return vp_deliver_say(
		    run, VP_BOUNCE, "mail is looping (#5.4.6)");
	return VP_DELIVERED;
}

/* The command reads the message from its start. */
static int
command(struct vp_run *run, const struct vp_place *place, const char *text)
{
	const char *argv[] = { "/bin/sh", "-c", text, NULL };

	return vp_deliver_program(run, argv, run->d->message_fd, place->fd);
}

static int
queue(struct vp_run *run, const char *const *recipients, size_t count)
{
	AUTO_FREE char *line = vp_deliver_forward_line(run);
	AUTO_FREE char *header = NULL;
	char error[256];

	if (!line || asprintf(&header, "%s%s", run->d->rpline, line) < 0)
		header = NULL;
	if (!header)
		return vp_deliver_say(
		    run, VP_DEFER, "vdelivermail: no memory (#4.3.0)");

	int rc = vp_queue_message(run->vp->set.qmail_queue, header,
	    run->d->message_fd, run->d->sender, recipients, count, error,
	    sizeof error);
	if (rc != 0)
		return vp_deliver_say(run, rc,
		    "system error calling qmail-queue: %s (#%d.3.0)", error,
		    rc == VP_BOUNCE ? 5 : 4);
	return VP_DELIVERED;
}

/* As qmail-local does: what a command says with 99 ends the list, and the
 * forwards above that line are still made. */
static int
carry_out(struct vp_run *run, const struct vp_place *place,
    const struct vp_instruction *list, size_t count)
{
	const char **recipients = calloc(count + 1, sizeof *recipients);
	size_t forwards = 0;
	int rc = VP_DELIVERED;

	if (!recipients)
		return vp_deliver_say(
		    run, VP_DEFER, "vdelivermail: no memory (#4.3.0)");
	for (size_t i = 0; i < count && rc == VP_DELIVERED; i++) {
		if (list[i].kind == VP_MAILDIR)
			rc = vp_deliver_maildir(run, place, list[i].text, NULL);
		else if (list[i].kind == VP_COMMAND)
			rc = command(run, place, list[i].text);
		else if (list[i].kind == VP_FORWARD)
			recipients[forwards++] = list[i].text;
	}
	if (forwards > 0 && (rc == VP_DELIVERED || rc == VP_STOP)) {
		int queued = queue(run, recipients, forwards);

		if (queued != VP_DELIVERED)
			rc = queued;
	}
	free(recipients);
	return rc;
}

static int
run_list(struct vp_run *run, const struct vp_place *place,
    const struct vp_instruction *list, size_t count)
{
	/* There is nothing to deliver in an empty message. */
	if (run->size == 0)
		return VP_DELIVERED;
	for (size_t i = 0; i < count; i++) {
		int rc = check_one(run, &list[i]);

		if (rc != VP_DELIVERED)
			return rc;
	}
	return carry_out(run, place, list, count);
}

int
vp_deliver_lines(struct vp_run *run, const struct vp_place *place, char *text,
    size_t size, int *ret_done)
{
	struct vp_instruction *list;
	size_t count, lines;

	if (vp_dotqmail_split(text, size, &list, &count, &lines) != 0)
		return vp_deliver_say(run, VP_DEFER,
		    "vdelivermail: cannot use the instructions in '%s': %s "
		    "(#4.3.0)",
		    place->dir, strerror(errno));

	int rc = run_list(run, place, list, count);
	*ret_done = lines > 0;
	free(list);
	return rc;
}

/* 1: there is such a file and *ret_text is its content; 0: there is none. */
static int
read_dotqmail(struct vp_run *run, const struct vp_place *place,
    const char *name, char **ret_text, size_t *ret_size, int *ret_status)
{
	struct stat st;

	*ret_status = VP_DELIVERED;
	if (fstatat(place->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (S_ISREG(st.st_mode) && (st.st_mode & S_IWOTH)) {
			*ret_status = vp_deliver_say(run, VP_DEFER,
			    "vdelivermail: '%s/%s' is world-writable "
			    "(#4.7.0)",
			    place->dir, name);
			return 0;
		}
		*ret_text =
		    vp_file_read(place->fd, name, VP_DOTQMAIL_FILE, ret_size);
		if (*ret_text)
			return 1;
	}
	/* A name that is too long for a file is not there either. */
	if (errno != ENOENT && errno != ENAMETOOLONG)
		*ret_status = vp_deliver_say(run, VP_DEFER,
		    "vdelivermail: cannot read '%s/%s': %s (#4.3.0)",
		    place->dir, name, strerror(errno));
	return 0;
}

/* Do what the file .qmail-<prefix><suffix> says, prefix being the first
 * bytes of the extension; *ret_found is 1 if there is one. */
static int
try_extension(struct vp_run *run, const struct vp_place *place,
    const char *extension, size_t prefix, const char *suffix, int *ret_found,
    int *ret_done)
{
	AUTO_FREE char *ext = NULL;
	AUTO_FREE char *text = NULL;
	char name[256];
	size_t size;
	int status;

	*ret_found = 0;
	if (asprintf(&ext, "%.*s%s", (int)prefix, extension, suffix) < 0) {
		ext = NULL;
		return vp_deliver_say(
		    run, VP_DEFER, "vdelivermail: no memory (#4.3.0)");
	}
	if (vp_dotqmail_name(ext, name, sizeof name) != 0)
		return VP_DELIVERED;
	*ret_found = read_dotqmail(run, place, name, &text, &size, &status);
	if (!*ret_found)
		return status;
	return vp_deliver_lines(run, place, text, size, ret_done);
}

/* .qmail-EXT, .qmail-PREFIX-default for each dash from the right, and
 * .qmail-default: the first that exists. */
static int
search_extension(struct vp_run *run, const struct vp_place *place,
    const char *extension, int *ret_found, int *ret_done)
{
	size_t length = strlen(extension);
	int rc = try_extension(
	    run, place, extension, length, "", ret_found, ret_done);

	for (size_t i = length; rc == VP_DELIVERED && !*ret_found && i > 0; i--)
		if (extension[i - 1] == '-')
			rc = try_extension(run, place, extension, i, "default",
			    ret_found, ret_done);
	if (rc == VP_DELIVERED && !*ret_found)
		rc = try_extension(
		    run, place, extension, 0, "default", ret_found, ret_done);
	return rc;
}

int
vp_deliver_dotqmail(struct vp_run *run, const struct vp_place *place,
    const char *extension, int *ret_done)
{
	AUTO_FREE char *text = NULL;
	size_t size;
	int found = 0, rc = VP_DELIVERED;

	*ret_done = 0;
	if (extension && extension[0] != '\0')
		rc = search_extension(run, place, extension, &found, ret_done);
	if (found || rc != VP_DELIVERED)
		return rc;
	if (!read_dotqmail(run, place, ".qmail", &text, &size, &rc))
		return rc;
	return vp_deliver_lines(run, place, text, size, ret_done);
}
