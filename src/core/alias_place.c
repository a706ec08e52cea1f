/*
 * Texts of aliases.  A line end inside a row makes two lines, and a line that
 * is there twice counts once, so that rows and files can be compared.
 */
#include "config.h"

#include "core/alias_place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/line.h"
#include "base/replace.h"
#include "base/text.h"
#include "core/domain.h"
#include "qmail/dotqmail.h"

#define FILE_SIZE (VPOP_USER_SIZE + 16)

struct vp_alias_walk {
	const struct vp_alias_place *place;
	struct vpop_aliases *cursor;
	char name[VPOP_USER_SIZE];
	char last[VPOP_USER_SIZE]; /* whose lines are passed over */
	char *text;
};

int
vp_alias_place_of(struct vpop *vp, const struct vpop_domain *domain, int dirfd,
    struct vp_alias_place *ret)
{
	int kept;

	*ret = (struct vp_alias_place){
		.vp = vp, .domain = domain, .dirfd = dirfd
	};
	kept = vp_store_keeps(
	    vp, VPOP_KEEP_ALIASES, domain, &ret->ops, &ret->store);
	if (kept <= 0)
		ret->ops = NULL;
	return kept < 0 ? kept : 0;
}

static char *
no_memory(const struct vp_alias_place *place, int *ret_code)
{
	*ret_code = vp_fail(place->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	return NULL;
}

/* ---- texts ------------------------------------------------------------ */

static int
has_line(const char *text, size_t size, const char *line, size_t length)
{
	const char *end = text + size;

	while (text < end) {
		size_t found = strcspn(text, "\n");

		if (found == length && memcmp(text, line, length) == 0)
			return 1;
		text += found + 1;
	}
	return 0;
}

/* The lines of a text that are not empty, each once; in place. */
static void
tidy(char *text)
{
	const char *rest = text;
	size_t size = 0;

	while (*rest) {
		size_t length = strcspn(rest, "\n"), used = length;
		const char *next = rest + length + (rest[length] == '\n');

		while (used > 0 && strchr("\r\n", rest[used - 1]))
			used--;
		if (used > 0 && !has_line(text, size, rest, used)) {
			memmove(text + size, rest, used);
			size += used;
			text[size++] = '\n';
		}
		rest = next;
	}
	text[size] = '\0';
}

static int
read_failed(const struct vp_alias_place *place, const char *file)
{
	return vp_fail_errno(place->vp,
	    vp_code_of_errno(errno, VA_COULD_NOT_OPEN_DOT_QMAIL),
	    "cannot read '%s/%s'", place->domain->dir, file);
}

static int
file_name(const struct vp_alias_place *place, const char *name, char *ret_file)
{
	if (vp_dotqmail_name(name, ret_file, FILE_SIZE) == 0)
		return 0;
	return vp_fail_errno(place->vp, VA_USER_NAME_TOO_LONG,
	    "alias '%s@%s' cannot be the name of a file", name,
	    place->domain->real);
}

/* A text with room for the line end that it may lack; NULL and the code. */
static char *
file_text(const struct vp_alias_place *place, const char *file, int *ret_code)
{
	size_t size = 0;
	AUTO_FREE char *text =
	    vp_file_read(place->dirfd, file, VP_DOTQMAIL_FILE, &size);
	char *copy;

	*ret_code = 0;
	if (!text && (errno == ENOENT || errno == ELOOP))
		text = calloc(1, 1);
	else if (text && strlen(text) != size) {
		errno = EILSEQ;
		*ret_code = read_failed(place, file);
		return NULL;
	}
	if (!text) {
		*ret_code = read_failed(place, file);
		return NULL;
	}
	copy = calloc(1, size + 2);
	if (!copy)
		return no_memory(place, ret_code);
	memcpy(copy, text, size);
	return copy;
}

char *
vp_alias_place_get(
    const struct vp_alias_place *place, const char *name, int *ret_code)
{
	char file[FILE_SIZE];
	char *text;

	if (place->ops) {
		text = vp_alias_text(place->vp, place->ops, place->store,
		    place->domain, name, ret_code);
	} else {
		*ret_code = file_name(place, name, file);
		if (*ret_code < 0)
			return NULL;
		text = file_text(place, file, ret_code);
	}
	if (text)
		tidy(text);
	return text;
}

/* ---- kinds ------------------------------------------------------------ */

/* A command that names a program of ezmlm before its first blank. */
static int
is_list_text(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (*text == '|') {
			const char *word = text + 1 + strspn(text + 1, " \t");
			const char *found = strstr(word, "/ezmlm-");

			if (found && found < word + strcspn(word, " \t\n"))
				return 1;
		}
		text += length + (text[length] == '\n');
	}
	return 0;
}

int
vp_alias_place_kind(const struct vp_alias_place *place, const char *name)
{
	char file[FILE_SIZE];
	struct stat st;
	int code = file_name(place, name, file);

	if (code < 0)
		return code;
	if (fstatat(place->dirfd, file, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return read_failed(place, file);
	if (S_ISLNK(st.st_mode))
		return VP_ALIAS_LIST;
	AUTO_FREE char *text = vp_alias_place_get(place, name, &code);
	if (!text)
		return code;
	if (*text == '\0')
		return VP_ALIAS_EMPTY;
	return is_list_text(text) ? VP_ALIAS_LIST : VP_ALIAS_PLAIN;
}

/* ---- writing ---------------------------------------------------------- */

static int
put_rows(const struct vp_alias_place *place, const char *name, char *text)
{
	char *line;
	int code =
	    place->ops->alias_delete(place->store, place->domain, name, NULL);

	if (code == VA_USER_DOES_NOT_EXIST)
		code = 0;
	while (code == 0 && (line = strsep(&text, "\n")) != NULL)
		if (*line)
			code = place->ops->alias_insert(
			    place->store, place->domain, name, line);
	return code;
}

static int
put_file(const struct vp_alias_place *place, const char *name, const char *text)
{
	const struct vpop_domain *domain = place->domain;
	char file[FILE_SIZE];
	struct stat st;
	int code = file_name(place, name, file);

	if (code < 0)
		return code;
	if (fstatat(place->dirfd, file, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISLNK(st.st_mode))
		return vp_fail(place->vp, VA_FORBIDDEN,
		    "alias '%s@%s' belongs to a mailing list", name,
		    domain->real);
	if (*text == '\0')
		code = unlinkat(place->dirfd, file, 0);
	else
		code = vp_replace_text(place->dirfd, file, text, strlen(text),
		    VP_MODE_FILE, domain->uid, domain->gid);
	if (code == 0)
		return 0;
	return vp_fail_errno(place->vp,
	    vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE),
	    "cannot write '%s/%s'", domain->dir, file);
}

int
vp_alias_place_put(
    const struct vp_alias_place *place, const char *name, const char *text)
{
	if (!place->ops)
		return put_file(place, name, text);
	AUTO_FREE char *copy = strdup(text);
	if (!copy)
		return vp_fail(place->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	return put_rows(place, name, copy);
}

/* ---- walking ---------------------------------------------------------- */

int
vp_alias_walk_open(
    const struct vp_alias_place *place, struct vp_alias_walk **ret_walk)
{
	struct vp_alias_walk *walk = calloc(1, sizeof *walk);
	int code;

	*ret_walk = NULL;
	if (!walk)
		return vp_fail(place->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	walk->place = place;
	code = vpop_aliases_open(
	    place->vp, NULL, place->domain->real, &walk->cursor);
	if (code != 0) {
		free(walk);
		return code;
	}
	*ret_walk = walk;
	return 0;
}

/* The next name, which is another than the last one. */
static int
next_name(struct vp_alias_walk *walk)
{
	struct vpop_alias alias;
	int rc;

	do
		rc = vpop_aliases_next(walk->cursor, &alias);
	while (rc == 1 && strcmp(alias.name, walk->last) == 0);
	if (rc != 1)
		return rc;
	memcpy(walk->last, alias.name, sizeof walk->last);
	memcpy(walk->name, alias.name, sizeof walk->name);
	vp_lower(walk->name);
	return 1;
}

static int
is_passed(const struct vp_alias_walk *walk)
{
	int kind;

	if (walk->place->ops)
		return 0;
	/* qmail looks for names in lower case only. */
	if (strcmp(walk->name, walk->last) != 0)
		return 1;
	kind = vp_alias_place_kind(walk->place, walk->name);
	return kind < 0 ? kind : kind != VP_ALIAS_PLAIN;
}

int
vp_alias_walk_next(
    struct vp_alias_walk *walk, const char **ret_name, const char **ret_text)
{
	int rc, code;

	do {
		rc = next_name(walk);
		if (rc != 1)
			return rc;
		rc = is_passed(walk);
	} while (rc == 1);
	if (rc < 0)
		return rc;
	free(walk->text);
	walk->text = vp_alias_place_get(walk->place, walk->name, &code);
	if (!walk->text)
		return code;
	*ret_name = walk->name;
	*ret_text = walk->text;
	return 1;
}

void
vp_alias_walk_close(struct vp_alias_walk *walk)
{
	if (!walk)
		return;
	vpop_aliases_close(walk->cursor);
	free(walk->text);
	free(walk);
}
