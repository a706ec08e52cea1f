/*
 * Walking the aliases of a domain: rows of the account store where that keeps
 * them, else its files .qmail-<name>.
 *
 * The names are read and sorted when the walk begins, the files one after
 * the other as it goes, so a walk holds one file in memory.  A file that is
 * gone meanwhile, or empty, is passed over; one that cannot be read is told,
 * and the walk goes on behind it.
 *
 * A link is the file of a mailing list: followed only to a file of the
 * domain's owner, because the links are his to make.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/line.h"
#include "base/text.h"
#include "core/alias.h"
#include "core/domain.h"
#include "core/name.h"
#include "qmail/dotqmail.h"
#include "vpop_delivery.h"

#define PREFIX  ".qmail-"
#define DEFAULT "default"

struct vpop_aliases {
	struct vpop *vp;
	struct vpop_domain domain;
	int dirfd;
	char (*names)[VPOP_USER_SIZE];
	size_t count, next;               /* the file after the open one */
	char *text, *rest;                /* of the open file */
	const struct vpop_store_ops *ops; /* not NULL: rows, no files */
	struct vpop_store_rows *rows;
	char from[VPOP_USER_SIZE]; /* rows before it are passed over */
};

static int
compare(const void *a, const void *b)
{
	int order = strcasecmp(a, b);

	return order ? order : strcmp(a, b);
}

/* 1 if the entry is an alias; its name in ret_name. */
static int
is_alias(int dirfd, const char *entry, char ret_name[VPOP_USER_SIZE])
{
	const char *ext = entry + sizeof PREFIX - 1;
	struct stat st;

	/* With a dot it is never looked for: a temporary file of ours. */
	if (strncmp(entry, PREFIX, sizeof PREFIX - 1) != 0 || *ext == '\0' ||
	    strcmp(ext, DEFAULT) == 0 || strchr(ext, '.') ||
	    vp_copy(ret_name, VPOP_USER_SIZE, ext) != 0 ||
	    fstatat(dirfd, entry, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return 0;
	for (char *p = ret_name; *p; p++)
		if (*p == ':')
			*p = '.';
	if (S_ISLNK(st.st_mode))
		return !strstr(ext, "-default") && !strstr(ext, "-owner");
	return S_ISREG(st.st_mode) && st.st_size > 0;
}

static int
add_name(struct vpop_aliases *cursor, const char *name)
{
	if (cursor->count % 64 == 0) {
		void *more = reallocarray(
		    cursor->names, cursor->count + 64, sizeof *cursor->names);
		if (!more)
			return vp_fail(
			    cursor->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		cursor->names = more;
	}
	memcpy(cursor->names[cursor->count++], name, VPOP_USER_SIZE);
	return 0;
}

static int
list_failed(struct vpop_aliases *cursor)
{
	return vp_fail_errno(cursor->vp, vp_code_of_errno(errno, VA_BAD_D_DIR),
	    "cannot list the folder '%s'", cursor->domain.dir);
}

static int
list_names(struct vpop_aliases *cursor)
{
	int fd = openat(cursor->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	char name[VPOP_USER_SIZE];
	int code = 0;

	if (!dir) {
		code = list_failed(cursor);
		if (fd >= 0)
			close(fd);
		return code;
	}
	for (errno = 0; code == 0 && (entry = readdir(dir)); errno = 0)
		if (is_alias(cursor->dirfd, entry->d_name, name))
			code = add_name(cursor, name);
	if (code == 0 && errno != 0)
		code = list_failed(cursor);
	closedir(dir);
	if (cursor->count > 1)
		qsort(cursor->names, cursor->count, sizeof *cursor->names,
		    compare);
	return code;
}

/* 1 the store keeps them, 0, or a code. */
static int
open_rows(struct vpop_aliases *cursor, const char *name)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int rc = vp_store_keeps(
	    cursor->vp, VPOP_KEEP_ALIASES, &cursor->domain, &ops, &store);

	if (rc <= 0)
		return rc;
	rc = ops->rows_open(
	    store, VPOP_KEEP_ALIASES, &cursor->domain, name, &cursor->rows);
	if (rc < 0)
		return rc;
	cursor->ops = ops;
	return 1;
}

static int
is_file(int dirfd, const char *name)
{
	char file[sizeof PREFIX + VPOP_USER_SIZE];
	struct stat st;

	return vp_dotqmail_name(name, file, sizeof file) == 0 &&
	       fstatat(dirfd, file, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

void
vp_alias_file_name(int dirfd, const char *given, char name[VPOP_USER_SIZE])
{
	if (strcmp(given, name) != 0 && strlen(given) < VPOP_USER_SIZE &&
	    !is_file(dirfd, name) && is_file(dirfd, given))
		memcpy(name, given, strlen(given) + 1);
}

/* One alias, which the caller wrote as given; NULL: all. */
static int
open_files(
    struct vpop_aliases *cursor, const char *given, char name[VPOP_USER_SIZE])
{
	cursor->dirfd = vp_domain_dir(cursor->vp, &cursor->domain);
	if (cursor->dirfd < 0)
		return cursor->dirfd;
	if (!given)
		return list_names(cursor);
	vp_alias_file_name(cursor->dirfd, given, name);
	return add_name(cursor, name);
}

int
vpop_aliases_open(struct vpop *vp, const char *alias, const char *domain,
    struct vpop_aliases **ret_cursor)
{
	struct vpop_aliases *cursor;
	char name[VPOP_USER_SIZE];
	int code = 0;

	if (!domain)
		return vp_fail(vp, VA_NULL_POINTER, "no domain is given");
	if (alias && (code = vp_name_alias(vp, alias, name)) < 0)
		return code;
	cursor = calloc(1, sizeof *cursor);
	if (!cursor)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	cursor->vp = vp;
	cursor->dirfd = -1;
	code = vpop_domain_get(vp, domain, &cursor->domain);
	if (code == 0)
		code = open_rows(cursor, alias ? name : NULL);
	if (code == 0)
		code = open_files(cursor, alias, name);
	if (code < 0) {
		vpop_aliases_close(cursor);
		return code;
	}
	*ret_cursor = cursor;
	return 0;
}

/* ---- one file --------------------------------------------------------- */

/* Read what a descriptor gives, at most VP_DOTQMAIL_FILE bytes. */
static char *
read_all(int fd, size_t *ret_size)
{
	char *text = malloc(VP_DOTQMAIL_FILE + 1);
	size_t done = 0;
	ssize_t got = 1;

	while (text && got > 0 && done <= VP_DOTQMAIL_FILE) {
		got = read(fd, text + done, VP_DOTQMAIL_FILE + 1 - done);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			done += (size_t)got;
	}
	if (text && got == 0) {
		text[done] = '\0';
		*ret_size = done;
		return text;
	}
	if (text && got > 0)
		errno = EFBIG;
	free(text);
	return NULL;
}

static char *
read_linked(
    const struct vpop_aliases *cursor, const char *file, size_t *ret_size)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	AUTO_CLOSE int fd = openat(cursor->dirfd, file, flags);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return NULL;
	if (!S_ISREG(st.st_mode) || st.st_uid != cursor->domain.uid) {
		errno = ENOENT;
		return NULL;
	}
	return read_all(fd, ret_size);
}

static int
read_failed(struct vpop_aliases *cursor, const char *file)
{
	return vp_fail_errno(cursor->vp,
	    vp_code_of_errno(errno, VA_COULD_NOT_OPEN_DOT_QMAIL),
	    "cannot read '%s/%s'", cursor->domain.dir, file);
}

static int
line_too_long(struct vpop_aliases *cursor, const char *name)
{
	return vp_fail(cursor->vp, VA_ALIAS_LINE_TOO_LONG,
	    "alias '%s@%s' has a line longer than %d bytes", name,
	    cursor->domain.real, VP_DOTQMAIL_LINE);
}

/* Open the file of the next name.  1, 0 if there is nothing in it, or a
 * code. */
static int
open_next(struct vpop_aliases *cursor)
{
	char file[sizeof PREFIX + VPOP_USER_SIZE];
	size_t size = 0;

	free(cursor->text);
	cursor->text = cursor->rest = NULL;
	if (vp_dotqmail_name(
		cursor->names[cursor->next++], file, sizeof file) != 0)
		return read_failed(cursor, PREFIX);
	cursor->text =
	    vp_file_read(cursor->dirfd, file, VP_DOTQMAIL_FILE, &size);
	if (!cursor->text && errno == ELOOP)
		cursor->text = read_linked(cursor, file, &size);
	if (!cursor->text && errno == ENOENT)
		return 0;
	if (!cursor->text)
		return read_failed(cursor, file);
	if (strlen(cursor->text) != size) {
		errno = EILSEQ;
		return read_failed(cursor, file);
	}
	cursor->rest = cursor->text;
	return size > 0;
}

/* The next row of the store that has something in it. */
static int
next_row(struct vpop_aliases *cursor, struct vpop_alias *ret_alias)
{
	struct vpop_store_row row;
	int rc;

	do
		rc = cursor->ops->rows_next(cursor->rows, &row);
	while (rc == 1 &&
	       (row.value[0] == '\0' || strcmp(row.name, cursor->from) < 0));
	if (rc != 1)
		return rc;
	if (vp_copy(ret_alias->name, sizeof ret_alias->name, row.name) != 0)
		return vp_fail(cursor->vp, VA_USER_NAME_TOO_LONG,
		    "alias '%s@%s' has too long a name", row.name,
		    cursor->domain.real);
	if (strlen(row.value) > VP_DOTQMAIL_LINE)
		return line_too_long(cursor, row.name);
	ret_alias->line = row.value;
	return 1;
}

int
vpop_aliases_next(struct vpop_aliases *cursor, struct vpop_alias *ret_alias)
{
	if (cursor->ops)
		return next_row(cursor, ret_alias);
	for (;;) {
		const char *line = strsep(&cursor->rest, "\n");

		if (!line) {
			if (cursor->next == cursor->count)
				return 0;
			int code = open_next(cursor);
			if (code < 0)
				return code;
			continue;
		}
		if (*line == '\0')
			continue;
		const char *name = cursor->names[cursor->next - 1];
		if (strlen(line) > VP_DOTQMAIL_LINE)
			return line_too_long(cursor, name);
		memcpy(ret_alias->name, name, VPOP_USER_SIZE);
		ret_alias->line = line;
		return 1;
	}
}

int
vpop_aliases_in_store(struct vpop *vp, const char *domain)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	struct vpop_domain found;
	int code;

	if (!domain)
		return vp_fail(vp, VA_NULL_POINTER, "no domain is given");
	code = vpop_domain_get(vp, domain, &found);
	return code < 0 ? code
			: vp_store_keeps(
			      vp, VPOP_KEEP_ALIASES, &found, &ops, &store);
}

int
vpop_aliases_seek(struct vpop_aliases *cursor, const char *name)
{
	if (vp_copy(cursor->from, sizeof cursor->from, name) != 0)
		return vp_fail(cursor->vp, VA_USER_NAME_TOO_LONG,
		    "the name is longer than %d bytes", VPOP_USER_SIZE - 1);
	if (cursor->ops && cursor->ops->rows_seek)
		return cursor->ops->rows_seek(cursor->rows, name);
	while (cursor->next < cursor->count &&
	       strcasecmp(cursor->names[cursor->next], name) < 0)
		cursor->next++;
	return 0;
}

void
vpop_aliases_close(struct vpop_aliases *cursor)
{
	if (!cursor)
		return;
	if (cursor->ops)
		cursor->ops->rows_close(cursor->rows);
	if (cursor->dirfd >= 0)
		close(cursor->dirfd);
	free(cursor->names);
	free(cursor->text);
	free(cursor);
}
