/*
 * Lines of users/assign: their shape, and finding a domain in the compiled
 * table.  What counts as well-formed is what qmail-newu accepts: it takes any
 * first byte but "+" for "=", and wants six colons after the first; a line
 * that begins with "#" may also be a plain comment.
 */
#include "config.h"

#include "qmail/assign.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/line.h"
#include "base/text.h"
#include "qmail/assign_int.h"
#include "qmail/cdbfile.h"

#define FIELDS     6
#define NAME_BYTES 253

struct vp_assign_walk {
	FILE *fp; /* NULL: there is no file */
	char *line;
	size_t cap;
	int is_over;
};

struct field {
	const char *text;
	size_t size;
};

static char
lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c + ('a' - 'A'));
	return c;
}

int
vp_assign_record(const char *line, size_t size, struct vp_assign_record *ret)
{
	const char *colon = size ? memchr(line, ':', size) : NULL;
	int is_comment = size > 0 && line[0] == '#';
	int colons = 0;

	if (size > VP_ASSIGN_LINE || (size && memchr(line, '\0', size)))
		return -1;
	if (!colon || colon == line)
		return is_comment ? 0 : -1;

	/* "+": prefix of addresses; all others: one whole address. */
	ret->key_size = (size_t)(colon - line);
	ret->key[0] = '!';
	for (size_t i = 1; i < ret->key_size; i++)
		ret->key[i] = lower(line[i]);
	ret->wild = '\0';
	if (line[0] != '+')
		ret->key[ret->key_size++] = '\0';
	else if (ret->key_size > 1)
		ret->wild = colon[-1];

	ret->size = 0;
	for (const char *p = colon + 1; p < line + size; p++) {
		if (*p == ':' && ++colons == FIELDS)
			return 1;
		ret->data[ret->size++] = *p == ':' ? '\0' : *p;
	}
	return is_comment ? 0 : -1;
}

static int
parse_id(const struct field *field, uint32_t *ret)
{
	uint64_t value = 0;

	if (field->size == 0 || field->size > 10)
		return -1;
	for (size_t i = 0; i < field->size; i++) {
		if (field->text[i] < '0' || field->text[i] > '9')
			return -1;
		value = value * 10 + (uint64_t)(field->text[i] - '0');
	}
	if (value >= UINT32_MAX)
		return -1;
	*ret = (uint32_t)value;
	return 0;
}

static int
copy_field(char *dst, size_t cap, const char *text, size_t size)
{
	if (size == 0 || size >= cap || memchr(text, '\0', size))
		return -1;
	memcpy(dst, text, size);
	dst[size] = '\0';
	return 0;
}

int
vp_assign_fields(const char *name, size_t name_size, const char *fields,
    size_t size, char separator, struct vp_assign *ret)
{
	struct field field[FIELDS];
	struct vp_assign entry;
	uint32_t uid, gid;
	size_t at = 0;

	for (int i = 0; i < FIELDS; i++) {
		if (at > size)
			return -1;
		const char *end =
		    at < size ? memchr(fields + at, separator, size - at)
			      : NULL;
		field[i].text = fields + at;
		field[i].size = end ? (size_t)(end - field[i].text) : size - at;
		at += field[i].size + 1;
	}
	/* Another user's extension, not a domain. */
	if (field[4].size != 1 || *field[4].text != '-' || field[5].size != 0)
		return 0;
	if (parse_id(&field[1], &uid) < 0 || parse_id(&field[2], &gid) < 0 ||
	    copy_field(entry.name, sizeof entry.name, name, name_size) < 0 ||
	    copy_field(entry.real, sizeof entry.real, field[0].text,
		field[0].size) < 0 ||
	    copy_field(entry.dir, sizeof entry.dir, field[3].text,
		field[3].size) < 0 ||
	    entry.dir[0] != '/')
		return -1;
	vp_lower(entry.name);
	entry.uid = uid;
	entry.gid = gid;
	*ret = entry;
	return 1;
}

int
vp_assign_parse(const char *line, struct vp_assign *ret)
{
	struct vp_assign_record record;
	size_t size = strnlen(line, VP_ASSIGN_LINE + 1);

	if (line[0] == '.')
		return 0;

	int r = vp_assign_record(line, size, &record);

	if (r <= 0)
		return r;
	/* key: "!", name, "-" */
	if (line[0] != '+' || record.wild != '-' ||
	    !memchr(record.key, '.', record.key_size))
		return 0;
	return vp_assign_fields(record.key + 1, record.key_size - 2,
		   record.data, record.size, '\0', ret) == 1;
}

/* Without a table there are no domains, if the text has none either. */
static int
is_without_table(const char *qmail_dir)
{
	struct vp_assign_walk *walk = vp_assign_open(qmail_dir);
	struct vp_assign entry;

	if (!walk)
		return -1;

	int r = vp_assign_next(walk, &entry);
	int error = errno;

	vp_assign_close(walk);
	if (r > 0)
		error = ENOENT;
	errno = error;
	return r == 0 ? 0 : -1;
}

int
vp_assign_lookup(const char *qmail_dir, const char *cdb_name,
    const char *domain, struct vp_assign *ret)
{
	char key[NAME_BYTES + 3];
	size_t size = strlen(domain), data_size;
	const char *data;

	if (size == 0 || size > NAME_BYTES)
		return 0;
	if (vp_format(key, sizeof key, "!%s-", domain) < 0)
		return -1;
	vp_lower(key);

	AUTO_CLOSE int users = vp_qmail_folder(qmail_dir, "users");

	if (users < 0)
		return -1;

	struct vp_cdb_reader *cdb = vp_cdb_open(users, cdb_name);

	if (!cdb)
		return errno == ENOENT ? is_without_table(qmail_dir) : -1;

	int r = vp_cdb_find(cdb, key, size + 2, &data, &data_size);

	if (r > 0) {
		r = vp_assign_fields(key + 1, size, data, data_size, '\0', ret);
		if (r < 0)
			errno = EPROTO;
	}

	int error = errno;

	vp_cdb_close(cdb);
	errno = error;
	return r;
}

struct vp_assign_walk *
vp_assign_open(const char *qmail_dir)
{
	AUTO_CLOSE int users = vp_qmail_folder(qmail_dir, "users");

	if (users < 0)
		return NULL;

	struct vp_assign_walk *walk = calloc(1, sizeof *walk);

	if (!walk)
		return NULL;

	int fd = openat(users, "assign", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0)
		walk->fp = fdopen(fd, "r");
	if (walk->fp || (fd < 0 && errno == ENOENT))
		return walk;

	int error = errno;

	if (fd >= 0)
		close(fd);
	free(walk);
	errno = error;
	return NULL;
}

int
vp_assign_next(struct vp_assign_walk *walk, struct vp_assign *ret)
{
	while (walk->fp && !walk->is_over) {
		ssize_t size = vp_line_read(
		    walk->fp, &walk->line, &walk->cap, VP_ASSIGN_LINE);

		if (size < 0 && errno == 0)
			break;
		if (size < 0) {
			if (errno == EMSGSIZE || errno == EILSEQ)
				errno = EBADMSG;
			return -1;
		}
		if (walk->line[0] == '.')
			break;

		int r = vp_assign_parse(walk->line, ret);

		if (r < 0)
			errno = EBADMSG;
		if (r)
			return r;
	}
	walk->is_over = 1;
	return 0;
}

void
vp_assign_close(struct vp_assign_walk *walk)
{
	if (!walk)
		return;
	if (walk->fp)
		fclose(walk->fp);
	free(walk->line);
	free(walk);
}
