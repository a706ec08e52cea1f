/*
 * One message into one Maildir.  Until the last step nothing of it is in
 * new/; after that step the delivery has happened, and what fails then (the
 * running total of the quota) is not told.
 */
#include "config.h"

#include "core/deliver_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/text.h"
#include "core/usage.h"
#include "qmail/maildir.h"

/* Start of the last "/Maildir" component, or NULL. */
static const char *
find_maildir(const char *path)
{
	const char *found = NULL;

	for (const char *p = path; (p = strstr(p, "/Maildir")) != NULL; p++)
		if (p[8] == '/' || p[8] == '\0')
			found = p;
	return found;
}

/* The component that ends at end, and where it begins. */
static const char *
component(const char *path, const char *end)
{
	const char *start = end;

	while (start > path && start[-1] != '/')
		start--;
	return start;
}

/*
 * Whose Maildir a path is, by the layout of our trees:
 * .../<domains>/[hash/]<domain>/[hash/]<user>/Maildir/...  malloc'd; NULL if
 * it is not of that shape.
 */
static char *
address_of_path(const struct vp_run *run, const char *path)
{
	const char *end = find_maildir(path);
	const char *user, *part;
	char *address;

	if (!end || end == path)
		return NULL;
	user = part = component(path, end);
	size_t user_size = (size_t)(end - user);
	while (part > path) {
		const char *part_end = part - 1;
		size_t size;

		part = component(path, part_end);
		size = (size_t)(part_end - part);
		if (size == strlen(run->vp->set.domains_dir) &&
		    strncmp(part, run->vp->set.domains_dir, size) == 0)
			return NULL;
		if (memchr(part, '.', size)) {
			if (asprintf(&address, "%.*s@%.*s", (int)user_size,
				user, (int)size, part) < 0)
				return NULL;
			return address;
		}
	}
	return NULL;
}

/* An instruction's path as an absolute one, malloc'd. */
static char *
whole_path(const struct vp_place *place, const char *path)
{
	char *whole;

	if (path[0] == '/')
		return strdup(path);
	while (strncmp(path, "./", 2) == 0)
		path += 2;
	if (asprintf(&whole, "%s/%s", place->dir, path) < 0)
		return NULL;
	return whole;
}

static char *
find_address(const struct vp_run *run, const char *given, const char *whole)
{
	char *address = given ? strdup(given) : address_of_path(run, whole);

	if (!address && !given &&
	    asprintf(&address, "%s@%s", run->ext, run->domain.real) < 0)
		return NULL;
	return address;
}

static int
no_memory(struct vp_run *run)
{
	return vp_deliver_say(
	    run, VP_DEFER, "vdelivermail: no memory (#4.3.0)");
}

/* The disk quota of the system is the user's own limit, too. */
static int
failed(struct vp_run *run, const char *what, const char *path)
{
	if (errno == EDQUOT)
		return vp_deliver_say(
		    run, VP_BOUNCE, "user is over quota (#5.2.2)\n");
	if (path)
		fprintf(run->out, "%s errno=%d file=%s\n", what, errno, path);
	else
		fprintf(run->out, "%s errno = %d\n", what, errno);
	return vp_deliver_say(run, VP_DEFER, "system error (#4.3.0)");
}

static int
write_message(struct vp_run *run, int message, const struct vp_room *room,
    struct vp_maildir_file *file, const char *address)
{
	AUTO_FREE char *header = NULL;
	int64_t size;

	if (asprintf(&header, "%sDelivered-To: %s\n", run->d->rpline, address) <
	    0) {
		header = NULL;
		vp_maildir_abort(file);
		return no_memory(run);
	}
	if (vp_deliver_copy(message, header, file->fd) != 0) {
		int rc = failed(run, "write failed", NULL);

		vp_maildir_abort(file);
		return rc;
	}
	if (vp_maildir_commit(file, (int)run->vp->set.file_sync, &size) != 0)
		return failed(run, "link failed", NULL);
	vp_room_add(room, size);
	vp_usage_notify(run->vp, address);
	return VP_DELIVERED;
}

/* Paths with ".." are left to the system; others never follow a link. */
static int
open_file(const struct vp_place *place, const char *path, const char *whole,
    struct vp_maildir_file *ret)
{
	if (path[0] == '/' || strstr(path, ".."))
		return vp_maildir_open(AT_FDCWD, whole, ret);
	return vp_maildir_open(place->fd, path, ret);
}

/* Put what the filters left into the Maildir, or its junk folder. */
static int
put(struct vp_run *run, const struct vp_place *place, const char *path,
    const char *whole, const char *address, const struct vp_filtered *filtered)
{
	struct vp_maildir_file file;
	struct vp_room room;

	if (open_file(place, path, whole, &file) != 0)
		return failed(run, "can not open new email file", whole);
	/* Without the folder the inbox has it. */
	if (filtered->junk)
		(void)vp_deliver_to_junk(run, &file);
	if (vp_room_open(run, file.dirfd, &room) != 0) {
		int rc = failed(run, "can not open folder", whole);

		vp_maildir_abort(&file);
		return rc;
	}

	int rc = vp_room_check(run, &room, address, filtered->size);
	if (rc == VP_DELIVERED)
		rc = write_message(run, filtered->fd, &room, &file, address);
	else
		vp_maildir_abort(&file);
	vp_room_close(&room);
	return rc;
}

int
vp_deliver_maildir(struct vp_run *run, const struct vp_place *place,
    const char *path, const char *given)
{
	AUTO_FREE char *whole = whole_path(place, path);
	AUTO_FREE char *address = NULL;
	struct vp_filtered filtered;

	if (whole)
		address = find_address(run, given, whole);
	if (!address)
		return no_memory(run);

	int rc = vp_deliver_filter(run, place, address, &filtered);
	if (rc == VP_DELIVERED && !filtered.done)
		rc = put(run, place, path, whole, address, &filtered);
	vp_filtered_close(&filtered);
	return rc;
}
