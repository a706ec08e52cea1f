/*
 * The names of a domain's mailing lists, read and sorted when the walk
 * begins.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "core/list.h"

#define PREFIX ".qmail-"

struct vpop_lists {
	struct vpop *vp;
	char (*names)[VPOP_USER_SIZE];
	size_t count, next;
};

static int
compare(const void *a, const void *b)
{
	int order = strcasecmp(a, b);

	return order ? order : strcmp(a, b);
}

static int
add_name(struct vpop_lists *cursor, const char *file)
{
	char *name;

	if (cursor->count % 64 == 0) {
		void *more = reallocarray(
		    cursor->names, cursor->count + 64, sizeof *cursor->names);

		if (!more)
			return vp_fail(
			    cursor->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		cursor->names = more;
	}
	name = cursor->names[cursor->count];
	/* A longer name cannot be given to any function. */
	if (vp_copy(name, VPOP_USER_SIZE, file + sizeof PREFIX - 1) != 0)
		return 0;
	for (char *p = name; *p; p++)
		if (*p == ':')
			*p = '.';
	cursor->count++;
	return 0;
}

static int
cannot_list(struct vpop_lists *cursor, const struct vpop_domain *domain)
{
	return vp_fail_errno(cursor->vp, vp_code_of_errno(errno, VA_BAD_D_DIR),
	    "cannot list the folder '%s'", domain->dir);
}

/* A file that is gone meanwhile, or cannot be read, is no list. */
static int
list_names(
    struct vpop_lists *cursor, const struct vpop_domain *domain, int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int code = 0;

	if (!dir) {
		code = cannot_list(cursor, domain);
		if (fd >= 0)
			close(fd);
		return code;
	}
	for (errno = 0; code == 0 && (entry = readdir(dir)); errno = 0)
		if (strncmp(entry->d_name, PREFIX, sizeof PREFIX - 1) == 0 &&
		    !strchr(entry->d_name + 1, '.') &&
		    vp_is_list(dirfd, domain, entry->d_name) > 0)
			code = add_name(cursor, entry->d_name);
	if (code == 0 && errno != 0)
		code = cannot_list(cursor, domain);
	closedir(dir);
	if (cursor->count > 1)
		qsort(cursor->names, cursor->count, sizeof *cursor->names,
		    compare);
	return code;
}

int
vpop_lists_open(
    struct vpop *vp, const char *domain, struct vpop_lists **ret_cursor)
{
	struct vpop_lists *cursor;
	struct vpop_domain found;
	int code;

	if (!domain)
		return vp_fail(vp, VA_NULL_POINTER, "no domain is given");
	if ((code = vpop_domain_get(vp, domain, &found)) < 0)
		return code;
	AUTO_CLOSE int dirfd = vp_domain_dir(vp, &found);
	if (dirfd < 0)
		return dirfd;
	cursor = calloc(1, sizeof *cursor);
	if (!cursor)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	cursor->vp = vp;
	code = list_names(cursor, &found, dirfd);
	if (code < 0) {
		vpop_lists_close(cursor);
		return code;
	}
	*ret_cursor = cursor;
	return 0;
}

int
vpop_lists_next(struct vpop_lists *cursor, char ret_name[VPOP_USER_SIZE])
{
	if (cursor->next == cursor->count)
		return 0;
	memcpy(ret_name, cursor->names[cursor->next++], VPOP_USER_SIZE);
	return 1;
}

void
vpop_lists_close(struct vpop_lists *cursor)
{
	if (!cursor)
		return;
	free(cursor->names);
	free(cursor);
}
